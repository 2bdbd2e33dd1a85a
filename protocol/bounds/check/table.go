package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"crosscut/protocol/problems"
)

// maxValues is the most values of a matrix.
const maxValues = math.MaxUint16

// Table is the checker's matrix.
type Table struct {
	Rows, Cols int
	cells      []uint16       // places in values; 0: outside the promise
	values     []int          // in the order in which they were met, after one that is never read
	place      map[int]uint16 // of each value
	last       uint16         // the place that was put last: values come in runs
	flipped    *Table         // the transpose, made when first asked for
	count      int64          // entries within the promise
}

func newTable(rows, cols int) *Table {
	return &Table{Rows: rows, Cols: cols, cells: make([]uint16, rows*cols), values: []int{0}, place: map[int]uint16{}}
}

// put writes an entry that was not written yet; not one of more than maxValues values.
func (t *Table) put(k, v int) bool {
	if t.last == 0 || t.values[t.last] != v {
		p, met := t.place[v]
		if !met {
			if len(t.values) > maxValues {
				return false
			}
			p = uint16(len(t.values))
			t.place[v], t.values = p, append(t.values, v)
		}
		t.last = p
	}
	t.cells[k] = t.last
	t.count++
	return true
}

// NewTable tabulates a function, for those who write certificates.
func NewTable(rows, cols int, f func(i, j int) (value int, defined bool)) *Table {
	t := newTable(rows, cols)
	k := 0
	for i := range rows {
		for j := range cols {
			if v, ok := f(i, j); ok && !t.put(k, v) {
				panic("check: too many values")
			}
			k++
		}
	}
	return t
}

// mapped is the table with other entries.
func (t *Table) mapped(entry func(v int) int) *Table {
	return NewTable(t.Rows, t.Cols, func(i, j int) (int, bool) {
		v, ok := t.At(i, j)
		if ok {
			v = entry(v)
		}
		return v, ok
	})
}

func (t *Table) transpose() *Table {
	if t.flipped == nil {
		t.flipped = &Table{Rows: t.Cols, Cols: t.Rows, cells: make([]uint16, len(t.cells)), values: t.values, place: t.place, count: t.count, flipped: t}
		const side = 64 // in squares, whose lines the cache holds
		for top := range t.Rows/side + 1 {
			for left := range t.Cols/side + 1 {
				for i := side * top; i < min(side*top+side, t.Rows); i++ {
					for j := side * left; j < min(side*left+side, t.Cols); j++ {
						t.flipped.cells[j*t.Rows+i] = t.cells[i*t.Cols+j]
					}
				}
			}
		}
	}
	return t.flipped
}

// wide is the table with its shorter side as rows.
func (t *Table) wide() *Table {
	if t.Rows > t.Cols {
		return t.transpose()
	}
	return t
}

// Values lists the values that occur, in order.
func (t *Table) Values() []int { return slices.Sorted(slices.Values(t.values[1:])) }

// inside counts the defined entries; of a matrix without any nothing is claimed.
func (t *Table) inside() int64 { return t.count }

// Defined counts the entries within the promise.
func (t *Table) Defined() int { return int(t.count) }

// At is entry (i, j), counting from 0, and whether it is within the promise.
func (t *Table) At(i, j int) (value int, defined bool) {
	p := t.cells[i*t.Cols+j]
	return t.values[p], p != 0
}

// Is reports that entry (i, j) is defined and equals v.
func (t *Table) Is(i, j, v int) bool {
	w, ok := t.At(i, j)
	return ok && w == v
}

// Differs reports that entry (i, j) is defined and does not equal v.
func (t *Table) Differs(i, j, v int) bool {
	w, ok := t.At(i, j)
	return ok && w != v
}

// pair is the smaller and the larger of the table's two values: a lone 0 is the
// smaller, any other lone value the larger. some says whether the larger occurs.
func (t *Table) pair() (low, high int, some bool, err error) {
	if len(t.values) > 3 {
		return 0, 0, false, errors.New("more than two values")
	}
	switch met := t.Values(); {
	case len(met) == 2:
		return met[0], met[1], true, nil
	case len(met) == 1 && met[0] != 0:
		return met[0] - 1, met[0], true, nil
	}
	return 0, 1, false, nil
}

// table builds the matrix and compares its hash.
func (s *Source) table(ctx context.Context) (*Table, error) {
	t, err := s.build(ctx)
	if err != nil {
		return nil, err
	}
	if got := t.Hash(); got != s.SHA256 {
		return nil, fmt.Errorf("the hash is %s, not %s as stated", got, s.SHA256)
	}
	return t, nil
}

// fits says whether a matrix of so many rows and columns is read.
func fits(rows, cols int) bool { return rows > 0 && cols > 0 && rows <= maxEntries/cols }

func (s *Source) build(ctx context.Context) (*Table, error) {
	if s.Problem != "" {
		if len(s.Entries) > 0 {
			return nil, errors.New("both entries and a problem are given")
		}
		p, err := problems.Catalog().Get(s.Problem)
		if err != nil {
			return nil, err
		}
		if s.N < 1 || s.N > maxEntries || !p.YesNo() {
			return nil, fmt.Errorf("%s at n = %d is no matrix of 0 and 1", p.Name, s.N)
		}
		rows, cols := p.Xs(s.N), p.Ys(s.N)
		if !fits(rows, cols) {
			return nil, fmt.Errorf("n = %d is out of range", s.N)
		}
		t := newTable(rows, cols)
		for k := range t.cells {
			if err := every(ctx, 1<<16, k); err != nil {
				return nil, err
			}
			one := p.Holds(s.N, p.X(s.N, k/t.Cols), p.Y(s.N, k%t.Cols))
			t.put(k, map[bool]int{true: 1}[one])
		}
		return t, nil
	}
	if len(s.Entries) == 0 || s.N != 0 {
		return nil, errors.New("entries, or a problem and n, are needed")
	}
	cols := strings.Count(s.Entries[0], " ") + 1
	if !fits(len(s.Entries), cols) {
		return nil, fmt.Errorf("%d x %d is out of range", len(s.Entries), cols)
	}
	t := newTable(len(s.Entries), cols)
	for i, line := range s.Entries {
		if err := every(ctx, 64, i); err != nil {
			return nil, err
		}
		if n := strings.Count(line, " ") + 1; n != cols {
			return nil, fmt.Errorf("row %d has %d entries, row 0 has %d", i, n, cols)
		}
		for j := range cols {
			var f string
			if f, line, _ = strings.Cut(line, " "); f == "*" {
				continue
			}
			if len(f) == 1 && f[0]-'0' < 10 && t.put(i*cols+j, int(f[0]-'0')) {
				continue // as most do
			}
			v, err := strconv.ParseInt(f, 10, 32)
			if err != nil || strconv.FormatInt(v, 10) != f { // one way to write each
				return nil, fmt.Errorf("entry %d of row %d: %.40q is neither * nor an integer below 2^31 without signs and zeros in front", j, i, f)
			}
			if !t.put(i*cols+j, int(v)) {
				return nil, fmt.Errorf("%w: more than %d values", ErrLimit, maxValues)
			}
		}
	}
	return t, nil
}
