package rules

import (
	"crosscut/models"
	"crosscut/models/linear"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
)

// FeedForward is a network f(X) = g(W vec(X)) with a dense first layer of h1 rows, the
// largest weights of p bits, and any continuation g. Alice sends her part of each
// pre-activation in its exact width.
var FeedForward = register(&Rule{
	Name: "feed-forward", Title: "feed-forward", Model: zoo.MLP,
	Doc:     "g(W vec(X)) with a dense first layer of h1 rows and any continuation g",
	Crosses: "Alice's part of each of the h1 pre-activations, in its exact width",
	Cite:    []string{"SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{size("h1", "width of the first layer", 1, 1<<16, 64), size("p", "bits of a weight and of a number", 1, 24, 8),
		size("d", "numbers of a token", 1, 1<<12, 1)},
	Examples:   []tasks.Params{{}},
	Inequality: "h1 ceil(log2(k (2^(2p-1) - 2^(p-1)) + 1)) >= needed, k numbers of Alice's tokens",
	Latex:      `h_1\,\lceil\log_2(k\,(2^{2p-1} - 2^{p-1}) + 1)\rceil \ge n`,
	Width:      "h1", WidthText: "h1 >= needed / ceil(log2(k (2^(2p-1) - 2^(p-1)) + 1))", WidthLatex: `h_1 \ge \frac{n}{\lceil\log_2(k (2^{2p-1} - 2^{p-1}) + 1)\rceil}`,
	Raw:        true,
	Arithmetic: "exact integers: signed weights and unsigned numbers of p bits, pre-activations in their exact width",
	New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		d, p := set.Num.Int("d"), set.Num.Int("p")
		row := make([]linear.Term, sh.N*d)
		for c := range row {
			row[c] = linear.Term{Column: c, Weight: -1 << (p - 1)}
		}
		rows := make([][]linear.Term, set.Num.Int("h1"))
		for r := range rows {
			rows[r] = row
		}
		high := make([]int64, d)
		for k := range high {
			high[k] = int64(mask(p))
		}
		return &linear.FeedForward{
			Of: sh, Sizes: set.Num, Numbers: d, Low: make([]int64, d), High: high, Rows: rows, Bits: p,
			Vec: func(t tasks.Token) []int64 {
				v := make([]int64, d)
				for k, x := range embed(set.Seed, d, p, 0, t) {
					v[k] = int64(x)
				}
				return v
			},
			Continue: func(pre []int64, read []int) []tasks.Value {
				f := make([]uint64, len(pre))
				for r, x := range pre {
					f[r] = uint64(x)
				}
				out := make([]tasks.Value, len(read))
				for k, i := range read {
					out[k] = output(sh, draw(set.Seed, uint64(i)), f)
				}
				return out
			},
		}, nil
	},
})
