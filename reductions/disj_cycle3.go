package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// DisjCycle3 asks whether the public edge r -> t lies on a directed triangle
// (derived here). Alice writes t -> v_i if x_i = 1, else v_i -> sink; Bob writes
// v_i -> r if y_i = 1, else source -> v_i. Nothing leaves the sink and nothing
// enters the source, so the triangles through r -> t are r -> t -> v_i -> r with
// x_i = y_i = 1. Padding edges go from the source to vertices of their own.
var DisjCycle3 = register(&Reduction{
	Name:  "disj-cycle3",
	Doc:   "the edge r -> t closes a triangle over v_i iff x_i = y_i = 1",
	Cite:  []string{"SanfordHsuTelgarsky2023"},
	From:  problems.Disj,
	To:    tasks.Cycle3,
	MinN:  func(n int) int { return 2*n + 1 },
	Fits:  func(N int) int { return (N - 1) / 2 },
	Least: protocol.Growth{Power: 1}, // n = (N - 1) / 2, rounded down
	Params: func(n, N int, set tasks.Params) (tasks.Params, error) {
		return enoughNodes(set, N, cycle3Extra+n+N-(2*n+1))
	},
	Split: func(n int, sh tasks.Shape) tasks.Split {
		return owners(sh.N, [2]int{2, n + 1}, [2]int{n + 2, 2*n + 1})
	},
	Read: first,
	Public: func(n int, sh tasks.Shape) []tasks.Token {
		ts := []tasks.Token{{X: c3r, To: c3t}}
		for k := 1; k <= sh.N-(2*n+1); k++ {
			ts = append(ts, tasks.Token{X: c3source, To: cycle3Extra + n + k})
		}
		return ts
	},
	Alice: func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token {
		return perBit(n, x,
			func(i int) tasks.Token { return tasks.Token{X: c3v(i), To: c3sink} },
			func(i int) tasks.Token { return tasks.Token{X: c3t, To: c3v(i)} })
	},
	Bob: func(n int, _ tasks.Shape, y protocol.Word) []tasks.Token {
		return perBit(n, y,
			func(i int) tasks.Token { return tasks.Token{X: c3source, To: c3v(i)} },
			func(i int) tasks.Token { return tasks.Token{X: c3v(i), To: c3r} })
	},
	Answer: one,
})

// The fixed vertices.
const (
	c3r = 1 + iota
	c3t
	c3sink
	c3source
	cycle3Extra = iota
)

// The vertex of bit i, counting from 0.
func c3v(i int) int { return cycle3Extra + i + 1 }

// enoughNodes sets nodes to 2N unless set, and refuses too few for the map.
func enoughNodes(set tasks.Params, N, least int) (tasks.Params, error) {
	nodes := unless(set, "nodes", float64(2*N))
	if nodes < float64(least) {
		return nil, fmt.Errorf("nodes = %v is too small: the map needs %d vertices", nodes, least)
	}
	return set.With(tasks.Params{"nodes": nodes}), nil
}
