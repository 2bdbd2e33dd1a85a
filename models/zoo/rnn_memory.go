package zoo

import (
	"crosscut/models"
	"crosscut/models/tasks"
)

// RNNMemory remembers the first m raw tokens of each reading direction and
// applies the task's definition to them.
//
// Statement. With m = N it is right on every input of every task: read both ways
// always, read one way wherever the output needs no later token.
//
// Cost. A state has min(t, m) b bits after t tokens, b the raw size of a token.
// This is the trivial upper bound; nothing shorter works in general.
var RNNMemory = construct(&models.Construction{
	Name: "rnn-memory", Model: "rnn", Tasks: []string{"*"}, Rank: 10,
	Doc:  "keeps the first m raw tokens of each direction; the output applies the task's definition to what is kept",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{
		{Name: "m", Doc: "raw tokens kept in each direction; default N", Max: tasks.MaxN},
		directionsParam, rawParam,
	},
	New: with(rawBits, func(sh tasks.Shape, set models.Settings, p int) (models.Machine, error) {
		m, dir := set.Int("m", sh.N), directions(sh, set)
		sizes := tasks.Params{"m": float64(m), "directions": float64(dir)}
		return memory(sh, p, keeping{most: m}, dir, sizes, "directions m b, b = %d bits a token", "min(t, m)")
	}),
})
