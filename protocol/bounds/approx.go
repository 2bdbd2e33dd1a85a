package bounds

import (
	"context"
	"fmt"
	"math"
	"math/big"

	"gonum.org/v1/gonum/mat"

	"crosscut/protocol/bounds/check"
)

// Approximate is a measure that bounds protocols which may err.
type Approximate struct {
	Measure string `json:"measure"`         // as in package check
	Value   *int   `json:"value,omitempty"` // of the matrix
	Error   string `json:"error,omitempty"`
	Span    Span   `json:"span"`
	proof   check.Claim
}

// approxSide is the most folded rows and columns together for which approximations of the
// signs are sought.
const approxSide = 64

// approximate finds what lower-bounds protocols of the errors asked for, and lets the
// checker say what the rounded solutions prove exactly.
func (a *analysis) approximate() {
	if len(a.opts.Errors) > 0 {
		a.tooLarge()
	}
	for k, e := range a.opts.Errors {
		a.newman(e)
		share := 1 / float64(len(a.opts.Errors)-k)
		ctx, cancel := a.share(.5 * share)
		if a.two && a.zero >= 0 && a.one >= 0 && a.f.Rows()+a.f.Cols() <= approxSide && a.Rows*a.Cols <= gamma2Entries {
			a.say("approximate gamma_2, error " + e)
			if k == 0 {
				part, stop := shareOf(ctx, .5)
				a.near(part, check.Gamma2Infinity, "")
				stop()
			}
			a.near(ctx, check.Gamma2Near, e)
		}
		cancel()
		ctx, cancel = a.share(.7 * share)
		for v := range a.PerValue {
			part, stop := shareOf(ctx, 1/float64(len(a.PerValue)-v))
			half, done := shareOf(part, .5)
			a.fractional(half, check.Corruption, v, e)
			done()
			a.fractional(part, check.SmoothRectangle, v, e)
			stop()
		}
		cancel()
		for side := range 2 {
			part, stop := a.share(.3 * share)
			a.information(part, side, e)
			stop()
		}
	}
}

// tooLarge says which of the measures that errors ask for are not looked at.
func (a *analysis) tooLarge() {
	rows, cols, say := a.f.Rows(), a.f.Cols(), func(what string, args ...any) { a.TooLarge = append(a.TooLarge, fmt.Sprintf(what, args...)) }
	switch {
	case a.Rows*a.Cols > gamma2Entries:
		say("approximations of the signs, corruption and smooth rectangles: %d entries, at most %d are looked at", a.Rows*a.Cols, gamma2Entries)
		return
	case rows+cols > approxSide:
		say("approximations of the signs: %d different rows and columns together, at most %d are looked at", rows+cols, approxSide)
	}
	if min(rows, cols) > gameSide || rows*cols > gameEntries {
		say("corruption and smooth rectangles: %d x %d different lines, at most %d on the shorter side and %d entries are looked at", rows, cols, gameSide, gameEntries)
	}
}

// keep notes both ends of a measure, as far as the checker accepts them; a missing lower
// end is 0, and without an upper one there is no interval.
func (a *analysis) keep(lower, upper check.Claim) {
	m := Approximate{Measure: upper.Measure, Value: upper.Value, Error: upper.Error, Span: Span{Lower: new(big.Rat)}}
	if v := a.proved(&lower); v != nil {
		m.Span.Lower, m.proof = v, lower
	}
	if m.Span.Upper = a.proved(&upper); m.Span.Upper != nil {
		a.Approximate = append(a.Approximate, m)
	}
}

// follows lists, for each error, the bits that the measures prove, with claims.
func (a *analysis) follows() {
	for _, e := range a.opts.Errors {
		sums := map[string]*check.Follows{}
		for _, m := range a.Approximate {
			if m.Error != "" && m.Error != e || m.proof.Evidence == nil {
				continue
			}
			if sums[m.Measure] == nil {
				sums[m.Measure] = &check.Follows{Kind: "follows"}
			}
			s := sums[m.Measure]
			s.Parts = append(s.Parts, check.From{Measure: m.Measure, Value: m.Value, Evidence: m.proof.Evidence})
		}
		for _, by := range []struct{ measure, name, formula string }{
			{check.Gamma2Infinity, "gamma_2^infinity", "2 log2((1 - 2e) gamma_2^infinity)"},
			{check.Gamma2Near, "approximate gamma_2", "2 log2((1 - 2e) gamma_2^(1/(1 - 2e)))"},
			{check.Corruption, "corruption", "log2(sum over values of their corruption bounds)"},
			{check.SmoothRectangle, "smooth rectangles", "log2(sum over values of their smooth rectangle bounds)"},
		} {
			if sums[by.measure] == nil {
				continue
			}
			c := check.Claim{Measure: check.Randomised, Error: e, End: check.Lower, Evidence: marshal(sums[by.measure])}
			if v := a.proved(&c); v != nil {
				a.Randomised = append(a.Randomised, Randomised{
					Setting: "two-way randomised, both know", Error: e, Bits: int(v.Num().Int64()), By: by.name, Formula: "R_e >= " + by.formula,
				})
			}
		}
	}
}

// near bounds gamma_2 of the approximations that a measure of the checker allows, by the
// alternating direction method of multipliers on
//
//	min t: Z positive semidefinite, Z_ii <= t, and the block of Z in rows x columns allowed.
//
// The multipliers U of the last two are p, q on the diagonal and -W in the block: the
// factors of Z are the upper end, W = diag(sqrt p) O diag(sqrt q) the lower.
func (a *analysis) near(ctx context.Context, measure, e string) {
	claim := check.Claim{Measure: measure, Error: e}
	most := math.Inf(1)
	if e != "" {
		edge, err := claim.Right()
		if err != nil {
			return // the caller has looked at it
		}
		v, _ := edge.Float64()
		most = 1 / v
	}
	s := &nearSolver{f: a.f, m: a.f.Rows(), n: a.f.Cols(), most: most}
	for i := range s.m {
		for j := range s.n {
			sign := 0.0
			switch k := a.f.Index(i, j); {
			case k == a.one:
				sign = 1
			case k >= 0:
				sign = -1
			}
			s.sign = append(s.sign, sign)
		}
	}
	if s.solve(ctx); s.z == nil {
		return
	}
	lower, upper := claim, claim
	lower.End, lower.Evidence = check.Lower, marshal(s.witness(a.Rows <= a.Cols))
	upper.End, upper.Evidence = check.Upper, marshal(s.factors())
	a.keep(lower, upper)
}

// nearSolver is the state of near on a folded matrix of m rows and n columns.
type nearSolver struct {
	f       *Folded
	m, n    int
	sign    []float64
	most    float64
	z, u    *mat.SymDense // of the smallest gap
	best    float64
	vectors mat.Dense // of z, with its eigenvalues
	values  []float64
}

// solve iterates until both ends agree to 1e-7 or ctx ends.
func (s *nearSolver) solve(ctx context.Context) {
	d := s.m + s.n
	y, u, z, step := mat.NewSymDense(d, nil), mat.NewSymDense(d, nil), mat.NewSymDense(d, nil), 1.0
	for i := range s.m {
		for j := range s.n {
			y.SetSym(i, s.m+j, s.sign[i*s.n+j])
		}
	}
	s.best = math.Inf(1)
	for k := 0; k < 20000 && (k < 5 || ctx.Err() == nil); k++ {
		z.ScaleSym(-1, u)
		z.AddSym(z, y)
		vectors, values, ok := positive(z)
		if !ok {
			return
		}
		// The nearest allowed y to z + u.
		moved, off := 0.0, 0.0
		diagonal := make([]float64, d)
		for i := range d {
			diagonal[i] = z.At(i, i) + u.At(i, i)
		}
		t := level(diagonal, 1/step)
		for i := range d {
			for j := i; j < d; j++ {
				v := z.At(i, j) + u.At(i, j)
				w := v
				switch {
				case i == j:
					w = min(v, t)
				case i < s.m && j >= s.m:
					w = s.clip(i*s.n+j-s.m, v)
				}
				moved += (w - y.At(i, j)) * (w - y.At(i, j))
				off += (z.At(i, j) - w) * (z.At(i, j) - w)
				y.SetSym(i, j, w)
				u.SetSym(i, j, v-w)
			}
		}
		if k%20 == 0 || ctx.Err() != nil {
			if gap := s.gap(z, u); gap < s.best {
				s.best = gap
				s.z, s.u = mat.NewSymDense(d, nil), mat.NewSymDense(d, nil)
				s.z.CopySym(z)
				s.u.CopySym(u)
				s.vectors.CloneFrom(vectors)
				s.values = values
			}
			if s.best < 1e-7 {
				return
			}
		}
		if k%50 == 49 && k < 2000 { // residuals of a size
			factor := 1.0
			if off > 25*moved*step*step {
				factor = 2
			} else if moved*step*step > 25*off {
				factor = .5
			}
			step *= factor
			u.ScaleSym(1/factor, u)
		}
	}
}

// clip is the nearest value that may stand in an entry.
func (s *nearSolver) clip(at int, v float64) float64 {
	sign := s.sign[at]
	if sign == 0 {
		return max(-s.most, min(s.most, v))
	}
	return sign * max(1, min(s.most, sign*v))
}

// gap is the distance of what z and u prove, as it seems in floating point.
func (s *nearSolver) gap(z, u *mat.SymDense) float64 {
	upper, off, value := 0.0, 0.0, 0.0
	for i := range s.m + s.n {
		upper = max(upper, z.At(i, i))
	}
	weight, o, norm := s.dual(u)
	for i := range s.m {
		for j := range s.n {
			v := z.At(i, s.m+j)
			off = max(off, math.Abs(v-s.clip(i*s.n+j, v)))
			if w := o.At(i, j) * weight[i] * weight[s.m+j]; w*s.sign[i*s.n+j] > 0 {
				value += math.Abs(w)
			} else if w != 0 {
				value -= math.Abs(w) * s.most
			}
		}
	}
	return upper + off*float64(min(s.m, s.n)) - max(0, value/max(norm, 1e-300))
}

// dual is O, its norm, and the unit vectors of the roots of p and q.
func (s *nearSolver) dual(u *mat.SymDense) (weight []float64, o *mat.Dense, norm float64) {
	weight = make([]float64, s.m+s.n)
	for from, side := range map[int][]float64{0: weight[:s.m], s.m: weight[s.m:]} {
		sum := 0.0
		for i := range side {
			side[i] = max(0, u.At(from+i, from+i))
			sum += side[i]
		}
		for i := range side {
			side[i] = math.Sqrt(side[i] / max(sum, 1e-300))
		}
	}
	o = mat.NewDense(s.m, s.n, nil)
	for i := range s.m {
		for j := range s.n {
			if p := weight[i] * weight[s.m+j]; p > 1e-8 {
				o.Set(i, j, -u.At(i, s.m+j)/p)
			}
		}
	}
	var svd mat.SVD
	if svd.Factorize(o, mat.SVDNone) {
		norm = svd.Values(nil)[0]
	}
	return weight, o, norm
}

// positive replaces z by the nearest positive semidefinite matrix.
func positive(z *mat.SymDense) (vectors *mat.Dense, values []float64, ok bool) {
	var e mat.EigenSym
	if !e.Factorize(z, true) {
		return nil, nil, false
	}
	d := z.SymmetricDim()
	values = e.Values(nil)
	vectors = mat.NewDense(d, d, nil)
	e.VectorsTo(vectors)
	half := mat.DenseCopyOf(vectors)
	for j, v := range values {
		values[j] = max(v, 0)
		for i := range d {
			half.Set(i, j, half.At(i, j)*math.Sqrt(values[j]))
		}
	}
	z.SymOuterK(1, half)
	return vectors, values, true
}

// level is the t for which the sum of max(0, v - t) is so much.
func level(v []float64, sum float64) float64 {
	low, high := v[0], v[0]
	for _, x := range v {
		low, high = min(low, x), max(high, x)
	}
	low -= sum
	for range 200 {
		t, over := (low+high)/2, 0.0
		for _, x := range v {
			over += max(0, x-t)
		}
		if over > sum {
			low = t
		} else {
			high = t
		}
	}
	return high
}

// factors writes the square root of z on all lines of the whole matrix.
func (s *nearSolver) factors() check.Factors {
	write := func(of []int, from int) [][]int64 {
		out := make([][]int64, len(of))
		for line, i := range of {
			for k, v := range s.values {
				if v > 1e-15 {
					out[line] = append(out[line], fixed(s.vectors.At(from+i, k)*math.Sqrt(v)))
				}
			}
		}
		return out
	}
	return check.Factors{Kind: "factors", Scale: gammaScale, X: write(s.f.RowOf, 0), Y: write(s.f.ColOf, s.m)}
}

// witness writes u: O with norm 1, padded to an isometry, and the roots of p and q. It is
// by rows where wide is set, that is where the whole matrix has no more rows than columns.
func (s *nearSolver) witness(wide bool) check.Witness {
	weight, o, norm := s.dual(s.u)
	lines, first, along := s.m, s.f.RowFirst, mat.Matrix(o)
	if !wide {
		lines, first, along = s.n, s.f.ColFirst, o.T()
	}
	square := mat.NewSymDense(lines, nil)
	square.SymOuterK(1, along)
	var e mat.EigenSym
	if !e.Factorize(square, true) {
		return check.Witness{Kind: "witness"}
	}
	values := e.Values(nil)
	norm = math.Sqrt(max(values[lines-1], 1e-300))
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	w := s.f.witness(func(i, j int) float64 { return o.At(i, j) / norm }, weight[:s.m], weight[s.m:])
	w.Pad = make([][]int64, len(w.A))
	if !wide {
		w.Pad = make([][]int64, len(w.B))
	}
	for k := range w.Pad {
		w.Pad[k] = make([]int64, lines)
	}
	for i, line := range first {
		for k, v := range values {
			w.Pad[line][k] = fixed(vectors.At(i, k) * math.Sqrt(max(0, 1-v/norm/norm)))
		}
	}
	return w
}
