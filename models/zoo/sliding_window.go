package zoo

import (
	"crosscut/models"
	"crosscut/models/tasks"
)

// SlidingWindow sees the last w inputs and nothing else.
var SlidingWindow = register(&models.Model{
	Name: "sliding-window",
	Doc:  "output i is a function of the last w inputs (and, both ways, of the next w); the window crosses at each ownership change",
	Cite: []string{"SanfordHsuTelgarsky2023"},
})

// SlidingWindowTokens keeps the last w raw tokens of each reading direction.
//
// Statement. It is right wherever the tokens that the output needs are less than w
// away: with w = K + 1 on match3-local, with w = N on every task.
//
// Cost. min(t, w) b bits after t tokens, b the raw size of a token.
var SlidingWindowTokens = construct(&models.Construction{
	Name: "sliding-window-tokens", Model: "sliding-window", Tasks: []string{"*"},
	Doc:  "keeps the last w raw tokens of each direction; the output applies the task's definition to the window",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{
		{Name: "w", Doc: "inputs seen, the position's own included; default all that an output may need: N, for match3-local K + 1", Min: 1, Max: tasks.MaxN, Lab: 512},
		directionsParam, rawParam,
	},
	New: with(rawBits, func(sh tasks.Shape, set models.Settings, p int) (models.Machine, error) {
		w, dir := set.Int("w", max(sh.Window())+1), directions(sh, set)
		sizes := tasks.Params{"w": float64(w), "directions": float64(dir)}
		return memory(sh, p, keeping{most: w, last: true}, dir, sizes, "directions w b, b = %d bits a token", "min(t, w)")
	}),
})
