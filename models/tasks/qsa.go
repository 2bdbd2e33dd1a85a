package tasks

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"crosscut/protocol"
)

// QSA is q-sparse averaging: a token is (z, y), a vector z of dimension d in the
// unit ball and a set y of q positions, and output i is the mean of z over y_i.
// An output is correct when its Euclidean distance from the mean is at most eps.
//
// The norm of z may exceed 1 by 1e-9, so that unit vectors with rounded
// coordinates are welcome.
var QSA = register(&Task{
	Name:     "qsa",
	Doc:      "output i is the mean of z_j over the q positions j in y_i, up to eps",
	Cite:     []string{"SanfordHsuTelgarsky2023"},
	Vector:   true,
	Asks:     func(t Token) []int { return t.Y },
	ReadLast: true,
	Params: []Param{
		{Name: "q", Doc: "positions that are averaged", Min: 1, Max: MaxN, Lab: 64, Small: []float64{1, 2, 3, 4}, Fixed: true,
			Default: func(n int, _ Params) float64 { return min(2, float64(n)) }},
		{Name: "d", Doc: "dimension of the vectors z", Min: 1, Max: 1 << 16, Lab: 8, Fixed: true,
			Default: func(int, Params) float64 { return 1 }},
		{Name: "eps", Doc: "allowed Euclidean error of an output", Real: true, Min: math.SmallestNonzeroFloat64, Max: 2, Optional: true, Judges: true,
			Default: func(_ int, set Params) float64 { return 1 / (2 * set["q"]) }},
	},
	CheckShape: func(sh Shape) error {
		if q := sh.Int("q"); q > sh.N {
			return fmt.Errorf("q = %d exceeds N = %d", q, sh.N)
		}
		return nil
	},
	CheckToken: func(sh Shape, _ int, t Token) error {
		if t.X != 0 || t.To != 0 {
			return fmt.Errorf("a token of qsa is a vector z and a list y")
		}
		if d := sh.Int("d"); len(t.Z) != d {
			return fmt.Errorf(`"z" has %d numbers, want d = %d`, len(t.Z), d)
		}
		if r := norm(t.Z); !(r <= 1+1e-9) {
			return fmt.Errorf(`"z" has norm %.6g, want at most 1`, r)
		}
		if q := sh.Int("q"); len(t.Y) != q {
			return fmt.Errorf(`"y" has %d positions, want q = %d`, len(t.Y), q)
		}
		last := 0
		for _, j := range t.Y {
			switch {
			case j > last && j <= sh.N:
				last = j
			case j < 1 || j > sh.N:
				return fmt.Errorf(`"y" holds %d, outside 1..%d`, j, sh.N)
			default:
				return fmt.Errorf(`"y" holds %d after %d, want strictly increasing positions`, j, last)
			}
		}
		return nil
	},
	Eval: func(sh Shape, seq []Token, pos int) Value {
		mean := make(Value, sh.Int("d"))
		for _, j := range seq[pos-1].Y {
			for c, z := range seq[j-1].Z {
				mean[c] += z
			}
		}
		for c := range mean {
			mean[c] /= float64(sh.Int("q"))
		}
		return mean
	},
	Fast: func(sh Shape, seq []Token, read []int) []Value {
		d, q := sh.Int("d"), float64(sh.Int("q"))
		values, all := make([]Value, len(read)), make(Value, len(read)*d)
		for k, i := range read {
			mean := all[k*d : (k+1)*d : (k+1)*d]
			for _, j := range seq[i-1].Y {
				for c, z := range seq[j-1].Z {
					mean[c] += z
				}
			}
			for c := range mean {
				mean[c] /= q
			}
			values[k] = mean
		}
		return values
	},
	Correct: func(sh Shape, got, want Value) bool {
		if len(got) != len(want) {
			return false
		}
		diff := make([]float64, len(got))
		for c := range diff {
			diff[c] = got[c] - want[c]
		}
		return norm(diff) <= Allowed(sh)
	},
	// A coordinate is rounded to a multiple of 2^-(p-2), as a signed p-bit number:
	// -1, 0, 1 and short binary fractions are exact, and 2 <= p <= 62. The set y is
	// its rank among all C(N, q) sets.
	TokenBits:   func(sh Shape, p int) int { return sh.Int("d")*p + setBits(sh.N, sh.Int("q")) },
	Logarithmic: true,
	PutToken: func(sh Shape, p int, w *protocol.Packer, t Token) {
		scale := math.Ldexp(1, p-2)
		for _, z := range t.Z {
			w.Uint(uint64(int64(math.RoundToEven(z*scale))+1<<(p-1)), p)
		}
		w.Big(rankSet(t.Y), setBits(sh.N, sh.Int("q")))
	},
	GetToken: func(sh Shape, p int, r *protocol.Unpacker) Token {
		scale := math.Ldexp(1, p-2)
		z := make([]float64, sh.Int("d"))
		for c := range z {
			z[c] = float64(int64(r.Uint(p))-1<<(p-1)) / scale
		}
		q := sh.Int("q")
		return Token{Z: z, Y: unrankSet(r.Big(setBits(sh.N, q)), sh.N, q)}
	},
	ParseToken: func(sh Shape, raw json.RawMessage) (Token, error) {
		var t Token
		fields, err := parseObject(raw, "z", "y")
		if err != nil {
			return t, err
		}
		zs, err := fields.list("z")
		if err != nil {
			return t, err
		}
		ys, err := fields.list("y")
		if err != nil {
			return t, err
		}
		t.Z, t.Y = make([]float64, len(zs)), make([]int, len(ys))
		for c, raw := range zs {
			if t.Z[c], err = parseReal(raw); err != nil {
				return t, fmt.Errorf(`field "z": %w`, err)
			}
		}
		for k, raw := range ys {
			if t.Y[k], err = parseInt(raw); err != nil {
				return t, fmt.Errorf(`field "y": %w`, err)
			}
		}
		return t, nil
	},
	FormatToken: func(_ Shape, t Token) any {
		return struct {
			Z []float64 `json:"z"`
			Y []int     `json:"y"`
		}{t.Z, t.Y}
	},
	Generate: func(sh Shape, rng *rand.Rand) []Token {
		seq := make([]Token, sh.N)
		for i := range seq {
			seq[i] = Token{Z: inBall(sh.Int("d"), rng), Y: drawSet(sh.N, sh.Int("q"), rng)}
		}
		return seq
	},
	// Alphabet restricts z to 0 and the signed unit vectors.
	AlphabetSize: func(sh Shape) float64 {
		return (2*sh.Params["d"] + 1) * countSets(sh.N, sh.Int("q"))
	},
	Alphabet: func(sh Shape, _ int) []Token {
		d, q := sh.Int("d"), sh.Int("q")
		zs := [][]float64{make([]float64, d)}
		for c := range d {
			for _, sign := range []float64{-1, 1} {
				z := make([]float64, d)
				z[c] = sign
				zs = append(zs, z)
			}
		}
		var ts []Token
		for y := range Sets(sh.N, q) {
			for _, z := range zs {
				ts = append(ts, Token{Z: z, Y: y})
			}
		}
		return ts
	},
})

// norm is the Euclidean length, NaN if any coordinate is.
func norm(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	return math.Sqrt(sum)
}

// inBall draws a vector of the unit ball: one time in four a signed unit vector,
// else a uniform direction and a uniform length.
func inBall(d int, rng *rand.Rand) []float64 {
	z := make([]float64, d)
	if rng.IntN(4) == 0 {
		z[rng.IntN(d)] = 1 - 2*float64(rng.IntN(2))
		return z
	}
	for c := range z {
		z[c] = rng.NormFloat64()
	}
	r := rng.Float64() / max(norm(z), math.SmallestNonzeroFloat64)
	for c := range z {
		z[c] *= r
	}
	return z
}

// drawSet draws a uniform q-subset of 1..n, increasing (Floyd's method).
func drawSet(n, q int, rng *rand.Rand) []int {
	in := make(map[int]bool, q)
	y := make([]int, 0, q)
	for j := n - q + 1; j <= n; j++ {
		k := 1 + rng.IntN(j)
		if in[k] {
			k = j
		}
		in[k] = true
		y = append(y, k)
	}
	slices.Sort(y)
	return y
}

// Allowed is the largest Euclidean error of an output that is taken as right: eps, and a 2^-40 of it for the
// rounding of means such as 1/3, which at the default eps = 1/(2q) lie at that distance exactly.
func Allowed(sh Shape) float64 { return sh.Params["eps"] * (1 + 0x1p-40) }
