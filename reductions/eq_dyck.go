package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// EqDyck is the map for balanced brackets of two types, at depth 1 already: position 2i - 1 opens a
// bracket of type x_i, position 2i closes one of type y_i, and all are balanced if and only if x = y.
// It is read at a public end marker, so that one layer is a one-way protocol. Padding stands
// behind, public. Equality is hard for deterministic protocols alone.
var EqDyck = register(&Reduction{
	Name: "eq-dyck",
	Doc:  "Alice's openers and Bob's closers, in turn: balanced iff x = y; read at an end marker",
	Cite: []string{"BhattamishraEtAl2024"},
	From: problems.Eq,
	To:   tasks.Dyck,
	MinN: func(n int) int { return 2*n + 1 },
	Fits: func(N int) int { return (N - 1) / 2 },
	Params: func(_, _ int, set tasks.Params) (tasks.Params, error) {
		k := unless(set, "k", 2)
		if k < 2 {
			return nil, fmt.Errorf("k = %v: two bracket types are needed", k)
		}
		return set.With(tasks.Params{"k": k}), nil
	},
	Split: func(n int, sh tasks.Shape) tasks.Split {
		s := tasks.Split{Owner: make([]protocol.Player, sh.N)}
		for i := range s.Owner {
			switch {
			case i >= 2*n:
				s.Owner[i] = tasks.Public
			case i%2 == 1:
				s.Owner[i] = protocol.Bob
			}
		}
		return s
	},
	Read:   func(n int, _ tasks.Shape) []int { return []int{2*n + 1} },
	Public: func(n int, sh tasks.Shape) []tasks.Token { return repeat(sh.N-2*n, tasks.Token{X: 1}) },
	Alice:  func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token { return bitSymbols(n, x, 1) },
	Bob:    func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token { return bitSymbols(n, y, sh.Int("k")+1) },
	Answer: one,
})
