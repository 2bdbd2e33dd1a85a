package papers

import (
	"fmt"
	"math/rand/v2"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/report"
)

// Sanford2024Graphs is about graphs: edges as tokens, rows as tokens, and experts.
var Sanford2024Graphs = register(&Paper{
	Name:     "sanford2024graphs",
	Title:    "Graph tasks in transformers: edges, adjacency rows and experts",
	Citation: "arXiv 2405.18512; with arXiv 2503.01805 and 2410.19034",
	Cite:     []string{"SanfordFatemiEtAl2024", "AdjacencyRows2025", "MoE2024"},
	Claims:   []*Claim{graphStar, graphRows, graphExperts},
	Executed: starBound + ", in bits, without coins and with constant 1: " + headWidths,
})

const starBound = "H (B_Z + d_v B_N) >= n, N = 2n + 1"

var graphStar = &Claim{
	ID: "connectivity", Kind: Lower, Short: "one layer: m H of order N",
	Hypothesis:  smallLayer("", reductions.DisjConnectivity),
	Seen:        "second hand; the map is this project's",
	Statement:   "One attention layer that decides whether two vertices are connected, the tokens being edges, needs m H of order N up to logarithms.",
	Source:      "arXiv 2405.18512",
	Conventions: []string{exactSoftmax, bobAnswers, oneRead, starBound + ", without coins"},
	Parts: []Part{
		{CheckedHere, "the map's truth table; the protocol's bits against the formula; two inputs that an undersized layer cannot tell apart, and an input on which it errs"},
		{ProvedHere, "the map for every n (docs/literature.md)"},
	},
	run: func(rows *collector) { rows.graph(reductions.DisjConnectivity) },
}

// twoCycle says whether rows of an adjacency matrix have a directed cycle of two edges.
func twoCycle(rows [][]bool) bool {
	for i := range rows {
		for j := range i {
			if rows[i][j] && rows[j][i] {
				return true
			}
		}
	}
	return false
}

// rowsCost is what L layers on n rows send when they are cut in halves: for each layer and token its
// query out, of d numbers, and sums back.
func rowsCost(L, n, d, H, m, p int) int { return L * n * (d*p + H*(m+1)*p) }

var graphRows = &Claim{
	ID: "2-cycles", Kind: Lower, Short: "rows: L layers, m p H L of order n",
	Hypothesis: Hypothesis{Text: "L n (d p + H (m + 1) p) < n^2 / 4, here for H = 1, d = m = 16, p = 8", Over: []Range{{Name: "L", From: 1, To: 4}, {Name: "n", From: 2, To: 1 << 13}},
		Holds: func(at Sizes) bool { return 4*rowsCost(at["L"], at["n"], 16, 1, 16, 8) < at["n"]*at["n"] }},
	Seen:      "second hand; the map and its constants are this project's",
	Statement: "Any L layers of attention, whose tokens are the n rows of an adjacency matrix, that decide whether there is a directed 2-cycle have m p H L of order n; no conjecture is needed.",
	Source:    "arXiv 2503.01805",
	Conventions: []string{"n even, half of the rows each: DISJ of n^2/4 bits", "per layer and token a query out and sums back: L n (d p + H (m + 1) p) bits, two-way; the constants are ours",
		"a row carries n bits; with tokens of order log n bits the same count says nothing from one layer on"},
	Parts: []Part{
		{CheckedHere, "the map on all pairs of sets for n = 2 and 4, drawn ones to n = 16; from which n on a size of layer is excluded, for L = 1 to 4"},
		{ProvedHere, "the map for every n (docs/literature.md)"},
	},
	run: func(rows *collector) {
		for _, h := range []int{1, 2, 4, 8} {
			rows.check(check{
				row:   report.Row{Task: "2-cycle on rows", N: ptr(2 * h), N0: ptr(h * h), Needed: report.Num(h * h), NeededBy: "disj of n^2/4 entries: n^2/4", Setting: protocol.TwoWay},
				what:  fmt.Sprintf("n = %d rows, half each: there is a 2-cycle iff two sets of %d entries meet", 2*h, h*h),
				fault: [2]string{"Bob's entries are transposed", "Bob has no entries"}[1/h],
				try: func(t *tally, broken bool) {
					rng, cells, runs := rand.New(rand.NewPCG(rows.at.Seed, uint64(h))), h*h, 1<<(2*h*h)
					if t.sampled = h > 2; t.sampled {
						runs = rows.pick(200, 1000, 5000)
					}
					for k := range runs {
						var x, y uint64
						if t.sampled {
							x, y = rng.Uint64()&rng.Uint64()&rng.Uint64(), rng.Uint64()&rng.Uint64()&rng.Uint64()
							if k%2 == 0 {
								y &^= x
							}
							if cells < 64 {
								x, y = x&(1<<cells-1), y&(1<<cells-1)
							}
						} else {
							x, y = uint64(k)&(1<<cells-1), uint64(k)>>cells
						}
						matrix := make([][]bool, 2*h)
						for i := range matrix {
							matrix[i] = make([]bool, 2*h)
						}
						for i := range h {
							for j := range h {
								at := i*h + j
								matrix[i][h+j] = x>>at&1 == 1
								if broken {
									at = j*h + i
								}
								matrix[h+j][i] = y>>at&1 == 1 && !(broken && h == 1)
							}
						}
						t.see(twoCycle(matrix) == (x&y != 0), "n = %d, x = %0*b, y = %0*b: a 2-cycle %v, and the sets meet %v", 2*h, cells, x, cells, y, twoCycle(matrix), x&y != 0)
					}
				},
			})
		}
		rows.check(check{
			row:   report.Row{Task: "2-cycle on rows", Model: "attention", Params: map[string]any{"H": 1, "d": 16, "m": 16, "p": 8}},
			what:  "H = 1, d = m = 16, p = 8: excluded from n = 1,056 L + 2 on (n even), and not below, L = 1 to 4",
			fault: "the queries are not counted",
			try: func(t *tally, broken bool) {
				d := 16
				if broken {
					d = 0
				}
				for L := 1; L <= 4; L++ {
					for n := 2; n <= 5000; n += 2 {
						excluded := rowsCost(L, n, d, 1, 16, 8) < n*n/4
						t.see(excluded == (n >= 1056*L+2), "L = %d, n = %d: excluded is %v", L, n, excluded)
					}
				}
			},
		})
	},
}

var graphExperts = &Claim{
	ID: "experts", Kind: Lower, Short: "however many experts: m H of order V / log V",
	Hypothesis: smallLayer("", reductions.DisjConnectivity),
	Seen:       "the abstract; the map is this project's",
	Statement:  "One attention layer with a mixture of experts that decides whether two of V vertices have a path of two edges needs m H of order V / log V, whatever the number of experts.",
	Source:     "arXiv 2410.19034", Conventions: []string{exactSoftmax, bobAnswers, "tokens are edges; routing and experts are functions of one token, so they cross no cut"},
	Parts: []Part{
		{CheckedHere, "the same map decides paths of two edges; undersized layers with 1, 8 and 1,024 experts err, each on an input that is printed"},
		{ProvedHere, "the map, and that experts cross nothing (docs/literature.md)"},
		{QuotedThere, "that a dense layer of width V suffices"},
	},
	run: func(rows *collector) {
		r := reductions.DisjConnectivity
		for n := 1; n <= rows.pick(4, 5, 6); n++ {
			in := must(r.Instance(n, 0, nil))
			rows.check(check{
				row: report.Row{Task: "path of two edges", N0: ptr(n), N: ptr(in.Shape.N)}, what: fmt.Sprintf("n = %d: vertices 1 and 2 have a path of two edges iff the sets meet, all pairs", n),
				fault: "Bob's vertices are numbered from the other end, or shifted",
				try: func(t *tally, broken bool) {
					for k := range 1 << (2 * n) {
						x, y := protocol.UintWord(uint64(k)&(1<<n-1), n), protocol.UintWord(uint64(k)>>n, n)
						seq := in.Encode(x, y)
						if broken {
							for i, e := range seq {
								if e.X == 2 {
									seq[i].To = 3 + (e.To-3+n)%(2*n)
								}
							}
						}
						meet := uint64(k)&(uint64(k)>>n)&(1<<n-1) != 0
						t.see(twoEdges(seq) == meet, "x = %v, y = %v: a path of two edges %v, the sets meet %v", x, y, twoEdges(seq), meet)
					}
				},
			})
		}
		for _, E := range []int{1, 8, 1024} {
			rows.undersized(r, 24, of(sized("experts H=1 m=1 p=4 f=2 E=%d", E), rows.at.Seed), falsify.Options{})
			rows.note("experts: %d", E)
		}
	},
}

// twoEdges says whether vertices 1 and 2 have a common neighbour.
func twoEdges(seq []tasks.Token) bool {
	near := map[int]int{}
	for _, e := range seq {
		for _, end := range [][2]int{{e.X, e.To}, {e.To, e.X}} {
			if end[0] <= 2 {
				near[end[1]] |= end[0]
			}
		}
	}
	for v, of := range near {
		if v > 2 && of == 3 {
			return true
		}
	}
	return false
}
