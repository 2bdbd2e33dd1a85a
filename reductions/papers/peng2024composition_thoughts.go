package papers

import (
	"fmt"
	"math/rand/v2"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions/rules"
	"crosscut/report"
)

// A token of iterated composition: that table number table gives value at key, or, of a
// query, that table number table is asked at key.
type entry struct{ table, key, value int }

// entriesOf lists the tables in order, each from key 0.
func entriesOf(tables [][]int) (all []entry) {
	for t, f := range tables {
		for key, value := range f {
			all = append(all, entry{t, key, value})
		}
	}
	return all
}

// lookUp is one head of hard attention with three features: the query (2 key, 2 n^2 table, 1)
// against the token (key, table, -key^2 - n^2 table^2) scores, up to what all tokens share,
// -(difference of keys)^2 - n^2 (difference of tables)^2. So the token that is asked for is the
// only largest, and its value is what the head reads; unique says that it was.
func lookUp(n int, seen []entry, ask entry) (value int, unique bool) {
	best := 0
	for k, e := range seen {
		score := 2*ask.key*e.key + 2*n*n*ask.table*e.table - e.key*e.key - n*n*e.table*e.table
		switch {
		case k == 0 || score > best:
			best, value, unique = score, e.value, true
		case score == best:
			unique = false
		}
	}
	return value, unique
}

// iterated answers f_K(..f_1(x)) with one layer and a number of tokens of thought, each written
// behind the prompt, or with as many layers, which keep at the query what a token would hold.
func iterated(n int, tables [][]int, x, thoughts int, written bool) (value int, sure bool) {
	seen, at, sure := entriesOf(tables), entry{table: 0, key: x}, true
	for range thoughts {
		var one bool
		value, one = lookUp(n, seen, at)
		sure = sure && one
		at = entry{table: at.table + 1, key: value}
		if written { // it is a key for later tokens too, at the table -1 - its number, asked for by none
			seen = append(seen, entry{-at.table, value, value})
		}
	}
	return value, sure
}

var composeThoughts = &Claim{
	ID: "thoughts suffice", Kind: Upper, Short: "two layers or two tokens suffice; K for K tables",
	Seen:        "second hand; from memory that two of either suffice; the construction is this project's",
	Statement:   "Two layers, or one layer with two tokens of chain of thought, compute f(g(x)), with one head of three features and numbers of O(log n) bits (O(log n + log K) for K); K of either compose K functions.",
	Source:      "arXiv 2402.08164; the weights here",
	Conventions: []string{"hard attention: the token of the largest score, which is the only one", "a feed-forward step between layers or tokens adds 1 to the number of the table that is asked"},
	Parts: []Part{
		{CheckedHere, "K = 2: n = 2 and 3, all tables and x; K = 3: n = 2, all; K = 4, n = 5 drawn; in exact integers, by tokens and by layers"},
		{ProvedHere, "every n and K: the score is a square that only the asked token makes 0 (docs/literature.md)"},
	},
	run: func(rows *collector) {
		for _, s := range []struct{ n, K, drawn int }{{2, 2, 0}, {3, 2, 0}, {2, 3, 0}, {5, 4, rows.pick(200, 1000, 10000)}} {
			rows.check(check{
				row:   report.Row{Task: "composition", Model: "hard attention", N0: ptr(s.n), N: ptr(s.K*s.n + 1), Params: map[string]any{"K": s.K}},
				what:  fmt.Sprintf("n = %d, K = %d: f_K(..f_1(x)) by K tokens of one layer, and by K layers", s.n, s.K),
				fault: "one token and one layer fewer",
				try: func(t *tally, broken bool) {
					steps := s.K
					if broken {
						steps--
					}
					see := func(tables [][]int, x int) {
						want := x
						for _, f := range tables {
							want = f[want]
						}
						tokens, one := iterated(s.n, tables, x, steps, true)
						layers, two := iterated(s.n, tables, x, steps, false)
						t.see(one && two && tokens == want && layers == want, "n = %d, tables %v, x = %d: %d by tokens, %d by layers, %d is right", s.n, tables, x, tokens, layers, want)
					}
					t.sampled = s.drawn > 0
					rng := rand.New(rand.NewPCG(rows.at.Seed, 7))
					for range s.drawn {
						tables := make([][]int, s.K)
						for k := range tables {
							for range s.n {
								tables[k] = append(tables[k], rng.IntN(s.n))
							}
						}
						see(tables, rng.IntN(s.n))
					}
					if s.drawn > 0 {
						return
					}
					all := tablesOf(s.n)
					for choice := range words(s.K, len(all)) {
						tables := make([][]int, s.K)
						for k, f := range choice {
							tables[k] = all[f]
						}
						for x := range s.n {
							see(tables, x)
						}
					}
				},
			})
		}
	},
}

// alternating is the prompt of K tables of n values, Alice's f and Bob's g in turns from f, and x,
// with who holds what; as symbols from 1.
func alternating(f, g []int, K, x int) (prompt []tasks.Token, cut rules.Cut) {
	cut.Players = 2
	for k := range K {
		for _, v := range [][]int{f, g}[k%2] {
			prompt = append(prompt, tasks.Token{X: v + 1})
			cut.Split.Owner = append(cut.Split.Owner, protocol.Player(k%2))
		}
	}
	prompt, cut.Split.Owner = append(prompt, tasks.Token{X: x + 1}), append(cut.Split.Owner, tasks.Public)
	cut.Read = []int{len(prompt)}
	cut.Shape = must(tasks.KHop.Shape(len(prompt), tasks.Params{"V": float64(len(f)), "k": 1}))
	return prompt, cut
}

var composeChain = &Claim{
	ID: "thoughts needed", Kind: Lower, Short: "K tables: order sqrt(n/(Hdp)) tokens",
	Hypothesis:  Hypothesis{Text: "fewer tokens of thought than K - 1", Over: []Range{{Name: "T", From: 0, To: 8}, {Name: "K", From: 1, To: 9}}, Holds: func(at Sizes) bool { return at["T"] < at["K"]-1 }},
	Seen:        "second hand; its constant is not in our notes",
	Statement:   "For K of order sqrt(n/(Hdp)), one layer that composes K functions on n values writes a number of tokens of chain of thought of order sqrt(n/(Hdp)) at least.",
	Source:      "arXiv 2402.08164",
	Conventions: []string{"Alice holds the tables of odd number, all equal to f, Bob the others, all g: the answer is a chase of K pointers between them", "T tokens are T + 1 rounds in which both speak"},
	Parts: []Part{
		{CheckedHere, "the map: all f, g, x for n = 2 and 3, K <= 5, by pointers that change hands; the compiled protocol of the layer and its T + 1 rounds, bit for bit against the forward pass"},
		{QuotedOrder, "pointer chasing in fewer than K rounds takes of order n/K bits in all; no number is excluded here"},
	},
	run: func(rows *collector) {
		for _, n := range []int{2, 3} {
			rows.check(check{
				row:   report.Row{Task: "composition", N0: ptr(n)},
				what:  fmt.Sprintf("n = %d, K = 1 to 5: the tables in the prompt, composed in order, end where K pointers end that Alice and Bob follow in turns", n),
				fault: "Bob begins",
				try: func(t *tally, broken bool) {
					for pair := range words(2, len(tablesOf(n))) {
						f, g := tablesOf(n)[pair[0]], tablesOf(n)[pair[1]]
						for K := 1; K <= 5; K++ {
							for x := range n {
								prompt, _ := alternating(f, g, K, x)
								got := prompt[K*n].X - 1
								for k := range K {
									got = prompt[k*n+got].X - 1
								}
								chase, mine, other := x, f, g
								if broken {
									mine, other = g, f
								}
								for range K {
									chase = mine[chase]
									mine, other = other, mine
								}
								t.see(got == chase, "n = %d, f = %v, g = %v, K = %d, x = %d: %d, and the chase ends at %d", n, f, g, K, x, got, chase)
							}
						}
					}
				},
			})
		}
		rng := rand.New(rand.NewPCG(rows.at.Seed, 8))
		for _, spec := range []string{"chain-of-thought T=1 H=1 m=2 p=6 f=4 d=2", "chain-of-thought T=2 H=2 m=1 p=4 f=3 d=1"} {
			var prompts [][]tasks.Token
			var cut rules.Cut
			for range rows.pick(24, 60, 200) {
				all := tablesOf(3)
				var prompt []tasks.Token
				prompt, cut = alternating(all[rng.IntN(27)], all[rng.IntN(27)], 4, rng.IntN(3))
				prompts = append(prompts, prompt)
			}
			rows.board(sized("%s", spec), cut, report.Row{Task: "composition", N0: ptr(3), Params: map[string]any{"K": 4}}, prompts)
		}
	},
}
