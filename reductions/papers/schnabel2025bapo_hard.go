package papers

import (
	"fmt"
	"math/bits"
	"slices"

	"crosscut/protocol"
	"crosscut/protocol/bapo"
	"crosscut/report"
)

// hidden is a layout of t groups of r symbols and a filler, symbol r t: behind the cut lie (behind it, for
// setdiff, after a first half that holds all symbols) copies of each symbol of a group and f fillers, but one
// place of each group is a filler where Alice's bit is 1. The suffix makes up for all groups but one.
type hidden struct {
	task         string
	copies       int
	b, r, t, f   int
	alwaysAtHome bool // planted: the place that varies is known
}

func (h hidden) prefix() int { return h.copies*h.r*h.t + h.f }

// needed is what is left of t bits: a group is lost with probability b / (copies r) + b t / (f + t) at most.
func (h hidden) needed() int {
	lost, of := h.lost()
	return (h.t*(of-lost) + of - 1) / of
}

func (h hidden) lost() (num, den int) {
	if h.b == 0 {
		return 0, 1
	}
	return h.b * (h.f + h.t + h.t*h.copies*h.r), h.copies * h.r * (h.f + h.t)
}

// word is the whole input of a prefix and a group.
func (h hidden) word(prefix []int, group int) []int {
	word, filler := slices.Clone(prefix), h.r*h.t
	for s := range filler {
		if s/h.r != group {
			word = append(word, slices.Repeat([]int{s}, h.copies)...)
		}
	}
	word = append(word, filler, filler)
	if h.task != "setdiff" {
		return word
	}
	first := slices.Repeat([]int{filler}, len(word))
	for s := range filler {
		first[s] = s
	}
	return append(first, word...)
}

func (h hidden) answer(prefix []int, group int) int {
	w := h.word(prefix, group)
	return bapoTask(h.task).Of(len(w)).At(w)
}

// function is the task on these words: any prefix of the length, and a group.
func (h hidden) function() bapo.Function {
	k := h.prefix()
	return bapo.Function{Sizes: append(slices.Repeat([]int{h.r*h.t + 1}, k), h.t), At: func(w []int) int { return h.answer(w[:k], w[k]) }}
}

// layouts yields every order of the copies and fillers with, for each group, the place that varies.
func (h hidden) layouts(yield func(full, place []int) bool) {
	k := h.prefix()
	full, place, filler := make([]int, k), make([]int, h.t), h.r*h.t
	left := slices.Repeat([]int{h.copies}, filler+1)
	left[filler] = h.f
	var choose func(g int) bool
	choose = func(g int) bool {
		if g == h.t {
			return yield(full, place)
		}
		for at, s := range full {
			if s/h.r == g && s != filler {
				if place[g] = at; !choose(g + 1) {
					return false
				}
				if h.alwaysAtHome {
					return true
				}
			}
		}
		return true
	}
	var order func(at int) bool
	order = func(at int) bool {
		if at == k {
			return choose(0)
		}
		for s := range left {
			if left[s] == 0 {
				continue
			}
			left[s]--
			full[at] = s
			more := order(at + 1)
			left[s]++
			if !more || h.alwaysAtHome {
				return more
			}
		}
		return true
	}
	order(0)
}

// embeds checks that the answer on group i is bit i, for every layout and all bits.
func (c *collector) embeds(h hidden) {
	c.check(check{
		row:  report.Row{Task: h.task, Model: "BAPO", N: ptr(len(h.word(make([]int, h.prefix()), 0))), Params: map[string]any{"b": h.b}, Setting: protocol.OneWay},
		what: fmt.Sprintf("t = %d groups of r = %d symbols, F = %d fillers: the answer on a group is its bit, every layout, all bits", h.t, h.r, h.f), fault: "another group is left open",
		try: func(t *tally, broken bool) {
			for full, place := range h.layouts {
				for x := range 1 << h.t {
					prefix := slices.Clone(full)
					for g, at := range place {
						if x>>g&1 == 1 {
							prefix[at] = h.r * h.t
						}
					}
					for g := range h.t {
						asked := g
						if broken {
							asked = (g + 1) % h.t
						}
						t.see(h.answer(prefix, asked) == x>>g&1, "prefix %v, group %d", prefix, g)
					}
				}
			}
		},
	})
}

// hides checks the counting of the proof on one group: whatever is marked, on at most the stated part of
// the layouts do fewer than b marked tokens stay while one of the two that may vary is marked.
func (c *collector) hides(h hidden) {
	num, den := h.lost()
	size := h.r*h.t + 1
	c.check(check{
		row:  report.Row{Task: h.task, Model: "BAPO", N: ptr(len(h.word(make([]int, h.prefix()), 0))), Params: map[string]any{"b": h.b}, Setting: protocol.OneWay},
		what: fmt.Sprintf("%d symbols, F = %d fillers: each of the 2^%d sets of marks shows the bit on at most %d / %d of the layouts", size, h.f, size*h.prefix(), num, den), fault: "the layout is known to the attention",
		try: func(t *tally, broken bool) {
			h := h
			h.alwaysAtHome = broken
			type pair struct{ fixed, varying uint32 }
			var all []pair
			for full, place := range h.layouts {
				var p pair
				for at, s := range full {
					if at != place[0] {
						p.fixed |= 1 << (at*size + s)
					} else {
						p.varying |= 1<<(at*size+s) | 1<<(at*size+h.r)
					}
				}
				all = append(all, p)
			}
			for m := range uint32(1) << (size * h.prefix()) {
				bad := 0
				for _, p := range all {
					if bits.OnesCount32(m&p.fixed) < h.b && m&p.varying != 0 {
						bad++
					}
				}
				t.see(bad*den <= num*len(all), "marks %b: shown on %d of %d layouts", m, bad, len(all))
			}
		},
	})
}

// cut decides the least number of bits at one cut, with a core, and holds it against what is needed.
func (c *collector) cut(task string, n int, f bapo.Function, k, b, need int, by string) {
	cut := must(f.Cut(k, b))
	a, _, core, err := cut.Bits(c.ctx)
	require(err)
	c.check(check{
		row:  report.Row{Task: task, Model: "BAPO", N: ptr(n), Params: map[string]any{"b": b}, Bits: report.Num(a), Needed: report.Num(need), NeededBy: by, Setting: protocol.OneWay},
		what: fmt.Sprintf("%s: a = %d at the cut %d, at least %d; every colouring of the core and every set of marks", by, a, k, need), fault: "a suffix of the core is left out",
		try: func(t *tally, broken bool) {
			if core == nil {
				t.see(need == 0, "n = %d: no bit is needed", n)
				return
			}
			k := *core
			if broken {
				k.Suffixes = k.Suffixes[1:]
			}
			t.see(a >= need && k.Check(f, cut), "n = %d: a = %d, the core of %d prefixes shows nothing", n, a, len(k.Prefixes))
		},
	})
}

// bapoHidden is the hardness of a task by groups of symbols.
func bapoHidden(id, task, short, reading string, copies int, embedded, counted hidden, exact ...hidden) *Claim {
	return &Claim{
		ID: id, Kind: Lower, Short: short, Seen: "read (main text, part of the proofs); the constant and its proof are this project's",
		Hypothesis: Hypothesis{Text: fmt.Sprintf("b >= 1, |Sigma| > %d b, n >= 6 (|Sigma| - 1)", 4/copies), Over: []Range{{Name: "|Sigma|", From: 1, To: 64}, {Name: "b", From: 1, To: 8}},
			Holds: func(at Sizes) bool { return at["|Sigma|"] > 4/copies*at["b"] }},
		Statement: fmt.Sprintf("%s has no (o(|Sigma| / b), b)-BAPO. Our constant, for the question %s: a >= t / 2 with t = floor((|Sigma| - 1) / (%d b)).", id[:len(id)-len(" hard")], reading, 4/copies),
		Source:    "arXiv 2505.08140; the constant and the reading as a decision are this project's", Conventions: []string{bapoRules},
		Parts: []Part{{CheckedHere, "the embedding of INDEX_t for every layout at t = 2; the counting of the proof for all sets of marks at t = 1, b = 1; the least number of bits at a cut of small words, b = 0 and 1, against what the proof leaves of t"},
			{ProvedHere, "every |Sigma|, b and n of the hypothesis (docs/literature.md)"}},
		run: func(rows *collector) {
			rows.embeds(embedded)
			rows.hides(counted)
			for _, h := range exact {
				rows.cut(task, len(h.word(make([]int, h.prefix()), 0)), h.function(), h.prefix(), h.b, h.needed(), fmt.Sprintf("the proof at t = %d, r = %d, F = %d, b = %d", h.t, h.r, h.f, h.b))
			}
		},
	}
}

var (
	bapoUnique = bapoHidden("UNIQUE hard", "unique", "a symbol occurs once: a >= t / 2", "whether some symbol occurs exactly once", 2,
		hidden{task: "unique", copies: 2, b: 1, r: 1, t: 2, f: 1}, hidden{task: "unique", copies: 2, b: 1, r: 1, t: 1, f: 3},
		hidden{task: "unique", copies: 2, r: 1, t: 2}, hidden{task: "unique", copies: 2, b: 1, r: 1, t: 1, f: 2})
	bapoSetdiff = bapoHidden("SETDIFF hard", "setdiff", "a symbol of one half: a >= t / 2", "whether some symbol of the first half is not in the second", 1,
		hidden{task: "setdiff", copies: 1, b: 1, r: 2, t: 2, f: 1}, hidden{task: "setdiff", copies: 1, b: 1, r: 2, t: 1, f: 3},
		hidden{task: "setdiff", copies: 1, r: 1, t: 2}, hidden{task: "setdiff", copies: 1, r: 1, t: 3}, hidden{task: "setdiff", copies: 1, b: 1, r: 2, t: 1, f: 2})
)

// majority decides the cut of the proof: T - 1 bits are left to come.
func (c *collector) majority(n, b int) {
	steps, _ := majorityBits(n, b)
	c.cut("majority", n, bapo.Function{Sizes: bitPositions(n), At: func(w []int) int {
		if 2*ones(w) > n {
			return 1
		}
		return 0
	}}, n+1-steps, b, bits.Len(uint(steps)), fmt.Sprintf("the proof at n = %d, b = %d: ceil(log2(T + 1)), T = %d", n, b, steps))
}

var bapoMajoritySecond = &Claim{
	ID: "MAJORITY second", Kind: Lower, Short: "majority: a >= log log n",
	Hypothesis: Hypothesis{Text: "n = 2 (b + 1) m bits, m >= log2 n, m >= 2, b tokens attended", Over: []Range{{Name: "b", To: 8}, {Name: "m", From: 1, To: 16}},
		Holds: func(at Sizes) bool { b, m := at["b"], at["m"]; return m >= 2 && 1<<m >= 2*(b+1)*m }},
	Seen:      "read (main text, part of the proofs); the constant and its proof are this project's",
	Statement: "Majority has no (o(log log n), o(n / log n))-BAPO. It is claim \"MAJORITY log m\" at m >= log2 n: with b = n / (2m) - 1 tokens attended a >= log2(m + 1) > log2 log2 n.",
	Source:    "arXiv 2505.08140; the constant is this project's",
	Parts: []Part{{CheckedHere, "n to 4,096: the least m >= log2 n, where 2m divides n, gives b = n / (2m) - 1; the least number of bits at (n, b) = (4, 0), (6, 0) by cores. With a token attended the first size is n = 16, beyond what is decided exactly here"},
		{ProvedHere, "every n and b (docs/literature.md)"}},
	Conventions: []string{bapoRules},
	run: func(rows *collector) {
		rows.majority(4, 0)
		rows.majority(6, 0)
		rows.dominated("MAJORITY log m", check{
			row:  report.Row{Task: "majority", Model: "BAPO", N: ptr(4096), Setting: protocol.OneWay},
			what: "n to 4,096, m = ceil(log2 n), 2m divides n: b + 1 = n / (2m), and 2^m >= n", fault: "m is rounded down",
			try: func(t *tally, broken bool) {
				for n := 4; n <= 4096; n++ {
					m := bits.Len(uint(n - 1))
					if broken {
						m = bits.Len(uint(n)) - 1
					}
					if b := n/(2*m) - 1; n%(2*m) == 0 {
						t.see(2*(b+1)*m == n && 1<<m >= n, "n = %d, m = %d", n, m)
					}
				}
			},
		})
	},
}

// match3Good is what the proof leaves of each of t groups, at M = n^2: the part of the draws in which
// the group's token is hidden and no other pair matches.
func match3Good(n, b int) (t int, part float64) {
	k := n - 1
	t = k / (16 * b)
	all := float64(k + t)
	return t, 1 - float64(2*b*t)/float64(k-t) - (all*all+5*all)/float64(2*n*n)
}

var bapoMatch3 = &Claim{
	ID: "MATCH3", Kind: Lower, Short: "Match3 over Z_{n^2}: a >= t / 5",
	Hypothesis: Hypothesis{Text: "M = n^2, n >= 26, 1 <= b <= (n - 1) / 16", Over: []Range{{Name: "n", From: 1, To: 64}, {Name: "b", From: 1, To: 8}}, Holds: func(at Sizes) bool { return at["n"] >= 26 && 16*at["b"] < at["n"] }},
	Seen:       "read (main text, part of the proofs); the constant and its proof are this project's",
	Statement:  "MATCH3 over Z_{n^2}, read at the last token, has no (o(n/b), b)-BAPO. Our constant: a >= t / 5 with t = floor((n - 1) / (16 b)). In the paper's proof, as we read it, it is n / (8b) for n > 10; b < n - 1 at least, since a larger b shows every token, and 0 bits do.",
	Source:     "arXiv 2505.08140; the proved constant is this project's", Conventions: []string{bapoRules},
	Parts: []Part{{CheckedHere, "the counting of the proof: all sets of marks at k = 5, M = 2, t = b = 1; all values at k = 3, M = 36, t = 1; what is left of each group for n = 26 to 2,000 and every b"},
		{ProvedHere, "every n and b of the hypothesis (docs/literature.md)"}, {QuotedThere, "the constant 1/8"}},
	run: func(rows *collector) {
		rows.check(check{
			row:  report.Row{Task: "match3", Model: "BAPO", N: ptr(6), Params: map[string]any{"b": 1, "M": 2}, Setting: protocol.OneWay},
			what: "k = 5, one group and 3 fillers: each of the 2^10 sets of marks shows the group's token, and no filler, on at most 1/2 of the draws", fault: "the places are known to the attention",
			try: func(t *tally, broken bool) {
				for m := range 1 << 10 { // bit 2 at + value
					lost, all := 0, 0
					for first := range 5 {
						for at := range 5 {
							if at == first || broken && (at != 0 || first != 1) {
								continue
							}
							free, hidden := 1, 0 // values of the fillers, and of the token and its other, that are unmarked
							for i := range 5 {
								unmarked := 2 - bits.OnesCount(uint(m>>(2*i)&3))
								switch i {
								case first:
								case at:
									hidden = unmarked * unmarked
								default:
									free *= unmarked
								}
							}
							lost, all = lost+free*(4-hidden), all+8*4
						}
					}
					t.see(2*lost <= all, "marks %b: shown on %d of %d draws", m, lost, all)
				}
			},
		})
		rows.check(check{
			row:  report.Row{Task: "match3", Model: "BAPO", N: ptr(4), Params: map[string]any{"M": 36}, Setting: protocol.OneWay},
			what: "k = 3, one group, one filler, M = 36: a match that was not meant on at most (16 + 20) / 72 of the draws", fault: "the pair that is meant is counted",
			try: func(t *tally, broken bool) {
				unmeant, all := 0, 0
				for v := range words(3, 36) { // filler, first, the other token; the last token is 1
					held := []int{v[0], v[1], v[2], 1}
					if broken {
						held[2] = 71 - v[1]
					}
					if all++; slices.ContainsFunc(held, func(x int) bool {
						return slices.ContainsFunc(held, func(y int) bool { return (x+y+1)%36 == 0 })
					}) {
						unmeant++
					}
				}
				t.see(2*unmeant <= all, "%d of %d draws", unmeant, all)
			},
		})
		rows.check(check{
			row:  report.Row{Task: "match3", Model: "BAPO", N: ptr(2000), Setting: protocol.OneWay},
			what: "n = 26 to 2,000, every b to (n - 1) / 16: more than 1/5 of the t groups are left", fault: "M = n",
			try: func(t *tally, broken bool) {
				for n := 26; n <= 2000; n++ {
					for b := 1; 16*b < n; b++ {
						groups, part := match3Good(n, b)
						if broken {
							part = 1 - (1-part)*float64(n)
						}
						t.see(groups >= 1 && part > 0.2, "n = %d, b = %d: %.3f of %d groups", n, b, part, groups)
					}
				}
			},
		})
	},
}

// paths decides layers of edges from p vertices to p: each place is a vertex with an edge to any of the next layer; asked is
// whether start i reaches end j, of all but the last start and end.
func (c *collector) paths(p, layers, b int) {
	k, asked := p*layers, p-1
	d := freeEdges(p, layers, b)
	orders := 1
	for i := range d {
		orders *= i + 1
	}
	c.cut("reachability", k+2, bapo.Function{Sizes: append(slices.Repeat([]int{p}, k), asked*asked), At: func(w []int) int {
		at := w[k] / asked
		for l := range layers {
			at = w[l*p+at]
		}
		if at == w[k]%asked {
			return 1
		}
		return 0
	}}, k, b, bits.Len(uint(orders-1)), fmt.Sprintf("d! orders, d = %d of %d edges in one of %d layers, b = %d", d, p, layers, b))
}

// freeEdges is how many edges of some layer (p - 1)^2 questions of b tokens leave free.
func freeEdges(p, layers, b int) int { return p - (p-1)*(p-1)*b/layers }

var bapoPaths = &Claim{
	ID: "REACHABILITY d!", Kind: Lower, Short: "reachability: a >= log(d!)",
	Hypothesis: Hypothesis{Text: "p vertices a layer, L layers of edges, d = p - floor((p-1)^2 b / L) >= 2", Over: []Range{{Name: "p", From: 1, To: 8}, {Name: "L", From: 1, To: 64}, {Name: "b", To: 8}},
		Holds: func(at Sizes) bool { return freeEdges(at["p"], at["L"], at["b"]) >= 2 }},
	Seen:      "read (main text, part of the proofs); the constant and its proof are this project's",
	Statement: "Reachability in graphs of L layers of p edges each needs a >= log2(d!), d = p - floor((p-1)^2 b / L). With L = p^(c-1), so m = p^c edges, and b <= p^(c-2) / 2 that is a >= log2(ceil(p/2)!): of the order of the paper's bound.",
	Source:    "arXiv 2505.08140; the constant is this project's", Conventions: []string{bapoRules, "a layer is p edges from its p vertices, in order, to those of the next layer; the suffix is a start and an end"},
	Parts: []Part{{CheckedHere, "(p, L, b) = (2, 1, 0), (3, 1, 0), (2, 2, 1), (2, 3, 2): the least number of bits by cores"}, {ProvedHere, "all p, L and b (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.paths(2, 1, 0)
		rows.paths(3, 1, 0)
		rows.paths(2, 2, 1)
		rows.paths(2, 3, 2)
	},
}
