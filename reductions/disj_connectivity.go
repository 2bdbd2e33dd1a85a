package reductions

import (
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// DisjConnectivity is the star: Alice writes s - v_i if x_i = 1, else s - u_i; Bob writes
// v_i - t if y_i = 1, else t - w_i. Vertices u_i and w_i are leaves, so s and t are connected iff
// some x_i = y_i = 1, and then by two edges. The public edges lead from s to leaves of their own.
var DisjConnectivity = register(&Reduction{
	Name:  "disj-connectivity",
	Doc:   "s - v_i is Alice's and v_i - t Bob's: s and t are connected iff some x_i = y_i = 1",
	Cite:  []string{"SanfordFatemiEtAl2024"},
	From:  problems.Disj,
	To:    tasks.Connectivity,
	MinN:  func(n int) int { return 2*n + 1 },
	Fits:  func(N int) int { return (N - 1) / 2 },
	Least: protocol.Growth{Power: 1}, // n = (N - 1) / 2, rounded down
	Params: func(n, N int, set tasks.Params) (tasks.Params, error) {
		return enoughNodes(set, N, 2+3*n+N-2*n)
	},
	Split: func(n int, sh tasks.Shape) tasks.Split {
		return owners(sh.N, [2]int{2, n + 1}, [2]int{n + 2, 2*n + 1})
	},
	Read: first,
	Public: func(n int, sh tasks.Shape) []tasks.Token {
		var ts []tasks.Token
		for k := 1; k <= sh.N-2*n; k++ {
			ts = append(ts, tasks.Token{X: 1, To: 2 + 3*n + k})
		}
		return ts
	},
	Alice: func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token {
		return star(1, n, x, 2+n)
	},
	Bob: func(n int, _ tasks.Shape, y protocol.Word) []tasks.Token {
		return star(2, n, y, 2+2*n)
	},
	Answer: one,
})

// star are edges from a centre to v_i, vertex 2 + i, where a bit is 1, else to a leaf after leaves.
func star(centre, n int, bits protocol.Word, leaves int) []tasks.Token {
	to := func(after int) func(i int) tasks.Token {
		return func(i int) tasks.Token { return tasks.Token{X: centre, To: after + i + 1} }
	}
	return perBit(n, bits, to(leaves), to(2))
}
