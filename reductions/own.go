package reductions

import (
	"errors"

	"crosscut/internal/catalog"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// Own is a closed form of what a task itself costs, read off the task's own
// communication matrix instead of a problem embedded in it. It needs no
// reduction, so it is at least as large as every need that comes through one.
type Own struct {
	Name string // "match3-hands"
	Doc  string // which matrix, in a line
	Cite []string
	Of   *tasks.Task
	// Need is a lower bound on every protocol that is right on all inputs of the
	// task, for a split, the read positions and a setting in which one player
	// outputs and its output is free. ok is false where the argument does not apply.
	Need func(sh tasks.Shape, at tasks.Split, read []int, setting protocol.Setting, speaker protocol.Player) (need Need, ok bool)

	_ struct{}
}

// ID is the entry's name.
func (o *Own) ID() string { return o.Name }

// Validate refuses an incomplete entry.
func (o *Own) Validate() error {
	if o.Name == "" || o.Doc == "" || len(o.Cite) == 0 || o.Of == nil || o.Need == nil {
		return errors.New("name, doc, citation, task and need are needed")
	}
	return nil
}

var owns = catalog.New[*Own]("task cost")

// OwnNeed is the largest need that a closed form of the task's own matrix gives.
func OwnNeed(sh tasks.Shape, at tasks.Split, read []int, setting protocol.Setting, speaker protocol.Player) (best Need, ok bool) {
	for o := range owns.All() {
		if o.Of != sh.Task {
			continue
		}
		if need, found := o.Need(sh, at, read, setting, speaker); found && (!ok || need.Bits > best.Bits) {
			need.Of, need.Setting, need.Basis = o.Name, setting, problems.Proved
			best, ok = need, true
		}
	}
	return best, ok
}

// Best is the largest need that is known for the instance's task at its split:
// that of the problem it holds, or that of the task's own matrix. ofTask says that
// it speaks of all inputs of the task, not of the instance's alone.
func (in *Instance) Best(setting protocol.Setting, speaker protocol.Player) (best Need, ofTask, ok bool) {
	best, ok = in.Needed(setting, speaker)
	own, found := OwnNeed(in.Shape, in.At, in.Reads, setting, speaker)
	if found && (!ok || own.Bits > best.Bits) {
		return own, true, true
	}
	if best.Least == (protocol.Growth{}) {
		best.Least = own.Least // the best is no less
	}
	return best, false, ok
}
