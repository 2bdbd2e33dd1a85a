package bounds

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"crosscut/protocol/bounds/check"
)

// gamma2Side is the longest side of a folded matrix for which gamma_2 is computed.
const gamma2Side = 160

// gamma2Entries is the most entries, repetitions included, of a matrix whose gamma_2 is
// computed: the checker reads its evidence line by line.
const gamma2Entries = 1 << 17

// gamma2 bounds gamma_2 of the sign matrix (+1 for ones, -1 for zeros) from both
// sides, and lets the checker say what the rounded solutions prove exactly.
func (a *analysis) gamma2() {
	n := max(a.f.Rows(), a.f.Cols())
	if !a.m.Total() || n > gamma2Side || a.Rows*a.Cols > gamma2Entries {
		return
	}
	a.say("gamma_2")
	sign := mat.NewDense(a.f.Rows(), a.f.Cols(), nil)
	for i := range a.f.Rows() {
		for j := range a.f.Cols() {
			v := -1.0
			if a.f.Index(i, j) == a.one {
				v = 1
			}
			sign.Set(i, j, v)
		}
	}
	ctx, cancel := a.share(.3)
	s := newGammaSolver(sign)
	s.solve(ctx)
	cancel()
	g := &Real{Lower: ratio(1, 1)}
	// Any sign matrix has an entry of absolute value 1, and gamma_2 is at most the
	// square root of the shorter side, which the solver's start achieves.
	factors, witness := s.factors(a.f), s.witness(a.f)
	for _, c := range []check.Claim{
		{Measure: check.Gamma2, End: check.Upper, Evidence: marshal(factors)},
		{Measure: check.Gamma2, End: check.Lower, Evidence: marshal(witness)},
	} {
		v := a.proved(&c)
		if v == nil {
			return // the numbers left the scale: no claim
		}
		if c.End == check.Upper {
			g.Upper = v
		} else if v.Cmp(g.Lower) > 0 {
			g.Lower = v
		}
	}
	a.Gamma2 = g
}

// gammaSolver climbs the dual: over probability vectors p, q it maximises the
// trace norm of B = diag(sqrt p) A diag(sqrt q), which is concave. With B = U S V^T
// the gradient along p_i is (U S U^T)_ii / p_i, up to a factor; multiplying p by it
// (and q likewise) is an ascent that keeps the simplex. At each step
//
//	x_i = row i of diag(p)^(-1/2) U S^(1/2),  y_j = row j of diag(q)^(-1/2) V S^(1/2)
//
// factor A, so both ends are there at once; they meet where all x_i, y_j with
// positive weight have the largest length.
type gammaSolver struct {
	a            *mat.Dense
	m, n         int
	p, q         []float64
	u, v         mat.Dense
	s            []float64
	lower, upper float64
	best         gammaPoint // of the smallest gap
}

type gammaPoint struct {
	gap   float64
	p, q  []float64
	u, v  *mat.Dense
	s     []float64
	scale [2]float64
}

func newGammaSolver(a *mat.Dense) *gammaSolver {
	m, n := a.Dims()
	s := &gammaSolver{a: a, m: m, n: n, p: make([]float64, m), q: make([]float64, n)}
	for i := range s.p {
		s.p[i] = 1 / float64(m)
	}
	for j := range s.q {
		s.q[j] = 1 / float64(n)
	}
	s.best.gap = math.Inf(1)
	return s
}

// solve iterates until both ends agree to 1e-9, progress ends, or ctx does. Steps
// are lengthened while that helps.
func (s *gammaSolver) solve(ctx context.Context) {
	power := 1.0
	last := 0.0
	for step := range 3000 {
		if step > 0 && ctx.Err() != nil || !s.factorise() {
			return
		}
		rows, cols := s.gradient()
		if s.best.gap < 1e-9*s.lower {
			return
		}
		if s.lower < last { // overshot
			power = max(1, power/2)
		} else {
			power = min(power*1.1, 8)
		}
		last = s.lower
		advance(s.p, rows, power)
		advance(s.q, cols, power)
	}
}

// factorise computes the singular values and vectors of B.
func (s *gammaSolver) factorise() bool {
	b := mat.NewDense(s.m, s.n, nil)
	for i := range s.m {
		for j := range s.n {
			b.Set(i, j, math.Sqrt(s.p[i]*s.q[j])*s.a.At(i, j))
		}
	}
	var svd mat.SVD
	if !svd.Factorize(b, mat.SVDThin) {
		return false
	}
	s.s = svd.Values(nil)
	svd.UTo(&s.u)
	svd.VTo(&s.v)
	s.lower = 0
	for _, v := range s.s {
		s.lower += v
	}
	return true
}

// gradient returns, per row and column, the squared length of its vector by the
// trace norm: 1 on average, and the factor of the ascent. It keeps the best point.
func (s *gammaSolver) gradient() (rows, cols []float64) {
	side := func(w []float64, vectors *mat.Dense) (g []float64, longest float64) {
		g = make([]float64, len(w))
		for i := range g {
			for k, v := range s.s {
				u := vectors.At(i, k)
				g[i] += v * u * u
			}
			g[i] /= w[i]
			longest = max(longest, g[i])
			g[i] /= s.lower
		}
		return g, longest
	}
	rows, x := side(s.p, &s.u)
	cols, y := side(s.q, &s.v)
	s.upper = math.Sqrt(x * y)
	if gap := s.upper - s.lower; gap < s.best.gap {
		s.best = gammaPoint{
			gap: gap, p: append([]float64(nil), s.p...), q: append([]float64(nil), s.q...),
			u: mat.DenseCopyOf(&s.u), v: mat.DenseCopyOf(&s.v), s: s.s, scale: [2]float64{math.Sqrt(x), math.Sqrt(y)},
		}
	}
	return rows, cols
}

// advance multiplies a probability vector by powers of its gradient.
func advance(w, g []float64, power float64) {
	sum := 0.0
	for i := range w {
		w[i] = max(w[i]*math.Pow(g[i], power), 1e-14)
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
}

// gammaScale is the number of binary places of a rounded solution.
const gammaScale = 44

func fixed(v float64) int64 { return int64(math.Round(v * (1 << gammaScale))) }

// factors writes the primal solution at the best point, on all lines of the whole
// matrix.
func (s *gammaSolver) factors(f *Folded) check.Factors {
	b := &s.best
	balance := math.Sqrt(b.scale[1] / b.scale[0]) // |x| and |y| equally long
	write := func(of []int, w []float64, vectors *mat.Dense, factor float64) [][]int64 {
		out := make([][]int64, len(of))
		for line, i := range of {
			for k, v := range b.s {
				out[line] = append(out[line], fixed(vectors.At(i, k)*math.Sqrt(v/w[i])*factor))
			}
		}
		return out
	}
	return check.Factors{
		Kind: "factors", Scale: gammaScale,
		X: write(f.RowOf, b.p, b.u, balance),
		Y: write(f.ColOf, b.q, b.v, 1/balance),
	}
}

// witness writes the dual solution: the orthogonal factor U V^T of B, and the
// square roots of p and q.
func (s *gammaSolver) witness(f *Folded) check.Witness {
	b := &s.best
	var o mat.Dense
	o.Mul(b.u, b.v.T())
	roots := func(w []float64) []float64 {
		out := make([]float64, len(w))
		for i, v := range w {
			out[i] = math.Sqrt(v)
		}
		return out
	}
	return f.witness(o.At, roots(b.p), roots(b.q))
}

// witness writes a dual solution on the lines of the whole matrix; repeated ones get weight 0.
func (f *Folded) witness(o func(i, j int) float64, a, b []float64) check.Witness {
	w := check.Witness{Kind: "witness", Scale: gammaScale, O: make([][]int64, len(f.RowOf)), A: make([]int64, len(f.RowOf)), B: make([]int64, len(f.ColOf))}
	for i := range w.O {
		w.O[i] = make([]int64, len(f.ColOf))
	}
	for i, r := range f.RowFirst {
		w.A[r] = fixed(a[i])
		for j, c := range f.ColFirst {
			w.O[r][c] = fixed(o(i, j))
		}
	}
	for j, c := range f.ColFirst {
		w.B[c] = fixed(b[j])
	}
	return w
}
