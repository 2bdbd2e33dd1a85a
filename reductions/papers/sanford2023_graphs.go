package papers

import (
	"crosscut/models"
	"crosscut/models/zoo"
	"crosscut/reductions"
)

var cycle3 = &Claim{
	ID: "cycle3", Kind: Lower,
	Short:       "one layer on triangles needs order N",
	Hypothesis:  smallLayer("", reductions.DisjCycle3),
	Seen:        "from memory",
	Statement:   "Whether a directed edge lies on a directed triangle, the tokens being edges, needs m p H of order N up to logarithms in one attention layer.",
	Source:      "after the graph tasks of the appendix of Sanford, Hsu, Telgarsky 2023; this reduction is this project's own",
	Conventions: []string{exactSoftmax, bobAnswers, oneRead, "N = 2n + 1; the edge that is read is public: H (B_Z + d_v B_N) >= n"},
	Parts: []Part{
		{CheckedHere, "the reduction's truth table; the protocol's bits against the formula; two inputs that an undersized layer cannot tell apart, and an input on which it errs"},
		{ProvedHere, "the reduction for every n, and what a public edge costs exactly (docs/sanford2023.md)"},
		{QuotedThere, "that the paper treats these tasks; its own statement is not restated here"},
	},
	Inequality: oneLayerInequality("one-layer-cycle3", "One attention layer on directed triangles", reductions.DisjCycle3),
	run:        func(rows *collector) { rows.graph(reductions.DisjCycle3) },
}

var cycle5 = &Claim{
	ID: "cycle5", Kind: Lower,
	Short:       "one layer on 5-cycles needs order N",
	Hypothesis:  smallLayer("", reductions.DisjCycle5),
	Seen:        "from memory",
	Statement:   "Whether an undirected edge lies on a cycle of length 5, the tokens being edges, needs m p H of order N up to logarithms in one attention layer.",
	Source:      "after the graph tasks of the appendix of Sanford, Hsu, Telgarsky 2023; this reduction is this project's own",
	Conventions: []string{exactSoftmax, bobAnswers, oneRead, "N = 3n + 2; the edge that is read and the middle edges are public: H (B_Z + d_v B_N) >= n"},
	Parts: []Part{
		{CheckedHere, "the reduction's truth table; the protocol's bits against the formula; two inputs that an undersized layer cannot tell apart, and an input on which it errs"},
		{ProvedHere, "the reduction for every n (docs/sanford2023.md)"},
		{QuotedThere, "that the paper treats these tasks; its own statement is not restated here"},
	},
	run: func(rows *collector) { rows.graph(reductions.DisjCycle5) },
}

// graph shows a reduction to a task on edges, and layers that are too small.
func (c *collector) graph(r *reductions.Reduction) {
	c.truthTable(r, sizes(1, c.pick(4, 5, 6)))
	for _, n := range []int{c.pick(3, 4, 5), c.pick(20, 60, 200)} {
		c.through(r, n, made(zoo.Trivial, models.Settings{}))
	}
	c.oneLayer(r)
}
