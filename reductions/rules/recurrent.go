package rules

import (
	"crosscut/models"
	"crosscut/models/tasks"
)

// Recurrent is rule C1a: any transition function on m numbers in each layer.
var Recurrent = register(&Rule{
	Name: "recurrent", Title: "recurrent, one direction",
	Doc:     "stacked recurrent layers with any transition function on m numbers of p bits each",
	Crosses: stateCrosses, Arithmetic: stateArithmetic,
	Cite:       []string{"SanfordHsuTelgarsky2023"},
	Params:     []tasks.Param{layersParam, withLab(size("m", "numbers of a layer's state", 1, 1<<20, 16), 256), withLab(bitsParam, 32)},
	Examples:   []tasks.Params{{}},
	Inequality: "r layers m p >= needed, r ownership changes up to the read position",
	Latex:      `r L m p \ge n`,
	Width:      "m", WidthText: "m >= needed / (r layers p)", WidthLatex: `m \ge \frac{n}{r L p}`,
	New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		m := set.Num.Int("m")
		return causal{
			layers: set.Num.Int("layers"), p: set.Num.Int("p"), width: m, numbers: constant(m), text: "layers m p",
			step: func(w weights, state []uint64, _ int, in []uint64) (next, out []uint64) {
				next = w.local(m, append(state, in...)...)
				return next, next
			},
		}.machine(sh, set), nil
	},
})
