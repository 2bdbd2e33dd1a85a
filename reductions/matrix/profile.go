package matrix

import (
	"context"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
)

// State is what a model that reads from left to right must remember after its
// first tokens: as many states as there are prefixes that some suffix tells apart.
type State struct {
	After  int          `json:"after"`  // tokens read
	States bounds.Range `json:"states"` // exact but for tasks with a promise
	Bits   bounds.Range `json:"bits"`
}

// Profile is the one-way cost of the task at every cut into a prefix and a suffix,
// the public tokens fixed as in the matrix: the least state of every recurrent
// model that is right on all sequences, whatever its transitions. The model may
// read the whole sequence before it outputs.
//
// All cuts share one table of the function on whole sequences: the prefix is the
// leading digits of a sequence's number. It is nil when that exceeds MaxEntries.
func (c *Cut) Profile(ctx context.Context, progress func(done, total int)) ([]State, error) {
	sh := c.Shape
	open := sh.N - c.Split.Count(tasks.Public)
	if product(sh, open) > MaxEntries {
		return nil, nil
	}
	table := c.table
	if table == nil || !c.Contiguous() || sh.Task.CheckSeq != nil { // else its entries stand in the same order
		var err error
		if table, err = c.prefixTable(ctx, progress); err != nil {
			return nil, err
		}
	}
	var all []State
	rows := 1
	for k := 1; k < sh.N; k++ {
		if c.Split.Of(k) != tasks.Public {
			rows *= len(sh.Task.Alphabet(sh, k))
		}
		r, err := table.messages(ctx, rows)
		if err != nil {
			return nil, err
		}
		all = append(all, State{k, r, bounds.Range{Lower: protocol.Width(uint64(r.Lower)), Upper: protocol.Width(uint64(r.Upper))}})
	}
	return all, nil
}

// prefixTable tabulates the task on all sequences, in lexicographic order.
func (c *Cut) prefixTable(ctx context.Context, progress func(done, total int)) (*Table, error) {
	split := tasks.Split{Owner: make([]protocol.Player, c.Shape.N)}
	half := (c.Shape.N + 1) / 2
	for i := range split.Owner {
		switch {
		case c.Split.Owner[i] == tasks.Public:
			split.Owner[i] = tasks.Public
		case i >= half:
			split.Owner[i] = protocol.Bob
		}
	}
	d := &Cut{Shape: c.Shape, Split: split, Read: c.Read, Public: c.Public}
	var err error
	if d.alice, err = allInputs(c.Shape, split.Positions(protocol.Alice)); err != nil {
		return nil, err
	}
	if d.bob, err = allInputs(c.Shape, split.Positions(protocol.Bob)); err != nil {
		return nil, err
	}
	return d.Tabulate(ctx, progress)
}

// messages is the number of messages Alice needs when the table is cut into so
// many rows. In a table without a promise that is the number of different rows.
func (t *Table) messages(ctx context.Context, rows int) (bounds.Range, error) {
	m, err := t.Matrix(rows)
	if err != nil {
		return bounds.Range{}, err
	}
	if err := ctx.Err(); err != nil {
		return bounds.Range{}, err
	}
	return bounds.Messages(ctx, m), nil
}
