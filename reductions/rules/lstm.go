package rules

import "crosscut/models/tasks"

// LSTM is rule C1a with two vectors: the hidden one and the cell.
var LSTM = carries(Rule{
	Name: "lstm", Title: "LSTM",
	Doc:    "stacked LSTM layers of m units: a gated cell and a hidden vector",
	Cite:   []string{"HochreiterSchmidhuber1997"},
	Params: []tasks.Param{layersParam, size("m", "units of a layer", 1, 1<<20, 16), bitsParam},
	Width:  "m",
}, "2 m", func(v tasks.Params) causal {
	m := v.Int("m")
	return causal{
		width: m,
		step: func(w weights, state []uint64, _ int, in []uint64) (next, out []uint64) {
			hidden, cell := state[:m:m], state[m:]
			gates := w.local(3*m, append(hidden, in...)...)
			next = make([]uint64, 2*m)
			for c := range m {
				next[m+c] = (gates[c]*cell[c] + gates[m+c]) & w.mask
				next[c] = draw(gates[2*m+c], next[m+c]) & w.mask
			}
			return next, next[:m:m]
		},
	}
})
