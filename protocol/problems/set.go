package problems

import (
	"errors"

	"crosscut/protocol"
)

// Set is membership: Alice holds a set of q of n labels, Bob one label.
var Set = family([]Size{{"q", "the size of Alice's set", 1}}, func(set map[string]int) (*Problem, error) {
	q := set["q"]
	if q < 1 {
		return nil, errors.New("q must be at least 1")
	}
	inputs := func(n int) []protocol.Domain {
		return []protocol.Domain{protocol.Subsets(n, q), protocol.Numbers(1, n)}
	}
	return &Problem{
		Name:   "set",
		Aka:    []string{"membership"},
		Doc:    "1 iff y is in x: Alice holds a set of q of the labels 1..n, Bob a label",
		Cite:   []string{"KushilevitzNisan1997"},
		Inputs: inputs,
		Words: onValues(inputs, func(_ int, x, y protocol.Value) bool {
			for k := range x.Len() {
				if x.At(k).Int() == y.Int() {
					return true
				}
			}
			return false
		}),
		Costs: []Cost{rowsDiffer(inputs, "ceil(log2 C(n, q))", "all rows differ: they are the sets")},
	}, nil
})
