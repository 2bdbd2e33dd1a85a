package zoo

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/keys"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Sparse averaging by one attention head, whatever the key family (Theorems 2
// and 3). An embedded token is (z, w_y): d numbers for the vector and m for the
// query of its set. Its key is u_j, a function of the position; its value is z.
// With a certified query the members of y weigh 2^f each and all others 0, so the
// head's average is the exact mean of the rounded z over y.
//
// The error budget (docs/qsa.md, "error budget"), in Euclidean norm, with p bits a
// number and s = min(p-2, 60) fractional bits for z:
//
//	z rounded to s fractional bits       sqrt(d) 2^-(s+1)
//	softmax: weights off y, table floor  0, by the certificate
//	rounded probabilities (X4 only)      q 2^-p, as each of q probabilities is off by 2^-(p+1)
//	output rounded to float64, and the
//	definition's own float64 sum         sqrt(d) (q+3) 2^-53
//	the comparison's float64 norm        eps 2^-36, for d up to 2^16
//
// p is the smallest that holds every query and keeps the sum within eps.

// qsaParams are the numbers that every key family takes.
var qsaParams = append([]tasks.Param{{Name: "m", Doc: "width of queries and keys", Min: 1, Max: 1 << 22}},
	precision("bits per number", 2, 1<<16, 0, 40)...)

// qsaFraction is s, the fractional bits of z in numbers of p bits.
func qsaFraction(p int) int { return min(p-2, 60) }

// qsaWithin says whether the budget stays within eps with p bits a number, in exact
// arithmetic: sqrt(d) a + b <= eps, a the error of a coordinate.
func qsaWithin(sh tasks.Shape, p int, rounded bool) bool {
	pow := func(e int) *big.Rat {
		return new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), uint(e)))
	}
	q := int64(sh.Int("q"))
	a := pow(qsaFraction(p) + 1)
	a.Add(a, new(big.Rat).Mul(big.NewRat(q+3, 1), pow(53)))
	left := new(big.Rat).SetFloat64(min(sh.Params["eps"], 1)) // stored vectors are then no longer than 2
	left.Sub(left, new(big.Rat).Mul(left, pow(36)))
	if rounded {
		left.Sub(left, new(big.Rat).Mul(big.NewRat(q, 1), pow(p)))
	}
	if left.Sign() < 0 {
		return false
	}
	a.Mul(a, a).Mul(a, big.NewRat(int64(sh.Int("d")), 1)) // d a^2 <= (eps - b)^2
	return a.Cmp(left.Mul(left, left)) <= 0
}

// qsaMachine builds the layer. keysOf makes the family for p-bit entries; p = 0
// asks for the family alone, to learn its bits. most is the order of m p where neither is
// set; zero: not proved.
func qsaMachine(sh tasks.Shape, set models.Settings, most protocol.Growth, keysOf func(p int) keys.Family) (models.Machine, error) {
	arithmetic := arithmeticOf(set)
	keys := keysOf(0)
	sparse, isSparse := keys.(interface {
		Ones(pos int, at []int32) []int32
	})
	if m := keys.Width(); m > 1<<22 || !isSparse && (m > 1<<16 || float64(m)*float64(sh.N) > 1<<36) {
		return nil, models.Unsupportedf("%d keys of width m = %d: more numbers than can be held", sh.N, m)
	}
	need := max(keys.Bits(), 2)
	for !qsaWithin(sh, need, arithmetic == attention.WithRounded) {
		if need++; need > 2+60 {
			return nil, models.Unsupportedf("eps = %g is below what outputs in float64 can hold at d = %d", sh.Params["eps"], sh.Int("d"))
		}
	}
	p := set.Int("p", need)
	keys = keysOf(p)
	d, s := sh.Int("d"), qsaFraction(p)
	one := math.Ldexp(1, s)
	largest := int64(one) + int64(one/(1<<29)) + 1 // |z| may exceed 1 by 1e-9
	if p < 62 {
		largest = min(largest, 1<<(p-1)-1)
	}
	l := &attention.Layer{
		Heads: 1, Width: keys.Width(), Values: d, Embed: d + keys.Width(), Front: d,
		P: p, F: set.Int("f", 0), G: set.Int("g", 0), Scale: keys.Scale(), Top: keys.Top(), Arithmetic: arithmetic,
		ValueMax: big.NewInt(largest),
		Query: func(_, _ int, e, q attention.Ints) error {
			q.Copy(e.Slice(d, e.Len()))
			return nil
		},
		Key: func(_, pos int, _, k attention.Ints) error {
			keys.Key(pos, k)
			return nil
		},
		Value: func(_, _ int, e, v attention.Ints) (int, error) {
			v.Copy(e.Slice(0, d))
			return 0, nil
		},
	}
	l.QueryMax, l.KeyMax = keys.Bounds()
	// What crosses when a set is asked for: each number by its range.
	low, high := big.NewInt(-largest), big.NewInt(largest)
	for range d {
		l.EmbedRange = append(l.EmbedRange, attention.Range{Low: low, High: high})
	}
	for _, most := range l.QueryMax {
		least := new(big.Int).Neg(most)
		if isSparse { // queries of codes are not negative
			least = new(big.Int)
		}
		l.QueryRange = append(l.QueryRange, attention.Range{Low: least, High: most})
	}
	l.EmbedRange = append(l.EmbedRange, l.QueryRange...)
	if isSparse {
		l.Ones = func(_, pos int, at []int32) []int32 { return sparse.Ones(pos, at) }
	}
	warn := func(seq []tasks.Token, read []int) []string {
		var ws []string
		if p < need {
			ws = append(ws, fmt.Sprintf("p = %d is below the %d for which the construction is proved at these sizes", p, need))
		}
		if keys.Uniform() && p >= keys.Bits() {
			return ws
		}
		var bad []string
		for _, i := range read {
			if !keys.Certified(seq[i-1].Y) {
				bad = append(bad, fmt.Sprint(i))
			}
		}
		if n := len(bad); n > 0 {
			if n > 8 {
				bad = append(bad[:8], "...")
			}
			ws = append(ws, fmt.Sprintf("no certificate for the sets of %d of %d read positions (%s): their outputs are not guaranteed", n, len(read), strings.Join(bad, ", ")))
		}
		return ws
	}
	return attention.New(&attention.Stack{
		Shape: sh,
		In: func(_ int, t tasks.Token, e attention.Ints) error {
			for c, z := range t.Z {
				e.Set(c, min(largest, max(-largest, int64(math.RoundToEven(z*one)))))
			}
			if e.Len() > d {
				keys.Query(t.Y, e.Slice(d, e.Len()))
			}
			return nil
		},
		Layers: []*attention.Layer{l},
		Out: func(_ int, _ attention.Ints, heads []attention.Average) (tasks.Value, error) {
			v := make(tasks.Value, d)
			for c := range v {
				v[c] = heads[0].Float(c, s)
			}
			return v, nil
		},
		Extra:  keys.Sizes(),
		Chosen: keys.Names(),
		Warn:   warn,
		// Who owns the token that asks and no other sends at most (d + m) p <= 2 max(m, d) p bits.
		Grows: func(job models.Job) models.Orders {
			asks := len(job.Read) == 1 && job.Split.Of(job.Read[0]) == protocol.Alice && job.Split.Count(protocol.Alice) == 1
			if set.Sets("m", "p") || !asks || job.Answer != models.ByBob {
				return models.Orders{}
			}
			return models.Carried(most, 2, job)
		},
	})
}
