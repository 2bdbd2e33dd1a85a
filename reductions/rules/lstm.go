package rules

import (
	"crosscut/models"
	"crosscut/models/tasks"
)

// LSTM is rule C1a with two vectors: the hidden one and the cell.
var LSTM = register(&Rule{
	Name: "lstm", Title: "LSTM",
	Doc:     "stacked LSTM layers of m units: a gated cell and a hidden vector",
	Crosses: stateCrosses, Arithmetic: stateArithmetic,
	Cite:       []string{"HochreiterSchmidhuber1997"},
	Params:     []tasks.Param{layersParam, size("m", "units of a layer", 1, 1<<20, 16), bitsParam},
	Inequality: "r layers 2 m p >= needed, r ownership changes up to the read position",
	Latex:      `2 r L m p \ge n`,
	Width:      "m", WidthText: "m >= needed / (2 r layers p)", WidthLatex: `m \ge \frac{n}{2 r L p}`,
	New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		m := set.Num.Int("m")
		return causal{
			layers: set.Num.Int("layers"), p: set.Num.Int("p"), width: m, numbers: constant(2 * m), text: "layers 2 m p",
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
		}.machine(sh, set), nil
	},
})
