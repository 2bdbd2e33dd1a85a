package bounds

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"
)

// entryGame is the game of the best distribution (see best.go): one variable for each entry
// within the promise, or for all entries that a symmetry makes alike, and the rectangles met
// so far.
type entryGame struct {
	sign  [][]float64 // of an entry: 1, -1, or 0 outside the promise
	at    [][]int     // variable of an entry, or -1
	size  []float64   // entries of a variable
	rects []signedRect
}

// signedRect is a set of rows, a set of columns, and the sign that its entries are weighed by.
type signedRect struct {
	sign float64
	rows []int
	cols []int
}

// shares is what a rectangle pays for each variable: the mean over its entries.
func (g *entryGame) shares(r signedRect) []float64 {
	s := make([]float64, len(g.size))
	for _, i := range r.rows {
		for _, j := range r.cols {
			if t := g.at[i][j]; t >= 0 {
				s[t] += r.sign * g.sign[i][j] / g.size[t]
			}
		}
	}
	return s
}

// weighted is what each entry pays under mu, the weight of all of a variable's entries.
func (g *entryGame) weighted(mu []float64) [][]float64 {
	w := make([][]float64, len(g.at))
	for i, row := range g.at {
		w[i] = make([]float64, len(row))
		for j, t := range row {
			if t >= 0 {
				w[i][j] = g.sign[i][j] * mu[t] / g.size[t]
			}
		}
	}
	return w
}

// restricted solves max d: sum_R p_R share_R(t) - d - slack_t = 0 for all variables t,
// sum p = 1, over the rectangles at hand. The multipliers are the distribution; nil where
// they are none.
func (g *entryGame) restricted(ctx context.Context) (p, mu []float64, value float64, ok bool) {
	n, k := len(g.size), len(g.rects)
	a := mat.NewDense(n+1, k+1+n, nil)
	for r, q := range g.rects {
		for t, v := range g.shares(q) {
			a.Set(t, r, v)
		}
		a.Set(n, r, 1)
	}
	for t := range n {
		a.Set(t, k, -1)
		a.Set(t, k+1+t, -1)
	}
	b, c := make([]float64, n+1), make([]float64, k+1+n)
	b[n], c[k] = 1, -1
	x, y, ok := interior(ctx, a, b, c)
	sum := 0.0
	mu = make([]float64, n)
	for t := range mu {
		if mu[t] = max(0, y[t]); math.IsNaN(mu[t]) {
			return nil, nil, 0, false
		}
		sum += mu[t]
	}
	if sum == 0 {
		return nil, nil, 0, false
	}
	for t := range mu {
		mu[t] /= sum
	}
	return x[:k], mu, x[k], ok
}
