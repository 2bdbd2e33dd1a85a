package reductions

import (
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// DisjCycle5 asks whether the public edge r - s lies on a 5-cycle (derived here).
// Public edges: r - s, t - r and v_i - w_i. Alice writes s - v_i if x_i = 1, else
// v_i - f; Bob writes w_i - t if y_i = 1, else w_i - g. The neighbours of r are s and
// t, those of s are r and Alice's v_i, those of t are r and Bob's w_i; and v_i meets
// w_j only for i = j. So the 5-cycles through r - s are r, s, v_i, w_i, t with
// x_i = y_i = 1. Padding edges go from f to vertices of their own.
var DisjCycle5 = register(&Reduction{
	Name:  "disj-cycle5",
	Doc:   "the edge r - s closes a 5-cycle over v_i - w_i iff x_i = y_i = 1",
	Cite:  []string{"SanfordHsuTelgarsky2023"},
	From:  problems.Disj,
	To:    tasks.Cycle5,
	MinN:  func(n int) int { return 3*n + 2 },
	Fits:  func(N int) int { return max(0, (N-2)/3) },
	Least: protocol.Growth{Power: 1}, // n = (N - 2) / 3, rounded down
	Params: func(n, N int, set tasks.Params) (tasks.Params, error) {
		return enoughNodes(set, N, cycle5Extra+2*n+N-(3*n+2))
	},
	Split: func(n int, sh tasks.Shape) tasks.Split {
		return owners(sh.N, [2]int{n + 3, 2*n + 2}, [2]int{2*n + 3, 3*n + 2})
	},
	Read: first,
	Public: func(n int, sh tasks.Shape) []tasks.Token {
		ts := []tasks.Token{{X: c5r, To: c5s}, {X: c5t, To: c5r}}
		for i := range n {
			ts = append(ts, tasks.Token{X: c5v(i), To: c5w(i)})
		}
		for k := 1; k <= sh.N-(3*n+2); k++ {
			ts = append(ts, tasks.Token{X: c5f, To: cycle5Extra + 2*n + k})
		}
		return ts
	},
	Alice: func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token {
		return perBit(n, x,
			func(i int) tasks.Token { return tasks.Token{X: c5v(i), To: c5f} },
			func(i int) tasks.Token { return tasks.Token{X: c5s, To: c5v(i)} })
	},
	Bob: func(n int, _ tasks.Shape, y protocol.Word) []tasks.Token {
		return perBit(n, y,
			func(i int) tasks.Token { return tasks.Token{X: c5w(i), To: c5g} },
			func(i int) tasks.Token { return tasks.Token{X: c5w(i), To: c5t} })
	},
	Answer: one,
})

// The fixed vertices.
const (
	c5r = 1 + iota
	c5s
	c5t
	c5f
	c5g
	cycle5Extra = iota
)

// The vertices of bit i, counting from 0.
func c5v(i int) int { return cycle5Extra + 2*i + 1 }
func c5w(i int) int { return cycle5Extra + 2*i + 2 }
