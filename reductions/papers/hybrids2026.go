package papers

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"crosscut/report"
)

// Hybrids2026 is audited: what an independent audit reports of it is tried again here.
var Hybrids2026 = register(&Paper{
	Name:     "hybrids2026",
	Title:    "Hybrids of attention and state-space layers, audited",
	Citation: "arXiv 2603.08859, with an independent audit",
	Cite:     []string{"Hybrids2026"},
	Claims:   []*Claim{hybridState, hybridWindow, hybridTwins, hybridConstruction},
	Executed: "m log2 |V| - q log2 |Y| with constant 1, which is at most 0 wherever the answers determine the symbols",
})

const seenAudit = "the abstract, and an audit that we read; the paper itself was not read"

var hybridState = &Claim{
	ID: "state bound", Kind: Lower, Short: "state >= m log V - q log Y, if injective",
	Hypothesis: Hypothesis{
		Text:  "the answers to q queries over Y determine m symbols over V, and m log V - q log Y > 0",
		Over:  []Range{{Name: "m", From: 1, To: 8}, {Name: "|V|", From: 2, To: 8}, {Name: "q", From: 1, To: 24}, {Name: "|Y|", From: 2, To: 8}},
		Holds: func(at Sizes) bool { return injects(at) && positive(at) },
		Never: "q answers over Y take |Y|^q values, so they determine |V|^m contexts only if q log|Y| >= m log|V|, and then the bound is at most 0",
	},
	Seen:      seenAudit,
	Statement: "If the map from m symbols over V to the answers to q queries over Y is injective, a state-space model has at least m log|V| - q log|Y| bits of state.",
	Source:    "arXiv 2603.08859, as the audit reports it",
	Parts:     []Part{{CheckedHere, "all sizes to m = 8, |V| = 8, q = 24, |Y| = 8, in whole numbers; the audit's example m = 4, |V| = 4, |Y| = 2, q = 8 gives 0"}, {ProvedHere, "no sizes satisfy it: a count (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "recall", Model: "ssm"}, what: "every m, |V|, |Y| to 6 and q to 16: where the answers can determine the context the bound is at most 0", fault: "queries are counted once too often: q - 1 of them bear the bound", try: func(t *tally, broken bool) {
			for m := 1; m <= 6; m++ {
				for v := 2; v <= 6; v++ {
					for q := 1; q <= 16; q++ {
						for y := 2; y <= 6; y++ {
							s := Sizes{"m": m, "|V|": v, "q": q, "|Y|": y}
							less := Sizes{"m": m, "|V|": v, "q": q, "|Y|": y}
							if broken {
								less["q"]--
							}
							if injects(s) {
								t.see(!positive(less), "m = %d, |V| = %d, q = %d, |Y| = %d: the bound is positive", m, v, q, y)
							}
						}
					}
				}
			}
		}})
	},
}

// injects says whether |V|^m contexts fit into |Y|^q answers; positive whether m log V > q log Y.
func injects(at Sizes) bool { return pow(at["|V|"], at["m"]) <= pow(at["|Y|"], at["q"]) }

func positive(at Sizes) bool { return pow(at["|V|"], at["m"]) > pow(at["|Y|"], at["q"]) }

// windowed is a stack of layers with windows of given lengths (a token and those before it), each a
// random table of the sum of what it sees with place; the output is the last position's.
func windowed(windows []int, tables [][]int, x []int) int {
	h := slices.Clone(x)
	for l, w := range windows {
		next := make([]int, len(h))
		for i := range h {
			code := 0
			for k := max(0, i-w+1); k <= i; k++ {
				code = (3*code + h[k] + 1) % len(tables[l])
			}
			next[i] = tables[l][code]
		}
		h = next
	}
	return h[len(h)-1]
}

// reach is how many of the last tokens a stack of windows can see.
func reach(windows []int) int {
	r := 1
	for _, w := range windows {
		r += w - 1
	}
	return r
}

var hybridWindow = &Claim{
	ID: "window, reach", Kind: Comparison, Short: "windows see their summed reach",
	Seen:      seenAudit,
	Statement: "A stack of sliding-window layers of lengths w_1 .. w_L, whatever they compute, sees the last 1 + sum (w_l - 1) tokens and no more.",
	Source:    "arXiv 2603.08859, as the audit reports it: total window >= range",
	Parts:     []Part{{CheckedHere, "random stacks of 1 to 3 layers on all binary inputs of 8 tokens: inputs with equal last tokens get equal outputs"}, {ProvedHere, "for every stack (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "any", Model: "sliding-window", N: ptr(8)}, what: "random stacks, all inputs of 8 bits: the output is a function of the last 1 + sum (w - 1) tokens", fault: "one token less is said to be seen", try: func(t *tally, broken bool) {
			t.sampled = true
			rng := rand.New(rand.NewPCG(rows.at.Seed, 8))
			for range rows.pick(20, 100, 1000) {
				var windows []int
				var tables [][]int
				for range 1 + rng.IntN(3) {
					windows = append(windows, 1+rng.IntN(3))
					table := make([]int, 40)
					for k := range table {
						table[k] = rng.IntN(2)
					}
					tables = append(tables, table)
				}
				seen := reach(windows)
				if broken {
					seen--
				}
				answer := map[string]int{}
				for x := range words(8, 2) {
					key, got := fmt.Sprint(x[8-seen:]), windowed(windows, tables, x)
					was, ok := answer[key]
					t.see(!ok || was == got, "windows %v: inputs that end in %s get %d and %d", windows, key, was, got)
					answer[key] = got
				}
			}
		}})
	},
}

var hybridTwins = &Claim{
	ID: "window, range", Kind: Lower, Short: "a task of range R needs a reach of R",
	Hypothesis: Hypothesis{Text: "1 + sum (w_l - 1) < R, for models that are refuted", Over: []Range{{Name: "L", From: 1, To: 4}, {Name: "w", From: 1, To: 8}, {Name: "R", From: 1, To: 16}}, Holds: func(at Sizes) bool { return 1+at["L"]*(at["w"]-1) < at["R"] }},
	Seen:       seenAudit,
	Statement:  "A task whose answer depends on the token R places from the end (R = 1: the last) needs a total reach of R: twins with equal last R - 1 tokens and different answers. On the copy of that token a smaller reach is right on half of the inputs.",
	Source:     "arXiv 2603.08859, as the audit reports it",
	Parts:      []Part{{CheckedHere, "R = 2 to 6, every function of the last R - 1 bits up to R = 4 and random ones beyond: right on exactly half of the inputs"}, {ProvedHere, "flip that token (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "copy from R back", Model: "sliding-window", N: ptr(6)}, what: "every function of the last R - 1 bits, R = 2, 3, 4: right on exactly half of the 2^R inputs", fault: "the function sees one token more", try: func(t *tally, broken bool) {
			for r := 2; r <= 4; r++ {
				sees := r - 1
				if broken {
					sees++
				}
				if sees > 3 {
					continue
				}
				for f := range 1 << (1 << sees) {
					right := 0
					for x := range 1 << r { // bit r-1 is the token R places from the end
						if f>>(x&(1<<sees-1))&1 == x>>(r-1) {
							right++
						}
					}
					t.see(2*right == 1<<r, "R = %d, function %b: right on %d of %d", r, f, right, 1<<r)
				}
			}
		}})
	},
}

var hybridConstruction = &Claim{
	ID: "construction", Kind: Upper, Short: "a small hybrid suffices",
	Hypothesis: Hypothesis{Text: "selective copying and recall variants"},
	Seen:       seenAudit,
	Outside:    "its tasks, sizes and weights are not in what we read, and the audit says that they need a correction; the rows show a hybrid of this project's, on a task of this kind",
	Statement:  "For variants of selective copying and associative recall a small hybrid suffices where a pure transformer needs many parameters and a pure state-space model a large state. (Here: the i-th of the marked symbols among blanks, from a counter of ceil(log2(N + 1)) bits and one head; a state alone needs N bits, as for looking up.)",
	Source:     "arXiv 2603.08859; the hybrid is this project's",
	Parts: []Part{{QuotedThere, "the statement"}, {CheckedHere, "our hybrid on all sequences of up to 6 blanks and bits, at every i; that 2^N states are needed without the head"},
		{ProvedHere, "our hybrid, for every N (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "selective copying", Model: "hybrid", N: ptr(6), Bits: report.Num(3)}, what: "all sequences of 1 to 6 blanks and bits, every i: the counter c_j and a head of score -4 (c_j - i)^2 give the i-th bit", fault: "the counter counts blanks too", try: func(t *tally, broken bool) {
			for n := 1; n <= 6; n++ {
				for x := range words(n, 3) { // 0: blank
					var marked, counts, values []int
					count := 0
					for _, v := range x {
						if v > 0 {
							marked = append(marked, 2*v-3)
						}
						if v > 0 || broken {
							count++
						}
						counts, values = append(counts, count), append(values, min(v, 1)*(2*v-3))
					}
					for i, want := range marked {
						scores := make([]int, n)
						for j, c := range counts {
							scores[j] = -4 * (c - i - 1) * (c - i - 1)
						}
						t.see(softmax(scores, values) == want, "%v, i = %d: not %d", x, i+1, want)
					}
				}
			}
		}})
		rows.rowsApart("selective copying", "all sequences of 1 to 6 bits, none blank, asked for each i", [][2]int{{6, 2}}, "the last bit is never asked for", func(w []int, broken bool) []int {
			if broken {
				return w[:len(w)-1]
			}
			return w
		})
	},
}
