package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// IndexQSALast lets only the last token ask (derived here; docs/recurrent.md): Alice
// owns all tokens before it but q - 1 public ones with z = 0, which fill Bob's set.
// Token N - n - 1 + i has z = +1 if x_i = 1, else -1; Bob's set is the first q - 1
// positions and the one of x_y. The means are +1/q and -1/q, so the threshold 0 is
// right for every error eps < 1/q. At q = 1 and N = n + 1 a right recurrent model
// keeps N - 1 bits, and one with just these exists: the bound is tight.
var IndexQSALast = register(&Reduction{
	Name: "index-qsa-last",
	Doc:  "Alice's tokens hold x; the last token, Bob's, looks one of them up",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	From: problems.Index,
	To:   tasks.QSA,
	MinN: func(n int) int { return n + 1 },
	Fits: func(N int) int { return max(0, N-1) },
	Params: func(n, N int, set tasks.Params) (tasks.Params, error) {
		q := int(unless(set, "q", 1))
		if N < n+q {
			return nil, fmt.Errorf("n = %d at q = %d needs N >= n + q = %d, not %d", n, q, n+q, N)
		}
		if eps := unless(set, "eps", 0); !(eps*float64(q) < 1) {
			return nil, fmt.Errorf("eps = %v is too large: the answers are 2/q apart, so the map needs eps < 1/q", eps)
		}
		return tasks.Params{"q": 1}.With(set), nil
	},
	Split: func(n int, sh tasks.Shape) tasks.Split {
		return owners(sh.N, [2]int{sh.N - n, sh.N - 1}, [2]int{sh.N, sh.N})
	},
	Read: func(_ int, sh tasks.Shape) []int { return []int{sh.N} },
	Public: func(n int, sh tasks.Shape) []tasks.Token {
		return repeat(sh.N-n-1, tasks.Token{Z: axis(sh, 0), Y: upTo(sh.Int("q"))})
	},
	Alice: func(n int, sh tasks.Shape, x protocol.Word) []tasks.Token {
		ts := repeat(n, tasks.Token{Z: axis(sh, -1), Y: upTo(sh.Int("q"))})
		for i := range ts {
			if x.Bit(i) {
				ts[i].Z = axis(sh, 1)
			}
		}
		return ts
	},
	Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
		set := append(upTo(sh.Int("q")-1), sh.N-n-1+problems.Position(n, y))
		return []tasks.Token{{Z: axis(sh, 0), Y: set}}
	},
	Answer: func(_ int, _ tasks.Shape, out []tasks.Value) bool { return out[0][0] > 0 },
})
