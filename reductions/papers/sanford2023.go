package papers

// Sanford2023 is the first paper. The statements are the paper's, in our words;
// constants that a lower bound's inequality needs are this project's own
// (docs/sanford2023.md derives them), since the paper states its bounds up to
// unnamed constants.
//
// The claims stand in the order of the paper, one file for a few that belong
// together: sanford2023_sparse.go (Theorems 2 to 4), _match.go (6 to 9 and the
// third-order unit), _baselines.go (10 and 11), _graphs.go, _separation.go (the
// abstract's comparison, Conjecture 1).
var Sanford2023 = register(&Paper{
	Name:     "sanford2023",
	Title:    "Representational Strengths and Limitations of Transformers",
	Citation: "Clayton Sanford, Daniel Hsu, Matus Telgarsky. NeurIPS 2023, arXiv 2306.02896",
	Cite:     []string{"SanfordHsuTelgarsky2023"},
	Claims: []*Claim{
		theorem2, theorem3, theorem4, theorem6, theorem7, theorem8, theorem9, theorem10, theorem11,
		thirdOrder, cycle3, cycle5, separation, conjecture1,
	},
	Main: theorem7, Executed: theorem7Bound + ", in bits and with constant 1: " + headWidths,
})

// What the numbers of several claims rest on.
const (
	ownConstants = "the paper states this bound up to an unnamed constant; the inequality shown is this project's own explicit one (docs/sanford2023.md)"
	exactSoftmax = "attention in exact integers: weights round(2^f exp(score - top)), exact sums, one quotient; the cut run equals the whole run bit for bit"
	bobAnswers   = "Bob outputs and his answer is free; a one-way bound judges one-way runs only"
	headWidths   = "one head's normaliser has B_Z = ceil(log2(n 2^f + 1)) bits over Alice's n tokens, one numerator B_N = ceil(log2(n 2^f (2^p - 1) + 1))"
	oneRead      = "one output position is read; the size of token-wise maps is never charged"
	freeWeights  = "weights, N, the split and the public tokens are known to both players for free"
)
