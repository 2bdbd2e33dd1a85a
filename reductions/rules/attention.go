package rules

import (
	"fmt"
	"math/big"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
)

// Attention is rule C2, and C6 for more layers. Of one layer, each head sends a
// normaliser and d_v numerators over Alice's tokens, in exact width; a query that is not
// public goes first, as an embedded token or as H queries, whichever is shorter. In
// deeper stacks every token's sums cross in every inner layer.
//
// The cost is the engine's (docs/attention.md).
var Attention = register(&Rule{
	Name: "attention", Title: "attention, one layer", Model: zoo.Attention,
	Doc:     "H attention heads in exact integer arithmetic between any token-wise maps, in one or more layers",
	Crosses: "per head one normaliser and d_v numerators over the sender's tokens; the query first where it is not public",
	Cite:    []string{"SanfordHsuTelgarsky2023"},
	Params:  append(layerParams(), small(size("layers", "layers", 1, 64, 1), 1, 2)),
	Choices: []models.Choice{arithmeticChoice},
	Examples: []tasks.Params{
		{"H": 1, "m": 1, "p": 8, "f": 8}, {"H": 1, "m": 3, "p": 16, "f": 16}, {"H": 4, "m": 16, "p": 16, "f": 16},
	},
	Inequality: "H (B_Z + d_v B_N) >= needed, B_Z = ceil(log2(a 2^f + 1)), B_N = ceil(log2(a 2^f (2^p - 1) + 1)), a tokens of Alice; plus H m p where the query is not public",
	Latex:      `H\,(B_Z + d_v B_N) \ge n,\quad B_Z = \lceil\log_2(a 2^f + 1)\rceil,\ B_N = \lceil\log_2(a 2^f (2^p - 1) + 1)\rceil`,
	Width:      "m", WidthText: "m >= (needed / H - B_Z) / B_N for d_v = m and a public query",
	WidthLatex: `m \ge \frac{n/H - B_Z}{B_N}`,
	Arithmetic: "exact integers: weights of f fractional bits under a constant shift, sums in their exact width (docs/attention.md)",
	New:        newAttention,
})

// layerParams are the sizes of one layer.
func layerParams() []tasks.Param {
	return []tasks.Param{
		withLab(small(size("H", "heads", 1, 1<<12, 1), 1, 2), 16),
		withLab(small(size("m", "width of keys, queries and values", 1, 1<<14, 3), 1, 2), 64),
		{Name: "d_v", Doc: "width of values; default m", Min: 1, Max: 1 << 14, Default: func(_ int, set tasks.Params) float64 { return set["m"] }},
		withLab(small(size("p", "bits of a number", 2, 62, 8), 3, 4), 32),
		{Name: "f", Doc: "fractional bits of a softmax weight; default p, at most 16", Min: 1, Max: 16, Default: func(_ int, set tasks.Params) float64 { return min(16, set["p"]) }},
		{Name: "d", Doc: "numbers of an embedded token; default H m", Min: 1, Max: 1 << 20, Default: func(_ int, set tasks.Params) float64 { return set["H"] * set["m"] }},
	}
}

var arithmeticChoice = models.Choice{Name: "arithmetic", Doc: "integer weights under a constant shift, under the maximum, as a left fold, or rounded probabilities",
	Of: []string{string(attention.WithShift), string(attention.WithMax), string(attention.WithFold), string(attention.WithRounded)}}

func withLab(p tasks.Param, lab float64) tasks.Param { p.Lab = lab; return p }

// newAttention is a transformer whose token-wise maps are drawn from the seed: the
// embedding of a token, and from it queries, keys and values, are arbitrary p-bit
// numbers, and the output map compares the first averages of all heads with a threshold.
func newAttention(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	return seededStack(sh, set, func(own attention.Ints, positive bool) bool { return positive != (own.At(0)&1 == 1) })
}

// seededStack has the output map decide, a function of the token itself and of whether the
// sum of all heads' first averages is positive.
func seededStack(sh tasks.Shape, set models.Settings, decide func(own attention.Ints, positive bool) bool) (models.Machine, error) {
	v := set.Num
	depth, heads, width, values, p, f := v.Int("layers"), v.Int("H"), v.Int("m"), v.Int("d_v"), v.Int("p"), v.Int("f")
	drawn := func(h uint64) int64 { return int64(h) >> (64 - p) }
	fill := func(kind, h, pos int, e, into attention.Ints) {
		at := draw(set.Seed, uint64(kind), uint64(h), uint64(pos), 0)
		for c := range e.Len() {
			at = draw(at, uint64(e.At(c)))
		}
		for c := range into.Len() {
			into.Set(c, drawn(draw(at, uint64(c))))
		}
	}
	var layers []*attention.Layer
	var next []func(pos int, e attention.Ints, heads []attention.Average, into attention.Ints) error
	for k := range depth {
		layers = append(layers, &attention.Layer{
			Heads: heads, Width: width, Values: values, Embed: v.Int("d"), P: p, F: f, G: f,
			Arithmetic: attention.Arithmetic(set.Pick("arithmetic", "")),
			Top:        new(big.Int).Lsh(big.NewInt(1), uint(p-1)),
			Query:      func(h, pos int, e, q attention.Ints) error { fill(4*k+1, h, pos, e, q); return nil },
			Key:        func(h, pos int, e, q attention.Ints) error { fill(4*k+2, h, pos, e, q); return nil },
			Value:      func(h, pos int, e, v attention.Ints) (int, error) { fill(4*k+3, h, pos, e, v); return 0, nil },
		})
		if k > 0 {
			next = append(next, func(pos int, e attention.Ints, heads []attention.Average, into attention.Ints) error {
				fill(4*k, int(heads[0].Nearest(0, 1)), pos, e, into)
				return nil
			})
		}
	}
	outputs := 1
	if sh.Task.Vector {
		outputs = sh.Int("d")
	}
	return attention.New(&attention.Stack{
		Shape: sh, Layers: layers, Next: next, Residual: v.Int("d"),
		In: func(pos int, t tasks.Token, e attention.Ints) error {
			at := digest(set.Seed, pos, t)
			for c := range e.Len() {
				e.Set(c, drawn(draw(at, uint64(c))))
			}
			return nil
		},
		Out: func(_ int, own attention.Ints, heads []attention.Average) (tasks.Value, error) {
			sum := new(big.Rat)
			for _, a := range heads {
				sum.Add(sum, a.Ratio(0))
			}
			out := make(tasks.Value, outputs)
			if decide(own, sum.Sign() > 0) {
				out[0] = 1
			}
			return out, nil
		},
		Chosen: map[string]string{"weights": fmt.Sprintf("drawn from seed %d", set.Seed)},
	})
}
