package papers

import (
	"fmt"
	"math/bits"
	"slices"

	"crosscut/internal/exact"
	"crosscut/report"
)

// CacheDepth2026 is audited: k hops along a permutation through layers that share a cache of s
// tokens each.
var CacheDepth2026 = register(&Paper{
	Name:     "cache-depth2026",
	Title:    "Depth against a shared cache, audited",
	Citation: "arXiv 2604.17935, the text that we saw",
	Cite:     []string{"CacheDepth2026"},
	Claims:   []*Claim{cacheDepthBound, cacheReads, cacheSmall, cachePeriod, cacheMisses, cacheFirst, cacheTracking, cacheProduct},
	Executed: "ceil(k/s) with constant 1, exactly, where what was read decides what is kept: it holds for k < n, to n = 5. The paper's own proof was not checked; for every n it fails as printed, and so does s / n^T for the misses",
	By:       []*Claim{cacheReads, cacheSmall, cacheMisses, cacheFirst},
})

const cacheRules = "a permutation of n places, a start drawn uniformly, T hops; hop t is served if the entry that it needs is among the s that are kept at layer t; what is kept depends on the permutation and on nothing else"

// permutations yields all permutations of 0..n-1; the slice is reused.
func permutations(n int) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		for p := range words(n, n) {
			seen := 0
			for _, v := range p {
				seen |= 1 << v
			}
			if seen == 1<<n-1 && !yield(p) {
				return
			}
		}
	}
}

// tracking counts (permutation, start) for which chains that begin at the first s places are kept,
// entry by entry, and serve all of T hops. blind keeps the same places at every layer.
func tracking(n, T, s int, blind bool) (served, all int) {
	for pi := range permutations(n) {
		for start := range n {
			at, ok := start, true
			kept := exact.UpTo(s)
			for range T {
				ok = ok && slices.Contains(kept, at)
				at = pi[at]
				if !blind {
					for k := range kept {
						kept[k] = pi[kept[k]]
					}
				}
			}
			if all++; ok {
				served++
			}
		}
	}
	return served, all
}

// period is the least common multiple of 1..n: so many hops are none, along every permutation.
func period(n int) int {
	all := 1
	for m := 2; m <= n; m++ {
		a, b := all, m
		for b != 0 {
			a, b = b, a%b
		}
		all = all / a * m
	}
	return all
}

// ends are the places where k hops from place 0 end, over all permutations of n.
func ends(n, k int) map[int]bool {
	at := map[int]bool{}
	for pi := range permutations(n) {
		end := 0
		for range k {
			end = pi[end]
		}
		at[end] = true
	}
	return at
}

var cacheSmall = &Claim{
	ID: "depth, every n", Kind: Lower, Short: "L >= ceil(k/s), also where nothing is asked",
	Hypothesis:  Hypothesis{Text: "2 <= k <= n, s >= 1", Over: []Range{{Name: "n", From: 1, To: 8}, {Name: "k", From: 1, To: 8}}, Holds: func(at Sizes) bool { return 2 <= at["k"] && at["k"] <= at["n"] }},
	Seen:        "read; our notes record no further limit on n and k",
	Statement:   "A transformer that answers k hops from place 1 along a permutation of n places has at least ceil(k/s) layers.",
	Source:      "arXiv 2604.17935, the text that we saw",
	Conventions: []string{"one layer gives any answer that does not depend on the permutation", "the order of the bound is not touched: n = 2 is the only n >= 2 with k <= n where this happens"},
	Parts:       []Part{{CheckedHere, "all permutations, 2 <= k <= n <= 5, s = 1: whether the answer depends on the permutation (docs/errata.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "k-hop", Model: "cache"}, printed: true, what: "2 <= k <= n <= 5, s = 1: all permutations; one layer suffices where all give one answer", try: func(t *tally, _ bool) {
			for n := 2; n <= 5; n++ {
				for k := 2; k <= n; k++ {
					t.see(len(ends(n, k)) > 1, "n = %d, k = %d, s = 1: every permutation leads back to place 1, so one layer suffices where %d are claimed", n, k, k)
				}
			}
		}})
	},
}

var cachePeriod = &Claim{
	ID: "depth, period", Kind: Upper, Short: "k hops are k mod lcm(1..n) hops",
	Seen:      "ours: what the repair needs",
	Statement: "k hops along a permutation of n places are k mod lcm(1..n) hops, and the answer from place 1 depends on the permutation if and only if lcm(1..n) does not divide k. So a bound on the depth can hold for k < lcm(1..n) only.",
	Source:    "this project, after arXiv 2604.17935",
	Parts: []Part{{CheckedHere, "all permutations, n = 1 to 5, k = 0 to 130"},
		{ProvedHere, "every cycle is no longer than n; a cycle of length m <= n through place 1, m no divisor of k, moves it (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "k-hop", Model: "cache"}, what: "n = 1 to 5, k = 0 to 130, all permutations: one answer for all if and only if the period divides k, and all as after k mod the period", fault: "n in place of lcm(1..n)", try: func(t *tally, broken bool) {
			for n := 1; n <= 5; n++ {
				every := period(n)
				if broken {
					every = n
				}
				for k := 0; k <= 130; k++ {
					t.see((len(ends(n, k)) == 1) == (k%every == 0), "n = %d: k = %d hops end at %d places", n, k, len(ends(n, k)))
				}
				for pi := range permutations(n) {
					far, near := 0, pi[0]
					for range every + 1 {
						far = pi[far]
					}
					t.see(far == near, "n = %d, %v: %d hops are not one", n, pi, every+1)
				}
			}
		}})
	},
}

var cacheMisses = &Claim{
	ID: "misses", Kind: Lower, Short: "served throughout with at most s / n^T",
	Hypothesis: Hypothesis{Text: "n >= 2, T >= 1, s < n", Over: []Range{{Name: "n", From: 1, To: 8}, {Name: "T", From: 1, To: 4}, {Name: "s", From: 1, To: 8}}, Holds: func(at Sizes) bool { return at["n"] >= 2 && at["s"] < at["n"] }},
	Seen:       "read; the text that we saw prints both this and a controller that contradicts it",
	Statement:  "All T hops are served with probability at most s / n^T.",
	Source:     "arXiv 2604.17935, the text that we saw", Conventions: []string{cacheRules},
	Parts: []Part{{CheckedHere, "keeping the chain of the first s places serves all hops with probability s / n: more, from T = 2 on (docs/errata.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "k-hop", Model: "cache"}, printed: true, what: "n = 2, 3, 4, T = 1, 2, 3, s < n: all permutations and starts, chains kept", try: func(t *tally, _ bool) {
			for n := 2; n <= 4; n++ {
				for T := 1; T <= 3; T++ {
					for s := 1; s < n; s++ {
						served, all := tracking(n, T, s, false)
						t.see(served*pow(n, T) <= s*all, "n = %d, T = %d, s = %d: all hops are served for %d of %d pairs of a permutation and a start, where %d/%d is claimed", n, T, s, served, all, s, pow(n, T))
					}
				}
			}
		}})
	},
}

var cacheFirst = &Claim{
	ID: "misses, repaired", Kind: Lower, Short: "served throughout with at most s / n",
	Hypothesis: cacheMisses.Hypothesis,
	Seen:       "ours: the repair",
	Statement:  "All T hops are served with probability at most s / n, for every T >= 1 and every way of keeping entries that does not see the start.",
	Source:     "this project, after arXiv 2604.17935", Conventions: []string{cacheRules},
	Parts: []Part{{CheckedHere, "n = 2 and 3: every way of keeping s entries at the first layer, one for each permutation, none better"}, {ProvedHere, "the first hop needs the entry of the start (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "k-hop", Model: "cache"}, what: "n = 2, 3, s = 1 (and 2): every function from permutations to sets of s places: the first hop is served for at most s of n starts, on average", fault: "what is kept may depend on the start", try: func(t *tally, broken bool) {
			for n := 2; n <= 3; n++ {
				perms := len(slices.Collect(func(yield func(int) bool) {
					for range permutations(n) {
						if !yield(0) {
							return
						}
					}
				}))
				for s := 1; s < n; s++ {
					var sets []int
					for set := range 1 << n {
						size := 0
						for i := range n {
							size += set >> i & 1
						}
						if size == s {
							sets = append(sets, set)
						}
					}
					for keep := range words(perms, len(sets)) {
						served := 0
						for _, k := range keep {
							for start := range n {
								if sets[k]>>start&1 == 1 || broken && start == 0 {
									served++
								}
							}
						}
						t.see(served <= s*perms, "n = %d, s = %d, kept %v: %d of %d", n, s, keep, served, n*perms)
					}
				}
			}
		}})
	},
}

var cacheTracking = &Claim{
	ID: "tracking", Kind: Upper, Short: "keeping s chains is served with s / n",
	Hypothesis: cacheMisses.Hypothesis,
	Seen:       "read",
	Statement:  "An adaptive controller serves all T hops with probability s / n: it keeps the chains of s places, hop by hop.",
	Source:     "arXiv 2604.17935, the text that we saw", Conventions: []string{cacheRules},
	Parts: []Part{{CheckedHere, "n = 2 to 5, T = 1 to 3, every s: all permutations and starts, exactly s / n"}, {ProvedHere, "the start is one of s places with probability s / n (docs/literature.md)"}},
	run: func(rows *collector) {
		most := rows.pick(4, 5, 5)
		rows.check(check{row: report.Row{Task: "k-hop", Model: "cache", N0: ptr(most)}, what: fmt.Sprintf("n = 2..%d, T = 1, 2, 3, s = 1..n: served for exactly s of n starts", most), fault: "the same places are kept at every layer", try: func(t *tally, broken bool) {
			for n := 2; n <= most; n++ {
				for T := 1; T <= 3; T++ {
					for s := 1; s <= n; s++ {
						served, all := tracking(n, T, s, broken)
						t.see(served*n == s*all, "n = %d, T = %d, s = %d: %d of %d", n, T, s, served, all)
					}
				}
			}
		}})
	},
}

// least is the least number of layers that answer k hops from place 0, s places read at each, chosen
// from what was read before alone. known is pi where it was read, -1 elsewhere.
func least(n, k, s int, known []int, memo map[string]int) int {
	key := fmt.Sprint(known)
	if v, ok := memo[key]; ok {
		return v
	}
	var fits [][]int
	ends := map[int]bool{}
	for pi := range permutations(n) {
		if slices.ContainsFunc(exact.UpTo(n), func(i int) bool { return known[i] >= 0 && known[i] != pi[i] }) {
			continue
		}
		fits = append(fits, slices.Clone(pi))
		end := 0
		for range k {
			end = pi[end]
		}
		ends[end] = true
	}
	best := 0
	if len(ends) > 1 {
		best = n
		for set := range 1 << n {
			if bits.OnesCount(uint(set)) != s {
				continue
			}
			worst := 0
			for _, pi := range fits {
				next := slices.Clone(known)
				for i := range n {
					if set>>i&1 == 1 {
						next[i] = pi[i]
					}
				}
				if slices.Equal(next, known) {
					worst = n // nothing new is read
					break
				}
				worst = max(worst, 1+least(n, k, s, next, memo))
			}
			best = min(best, worst)
		}
	}
	memo[key] = best
	return best
}

var cacheReads = &Claim{
	ID: "depth, reads", Kind: Lower, Short: "L >= k/s where reads decide what is kept",
	Hypothesis: Hypothesis{Text: "k < n, s >= 1; what is kept at a layer depends on what was kept below it, and on nothing else", Over: []Range{{Name: "n", From: 1, To: 8}, {Name: "k", From: 1, To: 8}}, Holds: func(at Sizes) bool { return at["k"] < at["n"] }},
	Seen:       "ours: a reading of the model under which the bound can be decided",
	Statement:  "If each layer chooses the s entries that it keeps from what the layers below kept, k hops need at least ceil(k/s) layers for k < n (n <= 5, 4 at the quick level; larger n are open). At k = n they do not: n - 1 entries tell the whole permutation, so ceil((n-1)/s) layers suffice.",
	Source:     "this project, after arXiv 2604.17935", Conventions: []string{"what is kept is read by all, and nothing else is known of the permutation; layers read s places at once"},
	Parts: []Part{{CheckedHere, "n = 2 to 4 (5 above the quick level), all k <= n and s < n: the least number of layers, over all ways of choosing"}, {OpenStill, "larger n"}},
	run: func(rows *collector) {
		most := rows.pick(4, 5, 5)
		rows.check(check{row: report.Row{Task: "k-hop", Model: "cache", N0: ptr(most)}, what: fmt.Sprintf("n = 2..%d, k = 1..n, s = 1..n-1: at least ceil(k/s) layers for k < n, at most ceil((n-1)/s) always", most), fault: "the last hop is given away", try: func(t *tally, broken bool) {
			for n := 2; n <= most; n++ {
				for k := 1; k <= n; k++ {
					for s := 1; s < n; s++ {
						hops := k
						if broken {
							hops--
						}
						got := least(n, hops, s, slices.Repeat([]int{-1}, n), map[string]int{})
						t.see(k == n || got*s >= k, "n = %d, k = %d, s = %d: %d layers suffice", n, k, s, got)
						t.see(got <= (n-2+s)/s, "n = %d, k = %d, s = %d: %d layers are needed", n, k, s, got)
					}
				}
			}
		}})
	},
}

// cacheNamed is a claim that a choice of entries without a limit defeats: the place that is kept names the answer.
func cacheNamed(id, short, statement, against, beside string) *Claim {
	return &Claim{
		ID: id, Kind: Lower, Short: short, Hypothesis: Hypothesis{Text: "(L, H, m, p, s)-cache transformers, k hops on n places"}, Seen: "read",
		Outside:   "it hangs on how the entries that are kept may be chosen, and the limit on that (the abstract speaks of eviction that respects locality) is not in our notes: were any function of the layer below allowed, as our notes have it, the choice would name the answer, and the claim would be false, as the rows show" + beside,
		Statement: statement, Source: "arXiv 2604.17935, the text that we saw", Conventions: []string{"B = H m p bits are read at each layer"},
		Parts: []Part{{QuotedThere, "the statement; its proof was not checked"}, {CheckedHere, "n = 2 to 5, k = 1 to 5, B = 1 to 3: with one entry kept, chosen freely, ceil(log2 n / B) layers answer for every permutation; and all n places are answers unless lcm(1..n) divides k, so fewer do not do"}},
		run: func(rows *collector) {
			rows.check(check{row: report.Row{Task: "k-hop", Model: "cache", N0: ptr(5), Params: map[string]any{"s": 1}}, what: "the opposite of the claim " + against + ", if any function of the layer below may choose: n = 2..5, k = 1..5, B = 1, 2, 3, all permutations: ceil(log2 n / B) layers answer, each of which keeps the token of the place where the hops end, and B bits of that place are read", fault: "what is kept is the token of place 1", try: func(t *tally, broken bool) {
				for n := 2; n <= 5; n++ {
					for k := 1; k <= 5; k++ {
						all := len(ends(n, k))
						t.see(all == n || k%period(n) == 0, "n = %d, k = %d: %d places are answers", n, k, all)
						for b := 1; b <= 3; b++ {
							for pi := range permutations(n) {
								end, read := 0, 0
								for range k {
									end = pi[end]
								}
								kept := end
								if broken {
									kept = 0
								}
								for layer := 0; layer*b < bits.Len(uint(n-1)); layer++ {
									read |= kept >> (layer * b) & (1<<b - 1) << (layer * b)
								}
								t.see(read == end, "n = %d, k = %d, B = %d, %v: the hops end at %d, and %d is read", n, k, b, pi, end+1, read+1)
							}
						}
					}
				}
			}})
		},
	}
}

var (
	cacheDepthBound = cacheNamed("depth", "L >= max(k/s, log n / (H m p))", "k hops on a permutation of n places need L >= max(ceil(k/s), ceil(log n / (H m p))) layers.", "for k > ceil(log2 n / B)",
		"; where reads alone decide what is kept, ceil(k/s) holds for k < n (claim \"depth, reads\")")
	cacheProduct = cacheNamed("product", "the product of both, conjectured", "The product ceil(k/s) * ceil(log n / (H m p)) is necessary too (a conjecture of the paper).", "for k > 1", "")
)
