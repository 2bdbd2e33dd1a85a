package papers

import (
	"fmt"
	"math/big"
	"slices"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/curve"
	"crosscut/report"
)

// Compaction2026 is about summaries of a context: written freely, or picked from its tokens.
var Compaction2026 = register(&Paper{
	Name:     "compaction2026",
	Title:    "The least summary of a context for a set of queries",
	Citation: "arXiv 2608.01326",
	Cite:     []string{"Compaction2026"},
	Claims:   []*Claim{compactionCost, compactionCurve, compactionSelection},
	Executed: "exactly the logarithm of the number of different rows, both ways",
})

const sourceCompaction = "arXiv 2608.01326"

// answersOf is the game of a summary: rows are contexts, columns queries.
func answersOf(rows, cols int, at func(x, q int) int) *bounds.Matrix {
	return bounds.Of(rows, cols, at)
}

func indexMatrix(n int) *bounds.Matrix {
	return answersOf(1<<n, n, func(x, q int) int { return x >> q & 1 })
}

// bestRight goes through all sets of k words of answers: the most right answers, over all rows,
// when each row uses the best word of the set. lose takes one word less.
func bestRight(m *bounds.Matrix, k int, lose bool) int {
	if lose {
		k--
	}
	var all [][]int
	for w := range words(m.Cols(), 2) {
		all = append(all, slices.Clone(w))
	}
	best := 0
	var pick func(from int, row []int, left int)
	pick = func(from int, row []int, left int) {
		sum := 0
		for _, v := range row {
			sum += v
		}
		best = max(best, sum)
		if left == 0 {
			return
		}
		for w := from; w < len(all); w++ {
			next := slices.Clone(row)
			for i := range next {
				right := 0
				for j, v := range all[w] {
					if have, _ := m.At(i, j); have == v {
						right++
					}
				}
				next[i] = max(next[i], right)
			}
			pick(w+1, next, left-1)
		}
	}
	pick(0, make([]int, m.Rows()), k)
	return best
}

var compactionCost = &Claim{
	ID: "generation", Kind: Comparison, Short: "least summary = one-way cost",
	Seen:      "the abstract",
	Statement: "The least budget of a freely written summary that answers a set of queries without error is the one-way communication cost: the logarithm of the number of contexts that some query tells apart.",
	Source:    sourceCompaction,
	Parts:     []Part{{CheckedHere, "all 256 query sets of two queries about two bits: the least number of summaries, by going through all sets of words of answers, is the number of different rows"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "summary", Model: "generation"}, what: "every 4 x 2 table of answers: so many summaries as different rows are enough, and one less is not", fault: "equal rows are counted twice", try: func(t *tally, broken bool) {
			for table := range 256 {
				m := answersOf(4, 2, func(x, q int) int { return table >> (2*x + q) & 1 })
				different := map[int]bool{}
				for x := range 4 {
					key := table >> (2 * x) & 3
					if broken {
						key += 4 * x
					}
					different[key] = true
				}
				enough := bestRight(m, len(different), false) == 8
				fewer := len(different) > 1 && bestRight(m, len(different)-1, false) == 8
				t.see(enough && !fewer, "table %08b: %d different rows, enough %v, one less too %v", table, len(different), enough, fewer)
			}
		}})
	},
}

var compactionCurve = &Claim{
	ID: "at error e", Kind: Comparison, Short: "at error e: the curve, exactly",
	Seen:      "the abstract",
	Statement: "At error e the least budget is the one-way cost at error e: the best success with s bits is that of 2^s words of answers, each context using the best one.",
	Source:    sourceCompaction, Conventions: []string{"success over uniform contexts and queries"},
	Parts: []Part{{CheckedHere, "INDEX of 2 and 3 bits: both ends of the curve, with certificates elsewhere, against all sets of words, at every number of bits"}},
	run: func(rows *collector) {
		for _, n := range []int{2, 3} {
			m := indexMatrix(n)
			cv := must(curve.Of(rows.ctx, m))
			total := int64(m.Rows() * m.Cols())
			rows.check(check{row: report.Row{Task: "index", Model: "generation", N0: ptr(n)}, what: fmt.Sprintf("INDEX_%d: the curve at 0 to %d bits against all sets of words", n, n), fault: "one word of answers is lost", try: func(t *tally, broken bool) {
				for _, p := range cv.Points {
					got := big.NewRat(int64(bestRight(m, 1<<p.Bits, broken)), total)
					t.see(p.Exact() && p.Lower.Cmp(got) == 0, "%d bits: the curve says %s to %s, all sets of words give %s", p.Bits, p.Lower.RatString(), p.Upper.RatString(), got.RatString())
				}
			}})
			rows.note("success %s", curveText(cv))
		}
	},
}

func curveText(cv *curve.Curve) string {
	s := ""
	for k, p := range cv.Points {
		if k > 0 {
			s += ", "
		}
		s += p.Lower.RatString()
	}
	return s
}

// selected is the most contexts of n bits whose query f a selection of k tokens (as a multiset: so
// many ones) answers, over all rules of selection and all ways to answer. free lets any summary
// of as many values be sent.
func selected(n, k int, f func(x int) int, free bool) int {
	best := 0
	for answer := range words(k+1, 2) { // by the number of ones kept
		right := 0
		for x := range 1 << n {
			ones := 0
			for i := range n {
				ones += x >> i & 1
			}
			for kept, v := range answer {
				if (free || kept <= ones && k-kept <= n-ones) && v == f(x) {
					right++
					break
				}
			}
		}
		best = max(best, right)
	}
	return best
}

var compactionSelection = &Claim{
	ID: "selection", Kind: Comparison, Short: "picked tokens can be strictly worse",
	Seen:      "the abstract; the gap instance is this project's",
	Statement: "Selecting tokens of the input is a restricted game, and there is a query for which it needs strictly more: \"are all three bits equal\" is one bit when it is written, and no single kept token, which comes without its position, answers it on more than 7 of 8 contexts; two tokens do.",
	Source:    sourceCompaction, Conventions: []string{"kept tokens come without their positions"},
	Parts: []Part{{CheckedHere, "every rule of selection and every way to answer, for all 256 queries about three bits: those that one written bit answers and one kept token does not are counted"}},
	run: func(rows *collector) {
		equal := func(x int) int {
			if x == 0 || x == 7 {
				return 1
			}
			return 0
		}
		rows.check(check{row: report.Row{Task: "summary", Model: "selection", N0: ptr(3)}, what: "all equal, 3 bits: one kept token is right on 7 of 8 contexts at best, two on all", fault: "the kept token may be any", try: func(t *tally, broken bool) {
			one, two := selected(3, 1, equal, broken), selected(3, 2, equal, broken)
			t.see(one == 7 && two == 8, "one token: %d of 8, two tokens: %d of 8", one, two)
			t.runs += 8*(4+8) - 1
		}})
		worse := 0
		for f := range 256 {
			if selected(3, 1, func(x int) int { return f >> x & 1 }, false) < 8 {
				worse++
			}
		}
		rows.note("of the 256 queries about 3 bits %d have this gap", worse)
	},
}
