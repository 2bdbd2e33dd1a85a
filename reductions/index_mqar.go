package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// IndexMQAR is the map for multi-query recall: n triples (key j, x_j, #) are Alice's, the triple
// (#, #, key i) Bob's; the output at the last is x_i. Symbols: 1 is #, 2 and 3 are the bits, 3 + j
// is key j. Alice's tokens stand first, so a recurrent model is a one-way protocol. Padding
// stands behind, public.
var IndexMQAR = register(&Reduction{
	Name: "index-mqar",
	Doc:  "Alice's n pairs of a key and a bit, Bob's query",
	Cite: []string{"Zoology2023", "Based2024"},
	From: problems.Index,
	To:   tasks.MQAR,
	MinN: func(n int) int { return 3*n + 3 },
	Fits: func(N int) int { return max(N/3-1, 0) },
	Params: func(n, N int, set tasks.Params) (tasks.Params, error) {
		v := unless(set, "V", float64(3+max(n, N/3-1)))
		if v < float64(3+n) {
			return nil, fmt.Errorf("V = %v is too small: #, two bits and %d keys are needed", v, n)
		}
		return set.With(tasks.Params{"V": v}), nil
	},
	Split: func(n int, sh tasks.Shape) tasks.Split {
		return owners(sh.N, [2]int{1, 3 * n}, [2]int{3*n + 1, 3*n + 3})
	},
	Read:   func(n int, _ tasks.Shape) []int { return []int{3*n + 3} },
	Public: func(n int, sh tasks.Shape) []tasks.Token { return repeat(sh.N-(3*n+3), tasks.Token{X: 1}) },
	Alice: func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token {
		var ts []tasks.Token
		for j, bit := range bitSymbols(n, x, 2) {
			ts = append(ts, tasks.Token{X: 4 + j}, bit, tasks.Token{X: 1})
		}
		return ts
	},
	Bob: func(n int, _ tasks.Shape, y protocol.Word) []tasks.Token {
		return []tasks.Token{{X: 1}, {X: 1}, {X: 3 + problems.Position(n, y)}}
	},
	Answer: func(_ int, _ tasks.Shape, out []tasks.Value) bool { return out[0][0] == 3 },
})
