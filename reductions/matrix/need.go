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
// they are counted. why says why not: the matrix is larger, rows may differ and not need different messages, under a
// promise and where several outputs are right, a user's task is defined perhaps on a map's inputs alone, and a machine that
// refuses inputs need not serve all rows.
func Need(ctx context.Context, m models.Machine, job models.Job, setting protocol.Setting, speaker protocol.Player) (need reductions.Need, why string) {
	sh, at := m.Shape(), job.Split
	private := at.Count(protocol.Alice) + at.Count(protocol.Bob)
	switch {
	case sh.Task.Partial:
		return need, "the matrix of a task that may be undefined outside a map's inputs is not counted"
	case setting != protocol.OneWay:
		return need, "rows of the task's own matrix are counted for one message alone"
	case sh.Task.CheckSeq != nil:
		return need, "rows of its matrix need not be told apart, under a promise"
	case sh.Task.Correct != nil:
		return need, "rows of its matrix need not be told apart, where several outputs are right"
	case sh.N > 16 || product(sh, max(1, private)) > countedEntries:
		return need, fmt.Sprintf("the %.0f^%d entries of its own matrix are more than are counted (%d, of at most 16 tokens)", alphabetSize(sh), private, countedEntries)
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
	if err == nil {
		if picky, ok := m.(models.Checker); ok {
			if err := cut.served(picky); err != nil {
				return need, "the model refuses inputs, and need not serve all rows: " + err.Error()
			}
		}
		var found OneWay
		if found, err = cut.OneWay(ctx); err == nil {
			return reductions.Need{Bits: protocol.Bits(found.Bits.Lower), Formula: fmt.Sprintf("ceil(log2 of %d different rows)", found.Different),
				Setting: setting, Basis: problems.Checked, Why: "the different rows of the task's own matrix, counted", Of: "own-matrix"}, ""
		}
	}
	return need, err.Error()
}

// served is the first error of a machine that refuses an input of the matrix.
func (c *Cut) served(m models.Checker) error {
	seq, row, col := c.whole(), cursor{in: c.alice, at: -1}, cursor{in: c.bob, at: -1}
	for i := range c.Rows() {
		row.put(seq, i)
		for j := range c.Cols() {
			col.put(seq, j)
			if err := m.CheckInput(seq, c.Read); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostMoved is the longest sequence whose reductions are tried on a run's split: each bit of x is moved by itself.
const mostMoved = 512

// Pressing is the strongest bound that is known on protocols for a job, in the setting of its transcript: a reduction's, by
// which Of names it, the task's own, or the count of its rows. why says why none is.
func Pressing(ctx context.Context, m models.Machine, job models.Job, t protocol.Transcript) (best reductions.Need, why string) {
	if len(job.Read) != 1 {
		return best, "bounds are of one position that is read"
	}
	sh := m.Shape()
	setting, speaker := reductions.Direction(t, job.Answerer(job.Read[0]))
	why = "none"
	take := func(n reductions.Need, found bool) {
		if found && n.Bits > 0 && (why != "" || n.Bits > best.Bits) {
			best, why = n, ""
		}
	}
	if sh.N <= mostMoved {
		at, found := reductions.NeededAt(sh, job.Split, job.Read[0], setting, speaker)
		at.Of = at.Reduction
		take(at.Need, found)
	}
	take(reductions.OwnNeed(sh, job.Split, job.Read, setting, speaker))
	counted, uncounted := Need(ctx, m, job, setting, speaker)
	if take(counted, uncounted == ""); why != "" {
		why = Unknown(uncounted)
	}
	return best, why
}

// Unknown says that no need is known, where rows are not counted, or all are alike.
func Unknown(uncounted string) string {
	if uncounted == "" {
		return "0: all rows of the task's own matrix are alike"
	}
	return "none known: no reduction or formula gives one here, and " + uncounted
}
