package problems

import "crosscut/protocol"

// IP is the inner product modulo 2.
var IP = register(&Problem{
	Name:   "ip",
	Doc:    "the inner product x_1 y_1 + ... + x_n y_n mod 2",
	Cite:   []string{"ChorGoldreich1988", "KushilevitzNisan1997"},
	Inputs: bitStrings,
	Words: func(n int, x, y protocol.Word) bool {
		odd := false
		for i := range n {
			odd = odd != (x.Bit(i) && y.Bit(i))
		}
		return odd
	},
	Costs: []Cost{
		labelled(&Evidence{Ranks: true}, "rank 2^n - 1 as it stands and 2^n complemented, so 2^(n+1) - 1 leaves"),
		oneAnswers(&Evidence{Ranks: true}, "the complement has rank 2^n, and a leaf adds at most 1"),
		fromAlice(&Evidence{Shattered: units}, "the vectors e_1, ..., e_n are shattered: INDEX_n embeds"),
		apart(protocol.Bob, bitStrings, "n", "all 2^n columns differ"),
		fano("1/3", 817, "INDEX_n embeds (y = e_i), and Fano's inequality"),
		{
			Setting: protocol.TwoWay.Randomised("1/3"), BothKnow: true,
			Bits: func(n int) protocol.Bits { return protocol.Bits((n - 2) / 2) }, Formula: "ceil(n/2 - log2 3)",
			Basis: Proved, Why: "discrepancy at most 2^(-n/2) under uniform inputs",
		},
	},
})
