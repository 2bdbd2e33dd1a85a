package problems

import "crosscut/protocol"

// Disj is set disjointness, with the paper's sign: 1 iff the sets intersect.
//
// Cost: the pairs (x, complement of x) are 2^n disjoint pairs no two of which
// fit one rectangle, so 2^n leaves are labelled 0 and at least one 1: n + 1 bits
// when both know the answer, n when only Bob does. One-way, all 2^n rows differ.
var Disj = register(&Problem{
	Name:  "disj",
	Doc:   "1 iff some i has x_i = y_i = 1 (the sets intersect)",
	Cite:  []string{"Yao1979", "KushilevitzNisan1997"},
	XBits: func(n int) int { return n },
	YBits: func(n int) int { return n },
	F: func(n int, x, y protocol.Word) bool {
		for i := range n {
			if x.Bit(i) && y.Bit(i) {
				return true
			}
		}
		return false
	},
	Cover: func(n int) protocol.Cover[protocol.Word, protocol.Word] {
		ones := func(w protocol.Word, mark func(int)) {
			for i := range n {
				if w.Bit(i) {
					mark(i)
				}
			}
		}
		return protocol.Cover[protocol.Word, protocol.Word]{Size: n, Alice: ones, Bob: ones}
	},
	Costs: []Cost{
		{
			Setting: protocol.TwoWay, BothKnow: true, Exact: true,
			Bits: func(n int) protocol.Bits { return protocol.Bits(n + 1) }, Formula: "n + 1",
			Basis: Proved, Why: "2^n fooling pairs (x, not x) of value 0, and one leaf of value 1",
			Evidence: &Evidence{Fooling: complements},
		},
		{
			Setting: protocol.TwoWay, Exact: true,
			Bits: func(n int) protocol.Bits { return protocol.Bits(n) }, Formula: "n",
			Basis: Proved, Why: "2^n fooling pairs (x, not x) of value 0",
			Evidence: &Evidence{Fooling: complements},
		},
		{
			Setting: protocol.OneWay, From: protocol.Alice, Exact: true,
			Bits: func(n int) protocol.Bits { return protocol.Bits(n) }, Formula: "n",
			Basis: Proved, Why: "all 2^n rows differ: if x_i != x'_i then y = e_i separates them",
			Evidence: &Evidence{DistinctRows: true},
		},
		{
			Setting: "two-way randomised, error 1/16", BothKnow: true,
			Bits: func(n int) protocol.Bits { return protocol.Bits((n + 7) / 8) }, Formula: "(n/4)(1 - 2 sqrt(1/16)) = n/8",
			Basis: Quoted, Why: "information complexity of AND", Cite: []string{"BarYossefJayramKumarSivakumar2004"},
		},
	},
})

// complements lists the pairs (x, not x).
func complements(n int) [][2]protocol.Word {
	pairs := make([][2]protocol.Word, 1<<n)
	for k := range pairs {
		pairs[k] = [2]protocol.Word{protocol.UintWord(uint64(k), n), protocol.UintWord(uint64(1<<n-1-k), n)}
	}
	return pairs
}
