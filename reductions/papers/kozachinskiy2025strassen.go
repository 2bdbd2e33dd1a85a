package papers

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"

	"crosscut/models/strassen"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
	"crosscut/report"
)

// Kozachinskiy2025Strassen bounds one layer of real numbers by the split-VC dimension,
// and shows a layer of pairwise products that it does not bind.
var Kozachinskiy2025Strassen = register(&Paper{
	Name:     "kozachinskiy2025strassen",
	Title:    "Strassen attention, and one layer of infinite precision",
	Citation: "arXiv 2501.19215, with arXiv 2412.20195",
	Cite:     []string{"StrassenAttention2025", "SplitVC2024"},
	Claims:   []*Claim{splitTheorem, splitExample, splitComposition, splitSum2, splitSum2Two, splitMatch3, splitRelation, splitQuotient, strassenLayer, splitSmall, splitBlind},
	Executed: "no constant: the exponent is not stated. What ran are lower bounds on the split-VC dimension, of n (composition), l/2 (Sum2, Match3) and m (relations)",
	By:       []*Claim{splitComposition, splitSum2, splitMatch3, splitRelation},
})

const realNumbers = "real arithmetic: numbers have no length, so what counts is how many words on Alice's positions Bob's words can tell apart in every way"

var splitTheorem = &Claim{
	ID: "theorem", Kind: Conjecture, Short: "max(d, H, MLP) >= split-VC^Omega(1)",
	Hypothesis: Hypothesis{Text: "one standard attention layer over real numbers, read at an auxiliary token"},
	Seen:       "read (main text and appendix B)",
	Statement:  "If one standard attention layer over the reals, with H heads of width d and an MLP of size L, computes f at an auxiliary token, then max(d, H, L) >= split-VC(f)^Omega(1).",
	Source:     "arXiv 2501.19215, after arXiv 2412.20195", Conventions: []string{realNumbers},
	Parts: []Part{{QuotedOrder, "the theorem; its exponent is not stated, so there is no number to execute"}, {OpenStill, "an explicit exponent"}},
	run: func(rows *collector) {
		// What can be executed: the measure itself, exactly, on the functions of the paper.
		for _, f := range []struct {
			name string
			n    int
			at   func(x []int) bool
		}{{"disjointness of 3 + 3 bits", 6, disjoint}, {"parity of 6 bits", 6, func(x []int) bool { return ones(x)%2 == 1 }}} {
			s, exact := bounds.SplitVC(rows.ctx, bitPositions(f.n), f.at)
			is := "is exactly"
			if !exact {
				is = "is at least"
			}
			require(rows.ctx.Err())
			rows.add("", report.Row{Task: "split-VC", N0: ptr(f.n), Warnings: []string{}, Note: fmt.Sprintf("split-VC of %s %s %d", f.name, is, len(s.Rows))})
		}
	},
}

var splitExample = &Claim{
	ID: "definition", Kind: Comparison, Short: "split-VC of (x1 x2) xor (x3 x4) is 2",
	Seen:      "read",
	Statement: "The split-VC dimension is the largest number of words on some positions that the words on the others shatter, over all sets of positions. That of (x1 x2) xor (x3 x4) is 2.",
	Source:    "arXiv 2501.19215", Conventions: []string{realNumbers},
	Parts: []Part{{CheckedHere, "every set of positions, the largest shattered set of each; the set that was found, pattern by pattern"}},
	run: func(rows *collector) {
		f := func(x []int) bool { return x[0]*x[1]^x[2]*x[3] == 1 }
		rows.splitVC("(x1 x2) xor (x3 x4)", bitPositions(4), f, 2)
		rows.splitVC("disjointness of 3 + 3 bits", bitPositions(6), disjoint, 3)
	},
}

var splitComposition = &Claim{
	ID: "composition", Kind: Lower, Short: "composition shatters n words",
	Seen:      "read",
	Statement: "Function composition over n values has split-VC dimension at least n, the rows being the values of g(1).",
	Source:    "arXiv 2501.19215", Conventions: []string{realNumbers, "the answer is one bit: f takes two values"},
	Parts: []Part{{CheckedHere, "n = 1 to 8: every pattern of n bits is shown by some f"}},
	run: func(rows *collector) {
		rows.shatters("f(g(1)), rows g(1) = 1..n, columns all f, n = 1 to 8", sizes(1, 8), func(n int) int { return n }, "f is read at g(1) + 1", func(n, i, p int, broken bool) bool {
			f := make([]bool, n)
			for v := range f {
				f[v] = p>>v&1 == 1
			}
			if broken {
				i = (i + 1) % n
			}
			return f[i]
		})
	},
}

// sum2 says whether two entries (or one twice) add up to -1 mod m.
func sum2(p []int, m int) bool {
	for _, a := range p {
		for _, b := range p {
			if (a+b)%m == m-1 {
				return true
			}
		}
	}
	return false
}

// sum2Word is the paper's word: (2i, 1, .., 1) on one half, 2l - 2j - 1 or 1 on the other.
func sum2Word(l, i, p int, broken bool) []int {
	row := append([]int{2 * i}, slices.Repeat([]int{1}, l/2-1)...)
	for j := 1; j <= l/2; j++ {
		v := 1
		if p>>(j-1)&1 == 1 {
			v = 2*l - 2*j - 1
			if broken {
				v++
			}
		}
		row = append(row, v)
	}
	return row
}

var splitSum2 = &Claim{
	ID: "Sum2", Kind: Lower, Short: "Sum2[l, 2l] shatters l/2 words",
	Hypothesis: Hypothesis{Text: "l even, l >= 4 (at l = 2 the word 2l - 2j - 1 is the padding 1, see docs/errata.md)", Over: []Range{{Name: "l", From: 1, To: 16}}, Holds: func(at Sizes) bool { return at["l"]%2 == 0 && at["l"] >= 4 }},
	Seen:       "read (appendix B.1)",
	Statement:  "Whether two of l numbers add up to -1 mod 2l has split-VC dimension at least l/2: rows (2i, 1, .., 1), columns 2l - 2j - 1 or 1.",
	Source:     "arXiv 2501.19215, appendix B.1", Conventions: []string{realNumbers},
	Parts: []Part{{CheckedHere, "l = 4 to 16, every row and column"}},
	run: func(rows *collector) {
		rows.shatters("Sum2[l, 2l], the paper's rows and columns, l = 4, 6, .., 16", []int{4, 6, 8, 10, 12, 14, 16}, func(l int) int { return l / 2 }, "columns are one too large",
			func(l, i, p int, broken bool) bool { return sum2(sum2Word(l, i+1, p, broken), 2*l) })
	},
}

var splitSum2Two = &Claim{
	ID: "Sum2, l = 2", Kind: Lower, Short: "the same rows and columns at l = 2",
	Hypothesis: Hypothesis{Text: "l even", Over: []Range{{Name: "l", From: 1, To: 16}}, Holds: func(at Sizes) bool { return at["l"]%2 == 0 }},
	Seen:       "read (appendix B.1); our notes record no lower limit on l",
	Statement:  "The rows (2i, 1, .., 1) and columns 2l - 2j - 1 or 1 shatter for every even l.",
	Source:     "arXiv 2501.19215, appendix B.1, as our notes have it", Conventions: []string{realNumbers},
	Parts: []Part{{CheckedHere, "l = 2, every row and column (docs/errata.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "split-VC", N0: ptr(2)}, printed: true, what: "Sum2[2, 4], the one row and both columns", try: func(t *tally, _ bool) {
			for p := range 2 {
				word := sum2Word(2, 1, p, false)
				t.see(sum2(word, 4) == (p == 1), "l = 2, row and column %v: %d + %d = 3 mod 4, where no pair may", word, word[0], word[1])
			}
		}})
	},
}

var splitMatch3 = &Claim{
	ID: "Match3", Kind: Lower, Short: "Match3[l+1, 2l] shatters l/2 words",
	Hypothesis: splitSum2.Hypothesis,
	Seen:       "read (appendix B.1)",
	Statement:  "Match3 on l + 1 tokens mod 2l, read at the first, which is 1, has split-VC dimension at least l/2: a standard layer needs to grow as a power of N.",
	Source:     "arXiv 2501.19215, appendix B.1", Conventions: []string{realNumbers},
	Parts: []Part{{CheckedHere, "l = 4 to 16, every row and column"}, {QuotedOrder, "what a standard layer needs: a power of it, whose exponent is not stated"}},
	run: func(rows *collector) {
		rows.shatters("Match3[l + 1, 2l] at token 1 = 1, l = 4, 6, .., 16", []int{4, 6, 8, 10, 12, 14, 16}, func(l int) int { return l / 2 }, "token 1 is 2",
			func(l, i, p int, broken bool) bool {
				first := 1
				if broken {
					first = 2
				}
				word := append([]int{first}, sum2Word(l, i+1, p, false)...)
				for _, a := range word {
					for _, b := range word {
						if (first+a+b)%(2*l) == 0 {
							return true
						}
					}
				}
				return false
			})
	},
}

var splitRelation = &Claim{
	ID: "relation composition", Kind: Lower, Short: "composing relations shatters m words",
	Seen:      "read",
	Statement: "Composing two binary relations on m + 1 elements, read at entry (1, 1), contains disjointness of m bits: A_{1,t+1} = a_t, B_{t+1,1} = b_t. So its split-VC dimension is at least m.",
	Source:    "arXiv 2501.19215", Conventions: []string{realNumbers},
	Parts: []Part{{CheckedHere, "the map on all pairs of bit strings, m = 1 to 5; the m unit strings shattered"}},
	run: func(rows *collector) {
		rows.meet("DISJ_m into relation composition at (1, 1), all pairs, m = 1 to 5", 5, "B is transposed", func(m, a, b int, broken bool) bool {
			A, B := zeros(m+1), zeros(m+1)
			for t := range m {
				A[0][t+1] = a >> t & 1
				if B[t+1][0] = b >> t & 1; broken {
					B[0][t+1], B[t+1][0] = B[t+1][0], 0
				}
			}
			for k := range A {
				if A[0][k]&B[k][0] == 1 {
					return true
				}
			}
			return false
		})
	},
}

var splitQuotient = &Claim{
	ID: "quotient composition", Kind: Lower, Short: "so does composing them up to colours",
	Seen:      "read",
	Statement: "Quotient composition (A(i, k), B(l, j) for some k != l of one colour) on 2s + 2 elements, read at entry (1, 2), contains disjointness of s bits; the bound holds against triangular attention too. (Derived here, for numbers of p bits and N = (2s + 2)^2 tokens: H (d + 1) p >= s.)",
	Source:    "arXiv 2501.19215", Conventions: []string{realNumbers, "elements 2 + j and 2 + s + j share the colour 2 + j"},
	Parts: []Part{{CheckedHere, "the map on all pairs of bit strings, s = 1 to 5; that drawn weights and values of triangular attention, any functions of two tokens, add up from a part of x and a part of y"},
		{ProvedHere, "no term of the sum at (1, 2) sees a token of either player, so H normalisers and H d numerators cross: the constant is that of a standard layer (docs/literature.md)"},
		{QuotedOrder, "what follows for real numbers: a power of s, whose exponent is not stated"}},
	run: func(rows *collector) {
		rows.meet("DISJ_s into quotient composition at (1, 2), all pairs, s = 1 to 5", 5, "every element has a colour of its own", func(s, a, b int, broken bool) bool {
			m := 2*s + 2
			A, B, colour := zeros(m), zeros(m), make([]int, m)
			for j := range s {
				A[0][2+j], B[2+s+j][1] = a>>j&1, b>>j&1
				colour[2+j], colour[2+s+j] = 2+j, 2+j
				if broken {
					colour[2+s+j] = 2 + s + j
				}
			}
			for k := range m {
				for l := range m {
					if k != l && A[0][k]&B[l][1] == 1 && colour[k] == colour[l] {
						return true
					}
				}
			}
			return false
		})
		rows.triangular()
	},
}

// triangular checks that what a head of triangular attention sums at entry (1, 2), over l the tokens
// (1, l) and (l, 2), is a part of Alice's and a part of Bob's: then either can be sent.
func (c *collector) triangular() {
	c.check(check{row: report.Row{Task: "quotient composition", Model: "triangular", N: ptr(64), Setting: protocol.OneWay}, what: "drawn weights and values of triangular attention, s = 1 to 3, all x and y: the sum at (x, y) and that at (0, 0) are those at (x, 0) and (0, y) together", fault: "the players' tokens meet, as in the map to relation composition", try: func(t *tally, broken bool) {
		t.sampled = true
		rng := rand.New(rand.NewPCG(c.at.Seed, 2))
		for s := 1; s <= 3; s++ {
			for range c.pick(8, 50, 500) {
				table := make([][4]int, 2*s+2) // at l, for both tokens
				for l := range table {
					for k := range table[l] {
						table[l][k] = 1 + rng.IntN(1<<16)
					}
				}
				sum := func(x, y int) (all int) {
					for l, of := range table {
						a, b := 0, 0
						if l >= 2 && l < 2+s {
							a = x >> (l - 2) & 1
						}
						if j := l - 2 - s; j >= 0 {
							b = y >> j & 1
						} else if broken && l >= 2 {
							b = y >> (l - 2) & 1
						}
						all += of[2*a+b]
					}
					return all
				}
				for x := range 1 << s {
					for y := range 1 << s {
						t.see(sum(x, y)+sum(0, 0) == sum(x, 0)+sum(0, y), "s = %d, x = %0*b, y = %0*b: the sums do not split", s, s, x, s, y)
					}
				}
			}
		}
	}})
}

var strassenLayer = &Claim{
	ID: "Strassen layer", Kind: Upper, Short: "a constant Strassen layer does all four",
	Seen:      "read; the exact form of the layer from memory",
	Statement: "One Strassen layer of constant size (a softmax over pairs of tokens, scored by pairwise products alone) computes function composition, Match3, relation composition and quotient composition.",
	Source:    "arXiv 2501.19215, appendix B.4 and B.5", Conventions: []string{"the encodings are this project's own: at most 4 numbers a product, one head (two for Match3, as in the paper)", "weights 2^score, exact sums"},
	Parts: []Part{
		{CheckedHere, "all small inputs of all four tasks, at every position read"},
		{ProvedHere, "the encodings, for sizes up to 2^8 pairs and larger ones with more precision (docs/literature.md)"},
		{QuotedThere, "that N^omega operations suffice, omega the exponent of matrix multiplication"},
	},
	run: func(rows *collector) {
		without := func(broken bool) strassen.Ends { return strassen.Ends{NoPair: broken} }
		const fault = "the product of the pair is left out"
		n := rows.pick(3, 4, 4)
		rows.check(check{row: report.Row{Task: "match3", Model: "strassen", N: ptr(n)}, what: fmt.Sprintf("all sequences of %d values 1..M-1, M = 2 to 6, all positions", n), fault: fault, try: func(t *tally, broken bool) {
			for m := 2; m <= 6; m++ {
				for w := range words(n, m-1) {
					x := make([]int64, n)
					for i, v := range w {
						x[i] = int64(v + 1)
					}
					for i := range n {
						want := false
						for _, a := range x {
							for _, b := range x {
								want = want || (x[i]+a+b)%int64(m) == 0
							}
						}
						got := strassen.Match3(x, int64(m), i, without(broken))
						t.see(got == want, "x = %v, M = %d, position %d: %v", x, m, i+1, got)
					}
				}
			}
		}})
		k := rows.pick(2, 3, 3)
		rows.check(check{row: report.Row{Task: "function composition", Model: "strassen", N: ptr(2*k + 1)}, what: fmt.Sprintf("all g, f and x over %d values", k), fault: fault, try: func(t *tally, broken bool) {
			for g := range words(k, k) {
				for f := range words(k, k) {
					for x := range k {
						got := strassen.Compose(wide(g), wide(f), int64(x), without(broken))
						t.see(got == int64(f[g[x]]), "g = %v, f = %v, x = %d: %d", g, f, x, got)
					}
				}
			}
		}})
		for _, coloured := range []bool{false, true} {
			task := "relation composition"
			if coloured {
				task = "quotient composition"
			}
			rows.check(check{row: report.Row{Task: task, Model: "strassen", N: ptr(9)}, what: fmt.Sprintf("all pairs of relations on 2 elements, and %d drawn ones on 3 elements, at every entry", rows.pick(60, 400, 4000)), fault: fault, try: func(t *tally, broken bool) {
				t.sampled = true
				try := func(A, B [][]int64, colour []int64) {
					m := len(A)
					for i := range m {
						for j := range m {
							want := false
							for k := range m {
								for l := range m {
									pass := k == l
									if colour != nil {
										pass = k != l && colour[k] == colour[l]
									}
									want = want || pass && A[i][k]*B[l][j] == 1
								}
							}
							got := strassen.Relation(A, B, colour, i, j, without(broken))
							t.see(got == want, "A = %v, B = %v, colours %v, entry (%d, %d): %v", A, B, colour, i+1, j+1, got)
						}
					}
				}
				for w := range words(8, 2) {
					colours := [][]int64{nil}
					if coloured {
						colours = [][]int64{{0, 0}, {0, 1}}
					}
					for _, c := range colours {
						try([][]int64{wide(w[:2]), wide(w[2:4])}, [][]int64{wide(w[4:6]), wide(w[6:])}, c)
					}
				}
				rng := rand.New(rand.NewPCG(rows.at.Seed, 9))
				for range rows.pick(60, 400, 4000) {
					A, B, c := make([][]int64, 3), make([][]int64, 3), []int64(nil)
					for r := range A {
						for range A {
							A[r], B[r] = append(A[r], rng.Int64N(2)), append(B[r], rng.Int64N(2))
						}
						if coloured {
							c = append(c, rng.Int64N(2))
						}
					}
					try(A, B, c)
				}
			}})
		}
	},
}

var splitBlind = &Claim{
	ID: "limits", Kind: Comparison, Short: "palindromes and majority are not seen",
	Seen:      "read",
	Outside:   "the split-VC dimension of palindromes and of majority is 1 whatever n, so the method bounds nothing, although a one-way message needs floor(n/2) bits for palindromes and about log2 n for majority",
	Statement: "The method is blind to palindromes and to majority.",
	Source:    "arXiv 2501.19215 names the limits; the numbers are this project's",
	Parts:     []Part{{CheckedHere, "the exact split-VC dimension, 1, and the exact one-way cost over all contiguous cuts, up to 8 bits"}, {ProvedHere, "no two rows show INDEX of two bits, at any n (docs/literature.md)"}},
	run: func(rows *collector) {
		for n := 4; n <= rows.pick(6, 8, 8); n++ {
			rows.splitVC(fmt.Sprintf("palindromes of %d bits", n), bitPositions(n), palindrome, 1)
			rows.splitVC(fmt.Sprintf("majority of %d bits", n), bitPositions(n), majority, 1)
			rows.note("one message at the costliest cut, in bits: palindromes %d, majority %d", prefixBits(n, palindrome), prefixBits(n, majority))
		}
	},
}

// splitVC checks that the split-VC dimension of a function is want: the search ends, and
// its set shows every pattern.
func (c *collector) splitVC(name string, positions []int, f func(x []int) bool, want int) {
	c.check(check{row: report.Row{Task: "split-VC", N0: ptr(len(positions))}, what: fmt.Sprintf("split-VC of %s: every set of positions; the shattered set found, pattern by pattern", name), fault: "a pattern of the set is exchanged for another",
		try: func(t *tally, broken bool) {
			s, exact := bounds.SplitVC(c.ctx, positions, f)
			if broken {
				s.Cols[0] = s.Cols[len(s.Cols)-1]
			}
			if len(s.Rows) != want || !exact {
				t.see(false, "split-VC %d (the search ended: %v), not %d", len(s.Rows), exact, want)
			} else {
				t.see(s.Check(f), "rows %v and columns %v do not show split-VC %d", s.Rows, s.Cols, want)
			}
			t.runs += 1<<len(positions) - 1
		}})
}

// shatters checks that k(n) rows are shattered: f(n, i, p) must be bit i of p.
func (c *collector) shatters(what string, ns []int, k func(n int) int, fault string, f func(n, i, p int, broken bool) bool) {
	c.check(check{row: report.Row{Task: "split-VC", N0: ptr(ns[len(ns)-1])}, what: what, fault: fault, try: func(t *tally, broken bool) {
		for _, n := range ns {
			for p := range 1 << k(n) {
				for i := range k(n) {
					got := f(n, i, p, broken)
					t.see(got == (p>>i&1 == 1), "size %d, row %d, pattern %0*b: %v", n, i+1, k(n), p, got)
				}
			}
		}
	}})
}

// meet checks a map from disjointness: f(n, a, b) says whether the sets a and b meet.
func (c *collector) meet(what string, most int, fault string, f func(n, a, b int, broken bool) bool) {
	c.check(check{row: report.Row{Task: "disj", N0: ptr(most)}, what: what, fault: fault, try: func(t *tally, broken bool) {
		for n := 1; n <= most; n++ {
			for a := range 1 << n {
				for b := range 1 << n {
					got := f(n, a, b, broken)
					t.see(got == (a&b != 0), "n = %d, x = %0*b, y = %0*b: %v", n, n, a, n, b, got)
				}
			}
		}
	}})
}

// prefixBits is the one-way cost of a function of n bits at its costliest contiguous cut.
func prefixBits(n int, f func(x []int) bool) int {
	worst := 0
	for cut := 1; cut < n; cut++ {
		rows := map[string]bool{}
		for a := range words(cut, 2) {
			var row []byte
			for b := range words(n-cut, 2) {
				v := byte('0')
				if f(append(slices.Clone(a), b...)) {
					v = '1'
				}
				row = append(row, v)
			}
			rows[string(row)] = true
		}
		worst = max(worst, bits.Len(uint(len(rows)-1)))
	}
	return worst
}

// words yields all words of n letters 0..v-1; the slice is reused.
func words(n, v int) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		w := make([]int, n)
		for {
			if !yield(w) {
				return
			}
			i := n - 1
			for i >= 0 && w[i] == v-1 {
				w[i] = 0
				i--
			}
			if i < 0 {
				return
			}
			w[i]++
		}
	}
}

func wide(x []int) []int64 {
	out := make([]int64, len(x))
	for i, v := range x {
		out[i] = int64(v)
	}
	return out
}

func ones(x []int) (s int) {
	for _, v := range x {
		s += v
	}
	return s
}

func palindrome(x []int) bool {
	for i := range x {
		if x[i] != x[len(x)-1-i] {
			return false
		}
	}
	return true
}

func majority(x []int) bool { return 2*ones(x) > len(x) }

func disjoint(x []int) bool {
	for i := range len(x) / 2 {
		if x[i]*x[len(x)/2+i] == 1 {
			return true
		}
	}
	return false
}

func bitPositions(n int) []int { return slices.Repeat([]int{2}, n) }

func zeros(m int) [][]int {
	a := make([][]int, m)
	for i := range a {
		a[i] = make([]int, m)
	}
	return a
}
