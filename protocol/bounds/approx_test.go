package bounds

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"crosscut/protocol/bounds/check"
)

// approximated is what is known of a matrix for an error, by measure and value.
func approximated(m *Matrix, e string) map[string][2]float64 {
	a := newAnalysisOf(m)
	a.opts.Errors = []string{e}
	for _, v := range m.Values() {
		a.PerValue = append(a.PerValue, PerValue{Value: v})
	}
	a.approximate()
	all := map[string][2]float64{}
	for _, x := range a.Approximate {
		lower, upper := x.Span.Floats()
		c := check.Claim{Measure: x.Measure, Value: x.Value}
		all[c.Of()] = [2]float64{lower, upper}
	}
	return all
}

// Approximate gamma_2 of EQ and IP, by symmetry: the best approximation of J - 2I is itself,
// of gamma_2 3 - 4/N; that of a Hadamard matrix is no better than its spectral norm allows.
// Gap Hamming of 4 bits needs 2: its signs are those of sums of four signs.
func TestApproximateGamma2(t *testing.T) {
	for name, c := range map[string]struct {
		m    *Matrix
		want float64
	}{"EQ_2": {eq(2), 2}, "EQ_3": {eq(3), 2.5}, "IP_2": {ip(2), 2}, "IP_3": {ip(3), math.Sqrt(8)}} {
		all := approximated(c.m, "1/10")
		for _, measure := range []string{check.Gamma2Near, check.Gamma2Infinity} {
			if x := all[measure]; x[0] > c.want+1e-12 || x[1] < c.want-1e-12 || x[1]-x[0] > 1e-6 {
				t.Errorf("%s of %s: %v, want %v", measure, name, x, c.want)
			}
		}
	}
}

// Evidence of fractions names each entry of the whole matrix: of one with too many
// repetitions none is sought, or writing it would go on long after the time is over. What is
// left is the number of strings by which private coins replace public ones.
func TestApproximateEntries(t *testing.T) {
	for n, want := range map[int]int{6: 9, gamma2Entries + 1: 1} {
		m, err := New(1, n, func(_, j int) (int, bool) { return j & 1, true })
		if err != nil {
			t.Fatal(err)
		}
		if all := approximated(m, "1/3"); len(all) != want {
			t.Errorf("1 x %d: %d measures, want %d: %v", n, len(all), want, all)
		}
	}
}

// What is too large to be looked at is said, with the limit.
func TestTooLargeIsSaid(t *testing.T) {
	for want, m := range map[string]*Matrix{
		"": eq(2), "corruption and smooth rectangles: 17 x 17 different lines": Of(17, 17, func(i, j int) int { return min(i, j) & 1 }),
		"approximations of the signs: 66 different": Of(33, 33, func(i, j int) int { return max(0, 1-max(i-j, j-i)) }),
		"131074 entries": Of(2, 1<<16+1, func(i, j int) int { return i & j & 1 }),
	} {
		a := startAnalysis(context.Background(), m, Options{})
		a.opts.Errors = []string{"1/3"}
		a.tooLarge()
		if got := strings.Join(a.TooLarge, "; "); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The corruption and smooth rectangle bounds are the values of linear programs over all
// rectangles, which are solved here exactly.
func TestFractionsAgainstSimplex(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	for k := range 15 {
		m, err := New(2+k%2, 3, func(int, int) (int, bool) { return rng.IntN(2 + k%2), rng.IntN(5) > 0 })
		if err != nil || len(m.Values()) == 0 {
			continue
		}
		e := []string{"1/3", "1/10", "2/5"}[k%3]
		all := approximated(m, e)
		for _, v := range m.Values() {
			for _, smooth := range []bool{false, true} {
				measure := check.Corruption
				if smooth {
					measure = check.SmoothRectangle
				}
				c := check.Claim{Measure: measure, Value: &v}
				want, _ := rectangleProgram(m, v, e, smooth).Float64()
				if x := all[c.Of()]; x[0] > want+1e-12 || x[1] < want-1e-12 || x[1]-x[0] > 1e-6 {
					t.Errorf("matrix %d, %s: %v, want %v", k, c.Of(), x, want)
				}
			}
		}
	}
}

// rectangleProgram is the dual over all rectangles: a column for each entry that is
// defined, and one more for those of v when it is smooth.
func rectangleProgram(m *Matrix, v int, e string, smooth bool) *big.Rat {
	wrong, _ := new(big.Rat).SetString(e)
	right := new(big.Rat).Sub(big.NewRat(1, 1), wrong)
	var c []*big.Rat
	var at []place
	var sign []int64
	add := func(p place, gain *big.Rat, s int64) { c, at, sign = append(c, gain), append(at, p), append(sign, s) }
	for i := range m.Rows() {
		for j := range m.Cols() {
			w, ok := m.At(i, j)
			switch {
			case !ok:
			case w != v:
				add(place{i, j}, new(big.Rat).Neg(wrong), -1)
			default:
				if add(place{i, j}, right, 1); smooth {
					add(place{i, j}, big.NewRat(-1, 1), -1)
				}
			}
		}
	}
	var a [][]*big.Rat
	for rows := 1; rows < 1<<m.Rows(); rows++ {
		for cols := 1; cols < 1<<m.Cols(); cols++ {
			var row []*big.Rat
			for k, p := range at {
				row = append(row, big.NewRat(sign[k]*int64(rows>>p[0]&1&(cols>>p[1])), 1))
			}
			a = append(a, row)
		}
	}
	return simplex(a, c)
}

// simplex is the largest <c, x> with a x <= 1, x >= 0, by Bland's rule on a tableau.
func simplex(a [][]*big.Rat, c []*big.Rat) *big.Rat {
	n := len(c)
	var rows [][]*big.Rat // the constraints, and last the objective; the last column is the right side
	basis := make([]int, len(a))
	for i, line := range append(a, c) {
		row := append([]*big.Rat{}, line...)
		for k := range a {
			row = append(row, big.NewRat(int64(b2i(i == k)), 1))
		}
		rows = append(rows, append(row, big.NewRat(int64(b2i(i < len(a))), 1)))
		if i < len(a) {
			basis[i] = n + i
		}
	}
	last := len(rows) - 1
	for {
		in := -1
		for j := range n + len(a) {
			if rows[last][j].Sign() > 0 {
				in = j
				break
			}
		}
		if in < 0 {
			return new(big.Rat).Neg(rows[last][n+len(a)])
		}
		out, best := -1, new(big.Rat)
		for i := range a {
			if rows[i][in].Sign() <= 0 {
				continue
			}
			r := new(big.Rat).Quo(rows[i][n+len(a)], rows[i][in])
			if s := r.Cmp(best); out < 0 || s < 0 || s == 0 && basis[i] < basis[out] {
				out, best = i, r
			}
		}
		basis[out] = in
		pivot := new(big.Rat).Inv(rows[out][in])
		for j, x := range rows[out] {
			rows[out][j] = new(big.Rat).Mul(x, pivot)
		}
		for i := range rows {
			if f := rows[i][in]; i != out && f.Sign() != 0 {
				for j, x := range rows[out] {
					rows[i][j] = new(big.Rat).Sub(rows[i][j], new(big.Rat).Mul(f, x))
				}
			}
		}
	}
}

// A bound for protocols that err is none for those that do not, and is proved by the
// certificate.
func TestFollowsStaysBelowD(t *testing.T) {
	for _, m := range []*Matrix{eq(2), gt(2), intersecting(2), ip(2), Of(3, 4, func(i, j int) int { return (i + j) % 3 })} {
		r := analyze(t, m, Options{Errors: []string{"1/3", "1/100"}})
		routes := 0
		for _, x := range r.Randomised {
			if x.Setting != "two-way randomised, both know" {
				continue
			}
			if x.Bits > r.Deterministic.Upper {
				t.Errorf("%v, but D is %d", x, r.Deterministic.Upper)
			}
			routes += b2i(x.Error == "1/100" && x.Bits > 0)
		}
		if want := 2 + 2*b2i(m.Boolean()); routes != want {
			t.Errorf("%d routes to a bound at error 1/100, want %d: %v", routes, want, r.Randomised)
		}
		c, out := certify(t, m, r)
		if len(out) > 0 {
			t.Errorf("not in the certificate: %v", out)
		}
		if _, err := check.VerifyWithin(context.Background(), c, math.MaxInt64); err != nil {
			t.Error(err)
		}
	}
}
