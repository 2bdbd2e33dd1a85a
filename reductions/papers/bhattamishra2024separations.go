package papers

import (
	"context"
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/protocol/chance"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/report"
)

// Bhattamishra2024Separations separates recurrent models from one attention layer, in both
// directions.
var Bhattamishra2024Separations = register(&Paper{
	Name:     "bhattamishra2024separations",
	Title:    "Recurrent models against one attention layer, both ways",
	Citation: "arXiv 2406.09347",
	Cite:     []string{"BhattamishraEtAl2024"},
	Claims:   []*Claim{lookupRecurrent, lookupAttention, equalityOneLayer, equalityCoins, dyckOneLayer, dyckRecurrent, disjRecurrent, nearestNeighbour, twoLayersSuffice},
	Executed: "N log2 V bits with constant 1: V^N different states, so ceil(N log2 V) whole bits",
})

const (
	seenAbstract = "the abstract; the bound's constant is this project's"
	oneMessage   = "Alice holds the prefix and sends the whole state once, whatever the number of layers and whatever is generated afterwards"
)

var lookupRecurrent = &Claim{
	ID: "lookup, state", Kind: Lower, Short: "looking up needs N log V bits of state",
	Hypothesis: Hypothesis{Text: "fewer than N log2 V bits, for models that are refuted", Over: []Range{{Name: "N", From: 1, To: 8}, {Name: "V", From: 1, To: 8}, {Name: "bits", To: 24}},
		Holds: func(at Sizes) bool { return at["V"] > 1 && 1<<at["bits"] < pow(at["V"], at["N"]) }},
	Seen:      seenAbstract,
	Statement: "A recurrent model that reads s_1 .. s_N and then p, and answers s_p, has a state of at least N log2 V bits.",
	Source:    "arXiv 2406.09347", Conventions: []string{oneMessage},
	Parts: []Part{{CheckedHere, "every two strings over V symbols answer differently at some p, so a state for each is needed and enough"}, {ProvedHere, "for all N and V (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.rowsApart("index lookup", "all strings of N symbols (N, V) = (1..6, 2), (1..4, 3), (1..3, 4)", [][2]int{{6, 2}, {4, 3}, {3, 4}}, "the last position is never asked", func(w []int, broken bool) []int {
			if broken {
				return w[:len(w)-1]
			}
			return w
		})
	},
}

// rowsApart checks that the answers that a prefix gives to all of Bob's inputs differ for
// every two prefixes of V symbols: there are V^n rows.
func (c *collector) rowsApart(task, what string, upto [][2]int, fault string, answers func(w []int, broken bool) []int) {
	c.check(check{row: report.Row{Task: task, Model: "state", N0: ptr(upto[0][0]), Setting: protocol.OneWay}, what: what + ": all rows differ", fault: fault, try: func(t *tally, broken bool) {
		for _, s := range upto {
			for n := 1; n <= s[0]; n++ {
				seen := map[string][]int{}
				for w := range words(n, s[1]) {
					key := fmt.Sprint(answers(w, broken))
					was, twice := seen[key]
					t.see(!twice, "%v and %v give equal answers to every question", was, w)
					seen[key] = slices.Clone(w)
				}
			}
		}
	}})
}

func pow(v, n int) int {
	p := 1
	for range n {
		if p > 1<<40 {
			break
		}
		p *= v
	}
	return p
}

var lookupAttention = &Claim{
	ID: "lookup, layer", Kind: Upper, Short: "one layer of width log N looks up",
	Seen:      seenAbstract,
	Statement: "One attention layer of width O(log N) answers s_p, with nearly orthogonal position vectors. (Here: the ceil(log2 N) bits of the position as +1 and -1, and a weight 2^(-2 c) for each bit that differs, c = ceil(log2 log2 N) + 2.)",
	Source:    "arXiv 2406.09347", Conventions: []string{"the encoding is this project's own; exact weights, the nearest symbol is the answer"},
	Parts: []Part{{CheckedHere, "every string over two symbols to N = 8, and the worst string at every N to 64, at every p"}, {ProvedHere, "(1 + 4^-c)^ceil(log2 N) < 3/2, so all other positions together weigh less than half of the right one (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "index lookup", Model: "attention", N: ptr(64)}, what: "N = 1..8 all strings of two symbols, N = 9..64 the string that is 1 at p alone; all p", fault: "all positions weigh the same", try: func(t *tally, broken bool) {
			for n := 1; n <= 64; n++ {
				width := bits.Len(uint(n - 1))
				c := 2 * (bits.Len(uint(max(width, 1)-1)) + 2)
				if broken {
					c = 0
				}
				for p := range n {
					look := func(s func(j int) bool) bool { // more than half of the weight on ones
						scores, values := make([]int, n), make([]int, n)
						for j := range n {
							scores[j], values[j] = -c*bits.OnesCount(uint(j^p)), -1
							if s(j) {
								values[j] = 1
							}
						}
						return softmax(scores, values) > 0
					}
					if n > 8 {
						t.see(look(func(j int) bool { return j == p }) && !look(func(j int) bool { return j != p }), "N = %d, p = %d", n, p+1)
						continue
					}
					for s := range 1 << n {
						t.see(look(func(j int) bool { return s>>j&1 == 1 }) == (s>>p&1 == 1), "N = %d, s = %0*b, p = %d", n, n, s, p+1)
					}
				}
			}
		}})
	},
}

// reduction checks a map on all pairs at the sizes given; the fault gives Bob's encoder his next input.
func (c *collector) reduction(r *reductions.Reduction, ns []int) {
	c.check(check{row: report.Row{Task: r.To.Name, Model: "definition", Reduction: r.Name, N0: ptr(ns[len(ns)-1])}, what: fmt.Sprintf("%s: all pairs (x, y), n = %d..%d", r.Doc, ns[0], ns[len(ns)-1]), fault: "Bob's encoder is given the next of his inputs", try: func(t *tally, broken bool) {
		for _, n := range ns {
			in := must(r.Instance(n, 0, nil))
			for i := range r.From.Xs(n) {
				for j := range r.From.Ys(n) {
					x, y, at := r.From.X(n, i), r.From.Y(n, j), j
					if broken {
						at = (j + 1) % r.From.Ys(n)
					}
					out := in.Shape.Eval(in.Encode(x, r.From.Y(n, at)), in.Reads)
					want := in.Want(x, y)
					t.see(in.Got(r.From.Y(n, at), out) == want, "n = %d, %s: the task does not say %v", n, showPair(in, x, y), want)
				}
			}
		}
	}})
}

// recurrent shows rule C1 on a map: the model that keeps Alice's tokens, and one that keeps one
// bit too few.
func (c *collector) recurrent(r *reductions.Reduction, n, undersizedAt int, keep func(in *reductions.Instance) int) {
	c.through(r, n, made(zoo.RNN, models.Settings{}))
	c.undersized(r, undersizedAt, builder{zoo.RNN.Name, func(in *reductions.Instance) (models.Machine, error) {
		return zoo.Build(zoo.RNN.Name, in.Shape, models.Settings{Num: tasks.Params{"m": float64(keep(in))}})
	}}, falsify.Options{})
}

// onReduction is a claim of which a map, and what it does to a kind of model, are executed.
func onReduction(c Claim, r *reductions.Reduction, run func(rows *collector, r *reductions.Reduction)) *Claim {
	c.run = func(rows *collector) {
		rows.reduction(r, sizes(1, rows.pick(4, 5, 6)))
		run(rows, r)
	}
	return &c
}

var equalityOneLayer = onReduction(Claim{
	ID: "equality", Kind: Lower, Short: "equality: linear for one layer and state",
	Hypothesis: smallLayer("", reductions.EqStringEq),
	Seen:       seenAbstract,
	Statement:  "String equality needs H (m+1) p of order N in one attention layer, and a recurrent state of N bits; both for deterministic models only.",
	Source:     "arXiv 2406.09347", Conventions: []string{ownConstants, exactSoftmax, bobAnswers, oneRead, oneMessage},
	Parts: []Part{{CheckedHere, "the map x, y, end marker on all pairs; the protocol's bits against the formula; two inputs that an undersized layer or state cannot tell apart, and an input on which it errs"}, {ProvedHere, "all rows of equality differ (docs/literature.md)"}},
}, reductions.EqStringEq, func(rows *collector, r *reductions.Reduction) {
	rows.recurrent(r, 4, 6, func(in *reductions.Instance) int { return in.Size - 1 })
	rows.oneLayer(r)
})

var equalityCoins = &Claim{
	ID: "equality, coins", Kind: Upper, Short: "with coins, k bits err 2^-k",
	Hypothesis: Hypothesis{Text: "public coins, k >= 1 hashes", Over: []Range{{Name: "k", To: 8}}, Holds: func(at Sizes) bool { return at["k"] >= 1 }},
	Seen:       "ours (standard)",
	Statement:  "The bound on equality is about deterministic models alone: k random inner products, k bits, accept unequal strings with probability exactly 2^-k.",
	Source:     "after Yao 1979; the contrast is arXiv 2406.09347's",
	Parts:      []Part{{CheckedHere, "n = 1 to 4 at k = 1, 1 to 3 at k = 2: the protocol run on all x, y and all coin strings, counted; n = 32 at k = 3 in 2,000 runs"}, {ProvedHere, "for all n and k (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "eq", Model: "public coins", N0: ptr(4)}, what: "runs on all x, y of 1 to 4 bits (3 at k = 2) and all coins: k bits cross, 2^-k of the coins accept where x != y, all where x = y", fault: "the hash leaves the first bit out", try: func(t *tally, broken bool) {
			for k := 1; k <= 2; k++ {
				for n := 1; n <= 5-k; n++ {
					for pair := range uint64(1) << (2 * n) {
						x, y := pair>>n, pair&(1<<n-1)
						accept, cost := accepting(rows.ctx, n, k, x, y, broken)
						want := 1 << (n * k)
						if x != y {
							want >>= k
						}
						t.see(accept == want && int(cost) == k, "x = %0*b, y = %0*b, k = %d: %d of %d coins accept, cost %d", n, x, n, y, k, accept, 1<<(n*k), cost)
					}
				}
			}
		}})
		rows.check(check{row: report.Row{Task: "eq", Model: "public coins", N0: ptr(32)}, what: "x, y of 32 bits that differ in the first, or in all: of 2,000 runs at k = 3 the share that accepts holds 1/8, and refutes 1/16, at confidence 0.9999", fault: "the hash leaves the first bit out", try: func(t *tally, broken bool) {
			const n, k, x = 32, 3, 0xb5b5b5b5
			t.sampled = true
			for _, y := range []uint64{x ^ 1<<(n-1), x ^ (1<<n - 1)} {
				a, b := hashing(n, k, x, y, broken)
				m := must(chance.Measure(1, 2000, 0.9999, func(coins protocol.Coins) (bool, protocol.Bits, error) {
					yes, ran, err := protocol.Run(rows.ctx, coins, a, b)
					return err == nil && !yes[protocol.Bob], ran.Cost(), err
				}))
				t.see(!m.Refutes(1./8) && m.High > 1./8 && m.Refutes(1./16) && m.Cost == k, "x = %032b, y = %032b: %d of %d runs accept, cost %d", uint64(x), y, m.Wrong, m.Runs, m.Cost)
			}
		}})
	},
}

// hashing is equality by k hashes on one input; broken hashes never look at the first bit.
func hashing(n, k int, x, y uint64, broken bool) (a, b func(*protocol.Port) bool) {
	if broken {
		x, y = x&^(1<<(n-1)), y&^(1<<(n-1))
	}
	alice, bob := problems.EqPublic(n, k)
	return alice(protocol.UintWord(x, n)), bob(protocol.UintWord(y, n))
}

// accepting counts the strings of n k coins on which the hashes agree, and what a run costs at most.
func accepting(ctx context.Context, n, k int, x, y uint64, broken bool) (accept int, cost protocol.Bits) {
	a, b := hashing(n, k, x, y, broken)
	for coins := range uint64(1) << (n * k) {
		yes, t, err := protocol.Run(ctx, func(i int) bool { return coins>>i&1 == 1 }, a, b)
		require(err)
		cost = max(cost, t.Cost())
		if yes[protocol.Bob] {
			accept++
		}
	}
	return accept, cost
}

var dyckOneLayer = onReduction(Claim{
	ID: "Dyck, one layer", Kind: Lower, Short: "brackets of two types: order N for a layer",
	Hypothesis: smallLayer("at least two bracket types, ", reductions.EqDyck),
	Seen:       "the abstract; the map, at depth 1 already, is this project's",
	Statement:  "Balanced brackets of two types and bounded depth need linear width in one attention layer.",
	Source:     "arXiv 2406.09347", Conventions: []string{ownConstants, exactSoftmax, bobAnswers, oneRead, "read at a public end marker; deterministic only"},
	Parts: []Part{{CheckedHere, "the map on all pairs; the protocol's bits against the formula; two inputs that an undersized layer cannot tell apart, and an input on which it errs"}, {ProvedHere, "openers x_i and closers y_i in turn are balanced iff x = y (docs/literature.md)"}},
}, reductions.EqDyck, func(rows *collector, r *reductions.Reduction) { rows.oneLayer(r) })

var dyckRecurrent = &Claim{
	ID: "Dyck, recurrent", Kind: Upper, Short: "constant state for bounded depth",
	Seen:      seenAbstract,
	Statement: "A recurrent model of constant size decides balanced brackets of k types and depth at most D: its state is the stack, of at most 1 + k + .. + k^D contents, or dead.",
	Source:    "arXiv 2406.09347",
	Parts:     []Part{{CheckedHere, "k = D = 2: every sequence of up to 6 brackets at every position, against the task; the states that occur, counted: at most 8"}, {ProvedHere, "for every k and D (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "dyck", Model: "rnn", N: ptr(6), Bits: report.Num(3)}, what: "all sequences of 4 symbols to N = 6, all positions; at most 8 states", fault: "the state forgets the types", try: func(t *tally, broken bool) {
			states := map[string]bool{}
			for n := 1; n <= 6; n++ {
				sh := must(tasks.Dyck.Shape(n, nil))
				for w := range words(n, 4) {
					seq := make([]tasks.Token, n)
					stack, dead := []int{}, false
					for i, s := range w {
						seq[i].X = s + 1
						kind := s % 2
						if broken {
							kind = 0
						}
						switch {
						case dead:
						case s < 2:
							stack = append(stack, kind)
							dead = len(stack) > 2
						case len(stack) == 0 || stack[len(stack)-1] != kind:
							dead = true
						default:
							stack = stack[:len(stack)-1]
						}
						if dead {
							stack = nil
						}
						states[fmt.Sprint(stack, dead)] = true
						if i%2 == 1 { // at odd positions the task leaves the token out
							got := !dead && len(stack) == 0
							t.see(got == (sh.Eval(seq[:n], []int{i + 1})[0][0] == 1), "%s: position %d", showTokens(sh, seq), i+1)
						}
					}
				}
			}
			t.see(len(states) <= 8, "%d states", len(states))
		}})
	},
}

var disjRecurrent = &Claim{
	ID: "disjointness", Kind: Lower, Short: "disjointness needs n bits of state",
	Seen:      seenAbstract,
	Statement: "A recurrent model that reads two sets of n elements and says whether they meet has n bits of state, randomised ones included (up to a constant): one-element sets of Bob's make it INDEX.",
	Source:    "arXiv 2406.09347", Conventions: []string{oneMessage},
	Parts: []Part{{CheckedHere, "n = 1 to 8: all 2^n sets answer differently to Bob's one-element sets"}, {ProvedHere, "for all n (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.rowsApart("disj", "all sets of n = 1 to 8 elements", [][2]int{{8, 2}}, "Bob's sets all have two elements", func(w []int, broken bool) []int {
			if !broken {
				return w
			}
			var out []int
			for i := range w {
				for j := range i {
					out = append(out, max(w[i], w[j]))
				}
			}
			return out
		})
	},
}

var nearestNeighbour = &Claim{
	ID: "nearest neighbour", Kind: Lower, Short: "nearest neighbour: n bits of state",
	Hypothesis: Hypothesis{Text: "n = 2^d keys in {-1, 1}^d", Over: []Range{{Name: "d", From: 1, To: 8}}, Holds: func(at Sizes) bool { return at["d"] >= 1 }},
	Seen:       seenAbstract,
	Statement:  "A recurrent model that reads n labelled keys and then a query, and answers with the label of the nearest key, has n bits of state.",
	Source:     "arXiv 2406.09347", Conventions: []string{oneMessage},
	Parts: []Part{{CheckedHere, "d = 1, 2, 3: all labellings of all keys of {-1, 1}^d, every key as the query"}, {ProvedHere, "a key is nearest to itself, for every d (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "nearest neighbour", Model: "definition", N0: ptr(8)}, what: "d = 1, 2, 3: the label of the key of largest inner product with key i is label i", fault: "the inner product leaves the last coordinate out", try: func(t *tally, broken bool) {
			for d := 1; d <= 3; d++ {
				for labels := range 1 << (1 << d) {
					for q := range 1 << d {
						best, at := -d-1, 0
						for k := range 1 << d {
							differ := uint(k ^ q)
							if broken {
								differ &^= 1 << (d - 1)
							}
							if s := d - 2*bits.OnesCount(differ); s > best {
								best, at = s, k
							}
						}
						t.see(labels>>at&1 == labels>>q&1, "d = %d, labels %b, query %d", d, labels, q)
					}
				}
			}
		}})
	},
}

var twoLayersSuffice = &Claim{
	ID: "two layers", Kind: Upper, Short: "two layers of log width do these",
	Seen:      "the abstract; the weights are this project's",
	Statement: "Two attention layers of logarithmic size compute equality, disjointness and nearest neighbour. (Here: layer 1 fetches x_i to the place of y_i, and a key to its label, with score -4 (j - j')^2; what is fetched is rounded; layer 2 averages over the places of y, or picks the nearest key.)",
	Source:    "arXiv 2406.09347", Conventions: []string{"weights 2^score, exact sums; between the layers each token rounds and compares what it has"},
	Parts: []Part{{CheckedHere, "equality and disjointness of n = 1 to 5 bits, all x and y; nearest neighbour at d = 1, 2, 3: all labellings of all keys, every key as the query"},
		{ProvedHere, "all other positions together weigh less than 1/7 of the partner, at every n; width 3, or d and 3, with numbers of order log N bits (docs/literature.md)"}},
	run: func(rows *collector) {
		const fault = "layer 1 attends to all alike"
		fetch := func(values []int, from int, broken bool) int { // +1 or -1 at position from
			scores := make([]int, len(values))
			for j := range values {
				if !broken {
					scores[j] = -4 * (j - from) * (j - from)
				}
			}
			return softmax(scores, values)
		}
		for _, meet := range []bool{false, true} { // at some place: both 1, or two symbols
			match := func(x, y int) bool { return !meet && x != y || meet && x+y == 2 }
			rows.check(check{row: report.Row{Task: map[bool]string{false: "string-eq", true: "disj"}[meet], Model: "transformer", N: ptr(11), Params: map[string]any{"L": 2, "m": 3}}, what: "n = 1 to 5, all x and y, read at the end marker", fault: fault, try: func(t *tally, broken bool) {
				for n := 1; n <= 5; n++ {
					for w := range words(2*n, 2) {
						values, any := make([]int, 2*n+1), false
						for i, v := range w {
							values[i] = 2*v - 1
						}
						found := make([]int, 2*n+1)
						for i := range n {
							if match(fetch(values, i, broken), values[n+i]) {
								found[n+i] = 1
							}
							any = any || match(values[i], values[n+i])
						}
						got := softmax(make([]int, 2*n+1), found) > 0
						t.see(got == any, "n = %d, x and y %v: %v", n, w, got)
					}
				}
			}})
		}
		rows.check(check{row: report.Row{Task: "nearest neighbour", Model: "transformer", N: ptr(17), Params: map[string]any{"L": 2, "m": 6}}, what: "d = 1, 2, 3: keys and labels in turn, then the query: all labellings of all keys, every key as the query", fault: fault, try: func(t *tally, broken bool) {
			for d := 1; d <= 3; d++ {
				n := 1 << d
				for labels := range 1 << n {
					for q := range n {
						scores, values := make([]int, n), make([]int, n)
						for i := range n { // the label behind key i has fetched the key, bit by bit
							for c := range d {
								bits := make([]int, 2*n)
								for k := range n {
									bits[2*k] = 1 - 2*(k>>c&1)
								}
								scores[i] += 4 * fetch(bits, 2*i, broken) * (1 - 2*(q>>c&1))
							}
							values[i] = 1 - 2*(labels>>i&1)
						}
						got := softmax(scores, values)
						t.see(got == values[q], "d = %d, labels %b, query %d: %d", d, labels, q, got)
					}
				}
			}
		}})
	},
}

// softmax is the sign of the average of values with weights 2^score, exactly.
func softmax(scores, values []int) int {
	low := slices.Min(scores)
	sum, w := new(big.Int), new(big.Int)
	for k, s := range scores {
		sum.Add(sum, w.Lsh(w.SetInt64(int64(values[k])), uint(s-low)))
	}
	return sum.Sign()
}
