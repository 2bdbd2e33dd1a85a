package papers

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"

	"crosscut/models/heads"
	"crosscut/report"
)

// Heads2026 is about how many attention heads one layer needs, at any width and
// precision: two papers of 2026 that we know from notes.
var Heads2026 = register(&Paper{
	Name:     "heads2026",
	Title:    "How many heads one attention layer needs, at any width",
	Citation: "Two (narrow) heads are better than (an arbitrarily wide) one, ICLR 2026; Head complexity of Boolean functions, 2026",
	Cite:     []string{"TwoHeads2026", "HeadComplexity2026"},
	Claims:   []*Claim{oneHeadErrs, twoHeads, headsAboveDegree, headsOfParity, headsOfSymmetric, headsAtlas, headsApart},
	Executed: "exactly |MFAS| / (2m), both ways",
})

const freeWidth = "width, precision and the maps of tokens are free; the layer is read at a fixed token, and nothing but the projection follows it"

var oneHeadErrs = &Claim{
	ID: "one head errs", Kind: Lower, Short: "one head errs on a feedback arc set",
	Hypothesis: Hypothesis{Text: "a digraph with at least one arc", Over: []Range{{Name: "vertices", From: 1, To: 8}, {Name: "arcs", From: 1, To: 56}},
		Holds: func(at Sizes) bool { return at["arcs"] <= at["vertices"]*(at["vertices"]-1) }},
	Seen: "notes on the paper",
	Statement: "Endpoint selection: the input is u, v, i, # for an arc (u, v) of a fixed digraph with m arcs, i in {1, 2}, and the output u or v. The best single head of any width and precision " +
		"errs on exactly the share |MFAS| / (2m) of the inputs, MFAS a smallest feedback arc set; so it is without error if and only if the digraph is acyclic.",
	Source: "Two (narrow) heads are better than (an arbitrarily wide) one, ICLR 2026", Conventions: []string{freeWidth},
	Parts: []Part{
		{CheckedHere, "every digraph of few vertices: a head whose errors are as many as a smallest feedback arc set, counted by another program; for every directed cycle an integer certificate that no head is right on all its inputs"},
		{ProvedHere, "both directions for every digraph (docs/literature.md)"},
		{QuotedThere, "the statement, from notes"},
	},
	run: func(rows *collector) {
		n := rows.pick(3, 4, 4)
		rows.check(check{
			row: report.Row{Task: "endpoint selection", Model: "one head", N0: ptr(n)}, what: fmt.Sprintf("all digraphs of %d vertices: the head built for a best order errs on |MFAS| of the 2m inputs", n),
			fault: "the order is reversed",
			try: func(t *tally, broken bool) {
				for g := range digraphs(n) {
					least, position := heads.FeedbackArcs(n, g)
					if broken {
						for v := range position {
							position[v] = n - 1 - position[v]
						}
					}
					got := heads.Errors([]heads.Score{heads.OneHead(n, g, position)}, n, g)
					t.see(got == least, "arcs %v: %d errors, |MFAS| = %d", g, got, least)
				}
			},
		})
		rows.check(check{
			row: report.Row{Task: "endpoint selection", Model: "one head", N0: ptr(6)}, what: "every directed cycle of up to 6 vertices: the strict inequalities of its inputs add up to 0 > 0, so each cycle has an input on which any one head errs",
			fault: "the last arc of the cycle is left out",
			try: func(t *tally, broken bool) {
				for k := 2; k <= 6; k++ {
					for c := range cycles(6, k) {
						if broken {
							c = c[:k-1]
						}
						err := heads.CycleCertificate(c)
						t.see(err == nil, "%v: %v", c, err)
					}
				}
			},
		})
		rows.check(check{
			row: report.Row{Task: "endpoint selection", Model: "one head", N0: ptr(n)}, what: fmt.Sprintf("all digraphs of %d vertices: the smallest feedback arc set is empty if and only if taking vertices without incoming arcs away leaves nothing", n),
			fault: "one arc is overlooked",
			try: func(t *tally, broken bool) {
				for g := range digraphs(n) {
					seen := g
					if broken && len(g) > 0 {
						seen = g[1:]
					}
					least, _ := heads.FeedbackArcs(n, seen)
					t.see((least == 0) == acyclic(n, g), "arcs %v: |MFAS| = %d, acyclic %v", g, least, acyclic(n, g))
				}
			},
		})
	},
}

var twoHeads = &Claim{
	ID: "two heads", Kind: Upper, Short: "two narrow heads select any endpoint",
	Seen:      "notes on the paper",
	Statement: "Two heads of constant width and precision of order log n select the endpoint on every digraph of n vertices without error (the notes say d = 5; the heads here have width 2 and weights up to 4n).",
	Source:    "Two (narrow) heads are better than (an arbitrarily wide) one, ICLR 2026", Conventions: []string{freeWidth, "the weights are this project's own"},
	Parts: []Part{
		{CheckedHere, "every digraph of few vertices, and complete digraphs of more, on all 2m inputs in exact fractions"},
		{ProvedHere, "the weights for every n (docs/literature.md)"},
	},
	run: func(rows *collector) {
		n, most := rows.pick(3, 4, 4), rows.pick(10, 16, 24)
		rows.check(check{
			row: report.Row{Task: "endpoint selection", Model: "two heads", N0: ptr(most)}, what: fmt.Sprintf("all digraphs of %d vertices, and complete ones of up to %d: no error", n, most),
			fault: "the normalisers do not depend on i",
			try: func(t *tally, broken bool) {
				all := slices.Collect(digraphs(n))
				for k := n + 1; k <= most; k++ {
					all = append(all, complete(k))
				}
				for _, g := range all {
					size := n
					for _, a := range g {
						size = max(size, a.U+1, a.V+1)
					}
					ratio := int64(4 * size)
					if broken {
						ratio = 1
					}
					wrong := heads.Errors(heads.TwoHeads(size, ratio), size, g)
					t.see(wrong == 0, "arcs %v: %d errors", g, wrong)
				}
			},
		})
	},
}

var headsAboveDegree = &Claim{
	ID: "heads and degree", Kind: Lower, Short: "no fewer heads than the sign degree",
	Seen: "read in part",
	Statement: "One layer with k heads computes exactly the functions f(x) = 1 iff sum_j s_j(x) / d_j(x) < 0 with k affine s_j and k affine d_j that are positive on {0,1}^n. " +
		"So a function has at least as many heads as its sign (threshold) degree, and one head computes the linear threshold functions and no others.",
	Source: "Head complexity of Boolean functions in single-layer attention, 2026", Conventions: []string{freeWidth},
	Parts: []Part{
		{CheckedHere, "the sign degree of what k random heads compute; all functions of 3 bits: one head if and only if a linear threshold function, each side with its certificate"},
		{ProvedHere, "multiply by the product of the d_j (docs/literature.md)"},
	},
	run: func(rows *collector) {
		rows.check(check{
			row: report.Row{Task: "Boolean functions", Model: "k heads", N0: ptr(4)}, what: "random heads, k = 1, 2, 3, on 4 bits: the sign degree of the function is at most k", fault: "denominators may be negative",
			try: func(t *tally, broken bool) {
				t.sampled = true
				rng := rand.New(rand.NewPCG(rows.at.Seed, 4))
				for range rows.pick(150, 600, 3000) {
					k := 1 + rng.IntN(3)
					f, ok := randomHeads(4, k, broken, rng)
					if !ok {
						continue
					}
					degree, _ := heads.SignDegree(f)
					t.see(degree <= k, "%d heads compute %016b, of sign degree %d", k, f.Table, degree)
				}
			},
		})
		rows.check(check{
			row: report.Row{Task: "Boolean functions", Model: "one head", N0: ptr(3)}, what: "all 256 functions of 3 bits: weights of one head, or a dual of degree 1", fault: "the function's last value is flipped before the certificate is checked",
			try: func(t *tally, broken bool) {
				rng := rand.New(rand.NewPCG(rows.at.Seed, 3))
				for table := range uint64(256) {
					f := heads.Function{N: 3, Table: table}
					g := f
					if broken {
						g.Table ^= 128
					}
					w, ok := heads.Find(rows.ctx, f, 1, 1, rng)
					if ok {
						ok = w.Check(g)
					} else {
						_, dual := heads.SignDegree(f)
						ok = dual.Check(g, 1)
					}
					t.see(ok, "%08b has neither", table)
				}
			},
		})
	},
}

var headsOfParity = &Claim{
	ID: "parity", Kind: Comparison, Short: "k heads compute PARITY_k, no longer one",
	Hypothesis: Hypothesis{Text: "k >= 1", Over: []Range{{Name: "k", From: 0, To: 8}}, Holds: func(at Sizes) bool { return at["k"] >= 1 }},
	Seen:       "read in part",
	Statement:  "k heads compute the parity of k bits, and at no width and precision that of k + 1 bits.",
	Source:     "Head complexity of Boolean functions in single-layer attention, 2026", Conventions: []string{freeWidth},
	Parts: []Part{
		{CheckedHere, "k = 1 to 6: integer weights on all inputs, and the dual (-1)^|x| of degree k - 1"},
		{ProvedHere, "both for every k (docs/literature.md)"},
	},
	run: func(rows *collector) {
		rows.check(check{
			row: report.Row{Task: "parity", Model: "k heads", N0: ptr(6)}, what: "k = 1 to 6: k heads are right on all 2^k inputs", fault: "the first root stands one value later",
			try: func(t *tally, broken bool) {
				for k := 1; k <= 6; k++ {
					w := heads.Symmetric(k, 0b1010101010, displace(broken))
					t.see(len(w.S) == k && w.Check(parity(k)), "k = %d: the heads do not compute parity", k)
				}
			},
		})
		rows.check(check{
			row: report.Row{Task: "parity", Model: "k heads", N0: ptr(6)}, what: "k + 1 = 1 to 6: (-1)^|x| is orthogonal to every monomial of degree k and has parity's sign", fault: "one value of the dual is 0",
			try: func(t *tally, broken bool) {
				for n := 1; n <= 6; n++ {
					psi := make([]int64, 1<<n)
					for x := range psi {
						psi[x] = 1 - 2*int64(bits.OnesCount(uint(x))%2)
					}
					if broken {
						psi[0] = 0
					}
					t.see(heads.DualOf(psi).Check(parity(n), n-1), "n = %d: the dual does not show degree %d", n, n)
				}
			},
		})
	},
}

var headsOfSymmetric = &Claim{
	ID: "symmetric functions", Kind: Comparison, Short: "heads = changes of value, by weight",
	Seen:      "ours",
	Statement: "A symmetric function has as many heads as its value changes while the number of ones grows (derived here; that the sign degree is this number is Minsky and Papert's).",
	Source:    "this project, after Head complexity of Boolean functions, 2026", Conventions: []string{freeWidth},
	Parts: []Part{
		{CheckedHere, "all symmetric functions of up to 5 (default: 6) bits: weights on all inputs, and the dual"},
		{ProvedHere, "the weights, by partial fractions (docs/literature.md)"},
	},
	run: func(rows *collector) {
		most := rows.pick(5, 6, 6)
		rows.check(check{
			row: report.Row{Task: "symmetric functions", Model: "k heads", N0: ptr(most)}, what: fmt.Sprintf("all symmetric functions of 1 to %d bits: explicit heads are right on all inputs, and the sign degree is not less", most), fault: "the first root stands one value later",
			try: func(t *tally, broken bool) {
				for n := 1; n <= most; n++ {
					for values := range 1 << (n + 1) {
						f := symmetric(n, values)
						w := heads.Symmetric(n, values, displace(broken))
						degree, dual := heads.SignDegree(f)
						right := w.Check(f) && len(w.S) == degree && (degree == 0 || dual.Check(f, degree-1))
						t.see(right, "n = %d, values %b: %d heads, sign degree %d", n, values, len(w.S), degree)
					}
				}
			},
		})
	},
}

var headsAtlas = &Claim{
	ID: "atlas", Kind: Comparison, Short: "heads = sign degree up to 4 bits",
	Hypothesis: Hypothesis{Text: "n <= 4", Over: []Range{{Name: "n", From: 1, To: 6}}, Holds: func(at Sizes) bool { return at["n"] <= 4 }},
	Seen:       "read in part; the counts are this project's",
	Statement: "On up to 4 bits every function has as many heads as its sign degree. Functions with 0, 1, 2, ... heads: 2, 2 (1 bit); 2, 12, 2 (2 bits); 2, 102, 150, 2 (3 bits); " +
		"2, 1,880, 55,692, 7,960, 2 (4 bits).",
	Source: "the question of Head complexity of Boolean functions, 2026; counted here", Conventions: []string{freeWidth},
	Parts: []Part{
		{CheckedHere, "every function of 1 to 4 bits: integer weights of so many heads, and an integer dual below, both checked on the function itself"},
	},
	run: func(rows *collector) {
		const most = 4
		want := map[int][]int{1: {2, 2}, 2: {2, 12, 2}, 3: {2, 102, 150, 2}, 4: {2, 1880, 55692, 7960, 2}}
		rows.check(check{
			row: report.Row{Task: "Boolean functions", Model: "k heads", N0: ptr(most)}, what: fmt.Sprintf("all functions of 1 to %d bits, one by one with both certificates", most), fault: "a denominator is made negative",
			try: func(t *tally, broken bool) {
				for n := 1; n <= most; n++ {
					var wreck func(heads.Weights)
					if broken {
						wreck = func(w heads.Weights) {
							if len(w.D) > 0 {
								w.D[0][0].SetInt64(-1 << 20)
							}
						}
					}
					a, err := heads.Survey(rows.ctx, n, 1000, rows.at.Seed, wreck)
					if rows.ctx.Err() != nil {
						return
					}
					t.see(err == nil && len(a.Open) == 0 && slices.Equal(a.Heads, want[n]), "n = %d: %v heads, %d classes open: %v", n, a.Heads, len(a.Open), err)
					t.runs += 1<<(1<<n) - 1
				}
			},
		})
	},
}

var headsApart = &Claim{
	ID: "first gap", Kind: Conjecture, Short: "a function with more heads than degree",
	Hypothesis: Hypothesis{Text: "n bits, sign degree 2, more than 2 heads"},
	Seen:       "read in part",
	Statement: "Some function has more heads than its sign degree: 2 heads have 4n + 2 free numbers and a quadratic form (n^2 + n + 2)/2, so the two are expected to part for n of about 8 to 10. " +
		"The first function that separates them is not known; here none was found.",
	Source: "the question of Head complexity of Boolean functions, 2026", Conventions: []string{freeWidth, "a function for which no heads were drawn stays undecided: no lower bound above the sign degree is known here"},
	Parts: []Part{
		{CheckedHere, "functions of sign degree 2 on 5 and 6 bits, drawn as signs of quadratic forms: two heads for each, or undecided"},
		{OpenStill, "the first function that separates heads from sign degree; of 5 bits 507 of 616,126 classes are undecided between the sign degree and one head more (crosscut atlas heads, docs/literature.md)"},
	},
	run: func(rows *collector) {
		for _, s := range [][2]int{{5, rows.pick(6, 60, 1500)}, {6, rows.pick(0, 8, 100)}} {
			if s[1] == 0 {
				continue
			}
			rng := rand.New(rand.NewPCG(rows.at.Seed, uint64(s[0])))
			row := report.Row{Task: "Boolean functions", Model: "two heads", N0: ptr(s[0]), Warnings: []string{}}
			closed := 0
			for row.Runs < s[1] {
				require(rows.ctx.Err())
				f := randomQuadratic(s[0], rng)
				if degree, _ := heads.SignDegree(f); degree != 2 {
					continue
				}
				row.Runs++
				if w, ok := heads.Find(rows.ctx, f, 2, 300, rng); ok && w.Check(f) {
					closed++
				}
			}
			row.Note = fmt.Sprintf("%d functions of sign degree 2 on %d bits: two heads found for %d, %d undecided", row.Runs, s[0], closed, row.Runs-closed)
			rows.add("", row)
		}
	},
}

// displace is the fault of symmetric heads: one root moves past the next value.
func displace(broken bool) func(int64) int64 {
	if !broken {
		return nil
	}
	first := true
	return func(r int64) int64 {
		if first {
			first = false
			return r + 2
		}
		return r
	}
}

func symmetric(n, values int) heads.Function {
	f := heads.Function{N: n}
	for x := range f.Points() {
		f.Table |= uint64(values>>bits.OnesCount(uint(x))&1) << x
	}
	return f
}

func parity(n int) heads.Function { return symmetric(n, 0b1010101010) }

// randomHeads draws k heads on n bits and gives the function that they compute; not ok
// where a sum is 0. signed lets denominators be negative on a part of the cube.
func randomHeads(n, k int, signed bool, rng *rand.Rand) (heads.Function, bool) {
	f := heads.Function{N: n}
	s, d := make([][]int64, k), make([][]int64, k)
	for j := range k {
		lowest := int64(0)
		for range n + 1 {
			s[j], d[j] = append(s[j], rng.Int64N(41)-20), append(d[j], rng.Int64N(19)-9)
			lowest += min(d[j][len(d[j])-1], 0)
		}
		if !signed {
			d[j][0] = max(d[j][0], 0) + 1 - lowest
		}
	}
	at := func(a []int64, x int) int64 {
		v := a[0]
		for i := range n {
			v += a[i+1] * int64(x>>i&1)
		}
		return v
	}
	for x := range f.Points() {
		sum, product := int64(0), int64(1)
		for j := range k {
			v := at(d[j], x)
			sum, product = sum*v+at(s[j], x)*product, product*v
		}
		if product < 0 {
			sum = -sum
		}
		if sum == 0 || product == 0 {
			return f, false
		}
		if sum < 0 {
			f.Table |= 1 << x
		}
	}
	return f, true
}

// randomQuadratic is the sign of a quadratic form with small random integers.
func randomQuadratic(n int, rng *rand.Rand) heads.Function {
	f := heads.Function{N: n}
	c := make([][]int64, n)
	for i := range c {
		for range i + 1 {
			c[i] = append(c[i], rng.Int64N(21)-10)
		}
	}
	free := 2*rng.Int64N(20) - 19
	for x := range f.Points() {
		v := free
		for i := range n {
			for j := range i + 1 {
				v += 2 * c[i][j] * int64(x>>i&1) * int64(x>>j&1)
			}
		}
		if v < 0 {
			f.Table |= 1 << x
		}
	}
	return f
}

// digraphs yields the arcs of every digraph of n vertices without loops.
func digraphs(n int) func(yield func([]heads.Arc) bool) {
	all := complete(n)
	return func(yield func([]heads.Arc) bool) {
		for g := range 1 << len(all) {
			var arcs []heads.Arc
			for k, a := range all {
				if g>>k&1 == 1 {
					arcs = append(arcs, a)
				}
			}
			if !yield(arcs) {
				return
			}
		}
	}
}

func complete(n int) []heads.Arc {
	var arcs []heads.Arc
	for u := range n {
		for v := range n {
			if u != v {
				arcs = append(arcs, heads.Arc{U: u, V: v})
			}
		}
	}
	return arcs
}

// cycles yields the directed cycles of k of n vertices, each once, from its least vertex.
func cycles(n, k int) func(yield func([]heads.Arc) bool) {
	return func(yield func([]heads.Arc) bool) {
		var walk func(path []int) bool
		walk = func(path []int) bool {
			if len(path) == k {
				var arcs []heads.Arc
				for i, u := range path {
					arcs = append(arcs, heads.Arc{U: u, V: path[(i+1)%k]})
				}
				return yield(arcs)
			}
			for v := path[0] + 1; v < n; v++ {
				if !slices.Contains(path, v) && !walk(append(slices.Clone(path), v)) {
					return false
				}
			}
			return true
		}
		for u := range n {
			if !walk([]int{u}) {
				return
			}
		}
	}
}

// acyclic takes vertices without incoming arcs away for as long as there are any.
func acyclic(n int, arcs []heads.Arc) bool {
	gone := make([]bool, n)
	for range n {
		for v := range n {
			gone[v] = gone[v] || !slices.ContainsFunc(arcs, func(a heads.Arc) bool { return a.V == v && !gone[a.U] })
		}
	}
	return !slices.Contains(gone, false)
}
