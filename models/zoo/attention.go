package zoo

import (
	"crosscut/models"
	"crosscut/models/attention"
)

// Attention is one layer of integer attention between two token-wise maps.
var Attention = register(&models.Model{
	Name: "attention",
	Doc: "One layer of H attention heads in exact integer arithmetic. At a cut, each head sends one normaliser " +
		"and d_v numerators over the sender's tokens; the query goes first if its owner is not public.",
	Cite: []string{"SanfordHsuTelgarsky2023"},
})

// arithmeticChoice is the setting by which constructions offer all four.
var arithmeticChoice = models.Choice{
	Name: "arithmetic",
	Doc:  "integer weights under a constant shift, under the maximum, as a left fold, or rounded probabilities",
	Of:   []string{string(attention.WithShift), string(attention.WithMax), string(attention.WithFold), string(attention.WithRounded)},
}

// arithmeticOf reads the choice of arithmetic.
func arithmeticOf(set models.Settings) attention.Arithmetic {
	return attention.Arithmetic(set.Pick(arithmeticChoice.Name, string(attention.WithShift)))
}
