package zoo

import (
	"crosscut/models"
	"crosscut/models/linear"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// MLPQSA passes every z and every y through its first layer.
//
// Statement. With h1 = N (d + q) rows, W is the identity; its z-columns have rank
// N d, and with sqrt(d) 2^-p <= eps every output is within eps on every input.
// Theorem 10 asks for rank N d / 2 of them on half the tokens.
//
// With fewer rows the y keep theirs and the z share the rest: coordinate c is
// added to row c mod (h1 - N q), and g takes the average of what a row holds. Below
// N q + 1 rows the y share too. [NullPair] finds inputs that such a W confuses.
//
// Cost. Identity: p bits for each z coordinate of the sender and ceil(log2 N) for
// each number of its y.
var MLPQSA = construct(&models.Construction{
	Name: "mlp-qsa", Model: "mlp", Tasks: []string{"qsa"},
	Doc:  "first layer: the identity on all z (p bits) and y; with fewer rows, sums of z coordinates",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{
		{Name: "h1", Doc: "width of the first layer; default N (d + q)", Min: 1, Max: 1 << 31},
		gridParam,
	},
	New: with(gridFor, func(sh tasks.Shape, set models.Settings, g grid) (models.Machine, error) {
		d, q := sh.Int("d"), sh.Int("q")
		numbers := d + q
		h1 := set.Int("h1", sh.N*numbers)
		if h1 > sh.N*numbers {
			return nil, models.Unsupportedf("h1 = %d exceeds the N (d + q) = %d numbers that enter", h1, sh.N*numbers)
		}
		if err := models.Fits(float64(sh.N) * float64(numbers) * 64); err != nil {
			return nil, err
		}
		forZ := max(1, h1-sh.N*q)
		forY := h1 - forZ
		rows := make([][]linear.Term, h1)
		zRow := func(pos, c int) int { return ((pos-1)*d + c) % forZ }
		yRow := func(pos, s int) int { return forZ + ((pos-1)*q+s)%max(1, forY) }
		for pos := 1; pos <= sh.N; pos++ {
			for c := range d {
				r := zRow(pos, c)
				rows[r] = append(rows[r], linear.Term{Column: (pos-1)*numbers + c, Weight: 1})
			}
			for s := range q {
				if forY > 0 {
					r := yRow(pos, s)
					rows[r] = append(rows[r], linear.Term{Column: (pos-1)*numbers + d + s, Weight: 1})
				}
			}
		}
		low, high := make([]int64, numbers), make([]int64, numbers)
		for k := range low {
			if k < d {
				high[k] = 1<<g.p - 1
			} else {
				low[k], high[k] = 1, int64(sh.N)
			}
		}
		var most protocol.Growth
		if !set.Sets("h1", "p") { // N (d + q) rows of max(p, ceil(log2 N)) bits
			most = protocol.Growth{Power: 1, Logs: 1}
		}
		return &linear.FeedForward{
			Grows: most,
			Of:    sh, Sizes: tasks.Params{"h1": float64(h1), "p": float64(g.p)},
			Numbers: numbers, Low: low, High: high, Rows: rows,
			Bits: max(g.p, protocol.Width(uint64(sh.N))),
			Vec: func(t tasks.Token) []int64 {
				x := make([]int64, 0, numbers)
				for _, z := range t.Z {
					x = append(x, int64(g.index(z)))
				}
				for _, l := range t.Y {
					x = append(x, int64(l))
				}
				return x
			},
			Continue: func(pre []int64, read []int) []tasks.Value {
				out := make([]tasks.Value, len(read))
				for k, i := range read {
					out[k] = make(tasks.Value, d)
					for s := range q {
						l := 1
						if forY > 0 {
							r := yRow(i, s)
							l = min(max(1, int(pre[r])/len(rows[r])), sh.N)
						}
						for c := range d {
							r := zRow(l, c)
							out[k][c] += g.mean(uint64(pre[r]), len(rows[r]))
						}
					}
					for c := range d {
						out[k][c] /= float64(q)
					}
				}
				return out
			},
		}, nil
	}),
})
