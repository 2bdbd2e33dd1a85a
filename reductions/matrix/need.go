package matrix

import (
	"context"
	"fmt"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
)

// countedEntries is the most entries of a matrix on which Need counts: a few milliseconds.
const countedEntries = 1 << 14

// Need is what one message of the speaker's must cost, by the different rows of the task's own matrix, where that is small:
// they are counted. ok is false where it is larger, and where rows may differ and not need different messages: under a
// promise, and where several outputs are right.
func Need(ctx context.Context, sh tasks.Shape, at tasks.Split, read []int, setting protocol.Setting, speaker protocol.Player) (need reductions.Need, ok bool) {
	if setting != protocol.OneWay || sh.N > 16 || sh.Task.CheckSeq != nil || sh.Task.Correct != nil ||
		alphabetSize(sh) > countedEntries || product(sh, at.Count(protocol.Alice)+at.Count(protocol.Bob)) > countedEntries {
		return need, false
	}
	if speaker == protocol.Bob {
		at.Owner = slices.Clone(at.Owner)
		for i, o := range at.Owner {
			if o != tasks.Public {
				at.Owner[i] = 1 - o
			}
		}
	}
	cut, err := NewCut(sh, at, read)
	if err != nil {
		return need, false
	}
	found, err := cut.OneWay(ctx)
	if err != nil {
		return need, false
	}
	return reductions.Need{Bits: protocol.Bits(found.Bits.Lower), Formula: fmt.Sprintf("ceil(log2 of %d different rows)", found.Different),
		Setting: setting, Basis: problems.Checked, Why: "the different rows of the task's own matrix, counted", Of: "own-matrix"}, true
}
