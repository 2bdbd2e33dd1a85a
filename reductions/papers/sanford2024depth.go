package papers

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/reductions/rules"
	"crosscut/report"
)

// Sanford2024Depth is about k hops: many layers, or logarithmic depth.
var Sanford2024Depth = register(&Paper{
	Name:     "sanford2024depth",
	Title:    "Transformers, parallel computation, and logarithmic depth",
	Citation: "Clayton Sanford, Daniel Hsu, Matus Telgarsky. arXiv 2402.09268",
	Cite:     []string{"SanfordHsuTelgarsky2024b"},
	Claims:   []*Claim{hopRecurrent, hopIndex, hopKernel, hopLongformer, hopThought, hopPrinted, hopRepaired, hopConditional},
	Main:     hopPrinted, Executed: "the printed recursion, which is wrong at k = 2 and 3; repaired: ceil(log2 k) + 2 layers, one head, m = 3, d_v = 4",
	By: []*Claim{hopPrinted, hopRepaired},
})

const (
	hopSeen   = "read (main text, appendices D and E in part)"
	hopSource = "arXiv 2402.09268"
)

var hopIndex = &Claim{
	ID: "index bound", Kind: Lower, Short: "recurrent: L m p >= (N-2k+1)/2",
	Hypothesis: Hypothesis{Text: "N odd, a state of L m p < (N - 2k + 1)/2 bits", Over: []Range{{Name: "N", From: 3, To: 64}, {Name: "k", From: 1, To: 8}},
		Holds: func(at Sizes) bool { return at["N"]%2 == 1 && at["N"]-2*at["k"]+1 > 2 }},
	Seen:      "ours",
	Statement: "A recurrent stack of any depth L that computes k hops carries L m p >= (N - 2k + 1)/2 bits, also where L >= k. (For odd N; rounded down for even N, as one token is not used.)",
	Source:    "this project", Conventions: []string{bobAnswers, "Alice holds the first 2n tokens and sends the states of all layers: one message", "N = 2n + 2k - 1"},
	Parts: []Part{
		{CheckedHere, "the map's truth table for k = 1 to 5; two inputs with one state for smaller models, and an input on which they err"},
		{ProvedHere, "the map for every n and k, and INDEX (docs/literature.md)"},
	},
	run: func(rows *collector) {
		r := reductions.IndexHop
		for k := 1; k <= 5; k++ {
			var all []*reductions.Instance
			for n := 1; n <= rows.pick(5, 7, 9); n++ {
				all = append(all, must(r.Instance(n, 2*n+2*k-1, tasks.Params{"k": float64(k)})))
			}
			rows.add("", must(truthTable(rows.ctx, all, fmt.Sprintf("k = %d, n = 1..%d", k, len(all)), 1<<14, rows.at.Seed)))
		}
		for _, state := range []int{64, 1024} {
			rows.bites(r, sized("recurrent layers=4 m=%d p=1", state/4), 1<<12)
		}
		rows.undersized(r, 9, of(sized("recurrent layers=4 m=2 p=1"), rows.at.Seed), falsify.Options{})
		rows.undersized(r, 13, of(sized("recurrent m=3 p=4"), rows.at.Seed), falsify.Options{})
	},
}

var hopRecurrent = &Claim{
	ID: "corollary 5.2", Kind: Lower, Short: "recurrent: L >= k or c N/k^6",
	Hypothesis: Hypothesis{Text: "L < k", Over: []Range{{Name: "L", From: 1, To: 8}, {Name: "k", From: 1, To: 8}}, Holds: func(at Sizes) bool { return at["L"] < at["k"] }},
	Seen:       hopSeen,
	Statement:  "An L-layer recurrent network with m bits a layer that computes k hops has L >= k or m of order N/k^6 at least.",
	Source:     hopSource + ", corollary 5.2", Conventions: []string{"the constant before N/k^6 is not stated; c <= 1 is granted to it"},
	Parts: []Part{{QuotedThere, "the statement"}, {CheckedHere, "N/k^6 against the index bound divided by L < k, wherever both say something"}},
	run: func(rows *collector) {
		rows.dominated("index bound", check{
			row:   report.Row{Task: "k-hop", Model: "rnn"},
			what:  "(N - 2k + 1)/2, rounded down, over L is at least N/k^6 for all 1 <= L < k <= 64 and 4k <= N <= 4096",
			fault: "N/k in the place of N/k^6",
			try: func(t *tally, broken bool) {
				for k := 2; k <= 64; k++ {
					for N := 4 * k; N <= 4096; N++ {
						power := k * k * k * k * k * k
						if broken {
							power = k
						}
						// The index bound is least for the deepest stack, L = k - 1.
						t.see((N-2*k+1)/2*power >= N*(k-1), "N = %d, k = %d, L = %d: (N - 2k + 1)/(2L) is less", N, k, k-1)
					}
				}
			},
		})
	},
}

// chase is pointer chasing on matchings: E_1..E_k are permutations of 1..q, and the answer is
// the side of E_k(...E_1(1)).
type chase struct {
	q, k int
	E    [][]int // E[j][v-1], from 1
	part []bool  // side of each final vertex
}

func (c chase) answer() int {
	v := 1
	for _, e := range c.E {
		v = e[v-1]
	}
	if c.part[v-1] {
		return 2*c.q + 1
	}
	return 2*c.q + 2
}

// tokens are the blocks of players k, ..., 1 and the query 1: each player's pairs of a vertex
// and its image, the last one's images being sides.
func (c chase) tokens() []tasks.Token { return c.blocks(false) }

// blocks lays the blocks out, the other way round where the players' order is reversed.
func (c chase) blocks(reversed bool) []tasks.Token {
	var ts []tasks.Token
	name := func(layer, v int) int { return v + c.q*((layer+1)%2) } // layers count from 1: odd ones 1..q
	for b := range c.k {
		j := c.k - b
		if reversed {
			j = b + 1
		}
		for v := 1; v <= c.q; v++ {
			w := c.E[j-1][v-1]
			image := name(j+1, w)
			if j == c.k {
				image = 2*c.q + 2
				if c.part[w-1] {
					image = 2*c.q + 1
				}
			}
			ts = append(ts, tasks.Token{X: name(j, v)}, tasks.Token{X: image})
		}
	}
	return append(ts, tasks.Token{X: 1})
}

// cut gives player p block k - p; the query is public.
func (c chase) cut() rules.Cut {
	N := 2*c.q*c.k + 1
	sh := must(tasks.KHop.Shape(N, tasks.Params{"V": float64(2*c.q + 2), "k": float64(c.k)}))
	s := tasks.Split{Owner: make([]protocol.Player, N)}
	for i := range N - 1 {
		s.Owner[i] = protocol.Player(i / (2 * c.q))
	}
	s.Owner[N-1] = tasks.Public
	return rules.Cut{Shape: sh, Split: s, Read: []int{N}, Players: c.k}
}

// chases lists all instances, or samples.
func chases(q, k, most int, injective bool, seed uint64) (list []chase, sampled bool) {
	rng := rand.New(rand.NewPCG(seed, uint64(q*100+k)))
	var maps [][]int
	var fill func(e []int)
	fill = func(e []int) {
		if len(e) == q {
			maps = append(maps, slices.Clone(e))
			return
		}
		for v := 1; v <= q; v++ {
			if !injective || !slices.Contains(e, v) {
				fill(append(e, v))
			}
		}
	}
	fill(nil)
	all := 1 << q
	for range k {
		all *= len(maps)
	}
	count := min(all, most)
	for n := range count {
		at := n
		if all > most {
			at = rng.IntN(all)
		}
		c := chase{q: q, k: k, part: make([]bool, q)}
		for v := range q {
			c.part[v] = at>>v&1 == 1
		}
		for at >>= q; len(c.E) < k; at /= len(maps) {
			c.E = append(c.E, maps[at%len(maps)])
		}
		list = append(list, c)
	}
	return list, all > most
}

// hopMap checks that k hops answer pointer chasing on matchings; with pointers that are not
// injective they do not.
func (c *collector) hopMap() {
	// Pointers that are not injective fail from the third player on: a repeated image leads
	// a hop back into its own block.
	for _, s := range [][2]int{{2, 2}, {2, 3}, {2, 4}, {3, 2}, {3, 3}, {4, 2}} {
		q, k := s[0], s[1]
		c.check(check{
			row:   report.Row{Task: "k-hop", N: ptr(2*q*k + 1), Params: map[string]any{"q": q, "k": k}},
			what:  fmt.Sprintf("k hops on the blocks of %d players answer pointer chasing on matchings of %d vertices", k, q),
			fault: [2]string{"pointers that are not injective", "the blocks in the other order"}[2/k],
			try: func(t *tally, broken bool) {
				list, sampled := chases(q, k, c.pick(2000, 6000, 30000), !broken || k == 2, c.at.Seed)
				t.sampled = sampled
				for _, one := range list {
					cut := one.cut()
					got := cut.Shape.Eval(one.blocks(broken && k == 2), cut.Read)[0][0]
					t.see(int(got) == one.answer(), "q = %d, k = %d, E = %v: the hops end at %v, the chase at %d", q, k, one.E, got, one.answer())
				}
			},
		})
	}
}

// hopRule runs a rule of k players on these inputs.
func (c *collector) hopRule(a rules.Sized, q, k int) {
	list, _ := chases(q, k, 24, true, c.at.Seed)
	cut := list[0].cut()
	var prompts [][]tasks.Token
	for _, one := range list {
		prompts = append(prompts, one.tokens())
	}
	c.board(a, cut, report.Row{Task: "k-hop", Params: map[string]any{"q": q, "k": k}}, prompts)
}

// hopMany is a bound L >= k, or a cost of order N/k^6, for an architecture with a rule of k players.
func hopMany(id, statement, short string, sizes ...string) *Claim {
	return &Claim{
		ID: id, Kind: Lower, Short: short,
		Hypothesis: Hypothesis{Text: "fewer rounds than k", Over: []Range{{Name: "rounds", From: 1, To: 8}, {Name: "k", From: 1, To: 8}}, Holds: func(at Sizes) bool { return at["rounds"] < at["k"] }},
		Seen:       hopSeen, Statement: statement, Source: hopSource,
		Conventions: []string{"matchings: the map needs pointers that are injective", "the last player answers; the query is public", "sums modulo 2^p, or in exact width"},
		Parts: []Part{
			{CheckedHere, "the map: all matchings for q = 2 and 3, samples above; the compiled protocol of k players and its rounds, bit for bit against the forward pass"},
			{QuotedOrder, "pointer chasing on matchings: R >= k rounds, or messages of order q/k^5; no number is excluded here"},
		},
		run: func(rows *collector) {
			rows.hopMap()
			for _, s := range sizes {
				rows.hopRule(sized("%s", s), 2, 3)
				rows.hopRule(sized("%s", s), 2, 4)
			}
		},
	}
}

var (
	hopKernel = hopMany("corollary 5.3", "L layers of non-causal kernel attention that compute k hops have L >= k or m m' H p of order N/k^6 at least.", "kernel: L >= k or c N/k^6",
		"kernel-attention layers=2 H=1 features=2 m=2 p=6", "kernel-attention layers=3 H=2 features=1 m=1 p=8")
	hopLongformer = hopMany("corollary 5.4", "L layers with windows w and every g-th token global that compute k hops have L >= k or (w + N/(gk)) m H p of order N/k^6 at least.", "Longformer: L >= k or c N/k^6",
		"longformer layers=2 w=1 g=4 d=2 p=6", "longformer layers=3 w=5 g=9 d=1 p=8")
	hopThought = hopMany("corollary 5.6", "One attention layer that answers k hops after T tokens of thought has T >= k or m H p of order N/k^6 at least.", "thought: T >= k or c N/k^6",
		"chain-of-thought T=1 H=1 m=2 p=6 f=4 d=2", "chain-of-thought T=3 H=2 m=1 p=4 f=3 d=1")
)

// hopBits lists all binary sequences of n tokens.
func hopBits(n int) (all [][]tasks.Token) {
	for w := range 1 << n {
		seq := make([]tasks.Token, n)
		for i := range seq {
			seq[i].X = 1 + w>>(n-1-i)&1
		}
		all = append(all, seq)
	}
	return all
}

// finds is find^1 at 0..N.
func finds(seq []tasks.Token) []int {
	f := make([]int, len(seq)+1)
	for i := 1; i <= len(seq); i++ {
		for j := i; j >= 2 && f[i] == 0; j-- {
			if seq[j-2].X == seq[i-1].X {
				f[i] = j
			}
		}
	}
	return f
}

// doubled is the printed recursion over the layers: layer l holds a = find^(2^(l-2)) and g = find^(k mod 2^(l-1)), and
// layer l + 1 looks g up at a to add bit l - 1 of k; or, mended, at find^(2^(l-1)). As printed it gives find^ceil(k/2).
func doubled(f []int, k int, mended bool) []int {
	after := func(g, a []int) []int {
		out := make([]int, len(a))
		for i := range out {
			out[i] = g[a[i]]
		}
		return out
	}
	a, g := f, make([]int, len(f))
	for i := range g {
		if g[i] = i; k&1 == 1 {
			g[i] = f[i]
		}
	}
	for bit := 1; k>>bit > 0; bit++ {
		use := a
		if a = after(a, a); mended {
			use = a
		}
		if k>>bit&1 == 1 {
			g = after(g, use)
		}
	}
	return g
}

var hopPrinted = &Claim{
	ID: "theorem 4.2", Kind: Upper, Short: "floor(log k) + 2 layers",
	Hypothesis: Hypothesis{Text: "k >= 1", Over: []Range{{Name: "k", From: 1, To: 8}}, Holds: func(Sizes) bool { return true }},
	Seen:       hopSeen,
	Statement:  "A causal transformer of depth floor(log2 k) + 2 with one head, constant m and p = O(log N) computes k hops: layer l holds find^(2^(l-2)) and find^(k mod 2^(l-1)), for l >= 2, and layer l + 1 composes the two to add bit l - 1 of k.",
	Source:     hopSource + ", theorem 4.2 and appendix D.1",
	Conventions: []string{"what fails is the recursion as it is printed: bit l - 1 is worth 2^(l-1) hops, not 2^(l-2), so that ceil(k/2) hops are made; for powers of 2 the doubled find^k is there at this depth, beside what the recursion gives; whether floor(log2 k) + 2 layers suffice for other k is open",
		"the smallest failure: shortest sequence first, then in the order of the symbols"},
	Parts: []Part{{CheckedHere, "the recursion on all binary sequences of at most 8 tokens at every position: right for k = 1, wrong for k = 2 to 8; with the bit's own worth it is right"}},
	run: func(rows *collector) {
		try := func(k int, mended bool) func(t *tally, broken bool) {
			return func(t *tally, broken bool) {
				for n := 1; n <= 8; n++ {
					for _, seq := range hopBits(n) {
						f := finds(seq)
						got := doubled(f, k, mended && !broken)
						right, at, want := true, 0, 0
						for i := n; i >= 0; i-- {
							end := i
							for range k {
								end = f[end]
							}
							if got[i] != end {
								right, at, want = false, i, end
							}
						}
						t.see(right, "k = %d, %s: position %d ends at %d, the printed recursion gives %d", k, symbolsOf(seq), at, want, got[at])
					}
				}
			}
		}
		row := func(k int) report.Row {
			return report.Row{Task: "k-hop", Model: "transformer", Params: map[string]any{"k": k}}
		}
		rows.check(check{row: row(1), what: "the printed recursion, k = 1, all binary sequences of at most 8 tokens", try: try(1, false)})
		for k := 8; k > 1; k-- { // the smallest last: its witness is printed
			rows.check(check{row: row(k), what: fmt.Sprintf("the printed recursion, k = %d, all binary sequences of at most 8 tokens", k), printed: true, try: try(k, false)})
		}
		rows.check(check{row: row(3), what: "the recursion with find^(2^(l-1)), k = 3, all binary sequences of at most 8 tokens", fault: "find^(2^(l-2)) as printed", try: try(3, true)})
	},
}

// symbolsOf writes a sequence of symbols as one word, a for 1.
func symbolsOf(seq []tasks.Token) string {
	word := make([]byte, len(seq))
	for i, t := range seq {
		word[i] = byte('a' + t.X - 1)
	}
	return string(word)
}

var hopRepaired = &Claim{
	ID: "repair", Kind: Upper, Short: "ceil(log k) + 2 layers",
	Seen:        "ours",
	Statement:   "A causal transformer of depth ceil(log2 k) + 2 with one head, m = 3, d_v = 4 and p = O(log N + log V) computes k hops: it keeps the hops by k / 2^r rounded down and up, and looks one position up in each layer.",
	Source:      "this project, after " + hopSource + ", theorem 4.2",
	Conventions: []string{exactSoftmax, freeWeights, "a causal mask; the maximum is subtracted"},
	Parts: []Part{
		{CheckedHere, "all binary sequences of at most 8 tokens (6 at the quick level), every position, k = 1 to 8, by the exact transformer; generated sequences above"},
		{ProvedHere, "the weights for every N, V and k (docs/literature.md)"},
	},
	run: func(rows *collector) {
		for k := 1; k <= 8; k++ {
			rows.check(check{
				row:   report.Row{Task: "k-hop", Model: "transformer", Params: map[string]any{"k": k, "D": len(zoo.HopPairs(k)) + 1}},
				what:  fmt.Sprintf("k = %d, %d layers, all binary sequences of at most %d tokens, every position", k, len(zoo.HopPairs(k))+1, rows.pick(6, 8, 8)),
				fault: "one hop is asked for (two for k = 1)",
				try: func(t *tally, broken bool) {
					for n := 1; n <= rows.pick(6, 8, 8); n++ {
						sh := must(tasks.KHop.Shape(n, tasks.Params{"V": 2, "k": float64(k)}))
						asked := sh
						if broken {
							asked = must(tasks.KHop.Shape(n, tasks.Params{"V": 2, "k": float64(1 + 1/k)}))
						}
						m := must(zoo.Build(zoo.Transformer.Name, asked, models.Settings{}))
						for _, seq := range hopBits(n) {
							got := must(m.Whole(t.ctx, seq, sh.All()))
							want := sh.Eval(seq, sh.All())
							t.see(slices.EqualFunc(got, want, func(a, b tasks.Value) bool { return slices.Equal(a, b) }), "k = %d, %s: %v, and the definition says %v", k, symbolsOf(seq), got, want)
						}
					}
				},
			})
		}
		for _, k := range []int{5, 16} {
			rows.solves(zoo.Transformer, tasks.KHop, rows.pick(24, 48, 96), tasks.Params{"V": 4, "k": float64(k)}, models.Settings{}, 0, rows.pick(2, 6, 12))
		}
	},
}

var hopConditional = &Claim{
	ID: "corollary 4.3", Kind: Lower, Short: "depth log k, if MPC is as believed",
	Hypothesis: Hypothesis{Text: "the one-cycle versus two-cycle conjecture; k = N^c and m H = O(k^(1-e)), c and e > 0"},
	Seen:       hopSeen,
	Outside:    "it rests on the conjecture that one cycle and two cycles need logarithmically many rounds of massively parallel computation, which no communication bound proves",
	Statement:  "Under the one-cycle versus two-cycle conjecture, with k = N^c and m H = O(k^(1-e)), k hops need depth of order log k.",
	Source:     hopSource + ", corollary 4.3",
	Parts:      []Part{{QuotedThere, "the statement and its conjecture"}, {CheckedHere, "how far a decoder's own protocol is from excluding anything at these sizes"}},
	run: func(rows *collector) {
		rows.hopRule(sized("decoder layers=2 H=1 m=2 p=6"), 2, 3)
	},
}
