package problems

import "crosscut/protocol"

// Composition is f(g(i)) of tables: Alice holds f, Bob holds g and i.
var Composition = register(&Problem{
	Name:   "composition",
	Doc:    "f(g(i)): Alice holds a table f of [n] -> [n], Bob a table g of [n] -> [n] and i in 1..n",
	Cite:   []string{"KushilevitzNisan1997"},
	Inputs: tablesAndStart,
	F: func(_ int, in []protocol.Value) (protocol.Value, bool) {
		f, g, i := in[0], in[1].At(0), in[1].At(1)
		return f.At(g.At(i.Int()-1).Int() - 1), true
	},
	Answers: func(n int) int { return n },
	Costs:   []Cost{apart(protocol.Alice, tablesAndStart, "ceil(n log2 n)", "all rows differ: Bob can ask for every f(j)")},
})

func tablesAndStart(n int) []protocol.Domain {
	table := protocol.Tables(n, n)
	return []protocol.Domain{table, protocol.Product(table, protocol.Numbers(1, n))}
}
