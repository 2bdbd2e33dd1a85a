package problems

import (
	"errors"

	"crosscut/protocol"
)

// SDisj is signed sparse disjointness: each player marks a few of n coordinates with
// a sign, and they ask for a coordinate that both mark alike.
var SDisj = family([]Size{{"a", "the most coordinates that Alice marks", 1}, {"b", "the most coordinates that Bob marks", 1}},
	func(set map[string]int) (*Problem, error) {
		a, b := set["a"], set["b"]
		if a < 1 || b < 1 {
			return nil, errors.New("a and b must be at least 1")
		}
		inputs := func(n int) []protocol.Domain {
			return []protocol.Domain{protocol.Signed(n, a), protocol.Signed(n, b)}
		}
		return &Problem{
			Name:   "sdisj",
			Doc:    "1 iff some x_i = y_i is not 0: signs over n coordinates, at most a of Alice's and b of Bob's are not 0",
			Cite:   []string{"KushilevitzNisan1997"},
			Inputs: inputs,
			Words: onValues(inputs, func(_ int, x, y protocol.Value) bool {
				for i := range x.Len() {
					if s := x.At(i).Int(); s != 0 && s == y.At(i).Int() {
						return true
					}
				}
				return false
			}),
			Costs: []Cost{
				rowsDiffer(inputs, "ceil(log2 of the sum over k <= a of C(n, k) 2^k)", "all rows differ: y = +e_i and y = -e_i tell x_i"),
				columnsDiffer(inputs, "ceil(log2 of the sum over k <= b of C(n, k) 2^k)", "all columns differ: x = +e_i and x = -e_i tell y_i"),
			},
		}, nil
	})
