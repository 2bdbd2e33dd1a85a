// Package matrix builds communication matrices: of a task cut between two players,
// of a base problem, of a user's file. What is computed on them is in
// protocol/bounds, which sees functions and never tasks; this package lays the
// results out.
package matrix

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"crosscut/internal/par"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
)

// MaxEntries bounds the matrix of a task, and the function that a profile tabulates.
const MaxEntries = 1 << 26

// Cut says which function a matrix tabulates: the task's outputs at Read, Alice
// holding the rows' tokens and Bob the columns'. Public tokens are fixed.
type Cut struct {
	Shape tasks.Shape
	Split tasks.Split
	Read  []int
	// Public are the tokens at the public positions: for each the first token of
	// the alphabet that the task allows there.
	Public []tasks.Token

	alice, bob *inputs
	table      *Table // once it is tabulated
}

// tooLarge refuses a matrix, and says what would help.
type tooLarge struct{ what string }

func (e *tooLarge) Error() string { return "matrix: " + e.what }
func (e *tooLarge) Unwrap() error { return bounds.ErrTooLarge }
func (e *tooLarge) Hint() string {
	return "take a smaller N or smaller sizes with --set, make tokens public with --split, or count the rows alone with --one-way"
}

// NewCut prepares the matrix of a task. allow, if not nil, hears what the matrix
// will take.
func NewCut(sh tasks.Shape, split tasks.Split, read []int) (*Cut, error) {
	c := &Cut{Shape: sh, Split: split, Read: read}
	for _, who := range []protocol.Player{protocol.Alice, protocol.Bob} {
		if k := product(sh, split.Count(who)); k > bounds.MaxSide {
			return nil, &tooLarge{fmt.Sprintf("%s at N = %d: %v's %d tokens have %.4g contents, the most is %d", sh.Task.Name, sh.N, who, split.Count(who), k, bounds.MaxSide)}
		}
	}
	seq := make([]tasks.Token, sh.N)
	if err := c.fixPublic(seq); err != nil {
		return nil, err
	}
	var err error
	if c.alice, err = newInputs(sh, split, protocol.Alice, seq); err != nil {
		return nil, err
	}
	if c.bob, err = newInputs(sh, split, protocol.Bob, seq); err != nil {
		return nil, err
	}
	return c, nil
}

// fixPublic chooses the public tokens, one after the other.
func (c *Cut) fixPublic(seq []tasks.Token) error {
	at := c.Split.Positions(tasks.Public)
	for k, i := range at {
		found := false
		for _, t := range c.Shape.Task.Alphabet(c.Shape, i) {
			part := append(slices.Clone(c.Public), t)
			if c.Shape.Task.CheckSeq != nil && c.Shape.Task.CheckSeq(c.Shape, at[:k+1], part) != nil {
				continue
			}
			c.Public, found = part, true
			seq[i-1] = t
			break
		}
		if !found {
			return fmt.Errorf("matrix: %s: no token can stand at the public position %d", c.Shape.Task.Name, i)
		}
	}
	return nil
}

// Rows is the number of Alice's inputs.
func (c *Cut) Rows() int { return c.alice.count }

// Cols is the number of Bob's inputs.
func (c *Cut) Cols() int { return c.bob.count }

// Row is Alice's k-th input, counting from 0: the tokens at her positions.
func (c *Cut) Row(k int) []tasks.Token { return c.alice.tokens(k) }

// Col is Bob's k-th input.
func (c *Cut) Col(k int) []tasks.Token { return c.bob.tokens(k) }

// Effort is what tabulating the matrix takes.
func (c *Cut) Effort() models.Effort {
	n := float64(c.Rows()) * float64(c.Cols())
	return models.Effort{Steps: n * float64(c.Shape.N), Bytes: 5 * n}
}

// QueryFixed says whether the read tokens are public. Only then is a layer of
// attention a one-way protocol from Alice.
func (c *Cut) QueryFixed() bool { return c.Split.Public(c.Read) }

// whole is the sequence with the public tokens in place.
func (c *Cut) whole() []tasks.Token {
	seq := make([]tasks.Token, c.Shape.N)
	for k, i := range c.Split.Positions(tasks.Public) {
		seq[i-1] = c.Public[k]
	}
	return seq
}

// Table is a task's function, tabulated row by row. Entries number the outputs;
// a negative one is no input of the task.
type Table struct {
	Rows, Cols int
	Cells      []int32
	// Outputs[k] is what entry k stands for: the outputs at the read positions.
	Outputs [][]tasks.Value
	// Numbers says that every entry is itself the output, a whole number.
	Numbers bool
}

// Tabulate evaluates the task on every pair of inputs.
func (c *Cut) Tabulate(ctx context.Context, progress func(done, total int)) (*Table, error) {
	rows, cols := c.Rows(), c.Cols()
	if rows > MaxEntries/cols {
		return nil, &tooLarge{fmt.Sprintf("%s at N = %d: %d x %d entries, the most is %d", c.Shape.Task.Name, c.Shape.N, rows, cols, MaxEntries)}
	}
	t := &Table{Rows: rows, Cols: cols, Cells: make([]int32, rows*cols)}
	names := &legend{number: map[string]int32{}}
	var mu sync.Mutex
	done := 0
	_, err := par.With(ctx, 0, rows, func() *evaluator { return c.evaluator(names) }, func(e *evaluator, i int) error {
		for j := range cols {
			t.Cells[i*cols+j] = e.at(i, j)
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		if progress != nil {
			progress(done, rows)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	names.sort(t)
	c.table = t
	return t, nil
}

// evaluator evaluates the task at entries of the matrix.
type evaluator struct {
	c        *Cut
	seq      []tasks.Token
	row, col cursor
	names    *legend
	known    map[string]int32 // those of names that were met
	key      []byte
	out      []tasks.Value
}

// shortest is the longest sequence on which the definition is quicker than what
// evaluates many positions at once.
const shortest = 16

func (c *Cut) evaluator(names *legend) *evaluator {
	return &evaluator{c: c, seq: c.whole(), row: cursor{in: c.alice, at: -1}, col: cursor{in: c.bob, at: -1}, names: names, known: map[string]int32{}, out: make([]tasks.Value, len(c.Read))}
}

func (e *evaluator) at(i, j int) int32 {
	e.row.put(e.seq, i)
	e.col.put(e.seq, j)
	sh := e.c.Shape
	if sh.Task.CheckSeq != nil && sh.Task.CheckSeq(sh, sh.All(), e.seq) != nil {
		return -1
	}
	out := e.out
	if sh.N <= shortest {
		for k, i := range e.c.Read {
			out[k] = sh.Task.Eval(sh, e.seq, i)
		}
	} else {
		out = sh.Eval(e.seq, e.c.Read)
	}
	e.key = e.key[:0]
	for _, v := range out {
		for _, x := range v {
			e.key = binary.BigEndian.AppendUint64(e.key, math.Float64bits(x+0)) // +0: no negative zero
		}
	}
	k, ok := e.known[string(e.key)]
	if !ok {
		k = e.names.of(string(e.key), out)
		e.known[string(e.key)] = k
	}
	return k
}

// legend numbers outputs.
type legend struct {
	mu      sync.Mutex
	number  map[string]int32
	outputs [][]tasks.Value
}

func (l *legend) of(key string, out []tasks.Value) int32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	k, ok := l.number[key]
	if !ok {
		k = int32(len(l.outputs))
		l.number[key] = k
		var copied []tasks.Value
		for _, v := range out {
			copied = append(copied, slices.Clone(v))
		}
		l.outputs = append(l.outputs, copied)
	}
	return k
}

// sort renumbers the entries by their outputs, so that the numbers do not depend
// on the order of work.
func (l *legend) sort(t *Table) {
	order := make([]int, len(l.outputs))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int {
		return slices.CompareFunc(l.outputs[a], l.outputs[b], func(x, y tasks.Value) int { return slices.Compare(x, y) })
	})
	name := make([]int32, len(order))
	t.Numbers = true
	for k, from := range order {
		out := l.outputs[from]
		name[from] = int32(k)
		t.Outputs = append(t.Outputs, out)
		whole := len(out) == 1 && len(out[0]) == 1 && out[0][0] == math.Trunc(out[0][0]) && math.Abs(out[0][0]) < 1<<31
		t.Numbers = t.Numbers && whole
	}
	for k, v := range t.Cells {
		if v >= 0 {
			t.Cells[k] = name[v]
		}
	}
}

// Entry is the number that stands for output k in the matrix: the output itself
// where all are whole numbers, else k.
func (t *Table) Entry(k int) int {
	if t.Numbers {
		return int(t.Outputs[k][0][0])
	}
	return k
}

// Matrix is the table for protocol/bounds, cut after its first rows*cols = all
// cells into that many rows.
func (t *Table) Matrix(rows int) (*bounds.Matrix, error) {
	cols := len(t.Cells) / rows
	return bounds.New(rows, cols, func(i, j int) (int, bool) {
		k := t.Cells[i*cols+j]
		if k < 0 {
			return 0, false
		}
		return t.Entry(int(k)), true
	})
}

// OneWay counts the rows that a message must tell apart without keeping the
// matrix, and so what Alice must send when she speaks once; memory is linear in the
// rows. Tasks with a promise are refused: there, different rows need not be told
// apart.
func (c *Cut) OneWay(ctx context.Context) (OneWay, error) {
	if c.Shape.Task.CheckSeq != nil {
		return OneWay{}, fmt.Errorf("matrix: %w: %s does not allow all sequences, so different rows need not be told apart", errors.ErrUnsupported, c.Shape.Task.Name)
	}
	names := &legend{number: map[string]int32{}}
	e := c.evaluator(names)
	first, err := bounds.DistinctRows(ctx, c.Rows(), c.Cols(), func(i, j int) int { return int(e.at(i, j)) })
	if err != nil {
		return OneWay{}, err
	}
	n := len(first)
	if !c.approximate() || float64(n)*float64(c.Cols()) > MaxEntries {
		least := n
		if c.approximate() {
			least = 1
		}
		return c.oneWay(n, bounds.Range{Lower: least, Upper: n}), nil
	}
	rows := make([][]int32, n)
	for k, i := range first {
		rows[k] = make([]int32, c.Cols())
		for j := range rows[k] {
			rows[k][j] = e.at(i, j)
		}
	}
	near := c.nearness(func(k int32) []tasks.Value { return names.outputs[k] })
	return c.oneWay(n, near.messages(ctx, thin(rows))), nil
}
