package bounds

import (
	"context"
	"fmt"
	"math"
	"math/big"

	"crosscut/protocol/bounds/check"
	"gonum.org/v1/gonum/mat"
)

// fractional bounds the least weight of rectangles (see check.Fractions) by linear
// programs over few rectangles; the heaviest under the multipliers of the entries are
// added until none weighs more than 1.
func (a *analysis) fractional(ctx context.Context, measure string, v int, e string) {
	f := a.f
	rows, cols := f.Rows(), f.Cols()
	claim := check.Claim{Measure: measure, Value: &a.PerValue[v].Value, Error: e}
	edge, err := claim.Right()
	if err != nil || min(rows, cols) > gameSide || rows*cols > gameEntries || a.Rows*a.Cols > gamma2Entries {
		return // evidence names each entry, repetitions included
	}
	flipped := rows > cols
	if flipped {
		rows, cols = cols, rows
	}
	right, _ := edge.Float64()
	right = (1 + right) / 2
	s := &fraction{right: right, smooth: measure == check.SmoothRectangle, best: math.Inf(-1)}
	a.say(fmt.Sprintf("%s of %d, error %s", measure, *claim.Value, e))
	for i := range rows {
		s.at = append(s.at, make([]int, cols))
		for j := range cols {
			k := f.Index(i, j)
			if flipped {
				k = f.Index(j, i)
			}
			s.at[i][j] = -1
			if k < 0 {
				continue
			}
			s.at[i][j] = len(s.own)
			s.own = append(s.own, k == v)
			if k == v {
				s.rects = append(s.rects, signedRect{rows: []int{i}, cols: []int{j}})
			}
		}
	}
	s.solve(ctx)
	lower, upper := claim, claim
	lower.End, upper.End = check.Lower, check.Upper
	whole := check.Weighing{Kind: "weighing", Weights: make([][]int64, a.Rows)}
	for i := range whole.Weights {
		whole.Weights[i] = make([]int64, a.Cols)
	}
	pieces := check.Fractions{Kind: "fractions", Unit: 1 << gameScale, Rectangles: []check.Weighted{}}
	piece := func(weight int64, rows, cols []int) {
		if flipped {
			rows, cols = cols, rows
		}
		pieces.Rectangles = append(pieces.Rectangles, check.Weighted{Weight: weight, Rectangle: check.Rectangle{Rows: unfold(f.RowOf, rows), Cols: unfold(f.ColOf, cols)}})
	}
	s.round(edge, piece)
	for i, row := range s.at {
		for j, t := range row {
			if t >= 0 && s.weights != nil {
				r, c := i, j
				if flipped {
					r, c = j, i
				}
				whole.Weights[f.RowFirst[r]][f.ColFirst[c]] = int64(math.Round(s.weights[t] * (1 << gameScale)))
			}
		}
	}
	lower.Evidence, upper.Evidence = marshal(whole), marshal(pieces)
	a.keep(lower, upper)
}

// fraction is the state of fractional: the entries by number (-1: outside the promise), and
// whether they have the value.
type fraction struct {
	right   float64 // 1 - e
	smooth  bool
	at      [][]int
	own     []bool
	rects   []signedRect
	p       []float64 // weights of the first rectangles, the best so far
	weights []float64 // of the entries, the best so far
	best    float64   // what they prove
}

func (s *fraction) solve(ctx context.Context) {
	known := map[string]bool{}
	for range 100 {
		p, y, value, ok := s.restricted(ctx)
		if y == nil {
			return
		}
		if ok {
			s.p = p
		}
		added := false
		for _, mix := range []float64{1, .5} {
			query := make([]float64, len(y))
			for t := range y {
				query[t] = y[t]
				if s.weights != nil {
					query[t] = mix*y[t] + (1-mix)*s.weights[t]
				}
			}
			weighted := make([][]float64, len(s.at))
			for i, row := range s.at {
				weighted[i] = make([]float64, len(row))
				for j, t := range row {
					if t >= 0 {
						weighted[i][j] = query[t]
					}
				}
			}
			rects, most := heavy(weighted, 1, false)
			if proved := s.proves(query) / most; most > 0 && proved > s.best {
				s.best = proved
				s.weights = query
				for t := range query {
					query[t] /= most
				}
			}
			for _, r := range rects {
				if key := fmt.Sprint(r); !known[key] {
					known[key], added = true, true
					s.rects = append(s.rects, r)
				}
			}
			if added {
				break
			}
		}
		if !added || ok && value-s.best < 1e-8*value || ctx.Err() != nil {
			return
		}
	}
}

// proves is what weights of entries prove when no rectangle weighs more than 1.
func (s *fraction) proves(w []float64) float64 {
	sum := 0.0
	for t, v := range w {
		switch {
		case !s.own[t]:
			sum += (1 - s.right) * v
		case v > 0:
			sum += s.right * v
		default:
			sum += v
		}
	}
	return sum
}

// restricted solves the program over the rectangles at hand: their weights, and the
// multipliers of the entries with the signs that the checker wants.
func (s *fraction) restricted(ctx context.Context) (p, y []float64, value float64, ok bool) {
	entries, k := len(s.own), len(s.rects)
	constraints, variables := entries, k+entries
	if s.smooth {
		for _, own := range s.own {
			if own {
				constraints++
				variables++
			}
		}
	}
	a, b, c := mat.NewDense(constraints, variables, nil), make([]float64, constraints), make([]float64, variables)
	for r, q := range s.rects {
		c[r] = 1
		for _, i := range q.rows {
			for _, j := range q.cols {
				if t := s.at[i][j]; t >= 0 {
					a.Set(t, r, 1)
				}
			}
		}
	}
	next := 0
	for t, own := range s.own {
		if !own {
			a.Set(t, k+t, 1)
			b[t] = 1 - s.right
			continue
		}
		a.Set(t, k+t, -1)
		b[t] = s.right
		if s.smooth {
			a.Set(entries+next, k+t, 1)
			a.Set(entries+next, k+entries+next, 1)
			b[entries+next] = 1 - s.right
			next++
		}
	}
	x, y, ok := interior(ctx, a, b, c)
	for r := range k {
		value += x[r]
	}
	y = y[:entries]
	for t, own := range s.own {
		switch {
		case math.IsNaN(y[t]):
			return nil, nil, 0, false
		case !own:
			y[t] = min(y[t], 0)
		case !s.smooth:
			y[t] = max(y[t], 0)
		}
	}
	return x[:k], y, value, ok
}

// round passes on whole weights of rectangles that keep every limit: what lacks on an entry
// of the value is a rectangle by itself.
func (s *fraction) round(edge *big.Rat, piece func(weight int64, rows, cols []int)) {
	unit := new(big.Rat).SetInt64(1 << gameScale)
	least := new(big.Rat).Add(edge, ratio(1, 1))
	least.Mul(least, unit).Mul(least, ratio(1, 2)) // 1 - e
	most, _ := new(big.Rat).Sub(unit, least).Float64()
	need := new(big.Int).Add(least.Num(), new(big.Int).Sub(least.Denom(), big.NewInt(1)))
	need.Quo(need, least.Denom())
	got := make([]float64, len(s.own))
	each := func(r signedRect, visit func(t int)) {
		for _, i := range r.rows {
			for _, j := range r.cols {
				if t := s.at[i][j]; t >= 0 {
					visit(t)
				}
			}
		}
	}
	for k, w := range s.p {
		each(s.rects[k], func(t int) { got[t] += max(0, w) * (1 << gameScale) })
	}
	scale := 1 - 1e-9
	for t, own := range s.own {
		switch {
		case !own:
			scale = min(scale, (1-1e-9)*most/max(got[t], 1))
		case s.smooth:
			scale = min(scale, (1-1e-9)*(1<<gameScale)/max(got[t], 1))
		}
	}
	whole := make([]int64, len(s.own))
	for k, w := range s.p {
		if n := int64(w * scale * (1 << gameScale)); n > 0 {
			each(s.rects[k], func(t int) { whole[t] += n })
			piece(n, s.rects[k].rows, s.rects[k].cols)
		}
	}
	for i, row := range s.at {
		for j, t := range row {
			if t >= 0 && s.own[t] && whole[t] < need.Int64() {
				piece(need.Int64()-whole[t], []int{i}, []int{j})
			}
		}
	}
}
