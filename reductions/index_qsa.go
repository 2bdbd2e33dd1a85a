package reductions

import (
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// IndexQSA is the map of Theorem 4 with INDEX in the place of DISJ (derived here):
// Bob, who holds a position i, writes +1 into slot 2i and -1 into all others. It
// proves a one-way bound with an explicit constant for randomised protocols.
var IndexQSA = register(&Reduction{
	Name:  "index-qsa",
	Doc:   "Alice's one token averages the slots that x picks; Bob marks the slot of his position",
	Cite:  []string{"SanfordHsuTelgarsky2023"},
	From:  problems.Index,
	To:    tasks.QSA,
	MinN:  slotsMinN,
	Fits:  slotsFit,
	Split: slotsSplit, Params: slotsParams, Read: slotsRead, Public: slotsPublic,
	Alice: slotsAlice,
	Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
		at := problems.Position(n, y)
		return slotsBob(n, sh, func(i int) bool { return i == at })
	},
	Answer: slotsAnswer,
})
