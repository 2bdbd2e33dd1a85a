package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// IndexHop is the map for k hops that binds recurrent models of any depth (derived here).
// Alice's first 2n tokens are pairs (a_j, x_j). Bob's are (c_(k-1), a_i), (c_(k-2), c_(k-1)),
// ..., (c_1, c_2), c_1; for k = 1 the last token is a_i. From the last token, c_1, a hop
// leads to c_2 behind c_1, the next to c_3, and so on to a_i, and the k-th to x_i, since
// hops go back: later tokens that equal a_i do not count. Symbols: 1 and 2 are the bits,
// 2 + j is a_j, 2 + n + l is c_l. Padding stands in front, public 1s, which no hop asks for.
var IndexHop = family(func(_, _ int, set tasks.Params) (*Reduction, tasks.Params, error) {
	hops, ok := whole(set, "k", 2)
	if !ok {
		return nil, nil, fmt.Errorf("k = %v: want a number of hops, at least 1", set["k"])
	}
	return indexHop(hops), set, nil
})

// indexHop is the map for k hops.
func indexHop(k int) *Reduction {
	return &Reduction{
		Name: "index-hop",
		Doc:  "Alice's n pairs of a name and a bit, Bob's chain of k hops that leads to one of the names",
		Cite: []string{"derived here: docs/literature.md"},
		From: problems.Index,
		To:   tasks.KHop,
		MinN: func(n int) int { return hopLength(n, k) },
		Fits: func(N int) int { return max(0, (N-2*k+1)/2) },
		Params: func(n, _ int, set tasks.Params) (tasks.Params, error) {
			v := unless(set, "V", float64(n+k+1))
			if v < float64(n+k+1) {
				return nil, fmt.Errorf("V = %v is too small: two bits, %d names and %d links are needed", v, n, k-1)
			}
			return set.With(tasks.Params{"k": float64(k), "V": v}), nil
		},
		Split: func(n int, sh tasks.Shape) tasks.Split {
			pad := sh.N - hopLength(n, k)
			return owners(sh.N, [2]int{pad + 1, pad + 2*n}, [2]int{pad + 2*n + 1, sh.N})
		},
		Read: func(_ int, sh tasks.Shape) []int { return []int{sh.N} },
		Public: func(n int, sh tasks.Shape) []tasks.Token {
			return repeat(sh.N-hopLength(n, k), tasks.Token{X: 1})
		},
		Alice: func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token {
			var ts []tasks.Token
			for j, bit := range bitSymbols(n, x, 1) {
				ts = append(ts, tasks.Token{X: 3 + j}, bit)
			}
			return ts
		},
		Bob: func(n int, _ tasks.Shape, y protocol.Word) []tasks.Token {
			link := func(l int) tasks.Token { // c_l; c_k is the name asked for
				if l == k {
					return tasks.Token{X: 2 + problems.Position(n, y)}
				}
				return tasks.Token{X: 2 + n + l}
			}
			var ts []tasks.Token
			for l := k - 1; l >= 1; l-- {
				ts = append(ts, link(l), link(l+1))
			}
			return append(ts, link(1))
		},
		Answer: func(_ int, _ tasks.Shape, out []tasks.Value) bool { return out[0][0] == 2 },
	}
}

// hopLength is the length of the map's sequence for n names and k hops.
func hopLength(n, k int) int { return 2*n + 2*k - 1 }
