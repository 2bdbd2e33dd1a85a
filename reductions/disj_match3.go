package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// DisjMatch3 is the map behind Theorem 7 (derived here; the theorem's own map is
// not reproduced). Token 1 is 1. Alice's token 1 + i is i + 1 if x_i = 1, else 1;
// Bob's token 1 + n + i is M - i - 2 if y_i = 1, else 1; padding is 1.
//
// Output 1 asks for u + v = M - 1 mod M. Let small values be 1..n+1 and large ones
// M - i - 2. Small and small: 3 <= 1 + u + v <= 2n + 3 < M. Large and large:
// 1 + u + v = 2M - (i + j + 3) with 5 <= i + j + 3 <= 2n + 3 < M. A large j and
// padding: M - j. A large j and Alice's i: M + i - j, which is 0 mod M iff i = j. All
// of this needs M >= 2n + 4, which M >= N + 1 and N >= 2n + 3 imply.
var DisjMatch3 = register(&Reduction{
	Name: "disj-match3",
	Doc:  "x_i writes i + 1, y_i writes M - i - 2, and token 1 completes equal i to 0 mod M",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	From: problems.Disj,
	To:   tasks.Match3,
	MinN: func(n int) int { return 2*n + 3 },
	Fits: func(N int) int { return max(0, (N-3)/2) },
	Params: func(n, N int, set tasks.Params) (tasks.Params, error) {
		m := unless(set, "M", float64(N+1))
		if least := 2*n + 4; m < float64(least) {
			return nil, fmt.Errorf("M = %v is too small: the map for n = %d needs M >= 2n + 4 = %d", m, n, least)
		}
		return set.With(tasks.Params{"M": m}), nil
	},
	Split: func(n int, sh tasks.Shape) tasks.Split {
		return owners(sh.N, [2]int{2, n + 1}, [2]int{n + 2, 2*n + 1})
	},
	Read:   first,
	Public: func(n int, sh tasks.Shape) []tasks.Token { return repeat(sh.N-2*n, tasks.Token{X: 1}) },
	Alice: func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token {
		return perBit(n, x, pad, func(i int) tasks.Token { return tasks.Token{X: i + 2} })
	},
	Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
		m := sh.Int("M")
		return perBit(n, y, pad, func(i int) tasks.Token { return tasks.Token{X: m - i - 3} })
	},
	Answer: one,
})

// pad is the token 1, whatever i is.
func pad(int) tasks.Token { return tasks.Token{X: 1} }
