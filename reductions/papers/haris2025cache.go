package papers

import (
	"fmt"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"

	"crosscut/internal/exact"
	"crosscut/protocol"
	"crosscut/report"
)

// Haris2025Cache is about streaming attention: whoever answers a later query keeps the values.
var Haris2025Cache = register(&Paper{
	Name:     "haris2025cache",
	Title:    "Compression barriers for autoregressive transformers",
	Citation: "Themistoklis Haris, Krzysztof Onak. arXiv 2502.15955; with arXiv 2502.07861",
	Cite:     []string{"HarisOnak2025", "BalanceKV2025"},
	Claims:   []*Claim{cacheStream, cacheWindow, cacheBalance},
	Executed: "n d bits without coins, with constant 1",
})

const (
	sourceCache = "arXiv 2502.15955"
	seenCache   = "the abstract; the map and its constants are this project's"
)

// stream is attention over n keys of {-1, 1}^d whose query is c k_i / d: pair j weighs
// exp(c (<k_i, k_j> - d) / d), known to half a unit of 2^-f.
type stream struct {
	n, d, c int
	weights [][][2]uint64 // of query i and pair j: two integers around 2^(f+1) times the weight
}

// keysOf draws n keys of d signs with |<k, k'>| <= d/2, as words.
func keysOf(n, d int, rng *rand.Rand) []uint64 {
	var keys []uint64
	for range 1 << 20 {
		if key := rng.Uint64() & (1<<d - 1); apart(keys, key, d) {
			if keys = append(keys, key); len(keys) == n {
				return keys
			}
		}
	}
	panic(halt{fmt.Errorf("papers: %d keys of %d signs that are nearly orthogonal were not found", n, d)})
}

// apart says whether |<key, k>| <= d/2 for all keys k.
func apart(keys []uint64, key uint64, d int) bool {
	return !slices.ContainsFunc(keys, func(k uint64) bool { s := d - 2*bits.OnesCount64(k^key); return 2*max(s, -s) > d })
}

// newStream builds the weights; twins makes the first two keys equal. d is a power of 2.
func newStream(n, d int, seed uint64, twins bool) *stream {
	keys := keysOf(n, d, rand.New(rand.NewPCG(seed, uint64(n*100+d))))
	if twins {
		keys[1] = keys[0]
	}
	// c is the least whole number with c >= 2 ln(4n).
	s := &stream{n: n, d: d, c: int(exact.CeilMulLog(big.NewRat(2, 1), big.NewRat(int64(4*n), 1)).Int64())}
	table := must(exact.ExpTable(40, bits.Len(uint(d))-1))
	for _, query := range keys {
		row := make([][2]uint64, n)
		for j, key := range keys {
			steps := 2 * s.c * bits.OnesCount64(query^key) // c (d - <k_i, k_j>), in units of 1/d
			switch {
			case steps == 0:
				row[j] = [2]uint64{2 << 40, 2 << 40}
			case steps < len(table):
				w := uint64(2 * table[steps])
				row[j] = [2]uint64{max(w, 1) - 1, w + 1}
			default:
				row[j] = [2]uint64{0, 1}
			}
		}
		s.weights = append(s.weights, row)
	}
	return s
}

// rounded is the bit to which coordinate values of the output for query i is rounded: 1, 0, or
// -1 where the intervals do not tell. Pairs before from are not in the cache.
func (s *stream) rounded(i, from int, value func(j int) bool) int {
	var sum [2][2]uint64 // by bit: from below, from above
	for j := from; j < s.n; j++ {
		b := 0
		if value(j) {
			b = 1
		}
		sum[b][0] += s.weights[i][j][0]
		sum[b][1] += s.weights[i][j][1]
	}
	switch {
	case sum[1][0] > sum[0][1]:
		return 1
	case sum[0][0] > sum[1][1]:
		return 0
	}
	return -1
}

// share says whether pair i has three quarters of the weight for query i, for certain.
func (s *stream) share(i int) bool {
	rest := uint64(0)
	for j, w := range s.weights[i] {
		if j != i {
			rest += w[1]
		}
	}
	return s.weights[i][i][0] >= 3*rest
}

// streams checks attention at these sizes: the weight of the asked pair for every query, and
// all n d bits of value matrices, recovered one query at a time.
func (c *collector) streams(n, d int) {
	row := report.Row{Task: "streaming attention", Model: "any cache", N0: ptr(n), Params: map[string]any{"d": d}, Needed: report.Num(n * d), NeededBy: "index of n d bits: n d", Setting: protocol.OneWay}
	c.check(check{
		row:   row,
		what:  fmt.Sprintf("n = %d keys of d = %d signs, c k_i / d as a query: pair i has at least 3/4 of the weight, for every i, so its values are rounded right whatever the others are", n, d),
		fault: "two keys are equal",
		try: func(t *tally, broken bool) {
			s := newStream(n, d, c.at.Seed, broken)
			for i := range n {
				t.see(s.share(i), "n = %d, d = %d, c = %d: pair %d has less than 3/4 of the weight of its own query", n, d, s.c, i+1)
			}
		},
	})
	most := c.pick(1<<8, 1<<12, 1<<16)
	all := n*d <= 16 && 1<<(n*d) <= most
	c.check(check{
		row:   row,
		what:  fmt.Sprintf("n = %d, d = %d: all n d bits of a matrix of values come back from n queries", n, d),
		fault: "the first pair is evicted",
		try: func(t *tally, broken bool) {
			s := newStream(n, d, c.at.Seed, false)
			t.sampled = !all
			rng, matrices, from := rand.New(rand.NewPCG(c.at.Seed, 7)), 16, 0
			if all {
				matrices = 1 << (n * d)
			}
			if broken {
				from = 1
			}
			for x := range matrices {
				value := make([]bool, n*d)
				for k := range value {
					value[k] = x>>(k%63)&1 == 1
					if !all {
						value[k] = rng.IntN(2) == 1
					}
				}
				wrong := 0
				for k, v := range value {
					want := 0
					if v {
						want = 1
					}
					if s.rounded(k/d, from, func(j int) bool { return value[j*d+k%d] }) != want && wrong == 0 {
						wrong = k + 1
					}
				}
				t.see(wrong == 0, "n = %d, d = %d: coordinate %d of value %d is not rounded to what was written", n, d, (wrong-1)%d+1, (wrong-1)/d+1)
			}
		},
	})
}

// nearlyOrthogonal says whether the first keys in lexicographic order that are nearly orthogonal
// to those before are n at least.
func nearlyOrthogonal(n, d int) bool {
	var keys []uint64
	for key := range uint64(1) << d {
		if apart(keys, key, d) {
			keys = append(keys, key)
		}
	}
	return len(keys) >= n
}

var cacheStream = &Claim{
	ID: "streaming", Kind: Lower, Short: "n keys, d coordinates: n d bits",
	Hypothesis: Hypothesis{Text: "n keys of d signs with |<k_i, k_j>| <= d/2 exist", Over: []Range{{Name: "n", From: 2, To: 8}, {Name: "d", From: 1, To: 8}},
		Holds: func(at Sizes) bool { return nearlyOrthogonal(at["n"], at["d"]) }},
	Seen:      seenCache,
	Statement: "Whatever streams n pairs of a key and a value and then answers attention for a new query keeps bits of order d min(n, e^d), with coins too: n d for d of order log n.",
	Source:    sourceCache,
	Conventions: []string{"values are 0 or 1, the output is rounded; c is the least whole number with c >= 2 ln(4n)", "any small additive error leaves it right: at 3/4 the output is 1/4 from 1/2",
		"weights are intervals around correctly rounded exponentials; d is a power of 2", "without coins the constant is 1"},
	Parts: []Part{
		{CheckedHere, "real softmax for n = 2 to 64, d = 2 to 32: the weight at every query, and the bits of matrices of values, all of them where there are few"},
		{ProvedHere, "the weight for every n and d, and INDEX_(nd) (docs/literature.md)"},
		{QuotedOrder, "the bound with coins"},
	},
	run: func(rows *collector) {
		for _, s := range [][2]int{{2, 2}, {2, 4}, {4, 4}, {8, 8}, {16, 16}, {64, 32}} {
			rows.streams(s[0], s[1])
		}
	},
}

var cacheWindow = &Claim{
	ID: "window", Kind: Lower, Short: "a window of W pairs: W d bits",
	Hypothesis: Hypothesis{Text: "W keys of d signs with |<k_i, k_j>| <= d/2 exist", Over: []Range{{Name: "W", From: 2, To: 8}, {Name: "d", From: 1, To: 8}},
		Holds: func(at Sizes) bool { return nearlyOrthogonal(at["W"], at["d"]) }},
	Seen:        seenCache,
	Statement:   "Attention over the last W pairs of a stream needs bits of order d W.",
	Source:      sourceCache,
	Conventions: []string{"the query is asked behind the stream and is no pair; values 0 or 1; the last W keys are nearly orthogonal, those before are anything"},
	Parts:       []Part{{CheckedHere, "W = 4 and 16, streams of 2W pairs: the W d bits of the last pairs come back, whatever stood before"}, {ProvedHere, "it is the claim above for n = W (docs/literature.md)"}},
	run: func(rows *collector) {
		for _, W := range []int{4, 16} {
			rows.check(check{
				row:   report.Row{Task: "streaming attention", Model: "sliding-window", N0: ptr(W), Params: map[string]any{"d": W}, Needed: report.Num(W * W), NeededBy: "index of W d bits: W d", Setting: protocol.OneWay},
				what:  fmt.Sprintf("W = d = %d, streams of %d pairs: all W d bits of the last W values come back", W, 2*W),
				fault: "the window is one pair shorter",
				try: func(t *tally, broken bool) {
					s := newStream(W, W, rows.at.Seed, false)
					t.sampled = true
					rng, from := rand.New(rand.NewPCG(rows.at.Seed, 9)), 0
					if broken {
						from = 1
					}
					for range 32 {
						// A stream of 2W values of W bits; the window is its second half.
						values := make([]uint64, 2*W)
						for j := range values {
							values[j] = rng.Uint64()
						}
						window := values[W:]
						right := true
						for i := range W {
							for b := range W {
								got := s.rounded(i, from, func(j int) bool { return window[j]>>b&1 == 1 })
								right = right && got == int(values[W+i]>>b&1)
							}
						}
						t.see(right, "W = %d: a value in the window is lost", W)
					}
				},
			})
		}
	},
}

var cacheBalance = &Claim{
	ID: "BalanceKV", Kind: Lower, Short: "error e: min(1/e^2, d exp(2r^2/sqrt d))",
	Hypothesis: Hypothesis{Text: "norms of keys and queries at most r, r^2 <= d; here r^2 = c of n pairs", Over: []Range{{Name: "n", From: 2, To: 64}, {Name: "d", From: 1, To: 64}},
		Holds: func(at Sizes) bool {
			return exact.CeilMulLog(big.NewRat(2, 1), big.NewRat(int64(4*at["n"]), 1)).Int64() <= int64(at["d"])
		}},
	Seen:      "read",
	Outside:   "its constant is not in our notes, so no number of bits is excluded; which error it allows is not executed",
	Statement: "A streaming algorithm for attention with norms of keys and queries at most r, r^2 <= d, error e and success 0.999 needs bits of order min(1/e^2, d exp(2 r^2 / sqrt d)).",
	Source:    "arXiv 2502.07861",
	Parts: []Part{
		{QuotedThere, "the bound, from INDEX"},
		{CheckedHere, "the keys and queries of the map above, scaled to one norm, r^2 = c: they satisfy r^2 <= d from a dimension on that is printed"},
	},
	run: func(rows *collector) {
		rows.check(check{
			row:   report.Row{Task: "streaming attention"},
			what:  "n = 2 to 64: keys k sqrt(c/d) and queries of the same norm have r^2 = c <= d from d = 5, 6, 7, 9, 10, 12 on",
			fault: "r <= d in the place of r^2 <= d",
			try: func(t *tally, broken bool) {
				for k, want := range []int{5, 6, 7, 9, 10, 12} {
					n := 2 << k
					c := int(exact.CeilMulLog(big.NewRat(2, 1), big.NewRat(int64(4*n), 1)).Int64())
					from := 1
					for from < c && (!broken || from*from < c) {
						from++
					}
					t.see(from == want, "n = %d, c = %d: from d = %d on", n, c, from)
				}
			},
		})
	},
}
