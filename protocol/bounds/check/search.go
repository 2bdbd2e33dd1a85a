package check

import (
	"cmp"
	"context"
	"errors"
	"math/big"
	"slices"
)

// ErrLimit says that evidence asks the checker for more work than it does.
var ErrLimit = errors.New("this would take the checker more steps than it allows")

// maxSteps bounds the work on one piece of evidence; tests lower it.
var maxSteps = 1 << 24

// Exhaustion asks the checker to search by itself, plainly. Size is the end that
// it is to prove: for an upper end, that nothing larger exists; for the lower end
// of a cover or partition number, that no fewer rectangles do.
type Exhaustion struct {
	Kind string `json:"kind"` // "exhaustion"
	Size int    `json:"size"`
}

var errExists = errors.New("a search finds better")

var _ = register("exhaustion", func(t *work, c Claim, e *Exhaustion) (*big.Rat, error) {
	if (c.Measure == DiscUniform || c.Measure == DiscBest) && c.End == Upper {
		a, err := t.merged().signedBy(t)
		if err != nil {
			return nil, err
		}
		up, down, err := t.heaviest(a)
		return big.NewRat(max(up, down), t.inside()), err
	}
	if e.Size < 0 || e.Size > 1<<30 {
		return nil, errOther
	}
	if err := t.spend(4, t.Rows, t.Cols); err != nil { // merging and turning
		return nil, err
	}
	low, high := 0, 0
	if c.Measure == ShatterAlice || c.Measure == ShatterBob {
		var err error
		if low, high, _, err = t.pair(); err != nil {
			return nil, err
		}
	}
	s := &searcher{ctx: t.ctx, left: maxSteps}
	defer func() { t.charge(int64(maxSteps - max(s.left, 0))) }()
	found := true
	switch {
	case c.End == Upper && c.Measure == ShatterAlice:
		found = s.shatter(t.merged(), low, high, e.Size+1)
	case c.End == Upper && c.Measure == ShatterBob:
		found = s.shatter(t.turned(), low, high, e.Size+1)
	case c.End == Upper && c.Measure == Fooling:
		found = s.fooling(t.merged(), *c.Value, e.Size+1)
	case c.End == Upper && c.Measure == LargestRect:
		found = s.rectangle(t.Table, *c.Value, e.Size+1)
	case c.End == Lower && (c.Measure == Cover || c.Measure == Partition):
		found = e.Size > 0 && s.covered(t.merged(), *c.Value, e.Size-1, c.Measure == Partition)
	default:
		return nil, errOther
	}
	switch {
	case s.left <= 0:
		return nil, s.over()
	case found:
		return nil, errExists
	}
	return big.NewRat(int64(e.Size), 1), nil
})

// Area asks the checker to show that no rectangle without another value holds more
// than Size entries of v: then a cover has at least the entries by Size.
type Area struct {
	Kind string `json:"kind"` // "area"
	Size int    `json:"size"`
}

var _ = register("area", func(t *work, c Claim, e *Area) (*big.Rat, error) {
	if c.End != Lower || c.Measure != Cover && c.Measure != Partition || e.Size < 1 || e.Size > 1<<30 {
		return nil, errOther
	}
	if err := t.spend(2, t.Rows, t.Cols); err != nil {
		return nil, err
	}
	s := &searcher{ctx: t.ctx, left: maxSteps}
	defer func() { t.charge(int64(maxSteps - max(s.left, 0))) }()
	switch found := s.rectangle(t.Table, *c.Value, e.Size+1); {
	case s.left <= 0:
		return nil, s.over()
	case found:
		return nil, errExists
	}
	n := 0
	for k := range t.cells {
		if t.Is(k/t.Cols, k%t.Cols, *c.Value) {
			n++
		}
	}
	return big.NewRat(int64((n+e.Size-1)/e.Size), 1), nil
})

// searcher counts steps down; at 0, or when ctx ends, every search gives up.
type searcher struct {
	ctx  context.Context
	left int
	err  error // of ctx, when that is why
}

func (s *searcher) step(n int) bool {
	before := s.left
	if s.left -= n; s.left>>16 != before>>16 && s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		s.left = 0
	}
	return s.left > 0
}

// over says why a search has given up.
func (s *searcher) over() error { return cmp.Or(s.err, ErrLimit) }

// merged is a table without repeated rows and columns, and what became of each.
type merged struct {
	*Table
	rowOf, colOf []int
}

// merged and turned are the table, and its transpose, without repeated lines.
func (w *work) merged() *merged {
	if w.folded == nil {
		w.folded = w.Table.merge()
	}
	return w.folded
}

func (w *work) turned() *merged {
	if w.flipped == nil {
		m := w.merged()
		w.flipped = &merged{Table: m.transpose(), rowOf: m.colOf, colOf: m.rowOf}
	}
	return w.flipped
}

// merge drops repeated rows and columns; where entries are counted, rowOf and colOf
// say how often.
func (t *Table) merge() *merged {
	classes := func(u *Table) (of, first []int) {
		seen := map[string]int{}
		for i, line := range u.Lines() {
			k, ok := seen[line]
			if !ok {
				k = len(first)
				seen[line], first = k, append(first, i)
			}
			of = append(of, k)
		}
		return of, first
	}
	m := &merged{}
	var rows, cols []int
	m.rowOf, rows = classes(t)
	m.colOf, cols = classes(t.transpose())
	m.Table = NewTable(len(rows), len(cols), func(i, j int) (int, bool) { return t.At(rows[i], cols[j]) })
	return m
}

// signedBy is the table of signs, each times the number of its entries.
func (m *merged) signedBy(t *work) ([][]int64, error) {
	signs, err := t.signs()
	if err != nil {
		return nil, err
	}
	a := make([][]int64, m.Rows)
	for i := range a {
		a[i] = make([]int64, m.Cols)
	}
	for i, r := range m.rowOf {
		for j, c := range m.colOf {
			a[r][c] += signs[i][j]
		}
	}
	return a, nil
}

// shatter looks for n columns that show all 2^n patterns.
func (s *searcher) shatter(m *merged, low, high, n int) bool {
	if m.Rows>>n == 0 { // fewer than patterns
		return false
	}
	var grow func(classes [][]int, from, left int) bool
	grow = func(classes [][]int, from, left int) bool {
		if left == 0 {
			return true
		}
		for j := from; j < m.Cols; j++ {
			if !s.step(m.Rows) {
				return false
			}
			var next [][]int
			for _, class := range classes {
				var part [2][]int
				for _, i := range class {
					for v := range part {
						if m.Is(i, j, [2]int{low, high}[v]) {
							part[v] = append(part[v], i)
						}
					}
				}
				if len(part[0]) == 0 || len(part[1]) == 0 {
					next = nil
					break
				}
				next = append(next, part[0], part[1])
			}
			if next != nil && grow(next, j+1, left-1) {
				return true
			}
		}
		return false
	}
	all := make([]int, m.Rows)
	for i := range all {
		all[i] = i
	}
	return grow([][]int{all}, 0, n)
}

// fooling looks for n entries of v any two of which fool.
func (s *searcher) fooling(m *merged, v, n int) bool {
	if n > min(m.Rows, m.Cols) {
		return false
	}
	var all []Entry
	for i := range m.Rows {
		for j := range m.Cols {
			if m.Is(i, j, v) {
				all = append(all, Entry{i, j})
			}
		}
	}
	var grow func(open []Entry, left int) bool
	grow = func(open []Entry, left int) bool {
		if left == 0 {
			return true
		}
		// Entries of one row cannot all be used: a bound by rows.
		for len(open) >= left {
			rows := 0
			for k := range open {
				if k == 0 || open[k][0] != open[k-1][0] {
					rows++
				}
			}
			if rows < left || !s.step(len(open)) {
				return false
			}
			e := open[0]
			open = open[1:]
			next := make([]Entry, 0, len(open))
			for _, f := range open {
				if m.Differs(e[0], f[1], v) || m.Differs(f[0], e[1], v) {
					next = append(next, f)
				}
			}
			if grow(next, left-1) {
				return true
			}
		}
		return false
	}
	return grow(all, n)
}

// rectangle looks for a rectangle without another value that holds n entries of v.
func (s *searcher) rectangle(t *Table, v, n int) bool {
	u := t.wide()
	hold := make([][]int, u.Rows) // places of v per row
	for i := range hold {
		for j := range u.Cols {
			if u.Is(i, j, v) {
				hold[i] = append(hold[i], j)
			}
		}
	}
	var grow func(from int, cols []bool, chosen []int) bool
	grow = func(from int, cols []bool, chosen []int) bool {
		area := func(i int) int {
			sum := 0
			for _, j := range hold[i] {
				if cols[j] {
					sum++
				}
			}
			return sum
		}
		have, could := 0, 0
		for _, i := range chosen {
			have += area(i)
		}
		for i := from; i < u.Rows; i++ {
			could += area(i)
		}
		if have >= n {
			return true
		}
		if have+could < n || !s.step(u.Rows*u.Cols) {
			return false
		}
		with := make([]bool, u.Cols)
		lost := false
		for j := range with {
			with[j] = cols[j] && !u.Differs(from, j, v)
			lost = lost || cols[j] && !with[j]
		}
		if grow(from+1, with, append(chosen[:len(chosen):len(chosen)], from)) {
			return true
		}
		return lost && grow(from+1, cols, chosen) // a row that costs nothing is always taken
	}
	return grow(0, slices.Repeat([]bool{true}, u.Cols), nil)
}

// covered looks for n rectangles without another value that cover v (each entry
// once, if exactly): a set of labels for every row and column, such that the sets
// of a row and a column meet (in one label) where the entry is v, and are disjoint
// where it is another value. Rows are labelled in order, a new label being the
// least unused one; columns then are independent of each other.
func (s *searcher) covered(m *merged, v, n int, exactly bool) bool {
	if n > 10 {
		s.left = 0
		return false
	}
	if !s.step(m.Cols << n) {
		return false
	}
	open := make([][]int, m.Cols) // sets that each column may still have
	for j := range open {
		for b := range 1 << n {
			open[j] = append(open[j], b)
		}
	}
	var label func(i, used int, open [][]int) bool
	label = func(i, used int, open [][]int) bool {
		if i == m.Rows {
			return true
		}
		if !s.step(16) { // for the stack
			return false
		}
	sets:
		for a := range 1 << n {
			if fresh := a >> used; fresh&(fresh+1) != 0 {
				continue // new labels are taken in order
			}
			next := make([][]int, m.Cols)
			for j := range next {
				is, other := m.Is(i, j, v), m.Differs(i, j, v)
				if !s.step(len(open[j])) {
					return false
				}
				for _, b := range open[j] {
					both := a & b
					if is && (both == 0 || exactly && both&(both-1) != 0) || other && both != 0 {
						continue
					}
					next[j] = append(next[j], b)
				}
				if len(next[j]) == 0 {
					continue sets
				}
			}
			now := used
			for a>>now != 0 {
				now++
			}
			if label(i+1, now, next) {
				return true
			}
		}
		return false
	}
	return label(0, 0, open)
}
