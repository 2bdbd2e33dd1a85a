package problems

import "crosscut/protocol"

// Pointer3 is pointer chasing by three players who speak in the wrong order: the one
// who holds the last table speaks first.
var Pointer3 = register(&Problem{
	Name: "pointer3",
	Doc:  "h(g(i)): player 1 holds a table h of [n] -> [n], player 2 a table g of [n] -> [n], player 3 the start i in 1..n",
	Cite: []string{"KushilevitzNisan1997"},
	Inputs: func(n int) []protocol.Domain {
		return []protocol.Domain{protocol.Tables(n, n), protocol.Tables(n, n), protocol.Numbers(1, n)}
	},
	F: func(_ int, in []protocol.Value) (protocol.Value, bool) {
		h, g, i := in[0], in[1], in[2]
		return h.At(g.At(i.Int()-1).Int() - 1), true
	},
	Costs: []Cost{{
		Setting: protocol.OneWay.Among(3), From: protocol.Alice,
		Bits:    func(n int) protocol.Bits { return protocol.Bits(protocol.Tables(n, n).Bits()) },
		Formula: "ceil(n log2 n)", Basis: Proved, Why: "the others can ask for every h(j), so no two tables h may send the same word",
		Evidence: &Evidence{DistinctRows: true},
	}},
})
