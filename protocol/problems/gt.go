package problems

import "crosscut/protocol"

// Gt compares numbers of n bits, most significant first.
var Gt = register(&Problem{
	Name:   "gt",
	Doc:    "1 iff x > y as numbers of n bits",
	Cite:   []string{"KushilevitzNisan1997"},
	Inputs: bitStrings,
	Words: func(n int, x, y protocol.Word) bool {
		for i := range n {
			if x.Bit(i) != y.Bit(i) {
				return x.Bit(i)
			}
		}
		return false
	},
	Costs: []Cost{
		labelled(&Evidence{Fooling: gtFooling}, "2^n fooling pairs (x, x) of value 0, and one leaf of value 1"),
		oneAnswers(&Evidence{Fooling: gtFooling}, "2^n fooling pairs (x, x) of value 0"),
		apart(protocol.Alice, bitStrings, "n", "all 2^n rows differ: row x has x ones"),
		apart(protocol.Bob, bitStrings, "n", "all 2^n columns differ"),
	},
})

func gtFooling(n int) [][2]protocol.Word {
	diagonal := pairs(n, func(x uint64) uint64 { return x })
	return with(diagonal, protocol.UintWord(ones(n), n), protocol.UintWord(0, n))
}
