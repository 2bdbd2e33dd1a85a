package matrix

import (
	"context"
	"encoding/binary"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
)

// State is what a model that reads from left to right must remember after its
// first tokens: as many states as there are prefixes that some suffix tells apart.
type State struct {
	After  int          `json:"after"`  // tokens read
	States bounds.Range `json:"states"` // exact but for tasks with a promise or with several right outputs
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
	if table == nil || !c.Split.Contiguous() || sh.Task.CheckSeq != nil { // else its entries stand in the same order
		var err error
		if table, err = c.prefixTable(ctx, progress); err != nil {
			return nil, err
		}
	}
	sizes := make([]int, sh.N)
	for i := range sizes {
		sizes[i] = 1
		if c.Split.Of(i+1) != tasks.Public {
			sizes[i] = len(sh.Task.Alphabet(sh, i+1))
		}
	}
	classes, first, err := table.prefixClasses(ctx, sizes)
	if err != nil {
		return nil, err
	}
	near := c.nearness(func(k int32) []tasks.Value { return table.Outputs[k] })
	var all []State
	rows := 1
	for k := 1; k < sh.N; k++ {
		rows *= sizes[k-1]
		r := bounds.Range{Lower: classes[k], Upper: classes[k]}
		if c.approximate() {
			r = near.messages(ctx, thin(table.prefixes(rows, first[k])))
		}
		if sh.Task.CheckSeq != nil {
			if r, err = table.messages(ctx, rows, classes[k]); err != nil {
				return nil, err
			}
		}
		all = append(all, State{k, r, bounds.Range{Lower: protocol.Width(uint64(r.Lower)), Upper: protocol.Width(uint64(r.Upper))}})
	}
	return all, nil
}

// prefixClasses counts, for each k, the different rows when the table of all
// sequences is cut after k tokens; sizes are those of the alphabets. It goes from
// the end to the front: two prefixes have equal rows exactly when, for every next
// token, the two longer prefixes have. first lists one prefix of each class.
func (t *Table) prefixClasses(ctx context.Context, sizes []int) (counts []int, first [][]int, err error) {
	counts, first = make([]int, len(sizes)+1), make([][]int, len(sizes)+1)
	class := t.Cells
	for k := len(sizes) - 1; k > 0; k-- {
		size := sizes[k]
		next := make([]int32, len(class)/size)
		names := map[string]int32{}
		key := make([]byte, 0, 4*size)
		for i := range next {
			if i&0xffff == 0 && ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			key = key[:0]
			for _, v := range class[i*size : (i+1)*size] {
				key = binary.LittleEndian.AppendUint32(key, uint32(v))
			}
			name, ok := names[string(key)]
			if !ok {
				name = int32(len(names))
				names[string(key)] = name
				first[k] = append(first[k], i)
			}
			next[i] = name
		}
		counts[k], class = len(names), next
	}
	return counts, first, nil
}

// prefixes are the rows with the given numbers when the table of all sequences is
// cut into so many rows.
func (t *Table) prefixes(rows int, which []int) [][]int32 {
	cols := len(t.Cells) / rows
	out := make([][]int32, len(which))
	for k, i := range which {
		out[k] = t.Cells[i*cols : (i+1)*cols]
	}
	return out
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

// messages is the number of messages Alice needs when a table with a promise is
// cut into so many rows. At most one for each different row; rows may share one
// where no column that is defined in both tells them apart.
func (t *Table) messages(ctx context.Context, rows, different int) (bounds.Range, error) {
	if rows > bounds.MaxSide || len(t.Cells)/rows > bounds.MaxSide {
		return bounds.Range{Lower: 1, Upper: different}, nil
	}
	m, err := t.Matrix(rows)
	if err != nil {
		return bounds.Range{}, err
	}
	if err := ctx.Err(); err != nil {
		return bounds.Range{}, err
	}
	return bounds.Messages(ctx, m), nil
}
