package problems

import "crosscut/protocol"

// Disj is set disjointness, with the paper's sign: 1 iff the sets intersect.
var Disj = register(&Problem{
	Name:   "disj",
	Doc:    "1 iff some i has x_i = y_i = 1 (the sets intersect)",
	Cite:   []string{"Yao1979", "KushilevitzNisan1997"},
	Inputs: bitStrings,
	Words: func(n int, x, y protocol.Word) bool {
		for i := range n {
			if x.Bit(i) && y.Bit(i) {
				return true
			}
		}
		return false
	},
	Cover: func(n int) protocol.Cover[protocol.Word, protocol.Word] {
		marked := func(w protocol.Word, mark func(int)) {
			for i := range n {
				if w.Bit(i) {
					mark(i)
				}
			}
		}
		return protocol.Cover[protocol.Word, protocol.Word]{Size: n, Alice: marked, Bob: marked}
	},
	Costs: []Cost{
		labelled(&Evidence{Fooling: disjFooling}, "2^n fooling pairs (x, not x) of value 0, and one leaf of value 1"),
		oneAnswers(&Evidence{Fooling: disjFooling}, "2^n fooling pairs (x, not x) of value 0"),
		fromAlice(&Evidence{Shattered: units}, "the sets {1}, ..., {n} are shattered: INDEX_n embeds"),
		apart(protocol.Bob, bitStrings, "n", "all 2^n columns differ"),
		fano("1/3", 817, "INDEX_n embeds (y = e_i), and Fano's inequality"),
		fano("1/10", 5310, "INDEX_n embeds (y = e_i), and Fano's inequality"),
	},
})

func disjFooling(n int) [][2]protocol.Word {
	full := protocol.UintWord(ones(n), n)
	return with(pairs(n, func(x uint64) uint64 { return ones(n) - x }), full, full)
}

// units lists the words e_1, ..., e_n.
func units(n int) []protocol.Word {
	ys := make([]protocol.Word, n)
	for i := range ys {
		ys[i] = protocol.UintWord(1<<(n-1-i), n)
	}
	return ys
}
