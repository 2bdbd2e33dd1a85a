package problems

import (
	"errors"

	"crosscut/protocol"
)

// Symbols is copying, asked one place at a time: index over an alphabet.
var Symbols = family([]Size{{"V", "the symbols of the alphabet", 3}}, func(set map[string]int) (*Problem, error) {
	v := set["V"]
	if v < 2 || v > 1<<16 {
		return nil, errors.New("V must be 2 to 65536")
	}
	inputs := func(n int) []protocol.Domain {
		return []protocol.Domain{protocol.Words(n, v), protocol.Numbers(1, n)}
	}
	return &Problem{
		Name:    "symbols",
		Aka:     []string{"copying"},
		Doc:     "x_y: Alice holds a word of n symbols out of V, Bob a place 1..n: copying, asked one place at a time",
		Cite:    []string{"KushilevitzNisan1997"},
		Inputs:  inputs,
		Answers: func(int) int { return v },
		F: func(_ int, in []protocol.Value) (protocol.Value, bool) {
			return in[0].At(in[1].Int() - 1), true
		},
		Costs: []Cost{apart(protocol.Alice, inputs, "ceil(n log2 V)", "all rows differ: Bob can ask for every place")},
	}, nil
})
