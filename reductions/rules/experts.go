package rules

import (
	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Experts is rule C10: a mixture of experts after one attention layer. Routing and experts
// are functions of one token, so what crosses is what the attention layer sends, and the
// number of experts does not appear.
var Experts = register(&Rule{
	Name: "experts", Title: "attention, one layer, then a mixture of experts",
	Doc:        "one attention layer whose output goes to one of E experts, chosen by a router: both any functions of the token and its heads",
	Crosses:    Attention.Crosses + "; nothing for the experts",
	Cite:       []string{"MoE2024"},
	Params:     append(layerParams(), small(size("E", "experts", 1, 1<<20, 8), 1, 3)),
	Choices:    []models.Choice{arithmeticChoice},
	Inequality: Attention.Inequality, Latex: Attention.Latex, Arithmetic: Attention.Arithmetic,
	Width: Attention.Width, WidthText: Attention.WidthText, WidthLatex: Attention.WidthLatex,
	New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		experts := uint64(set.Num.Int("E"))
		one := models.Settings{Num: set.Num.With(tasks.Params{"layers": 1}), Choice: set.Choice, Seed: set.Seed}
		return seededStack(sh, one, func(own attention.Ints, positive bool) bool {
			at := draw(set.Seed, uint64(own.At(0)))
			if positive {
				at = mix(at)
			}
			return draw(set.Seed, at%experts, uint64(own.At(0)))&1 == 1 != positive
		})
	},
})
