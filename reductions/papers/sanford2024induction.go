package papers

import (
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions"
	"crosscut/report"
)

// Sanford2024Induction is the second paper: one layer against two.
var Sanford2024Induction = register(&Paper{
	Name:     "sanford2024induction",
	Title:    "One-layer transformers fail to solve the induction heads task",
	Citation: "Clayton Sanford, Daniel Hsu, Matus Telgarsky. arXiv 2408.14332",
	Cite:     []string{"SanfordHsuTelgarsky2024"},
	Claims:   []*Claim{inductionOneLayer, inductionTwoLayers},
	Executed: inductionBound + ", in bits and with constant 1: " + headWidths,
})

const inductionBound = "H (B_Z + d_v B_N) >= n, n = (N-1)/2"

var inductionOneLayer = &Claim{
	ID: "one layer", Kind: Lower, Short: "one layer on induction needs order N",
	Hypothesis: smallLayer("", reductions.IndexInduction),
	Statement:  "A one-layer transformer that solves induction heads on sequences of length N over three symbols has m p H of order N at least.",
	Source:     "Sanford, Hsu, Telgarsky 2024",
	Seen:       "the abstract, and the definition of the task; the reduction is this project's",
	Conventions: []string{ownConstants, exactSoftmax, bobAnswers, oneRead,
		"the query token is public and the same for every input, so one layer is a one-way protocol: " + inductionBound},
	Parts: []Part{
		{CheckedHere, "the reduction's truth table to n = 8; the protocol's bits against the formula; two inputs that an undersized layer cannot tell apart, and an input on which it errs"},
		{ProvedHere, "the reduction for every n, and the inequality (docs/sanford2024induction.md)"},
	},
	Inequality: oneLayerInequality("one-layer-induction", "One attention layer on induction heads", reductions.IndexInduction),
	run: func(rows *collector) {
		r := reductions.IndexInduction
		rows.truthTable(r, sizes(1, 8))
		for _, n := range []int{rows.pick(4, 5, 6), rows.pick(30, 126, 510)} {
			rows.through(r, n, made(zoo.Attention, models.Settings{Seed: rows.at.Seed}))
		}
		rows.oneLayer(r)
		for _, s := range []struct{ H, d, p, from int }{{1, 16, 32, 1091}, {1, 64, 16, 2083}, {8, 64, 16, 16643}, {32, 128, 16, 132099}} {
			rows.excludes(report.Row{Task: tasks.InductionHeads.Name, N: ptr(s.from)}, "N", s.from, s.H, s.d, s.p, func(H, d, p, n int) bool { return H*(d+1)*p >= (n-1)/2 })
		}
	},
}

var inductionTwoLayers = &Claim{
	ID: "two layers", Kind: Upper,
	Statement:   "Two layers with one head, constant m and p = O(log N + log V) solve induction heads on every input.",
	Source:      "Sanford, Hsu, Telgarsky 2024",
	Seen:        "the abstract, and the definition of the task; the weights are this project's",
	Conventions: []string{exactSoftmax, freeWeights, "a causal mask; the maximum is subtracted (a constant shift would need weights of order N bits)", "inner layers need every token's sums: their protocol is honest and expensive", "the weights are this project's own"},
	Parts: []Part{
		{CheckedHere, "all sequences over three symbols to N = 9 (N = 7 at the quick level) at every position; generated sequences to N = 512"},
		{ProvedHere, "the weights for every N and V (docs/sanford2024induction.md)"},
	},
	Short: "two layers of constant width solve induction heads",
	run: func(rows *collector) {
		for n := 1; n <= rows.pick(7, 9, 9); n++ {
			rows.solves(zoo.Transformer, tasks.InductionHeads, n, tasks.Params{"V": 3}, models.Settings{}, 1<<15, 0)
		}
		for _, n := range []int{40, rows.pick(64, 512, 512)} {
			for _, v := range []int{3, 26} {
				rows.solves(zoo.Transformer, tasks.InductionHeads, n, tasks.Params{"V": float64(v)}, models.Settings{}, 0, rows.pick(4, 10, 30))
			}
		}
		rows.planted(tasks.InductionHeads, 5, tasks.Params{"V": 3}, 2, 1<<15)
	},
}
