package reductions

import (
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// IndexQSAMemory lets only the last token ask, for Bob's position, and only it is
// read (derived here). The answers are +1/q and -1/q, so the threshold 0 is right for
// every error eps < 1/q, the task's default 1/(2q) included.
var IndexQSAMemory = memory(func(q int) *Reduction {
	return &Reduction{
		Name:   "index-qsa-memory",
		Doc:    "Alice's tokens hold x; the last token looks up Bob's position",
		From:   problems.Index,
		Params: func(_, _ int, set tasks.Params) (tasks.Params, error) { return qsaParams(set, q, 0) },
		Read:   func(_ int, sh tasks.Shape) []int { return []int{sh.N} },
		Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
			ts := memoryIdle(sh, n)
			ts[n-1].Y = memoryAsks(q, problems.Position(n, y))
			return ts
		},
		Answer: func(_ int, _ tasks.Shape, out []tasks.Value) bool { return out[0][0] > 0 },
	}
})
