package reductions

import (
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// IndexCopying is the map for copying: the string is Alice's, the rest Bob's, who reads the whole
// copy and looks x_y up. Symbols 1 and 2 are the bits. The string is padded behind, public.
var IndexCopying = register(&Reduction{
	Name: "index-copying",
	Doc:  "Alice's string; Bob reads its copy and looks his position up",
	Cite: []string{"Copying2024"},
	From: problems.Index,
	To:   tasks.Copying,
	MinN: func(n int) int { return 2 * n },
	Fits: func(N int) int { return N / 2 },
	Params: func(_, _ int, set tasks.Params) (tasks.Params, error) {
		return set.With(tasks.Params{"V": unless(set, "V", 2)}), nil
	},
	Split: func(n int, sh tasks.Shape) tasks.Split {
		h := (sh.N + 1) / 2
		return owners(sh.N, [2]int{1, n}, [2]int{h + 1, sh.N})
	},
	Read: func(n int, sh tasks.Shape) []int {
		var read []int
		for i := range n {
			read = append(read, (sh.N+1)/2+1+i)
		}
		return read
	},
	Public: func(n int, sh tasks.Shape) []tasks.Token { return repeat((sh.N+1)/2-n, tasks.Token{X: 1}) },
	Alice:  func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token { return bitSymbols(n, x, 1) },
	Bob:    func(_ int, sh tasks.Shape, _ protocol.Word) []tasks.Token { return repeat(sh.N/2, tasks.Token{X: 1}) },
	BobAnswer: func(n int, _ tasks.Shape, y protocol.Word, out []tasks.Value) bool {
		return out[problems.Position(n, y)-1][0] == 2
	},
})
