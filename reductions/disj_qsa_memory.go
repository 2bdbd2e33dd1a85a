package reductions

import (
	"fmt"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// The memory maps of Theorem 11: what a reader from left to right must remember. The
// first q tokens are public dummies, z = 0. Alice's token q + i has z = +1 if x_i = 1,
// else -1. Bob owns the last n. A token of his that looks i up asks for the first
// q - 1 dummies and Alice's i-th: its mean is +1/q or -1/q. One that does not asks
// for the q dummies, and gets 0. No query that is read points forward, so
// causal readers have no excuse. Padding stands between Alice's tokens and Bob's.
// The paper has q = 1; the dummies carry it to every q (derived here;
// docs/recurrent.md).

// DisjQSAMemory has one query for each bit of y: an output is +1/q where x_i = y_i
// = 1, and 0 or -1/q elsewhere; the threshold 1/(2q) is right for every error
// eps < 1/(2q). eps defaults to 1/(4q): at the task's default 1/(2q) the answers 0 and
// 1/q would touch.
var DisjQSAMemory = memory(func(q int) *Reduction {
	return &Reduction{
		Name: "disj-qsa-memory",
		Doc:  "Alice's tokens hold x; each of Bob's looks one of them up where y_i = 1; eps defaults to 1/(4q), half of the task's own",
		From: problems.Disj,
		Params: func(_, _ int, set tasks.Params) (tasks.Params, error) {
			return qsaParams(set, q, 0.25/float64(q))
		},
		Read: func(n int, sh tasks.Shape) []int {
			read := make([]int, n)
			for i := range read {
				read[i] = sh.N - n + i + 1
			}
			return read
		},
		Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
			ts := memoryIdle(sh, n)
			for i := range ts {
				if y.Bit(i) {
					ts[i].Y = memoryAsks(q, i+1)
				}
			}
			return ts
		},
		Answer: func(_ int, _ tasks.Shape, out []tasks.Value) bool {
			return slices.ContainsFunc(out, func(v tasks.Value) bool { return v[0] > 0.5/float64(q) })
		},
	}
})

// memory completes a memory map at every q.
func memory(at func(q int) *Reduction) *Reduction {
	return family(func(_, _ int, set tasks.Params) (*Reduction, tasks.Params, error) {
		q, ok := whole(set, "q", 1)
		if !ok {
			return nil, nil, fmt.Errorf("q = %v: want a whole number from 1 on", set["q"])
		}
		r := at(q)
		r.Cite, r.To = []string{"SanfordHsuTelgarsky2023"}, tasks.QSA
		r.MinN = func(n int) int { return 2*n + q }
		r.Fits = func(N int) int { return max(0, (N-q)/2) }
		r.Split = func(n int, sh tasks.Shape) tasks.Split {
			return owners(sh.N, [2]int{q + 1, q + n}, [2]int{sh.N - n + 1, sh.N})
		}
		r.Public = func(n int, sh tasks.Shape) []tasks.Token { return memoryIdle(sh, sh.N-2*n) }
		r.Alice = func(n int, sh tasks.Shape, x protocol.Word) []tasks.Token {
			return bitTokens(n, x, tasks.Token{Z: axis(sh, -1), Y: upTo(q)}, tasks.Token{Z: axis(sh, 1), Y: upTo(q)})
		}
		return r, set, nil
	})
}

// memoryIdle lists k tokens that hold nothing and ask for the dummies.
func memoryIdle(sh tasks.Shape, k int) []tasks.Token {
	return repeat(k, tasks.Token{Z: axis(sh, 0), Y: upTo(sh.Int("q"))})
}

// memoryAsks asks for Alice's i-th token, counted from 1.
func memoryAsks(q, i int) []int { return append(upTo(q-1), q+i) }
