package reductions

import (
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// IndexQSAMemory is the map of Theorem 11 with INDEX in the place of DISJ (derived
// here): only the last token queries, for Bob's position, and only it is read. The
// answers are +1 and -1, so the threshold 0 is right for every error eps < 1, the
// task's default 1/2 included.
var IndexQSAMemory = register(&Reduction{
	Name:  "index-qsa-memory",
	Doc:   "Alice's tokens hold x; the last token looks up Bob's position",
	Cite:  []string{"SanfordHsuTelgarsky2023"},
	From:  problems.Index,
	To:    tasks.QSA,
	MinN:  memoryMinN,
	Fits:  memoryFits,
	Split: memorySplit, Public: memoryPublic, Alice: memoryAlice,
	Params: func(_, _ int, set tasks.Params) (tasks.Params, error) { return memoryParams(set, nil, 1) },
	Read:   func(_ int, sh tasks.Shape) []int { return []int{sh.N} },
	Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
		ts := repeat(n, memoryIdle(sh))
		ts[n-1].Y = []int{problems.Position(n, y) + 1}
		return ts
	},
	Answer: func(_ int, _ tasks.Shape, out []tasks.Value) bool { return out[0][0] > 0 },
})
