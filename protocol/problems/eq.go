package problems

import "crosscut/protocol"

// Eq is equality. Its bounds are deterministic only: with public coins, k + 1 bits
// err with probability 2^-k.
var Eq = register(&Problem{
	Name:   "eq",
	Doc:    "1 iff x = y",
	Cite:   []string{"Yao1979", "KushilevitzNisan1997"},
	Inputs: bitStrings,
	Words:  func(n int, x, y protocol.Word) bool { return x == y },
	Costs: []Cost{
		labelled(&Evidence{Fooling: eqFooling}, "2^n fooling pairs (x, x) of value 1, and one leaf of value 0"),
		oneAnswers(&Evidence{Fooling: eqFooling}, "2^n fooling pairs (x, x) of value 1"),
		apart(protocol.Alice, bitStrings, "n", "all 2^n rows differ"),
		apart(protocol.Bob, bitStrings, "n", "all 2^n columns differ"),
	},
})

func eqFooling(n int) [][2]protocol.Word {
	diagonal := pairs(n, func(x uint64) uint64 { return x })
	return with(diagonal, protocol.UintWord(0, n), protocol.UintWord(ones(n), n))
}
