package reductions

import (
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// EqStringEq is equality as a task: x, y and a public end marker, at which it is read. Padding stands
// behind, public.
var EqStringEq = register(&Reduction{
	Name: "eq-string-eq",
	Doc:  "Alice's string, Bob's string, an end marker",
	Cite: []string{"BhattamishraEtAl2024"},
	From: problems.Eq,
	To:   tasks.StringEq,
	MinN: func(n int) int { return 2*n + 1 },
	Fits: func(N int) int { return (N - 1) / 2 },
	Params: func(_, _ int, set tasks.Params) (tasks.Params, error) {
		return set.With(tasks.Params{"V": unless(set, "V", 2)}), nil
	},
	Split:  func(n int, sh tasks.Shape) tasks.Split { return owners(sh.N, [2]int{1, n}, [2]int{n + 1, 2 * n}) },
	Read:   func(n int, _ tasks.Shape) []int { return []int{2*n + 1} },
	Public: func(n int, sh tasks.Shape) []tasks.Token { return repeat(sh.N-2*n, tasks.Token{X: 1}) },
	Alice:  func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token { return bitSymbols(n, x, 1) },
	Bob:    func(n int, _ tasks.Shape, y protocol.Word) []tasks.Token { return bitSymbols(n, y, 1) },
	Answer: one,
})
