package matrix

import (
	"context"
	"fmt"
	"slices"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
)

// countedEntries is the most entries of a matrix on which Need counts: a few milliseconds.
const countedEntries = 1 << 14

// Need is what one message of the speaker's must cost, by the different rows of the task's own matrix, where that is small:
// they are counted. ok is false where it is larger, where rows may differ and not need different messages, under a
// promise and where several outputs are right, for tasks of users, and for a machine that may refuse inputs: it need not
// serve all rows.
func Need(ctx context.Context, m models.Machine, job models.Job, setting protocol.Setting, speaker protocol.Player) (need reductions.Need, ok bool) {
	if _, picky := m.(models.Checker); picky {
		return need, false
	}
	sh, at := m.Shape(), job.Split
	if known, _ := tasks.Catalog().Get(sh.Task.Name); known != sh.Task { // a user's, defined perhaps on a map's inputs alone
		return need, false
	}
	if setting != protocol.OneWay || sh.N > 16 || sh.Task.CheckSeq != nil || sh.Task.Correct != nil ||
		product(sh, max(1, at.Count(protocol.Alice)+at.Count(protocol.Bob))) > countedEntries {
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
	cut, err := NewCut(sh, at, job.Read)
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

// mostMoved is the longest sequence whose reductions are tried on a run's split: each bit of x is moved by itself.
const mostMoved = 512

// Pressing is the strongest bound that is known on protocols for a job, in the setting of its transcript: a reduction's, by
// which Of names it, the task's own, or the count of its rows.
func Pressing(ctx context.Context, m models.Machine, job models.Job, t protocol.Transcript) (best reductions.Need, ok bool) {
	if len(job.Read) != 1 {
		return best, false
	}
	sh := m.Shape()
	setting, speaker := reductions.Direction(t, job.Answerer(job.Read[0]))
	take := func(n reductions.Need, found bool) {
		if found && n.Bits > 0 && (!ok || n.Bits > best.Bits) {
			best, ok = n, true
		}
	}
	if sh.N <= mostMoved {
		at, found := reductions.NeededAt(sh, job.Split, job.Read[0], setting, speaker)
		at.Of = at.Reduction
		take(at.Need, found)
	}
	take(reductions.OwnNeed(sh, job.Split, job.Read, setting, speaker))
	take(Need(ctx, m, job, setting, speaker))
	return best, ok
}
