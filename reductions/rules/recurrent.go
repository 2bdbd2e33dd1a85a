package rules

import (
	"crosscut/models/tasks"
	"crosscut/models/zoo"
)

// Recurrent is rule C1a: any transition function on m numbers in each layer.
var Recurrent = carries(Rule{
	Name: "recurrent", Title: "recurrent, one direction", Model: zoo.RNN,
	Doc:      "stacked recurrent layers with any transition function on m numbers of p bits each",
	Cite:     []string{"SanfordHsuTelgarsky2023"},
	Params:   []tasks.Param{layersParam, withLab(size("m", "numbers of a layer's state", 1, 1<<20, 16), 256), withLab(bitsParam, 32)},
	Examples: []tasks.Params{{}},
	Among:    []tasks.Params{{}},
	Width:    "m",
}, "m", func(v tasks.Params) causal {
	m := v.Int("m")
	return causal{
		width: m,
		step: func(w weights, state []uint64, _ int, in []uint64) (next, out []uint64) {
			next = w.local(m, append(state, in...)...)
			return next, next
		},
	}
})
