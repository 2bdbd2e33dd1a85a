package papers

import (
	"fmt"
	"math/big"
	"math/bits"
	"math/rand/v2"

	"crosscut/internal/exact"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/report"
)

// Recall2024 are four papers on recall and copying by models with a bounded state.
var Recall2024 = register(&Paper{
	Name:     "recall2024",
	Title:    "Recall and copying need state: look-up, associative recall, copies",
	Citation: "arXiv 2402.18510; copying 2402.01032; associative recall 2312.04927 and 2402.18668",
	Cite:     []string{"RnnRetrieval2024", "Copying2024", "Zoology2023", "Based2024"},
	Claims:   []*Claim{recallIndex, recallThought, recallMQAR, recallCopy, copySuccess, copyStrict, copyHalf, copyNgrams, recallRank, recallAttention},
	Main:     recallThought, Executed: "n bits of state, with constant 1; over V symbols ceil(n log2 V)",
	By: []*Claim{recallThought, recallIndex},
})

const secondHand = "second hand: somebody's notes"

var recallIndex = &Claim{
	ID: "INDEX over V", Kind: Lower, Short: "INDEX over V symbols: n log2 V bits",
	Hypothesis: lookupRecurrent.Hypothesis,
	Seen:       "the abstract; the exact value is this project's",
	Statement:  "One-way, INDEX over V symbols costs exactly ceil(n log2 V) bits, and any retrieval that contains it costs at least that.",
	Source:     "arXiv 2402.18510 for the use; the value derived here", Conventions: []string{oneMessage},
	Parts: []Part{{CheckedHere, "all V^n rows differ; the message that numbers them has ceil(n log2 V) bits"}, {ProvedHere, "for all n and V (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.rowsApart("index over V", "all words, (n, V) = (1..6, 2), (1..4, 3), (1..3, 5)", [][2]int{{6, 2}, {4, 3}, {3, 5}}, "the symbols V - 1 and V are written alike", func(w []int, broken bool) []int {
			if !broken {
				return w
			}
			out := append([]int{}, w...)
			for i, v := range out {
				out[i] = max(v-1, 0)
			}
			return out
		})
	},
}

var recallThought = &Claim{
	ID: "thoughts", Kind: Lower, Short: "thoughts after the cut do not help a state",
	Seen:      "the abstract; the statement from memory, the argument derived here",
	Statement: "A recurrent model with fewer than n bits of state fails on INDEX (and associative recall, and retrieval in general) with a chain of thought of any length: what it writes after the prompt is a function of its state and the question.",
	Source:    "arXiv 2402.18510", Conventions: []string{oneMessage},
	Parts: []Part{{CheckedHere, "random recurrent models of 2 to 6 states that write 12 thoughts: prompts with one state answer alike whatever the question, so there are at most as many rows as states"}, {ProvedHere, "for every model and length (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "index", Model: "rnn with thoughts", N0: ptr(5), Setting: protocol.OneWay}, what: "random models: 5 bits of prompt, a question, 12 thoughts of their own; no more rows than states", fault: "while it thinks the model may look at the prompt again", try: func(t *tally, broken bool) {
			t.sampled = true
			rng := rand.New(rand.NewPCG(rows.at.Seed, 12))
			for range rows.pick(60, 300, 2000) {
				states := 2 + rng.IntN(5)
				next := make([][4]int, states) // by input symbol: 0, 1, and two thoughts
				emit := make([]int, states)
				for s := range next {
					for c := range next[s] {
						next[s][c] = rng.IntN(states)
					}
					emit[s] = rng.IntN(2)
				}
				seen := map[string]bool{}
				for w := range words(5, 2) {
					s := 0
					for _, v := range w {
						s = next[s][v]
					}
					row := ""
					for q := range 5 {
						u := s
						for range q + 1 {
							u = next[u][1]
						}
						thoughts := ""
						for k := range 12 {
							e := emit[u]
							if broken {
								e = w[k%5]
							}
							thoughts += fmt.Sprint(e)
							u = next[u][2+e]
						}
						row += thoughts + "|"
					}
					seen[row] = true
				}
				t.see(len(seen) <= states, "a model of %d states answers in %d ways", states, len(seen))
			}
		}})
	},
}

var recallMQAR = onReduction(Claim{
	ID: "MQAR", Kind: Lower, Short: "associative recall needs state n log2 V",
	Hypothesis: Hypothesis{Text: "fewer than n bits, n pairs of distinct keys, for models that are refuted", Over: []Range{{Name: "n", From: 1, To: 16}, {Name: "bits", To: 16}}, Holds: func(at Sizes) bool { return at["bits"] < at["n"] }},
	Seen:       secondHand + "; the generator's code was read",
	Statement:  "A causal recurrent model that solves multi-query associative recall has a state of order N bits: n pairs and one query already need n log2 V bits, V the number of values.",
	Source:     "arXiv 2402.18668 and 2312.04927; the map derived here", Conventions: []string{oneMessage, bobAnswers},
	Parts: []Part{{CheckedHere, "the map from INDEX on all pairs; the model that keeps all tokens; two inputs with one state for a smaller one, and an input on which it errs"}, {ProvedHere, "for every n (docs/literature.md)"}},
}, reductions.IndexMQAR, func(rows *collector, r *reductions.Reduction) {
	rows.recurrent(r, 3, 9, func(*reductions.Instance) int { return 2 })
})

var recallCopy = onReduction(Claim{
	ID: "copying", Kind: Lower, Short: "copying needs n log2 V bits of state",
	Hypothesis: Hypothesis{Text: "fewer than n bits, for models that are refuted", Over: recallMQAR.Hypothesis.Over, Holds: recallMQAR.Hypothesis.Holds},
	Seen:       secondHand,
	Statement:  "A recurrent model that copies strings of n symbols has n log2 V bits of state.",
	Source:     "arXiv 2402.01032", Conventions: []string{oneMessage, bobAnswers},
	Parts: []Part{{CheckedHere, "the map from INDEX on all pairs; the model that keeps the string; two strings with one state for a model of one bit less, and an input on which it errs"}, {ProvedHere, "for every n (docs/literature.md)"}},
}, reductions.IndexCopying, func(rows *collector, r *reductions.Reduction) {
	rows.recurrent(r, 4, 8, func(in *reductions.Instance) int { return in.Size - 1 })
})

// copies is the largest number of strings, of all there are, that some encoder into so many states and
// some decoder of them copy: by going through all decoders. more gives the decoder a free bit.
func copies(strings, states int, more bool) int {
	best := 0
	for d := range words(states, strings) {
		right := map[int]bool{}
		for _, s := range d {
			right[s] = true
			if more {
				right[(s+1)%strings] = true
			}
		}
		best = max(best, len(right))
	}
	return best
}

var copySuccess = &Claim{
	ID: "copy success", Kind: Comparison, Short: "success is 2^(S - n log2 V) exactly",
	Hypothesis: Hypothesis{Text: "2^S <= V^n", Over: []Range{{Name: "n", From: 1, To: 8}, {Name: "V", From: 2, To: 8}, {Name: "S", To: 8}}, Holds: func(at Sizes) bool { return 1<<at["S"] <= pow(at["V"], at["n"]) }},
	Seen:       secondHand,
	Statement:  "With S bits of state at most the share 2^(S - n log2 V) of uniform strings of n symbols is copied, and a model that numbers so many strings reaches it.",
	Source:     "arXiv 2402.01032; that it is reached is this project's", Conventions: []string{oneMessage},
	Parts: []Part{{CheckedHere, "all decoders, hence all encoders: up to 9 strings and 4 states"}, {ProvedHere, "a state decodes to one string (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "copying", Model: "any state"}, what: "(n, V) = (1, 2), (2, 2), (3, 2), (1, 3), (2, 3), 1 to 4 states: the most strings that any decoder gives back", fault: "the decoder is told one bit more", try: func(t *tally, broken bool) {
			for _, s := range []int{2, 4, 8, 3, 9} {
				for states := 1; states <= min(4, s); states++ {
					got := copies(s, states, broken)
					t.see(got == states, "%d states copy %d of %d strings", states, got, s)
				}
			}
		}})
	},
}

var copyStrict = &Claim{
	ID: "strict error", Kind: Lower, Short: "error > 1 - |S| / D^L, strictly",
	Seen:      secondHand + ", which print it strictly",
	Statement: "A generalised state-space model of state set S errs on uniform strings of length L over D symbols with probability > 1 - |S| / D^L.",
	Source:    "arXiv 2402.01032, as our notes have it",
	Parts:     []Part{{CheckedHere, "the smallest sizes: the best model's error is equal to the right side, so the inequality is not strict (docs/errata.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "copying", Model: "any state"}, printed: true, what: "D = 2, L = 1, 2, |S| = 1 .. D^L: the error of the best model is more than 1 - |S| / D^L", try: func(t *tally, _ bool) {
			for l := 1; l <= 2; l++ {
				d := pow(2, l)
				for s := 1; s <= d; s++ {
					wrong := d - copies(d, s, false)
					t.see(wrong > d-s, "D = 2, L = %d, |S| = %d: the best model errs with probability %d/%d, which is 1 - |S| / D^L and not more", l, s, wrong, d)
				}
			}
		}})
	},
}

var copyHalf = &Claim{
	ID: "half", Kind: Lower, Short: "less than L log D - 1 bits: error > 1/2",
	Hypothesis: Hypothesis{Text: "log2 |S| < L log2 D - 1", Over: []Range{{Name: "L", From: 1, To: 8}, {Name: "D", From: 2, To: 8}, {Name: "|S|", From: 1, To: 64}}, Holds: func(at Sizes) bool { return 2*at["|S|"] < pow(at["D"], at["L"]) }},
	Seen:       secondHand,
	Statement:  "If log2 |S| < L log2 D - 1 the model errs on more than half of the uniform strings.",
	Source:     "arXiv 2402.01032",
	Parts:      []Part{{CheckedHere, "up to 9 strings and 4 states, all decoders"}, {ProvedHere, "from the success, for all sizes (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "copying", Model: "any state"}, what: "2, 3, 4, 8, 9 strings, every |S| below half of them (at most 4)", fault: "log2 |S| = L log2 D - 1 is let in", try: func(t *tally, broken bool) {
			for _, s := range []int{2, 3, 4, 8, 9} {
				for states := 1; states <= 4; states++ {
					if within := 2*states < s || broken && 2*states == s; within {
						right := copies(s, states, false)
						t.see(2*(s-right) > s, "%d states copy %d of %d strings", states, right, s)
					}
				}
			}
		}})
	},
}

var copyNgrams = &Claim{
	ID: "n-grams", Kind: Upper, Short: "a repeated n-gram: less than L^2 D^-n",
	Hypothesis: Hypothesis{Text: "n <= L and L^2 < D^n (else it says nothing)", Over: []Range{{Name: "L", From: 1, To: 8}, {Name: "D", From: 2, To: 16}, {Name: "n", From: 1, To: 8}}, Holds: func(at Sizes) bool {
		return at["n"] <= at["L"] && at["L"] > 1 && at["L"]*at["L"] < pow(at["D"], at["n"])
	}},
	Seen:      secondHand,
	Statement: "The two-layer construction for copying fails only where an n-gram repeats, which has probability less than L^2 D^-n on uniform strings of length L over D symbols.",
	Source:    "arXiv 2402.01032",
	Parts:     []Part{{CheckedHere, "the probability, counted over all strings: (L, D, n) = (5, 6, 2), (6, 4, 3), (8, 3, 4)"}, {ProvedHere, "a union over pairs of places (docs/literature.md)"}, {QuotedThere, "the construction"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "copying", Model: "strings"}, what: "all strings of (L, D, n) = (5, 6, 2), (6, 4, 3), (8, 3, 4): those with an n-gram twice, times D^n, are fewer than L^2 D^L", fault: "n-grams are one shorter than the bound says", try: func(t *tally, broken bool) {
			for _, s := range [][3]int{{5, 6, 2}, {6, 4, 3}, {8, 3, 4}} {
				l, d, n := s[0], s[1], s[2]
				bound := float64(l*l*pow(d, l)) / float64(pow(d, n))
				if broken {
					n--
				}
				twice := 0
				for w := range words(l, d) {
					seen := map[int]bool{}
					for i := 0; i+n <= l; i++ {
						gram := 0
						for _, v := range w[i : i+n] {
							gram = gram*d + v
						}
						if seen[gram] {
							twice++
							break
						}
						seen[gram] = true
					}
				}
				t.see(float64(twice) < bound, "L = %d, D = %d: %d of %d strings repeat one, the bound is %.0f", l, d, twice, pow(d, l), bound)
				t.runs += pow(d, l) - 1
			}
		}})
	},
}

var recallRank = &Claim{
	ID: "rank", Kind: Lower, Short: "a linear read recalls d_k values at most",
	Hypothesis: Hypothesis{Text: "more than d_k associations", Over: []Range{{Name: "d_k", From: 1, To: 64}, {Name: "n", From: 1, To: 65}}, Holds: func(at Sizes) bool { return at["n"] > at["d_k"] }},
	Seen:       "ours",
	Statement:  "A linear-attention state that is read as S q recalls at most d_k arbitrary values exactly, far below what its bits could hold: with n > d_k keys some linear relation between keys binds the values that come back.",
	Source:     "this project (derived here)",
	Parts:      []Part{{CheckedHere, "d_k = 1 to 6, random integer keys, n = d_k + 1: an exact relation between the keys, and values that break it"}, {ProvedHere, "n vectors of dimension d_k < n are dependent (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "associative recall", Model: "linear-attention"}, what: "d_k + 1 random keys of d_k integers, d_k = 1 to 6: sum c_i k_i = 0 with some c_i != 0, so S k_i = v_i forces sum c_i v_i = 0, which v = e_i breaks", fault: "the keys have one coordinate more", try: func(t *tally, broken bool) {
			t.sampled = true
			rng := rand.New(rand.NewPCG(rows.at.Seed, 6))
			for d := 1; d <= 6; d++ {
				for range 20 {
					dims := d
					if broken {
						dims++
					}
					matrix := make([][]int64, dims)
					for r := range matrix {
						for range d + 1 {
							matrix[r] = append(matrix[r], rng.Int64N(201)-100)
						}
					}
					a := exact.Ints(matrix)
					c := exact.NullVector(a, d+1)
					relation := c != nil
					if relation {
						for _, v := range exact.MulVec(a, c) {
							relation = relation && v.Sign() == 0
						}
						zero := true
						for _, v := range c {
							zero = zero && v.Cmp(new(big.Int)) == 0
						}
						relation = relation && !zero
					}
					t.see(relation, "%d keys of %d coordinates are independent", d+1, dims)
				}
			}
		}})
	},
}

var recallAttention = &Claim{
	ID: "recall layer", Kind: Upper, Short: "attention recalls at any N, same width",
	Seen:      secondHand,
	Statement: "Attention solves associative recall with a width that does not grow with N: here one head with keys of ceil(log2 V) signs that looks a key up among pairs, weights 2^(-c) for each sign that differs.",
	Source:    "arXiv 2312.04927; the weights are this project's", Conventions: []string{"pairs stand in one token each, as after a layer that fetches the previous token"},
	Parts: []Part{{CheckedHere, "distinct keys of 1 to 6 bits, as many as there are, every binary labelling up to 3 bits and the worst one beyond, every query"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "mqar", Model: "attention", N: ptr(64)}, what: "2^b keys of b signs, b = 1 to 6: more than half of the weight is on the key asked for", fault: "the keys lose a sign", try: func(t *tally, broken bool) {
			for b := 1; b <= 6; b++ {
				c := bits.Len(uint(b)) + 2
				for q := range 1 << b {
					right, rest := 0.0, 0.0
					for k := range 1 << b {
						differ := uint(k ^ q)
						if broken {
							differ &^= 1
						}
						w := float64(int64(1) << (c * (b - bits.OnesCount(differ)))) // exact: below 2^53
						if k == q {
							right += w
						} else {
							rest += w
						}
					}
					t.see(right > rest, "b = %d, query %d: %g against %g", b, q, right, rest)
				}
			}
		}})
	},
}
