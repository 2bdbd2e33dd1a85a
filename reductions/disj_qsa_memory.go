package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// DisjQSAMemory is the map of Theorem 11, with q = 1: what a reader from left to
// right must remember. Token 1 is a dummy, z = 0. Alice's token 1 + i has z = +1 if
// x_i = 1, else -1. Bob's i-th token asks for Alice's i-th if y_i = 1, else for the
// dummy. So his outputs are +1 where x_i = y_i = 1, and 0 or -1 elsewhere; the
// threshold 1/2 is right for every error eps < 1/2. No query points forward, so
// causal readers have no excuse. Padding stands between Alice's tokens and Bob's.
//
// eps defaults to 1/4: at the task's default 1/2 the answers 0 and 1 would touch.
var DisjQSAMemory = register(&Reduction{
	Name:  "disj-qsa-memory",
	Doc:   "Alice's tokens hold x; each of Bob's looks one of them up where y_i = 1",
	Cite:  []string{"SanfordHsuTelgarsky2023"},
	From:  problems.Disj,
	To:    tasks.QSA,
	MinN:  memoryMinN,
	Fits:  memoryFits,
	Split: memorySplit, Public: memoryPublic, Alice: memoryAlice,
	Params: func(_, _ int, set tasks.Params) (tasks.Params, error) {
		return memoryParams(set, tasks.Params{"eps": 0.25}, 0.5)
	},
	Read: func(n int, sh tasks.Shape) []int {
		read := make([]int, n)
		for i := range read {
			read[i] = sh.N - n + i + 1
		}
		return read
	},
	Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
		ts := repeat(n, memoryIdle(sh))
		for i := range ts {
			if y.Bit(i) {
				ts[i].Y = []int{i + 2}
			}
		}
		return ts
	},
	Answer: func(_ int, _ tasks.Shape, out []tasks.Value) bool {
		for _, v := range out {
			if v[0] > 0.5 {
				return true
			}
		}
		return false
	},
})

func memoryMinN(n int) int { return 2*n + 1 }
func memoryFits(N int) int { return (N - 1) / 2 }

func memoryParams(set, def tasks.Params, limit float64) (tasks.Params, error) {
	if err := must(set, "q", 1, "each query looks up one token"); err != nil {
		return nil, err
	}
	if eps := set["eps"]; !(eps < limit) {
		return nil, fmt.Errorf("eps = %v is too large: the map needs eps < %v", eps, limit)
	}
	return def.With(set).With(tasks.Params{"q": 1}), nil
}

func memorySplit(n int, sh tasks.Shape) tasks.Split {
	return owners(sh.N, [2]int{2, n + 1}, [2]int{sh.N - n + 1, sh.N})
}

func memoryPublic(n int, sh tasks.Shape) []tasks.Token {
	return repeat(sh.N-2*n, memoryIdle(sh))
}

// memoryIdle is a token that holds nothing and asks for the dummy.
func memoryIdle(sh tasks.Shape) tasks.Token { return tasks.Token{Z: axis(sh, 0), Y: []int{1}} }

func memoryAlice(n int, sh tasks.Shape, x protocol.Word) []tasks.Token {
	low, high := axis(sh, -1), axis(sh, 1)
	ts := repeat(n, tasks.Token{Z: low, Y: []int{1}})
	for i := range ts {
		if x.Bit(i) {
			ts[i].Z = high
		}
	}
	return ts
}
