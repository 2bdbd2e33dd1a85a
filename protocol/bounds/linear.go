package bounds

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// interior solves min <c, x> such that a x = b, x >= 0, by a primal-dual interior
// point method with a predictor and a corrector (Mehrotra 1992). It returns x and
// the multipliers y of the constraints. The result is a float64 approximation:
// callers round it and let the checker say what it proves. ok: it converged.
func interior(ctx context.Context, a *mat.Dense, b, c []float64) (x, y []float64, ok bool) {
	m, n := a.Dims()
	x, s := slices.Repeat([]float64{1}, n), slices.Repeat([]float64{1}, n)
	y = make([]float64, m)
	scale := 1.0
	for _, v := range b {
		scale = max(scale, math.Abs(v))
	}
	half := mat.NewDense(m, n, nil) // 0 where a is, at every step
	type entry struct {
		j int
		v float64
	}
	rows := make([][]entry, m) // those of a that are not 0
	for i := range rows {
		for j, v := range a.RawRowView(i) {
			if v != 0 {
				rows[i] = append(rows[i], entry{j, v})
			}
		}
	}
	for step := 0; step < 80 && ctx.Err() == nil; step++ {
		// Residuals.
		rp, rd := make([]float64, m), make([]float64, n)
		for i, row := range rows {
			left := b[i]
			for _, e := range row {
				left -= e.v * x[e.j]
				rd[e.j] -= e.v * y[i]
			}
			rp[i] = left
		}
		mu, worst := 0.0, 0.0
		for j := range rd {
			rd[j] += c[j] - s[j]
			mu += x[j] * s[j] / float64(n)
			worst = max(worst, math.Abs(rd[j]))
		}
		for _, v := range rp {
			worst = max(worst, math.Abs(v)/scale)
		}
		if mu < 1e-12 && worst < 1e-9 || mu < 1e-14 && worst < 1e-6 { // in the end the residuals stall
			return x, y, true
		}
		// The normal matrix a diag(x/s) a^T.
		d, root := make([]float64, n), make([]float64, n)
		for j := range d {
			d[j] = x[j] / s[j]
			root[j] = math.Sqrt(d[j])
		}
		for i, row := range rows {
			out := half.RawRowView(i)
			for _, e := range row {
				out[e.j] = e.v * root[e.j]
			}
		}
		var normal mat.SymDense
		normal.SymOuterK(1, half)
		for i := range m {
			normal.SetSym(i, i, normal.At(i, i)*(1+1e-12)+1e-14)
		}
		var chol mat.Cholesky
		if !chol.Factorize(&normal) {
			return x, y, mu < 1e-8 && worst < 1e-6
		}
		direction := func(rc []float64) (dx, dy, ds []float64) {
			rhs, w := make([]float64, m), make([]float64, n)
			for j := range w {
				w[j] = d[j]*rd[j] - rc[j]/s[j]
			}
			for i, row := range rows {
				sum := rp[i]
				for _, e := range row {
					sum += e.v * w[e.j]
				}
				rhs[i] = sum
			}
			var sol mat.VecDense
			_ = chol.SolveVecTo(&sol, mat.NewVecDense(m, rhs)) // near the end it is ill-conditioned, which the residuals show
			dy = append(dy, sol.RawVector().Data...)
			ds, dx = make([]float64, n), make([]float64, n)
			copy(ds, rd)
			for i, row := range rows {
				for _, e := range row {
					ds[e.j] -= e.v * dy[i]
				}
			}
			for j := range dx {
				dx[j] = rc[j]/s[j] - d[j]*ds[j]
			}
			return dx, dy, ds
		}
		rc := make([]float64, n)
		for j := range rc {
			rc[j] = -x[j] * s[j]
		}
		dx, _, ds := direction(rc)
		ap, ad := reach(x, dx), reach(s, ds)
		after := 0.0
		for j := range rc {
			after += (x[j] + ap*dx[j]) * (s[j] + ad*ds[j]) / float64(n)
		}
		sigma := math.Pow(after/mu, 3)
		for j := range rc {
			rc[j] = sigma*mu - x[j]*s[j] - dx[j]*ds[j]
		}
		dx, dy, ds := direction(rc)
		ap, ad = min(1, .995*reach(x, dx)), min(1, .995*reach(s, ds))
		if math.IsNaN(ap) || math.IsNaN(ad) {
			return x, y, false
		}
		for j := range x {
			x[j] += ap * dx[j]
			s[j] += ad * ds[j]
		}
		for i := range y {
			y[i] += ad * dy[i]
		}
	}
	return x, y, false
}

// reach is the longest step, at most 1/0.995, that keeps v + step d positive.
func reach(v, d []float64) float64 {
	step := 1 / .995
	for j := range v {
		if d[j] < 0 {
			step = min(step, -v[j]/d[j])
		}
	}
	return step
}
