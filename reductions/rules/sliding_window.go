package rules

import "crosscut/models/tasks"

// SlidingWindow is rule C1d: an output looks at the last w inputs of its layer, its own
// among them, so w - 1 of every layer cross.
var SlidingWindow = carries(Rule{
	Name: "sliding-window", Title: "sliding window",
	Doc:     "causal layers in which a position sees the last w inputs of its layer, its own included, and nothing else",
	Crosses: "the last w - 1 inputs of every layer, once for each ownership change up to the read position",
	Cite:    []string{"BeltagyPetersCohan2020"},
	Params: []tasks.Param{layersParam, size("w", "inputs seen, the position's own included", 1, tasks.MaxN, 8),
		size("d", "numbers of a token (d_model)", 1, 1<<20, 16), bitsParam},
	Inequality: "; fewer inputs where the sequence is younger",
	Width:      "w",
	Arithmetic: "any: inputs of p-bit numbers, whatever the layer computes of them",
}, "min(t, w - 1) d", func(v tasks.Params) causal {
	w, d := v.Int("w"), v.Int("d")
	return causal{
		width: d,
		step: func(ws weights, s []uint64, _ int, in []uint64) (next, out []uint64) {
			seen := append(s, in...)
			out = ws.local(d, seen...)
			return seen[max(0, len(seen)-(w-1)*d):], out
		},
		plain: func(ws weights, ins [][]uint64) [][]uint64 {
			outs := make([][]uint64, len(ins))
			for t := range ins {
				var seen []uint64
				for i := max(0, t-w+1); i <= t; i++ {
					seen = append(seen, ins[i]...)
				}
				outs[t] = ws.local(d, seen...)
			}
			return outs
		},
	}
})
