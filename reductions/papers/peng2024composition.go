package papers

import (
	"fmt"
	"math"

	"crosscut/protocol"
	"crosscut/report"
)

// Peng2024Composition is about composing functions in one layer.
var Peng2024Composition = register(&Paper{
	Name:     "peng2024composition",
	Title:    "On limitations of the transformer architecture",
	Citation: "Binghui Peng, Srini Narayanan, Christos Papadimitriou. arXiv 2402.08164",
	Cite:     []string{"PengNarayananPapadimitriou2024"},
	Claims:   []*Claim{composeNeeds, composeErrs, composeChain, composeThoughts},
	Executed: "the inequality as it is stated, with constant 1: n log2 n is log2 of the n^n tables",
})

const composeWords = "the layer's message is counted as the paper does, H (d + 1) p; g(x) is given away for free, so the one word is about f"

// tablesOf lists all functions [n] -> [n], from 0.
func tablesOf(n int) (all [][]int) {
	count := int(math.Pow(float64(n), float64(n)))
	for w := range count {
		f := make([]int, n)
		for i := range f {
			f[i], w = w%n, w/n
		}
		all = append(all, f)
	}
	return all
}

// composes says whether H heads of width d and p bits can send what n log2 n bits need.
func composes(H, d, p, n int) bool { return float64(H*(d+1)*p) >= float64(n)*math.Log2(float64(n)) }

var composeNeeds = &Claim{
	ID: "one layer", Kind: Lower, Short: "f(g(x)) in one layer: H(d+1)p >= n log n",
	Hypothesis: Hypothesis{Text: "H (d + 1) p < n log2 n, here for H = 1, d = 16, p = 32", Over: []Range{{Name: "n", From: 1, To: 1 << 12}},
		Holds: func(at Sizes) bool { return !composes(1, 16, 32, at["n"]) }},
	Seen:      "second hand",
	Statement: "A one-layer transformer of H heads, width d and p bits that computes f(g(x)) for all functions f, g on n values has H (d + 1) p >= n log2 n.",
	Source:    "arXiv 2402.08164", Conventions: []string{composeWords, "n log2 n is log2 n^n: no two tables f may send one word"},
	Parts: []Part{{CheckedHere, "n = 2 to 5 (4 at the quick level): all n^n tables give different rows over the values g(x); where the bound begins for four sizes of a layer"}, {ProvedHere, "every n: two tables that differ at j are told apart by g(x) = j (docs/literature.md)"}},
	run: func(rows *collector) {
		for n := 2; n <= rows.pick(4, 5, 6); n++ {
			rows.check(check{
				row:   report.Row{Task: "composition", N0: ptr(n), Needed: report.Num(protocol.Tables(n, n).Bits()), NeededBy: "tables f of n values: ceil(log2 n^n)", Setting: protocol.OneWay},
				what:  fmt.Sprintf("n = %d: all n^n tables f give different rows f(g(x)), x fixed, all tables g", n),
				fault: "g(x) never takes the last value",
				try: func(t *tally, broken bool) {
					seen := map[string][]int{}
					for _, f := range tablesOf(n) {
						row := ""
						for v := range n { // what g can make of x
							if !broken || v < n-1 {
								row += fmt.Sprint(f[v], " ")
							}
						}
						twin, twice := seen[row]
						seen[row] = f
						t.see(!twice, "n = %d: f = %v and f = %v give one row", n, twin, f)
					}
				},
			})
		}
		for _, s := range []struct{ H, d, p, from int }{{1, 16, 32, 85}, {1, 64, 16, 145}, {8, 64, 16, 855}, {32, 128, 16, 5335}} {
			rows.excludes(report.Row{Task: "composition", N0: ptr(s.from)}, "n", s.from, s.H, s.d, s.p, composes)
		}
	},
}

var composeErrs = &Claim{
	ID: "error", Kind: Lower, Short: "error at least R / (3 n log n)",
	Hypothesis: Hypothesis{Text: "R = n log2 n - H (d + 1) p > 0", Over: []Range{{Name: "n", From: 2, To: 64}, {Name: "bits", To: 64}},
		Holds: func(at Sizes) bool { return float64(at["bits"]) < float64(at["n"])*math.Log2(float64(at["n"])) }},
	Seen:      "second hand",
	Statement: "With R = n log2 n - H (d + 1) p > 0 such a layer errs with probability at least R / (3 n log2 n).",
	Source:    "arXiv 2402.08164", Conventions: []string{composeWords, "f and g(x) uniform"},
	Parts: []Part{{CheckedHere, "every message function of s bits on the tables of n = 2, s = 0 and 1, and n = 3, s = 0; the best answers to each word"}, {QuotedThere, "every n"}},
	run: func(rows *collector) {
		for _, s := range [][2]int{{2, 0}, {2, 1}, {3, 0}} {
			n, bits := s[0], s[1]
			all := tablesOf(n)
			rows.check(check{
				row:   report.Row{Task: "composition", N0: ptr(n), Bits: report.Num(bits), Setting: protocol.OneWay},
				what:  fmt.Sprintf("n = %d, %d bits: every message function, the best answer to each word and value", n, bits),
				fault: "R / (n log2 n), the 3 forgotten",
				try: func(t *tally, broken bool) {
					over := 3.0
					if broken {
						over = 1
					}
					whole := float64(n) * math.Log2(float64(n))
					words := 1 << bits
					for m := range int(math.Pow(float64(words), float64(len(all)))) {
						count := make([]int, words*n*n) // word, g(x), f(g(x))
						for at, f := range all {
							word := m >> (bits * at) & (words - 1)
							for v, y := range f {
								count[(word*n+v)*n+y]++
							}
						}
						right := 0
						for k := 0; k < len(count); k += n {
							best := 0
							for _, c := range count[k : k+n] {
								best = max(best, c)
							}
							right += best
						}
						wrong := 1 - float64(right)/float64(n*len(all))
						t.see(wrong >= (whole-float64(bits))/(over*whole)-1e-12, "n = %d, %d bits: an error of %.4g", n, bits, wrong)
					}
				},
			})
		}
	},
}
