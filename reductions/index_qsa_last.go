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
var IndexQSALast = family(func(_, _ int, set tasks.Params) (*Reduction, tasks.Params, error) {
	q, ok := whole(set, "q", 1)
	if !ok {
		return nil, nil, fmt.Errorf("q = %v: want a whole number from 1 on", set["q"])
	}
	return &Reduction{
		Name:   "index-qsa-last",
		Doc:    "Alice's tokens hold x; the last token, Bob's, looks one of them up",
		Cite:   []string{"SanfordHsuTelgarsky2023"},
		From:   problems.Index,
		To:     tasks.QSA,
		MinN:   func(n int) int { return n + q },
		Fits:   func(N int) int { return max(0, N-q) },
		Params: func(_, _ int, set tasks.Params) (tasks.Params, error) { return qsaParams(set, q, 0) },
		Least:  protocol.Growth{Power: 1}, // n = N - q
		Split: func(n int, sh tasks.Shape) tasks.Split {
			return owners(sh.N, [2]int{sh.N - n, sh.N - 1}, [2]int{sh.N, sh.N})
		},
		Read: func(_ int, sh tasks.Shape) []int { return []int{sh.N} },
		Public: func(n int, sh tasks.Shape) []tasks.Token {
			return repeat(sh.N-n-1, tasks.Token{Z: axis(sh, 0), Y: upTo(q)})
		},
		Alice: func(n int, sh tasks.Shape, x protocol.Word) []tasks.Token {
			return bitTokens(n, x, tasks.Token{Z: axis(sh, -1), Y: upTo(q)}, tasks.Token{Z: axis(sh, 1), Y: upTo(q)})
		},
		Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
			set := append(upTo(q-1), sh.N-n-1+problems.Position(n, y))
			return []tasks.Token{{Z: axis(sh, 0), Y: set}}
		},
		Answer: func(_ int, _ tasks.Shape, out []tasks.Value) bool { return out[0][0] > 0 },
	}, set, nil
})
