package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// IndexInduction is the map for induction heads, over the symbols 0, 1 and ?
// (written 1, 2, 3). Alice owns the even positions: position 2j holds x_j. Bob owns
// the odd ones: ? at 2i - 1, where i is his position, and 0 at his others. The last
// token is a public ?, so its last earlier occurrence stands at 2i - 1, and the
// output there is x_i. The query is the same for every input, so one attention
// layer is a one-way protocol. Padding stands in front, public zeros.
var IndexInduction = register(&Reduction{
	Name: "index-induction",
	Doc:  "Alice's bits at the even positions, Bob's ? before one of them; the last token, a public ?, asks what followed",
	Cite: []string{"SanfordHsuTelgarsky2024"},
	From: problems.Index,
	To:   tasks.InductionHeads,
	MinN: func(n int) int { return 2*n + 1 },
	Fits: func(N int) int { return (N - 1) / 2 },
	Params: func(_, _ int, set tasks.Params) (tasks.Params, error) {
		v := unless(set, "V", 3)
		if v < inductionQuery {
			return nil, fmt.Errorf("V = %v is too small: the map needs the symbols 0, 1 and ?", v)
		}
		return set.With(tasks.Params{"V": v}), nil
	},
	Split: func(n int, sh tasks.Shape) tasks.Split {
		s := tasks.Split{Owner: make([]protocol.Player, sh.N)}
		pad := sh.N - (2*n + 1)
		for i := range s.Owner {
			switch {
			case i < pad || i == sh.N-1:
				s.Owner[i] = tasks.Public
			case (i-pad)%2 == 0:
				s.Owner[i] = protocol.Bob
			}
		}
		return s
	},
	Read: func(_ int, sh tasks.Shape) []int { return []int{sh.N} },
	Public: func(n int, sh tasks.Shape) []tasks.Token {
		return append(repeat(sh.N-(2*n+1), tasks.Token{X: inductionZero}), tasks.Token{X: inductionQuery})
	},
	Alice: func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token { return bitSymbols(n, x, inductionZero) },
	Bob: func(n int, _ tasks.Shape, y protocol.Word) []tasks.Token {
		ts := repeat(n, tasks.Token{X: inductionZero})
		ts[problems.Position(n, y)-1].X = inductionQuery
		return ts
	},
	Answer: func(_ int, _ tasks.Shape, out []tasks.Value) bool { return out[0][0] == inductionOne },
})

// The symbols 0, 1 and ?.
const (
	inductionZero = 1 + iota
	inductionOne
	inductionQuery
)
