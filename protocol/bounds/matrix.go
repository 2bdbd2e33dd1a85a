// Package bounds computes communication bounds on the matrix of a function
// f(x, y): rows are Alice's inputs, columns Bob's. Every measure is an interval
// [lower, upper] that is true at all times; search only narrows it. What a
// measure rests on is written as a certificate, which package check verifies
// without this package.
//
// docs/bounds.md defines each measure and proves each bound used here.
package bounds

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sync/atomic"

	"crosscut/protocol"
	"crosscut/protocol/bounds/check"
	"crosscut/protocol/problems"
)

// Limits on a matrix, checked before memory is taken.
const (
	MaxSide   = 1 << 21 // rows or columns
	MaxBytes  = 1 << 30 // packed bits of all values together
	MaxValues = 1 << 12 // different values
)

// ErrTooLarge says that a matrix exceeds the limits above.
var ErrTooLarge = errors.New("the matrix is too large")

// Matrix is a function f(x, y) with small integer values, possibly partial: an
// entry outside the promise is undefined. It is immutable. For every value it
// keeps one packed bit row per row: bit j of Row(v, i) says that entry (i, j) is
// Values()[v]. Row and column indices count from 0.
type Matrix struct {
	rows, cols int
	words      int      // ceil(cols / 64)
	values     []int    // different values, ascending
	planes     []uint64 // [value][row][word]
	defined    []uint64 // [row][word]: union of the planes
	total      bool     // no undefined entry
	flipped    atomic.Pointer[Matrix]
	folded     atomic.Pointer[Folded]
}

// New tabulates f, which reports the value of an entry and whether it is within
// the promise. The error wraps ErrTooLarge when the limits are exceeded.
func New(rows, cols int, f func(i, j int) (value int, defined bool)) (*Matrix, error) {
	if err := fits(rows, cols); err != nil {
		return nil, err
	}
	words := (cols + 63) / 64
	m := &Matrix{rows: rows, cols: cols, words: words, total: true}
	place := map[int]int{}
	var planes [][]uint64
	var values []int
	var line [][]uint64 // one row of each plane: kept together, for many values
	last, at := 0, -1
	for i := range rows {
		for j := range cols {
			v, ok := f(i, j)
			if !ok {
				m.total = false
				continue
			}
			if at < 0 || v != last {
				k, known := place[v]
				if !known {
					k = len(planes)
					if k >= MaxValues || (k+2)*plane(rows, cols) > MaxBytes/8 {
						return nil, fmt.Errorf("bounds: %d x %d with more than %d values: %w", rows, cols, k, ErrTooLarge)
					}
					place[v] = k
					planes, line = append(planes, make([]uint64, rows*words)), append(line, make([]uint64, words))
					values = append(values, v)
				}
				last, at = v, k
			}
			line[at][j>>6] |= 1 << (j & 63)
		}
		for k, l := range line {
			copy(planes[k][i*words:], l)
			clear(l)
		}
	}
	m.values = slices.Sorted(slices.Values(values))
	for _, v := range m.values {
		m.planes = append(m.planes, planes[place[v]]...)
	}
	m.unite()
	return m, nil
}

// fits refuses a shape beyond the limits.
func fits(rows, cols int) error {
	if rows < 1 || cols < 1 {
		return fmt.Errorf("bounds: a matrix of %d x %d: at least one row and one column are needed", rows, cols)
	}
	if rows > MaxSide || cols > MaxSide || plane(rows, cols) > MaxBytes/8 {
		return fmt.Errorf("bounds: %d x %d: %w: at most 2^21 rows or columns, and 2^33 bits, one for each entry and value", rows, cols, ErrTooLarge)
	}
	return nil
}

// plane is the number of words that one value takes, of the matrix or of its transpose.
func plane(rows, cols int) int { return max(rows*((cols+63)/64), cols*((rows+63)/64)) }

// unite makes the defined entries from the planes.
func (m *Matrix) unite() {
	size := m.rows * m.words
	m.defined = make([]uint64, size)
	for k := range m.values {
		for t, w := range m.planes[k*size : (k+1)*size] {
			m.defined[t] |= w
		}
	}
}

// Of tabulates a total function, for callers whose sizes are known to be small.
func Of(rows, cols int, f func(i, j int) int) *Matrix {
	m, err := New(rows, cols, func(i, j int) (int, bool) { return f(i, j), true })
	if err != nil {
		panic(err)
	}
	return m
}

// FromProblem tabulates a base problem at size n: row k is the k-th x, column k
// the k-th valid y.
func FromProblem(p *problems.Problem, n int) (*Matrix, error) {
	if n < 1 {
		return nil, fmt.Errorf("bounds: %s: n = %d: n must be at least 1", p.Name, n)
	}
	if players := len(p.Domains(n)); players != 2 {
		return nil, fmt.Errorf("bounds: %s has %d players; a matrix has two sides", p.Name, players)
	}
	if p.XBits(n) > 21 || p.YBits(n) > 21 {
		return nil, fmt.Errorf("bounds: %s: n = %d: %w: at most 2^21 rows or columns", p.Name, n, ErrTooLarge)
	}
	if !p.YesNo() {
		return fromValues(p, n)
	}
	rows, cols := p.Xs(n), p.Ys(n)
	ys := make([]protocol.Word, cols)
	for j := range ys {
		ys[j] = p.Y(n, j)
	}
	var x protocol.Word
	at := -1
	return New(rows, cols, func(i, j int) (int, bool) {
		if i != at {
			x, at = p.X(n, i), i
		}
		if p.Holds(n, x, ys[j]) {
			return 1, true
		}
		return 0, true
	})
}

// Factors are what p knows of its ranks at size n, for [Options]; nil where it knows nothing.
func Factors(p *problems.Problem, n int) func(value int) *check.Unitriangular {
	factors := p.Factors()
	if factors == nil {
		return nil
	}
	return func(value int) *check.Unitriangular {
		f := factors(n, value == 1)
		pairs := func(lines [][][2]int) [][]check.Entry {
			all := make([][]check.Entry, len(lines))
			for i, line := range lines {
				all[i] = make([]check.Entry, len(line))
				for k, e := range line {
					all[i][k] = e
				}
			}
			return all
		}
		return &check.Unitriangular{Kind: "unitriangular", Rows: f.Rows, Cols: f.Cols, Lower: pairs(f.Lower), Diagonal: f.Diagonal, Upper: pairs(f.Upper)}
	}
}

// fromValues tabulates a problem of any values. An integer or a boolean is its own
// entry where all values are such; else entries number the values from 0, in the order
// in which rows and columns meet them. Pairs outside the promise stay open. A relation
// is no matrix.
func fromValues(p *problems.Problem, n int) (*Matrix, error) {
	rows, cols := p.Xs(n), p.Ys(n)
	values := make([]protocol.Value, rows*cols)
	numbers, numeric := map[string]int{}, true
	for k := range values {
		v, inside := p.Value(n, p.X(n, k/cols), p.Y(n, k%cols))
		if !inside {
			continue
		}
		if v.Kind() == protocol.OneOf {
			return nil, fmt.Errorf("bounds: %s is a relation: one input has several right answers", p.Name)
		}
		values[k] = v
		numeric = numeric && (v.Kind() == protocol.Int || v.Kind() == protocol.Bool) && v.Equal(protocol.IntValue(v.Int()))
		if key := v.Key(); numbers[key] == 0 {
			numbers[key] = len(numbers) + 1
		}
	}
	return New(rows, cols, func(i, j int) (int, bool) {
		v := values[i*cols+j]
		switch {
		case v.Kind() == protocol.None:
			return 0, false
		case numeric:
			return v.Int(), true
		}
		return numbers[v.Key()] - 1, true
	})
}

// Rows is the number of rows.
func (m *Matrix) Rows() int { return m.rows }

// Cols is the number of columns.
func (m *Matrix) Cols() int { return m.cols }

// Words is the number of 64-bit words in a packed row.
func (m *Matrix) Words() int { return m.words }

// Values lists the different values, ascending. It must not be changed.
func (m *Matrix) Values() []int { return m.values }

// AnswerWords lists all words of answers, one of each column's values; a column without entries
// gets any. Nil: they are more than most.
func (m *Matrix) AnswerWords(most int) [][]int {
	words := [][]int{{}}
	for j := range m.Cols() {
		var answers []int
		for _, v := range m.values {
			for i := range m.Rows() {
				if w, ok := m.At(i, j); ok && w == v {
					answers = append(answers, v)
					break
				}
			}
		}
		if len(answers) == 0 {
			answers = append(slices.Clone(m.values), 0)[:1]
		}
		if len(words)*len(answers) > most {
			return nil
		}
		var longer [][]int
		for _, w := range words {
			for _, v := range answers {
				longer = append(longer, append(w[:j:j], v))
			}
		}
		words = longer
	}
	return words
}

// Total reports that every entry is defined.
func (m *Matrix) Total() bool { return m.total }

// Boolean reports that every defined entry is 0 or 1.
func (m *Matrix) Boolean() bool {
	return !slices.ContainsFunc(m.values, func(v int) bool { return v != 0 && v != 1 })
}

// Row is the packed row i of the value Values()[v]. It must not be changed.
func (m *Matrix) Row(v, i int) []uint64 {
	t := (v*m.rows + i) * m.words
	return m.planes[t : t+m.words : t+m.words]
}

// Defined is the packed row i of the entries within the promise.
func (m *Matrix) Defined(i int) []uint64 {
	t := i * m.words
	return m.defined[t : t+m.words : t+m.words]
}

// At is entry (i, j).
func (m *Matrix) At(i, j int) (value int, defined bool) {
	k := m.Index(i, j)
	if k < 0 {
		return 0, false
	}
	return m.values[k], true
}

// reader is [Matrix.At] for those who go row by row: it looks at every plane once a row, not once
// an entry.
func (m *Matrix) reader() func(i, j int) (value int, defined bool) {
	row, at := make([]int, m.cols), -1 // places of the values in row at; -1: undefined
	return func(i, j int) (int, bool) {
		if i != at {
			at = i
			for k := range row {
				row[k] = -1
			}
			for v := range m.values {
				for k := range bitset(m.Row(v, i)).all() {
					row[k] = v
				}
			}
		}
		if row[j] < 0 {
			return 0, false
		}
		return m.values[row[j]], true
	}
}

// Table is the matrix as the checker sees it.
func (m *Matrix) Table() *check.Table { return check.NewTable(m.rows, m.cols, m.reader()) }

// Memory is about how many bytes Analyze holds beside the search of D(f): the matrix and its
// transpose, whole, folded and as one value sees it, and of two values the weights of the entries.
func (m *Matrix) Memory() uint64 {
	words := 8 * uint64(plane(m.rows, m.cols))
	need := words * (4*uint64(len(m.values)+1) + 16)
	if len(m.values) <= 2 {
		need += 16 * uint64(m.rows) * uint64(m.cols)
	}
	return need
}

// Index is the place of entry (i, j) in Values(), or -1 when it is undefined.
func (m *Matrix) Index(i, j int) int {
	w, b := i*m.words+j>>6, uint64(1)<<(j&63)
	if m.defined[w]&b == 0 {
		return -1
	}
	for k := range m.values {
		if m.planes[k*m.rows*m.words+w]&b != 0 {
			return k
		}
	}
	return -1
}

// Count is the number of entries with the value Values()[v].
func (m *Matrix) Count(v int) int {
	n := 0
	for _, w := range m.planes[v*m.rows*m.words : (v+1)*m.rows*m.words] {
		n += bits.OnesCount64(w)
	}
	return n
}

// Place is the index of value in Values(), or -1.
func (m *Matrix) Place(value int) int {
	if k, ok := slices.BinarySearch(m.values, value); ok {
		return k
	}
	return -1
}

// Transpose exchanges the players.
func (m *Matrix) Transpose() *Matrix {
	if t := m.flipped.Load(); t != nil {
		return t
	}
	t := &Matrix{rows: m.cols, cols: m.rows, words: (m.rows + 63) / 64, values: m.values, total: m.total}
	size := t.rows * t.words
	t.planes = make([]uint64, len(m.values)*size)
	for v := range m.values {
		transpose(t.planes[v*size:(v+1)*size], m.planes[v*m.rows*m.words:(v+1)*m.rows*m.words], m.rows, m.cols)
	}
	t.unite()
	t.flipped.Store(m)
	m.flipped.Store(t)
	return t
}

// transpose writes the packed matrix from, of so many rows and columns, into to with the
// axes exchanged, in blocks of 64 x 64.
func transpose(to, from []uint64, rows, cols int) {
	wide, high := (cols+63)/64, (rows+63)/64
	var block [64]uint64
	for i := range high {
		for j := range wide {
			clear(block[:])
			any := uint64(0)
			for k := range min(64, rows-i*64) {
				block[k] = from[(i*64+k)*wide+j]
				any |= block[k]
			}
			if any == 0 {
				continue
			}
			// Exchange quarters, then quarters of quarters: bit k of word l for bit l of word k.
			for size, mask := 32, uint64(1)<<32-1; size > 0; size, mask = size/2, mask^mask<<(size/2) {
				for k := 0; k < 64; k = (k + size + 1) &^ size {
					x := (block[k]>>size ^ block[k+size]) & mask
					block[k] ^= x << size
					block[k+size] ^= x
				}
			}
			for k := range min(64, cols-j*64) {
				to[(j*64+k)*high+i] = block[k]
			}
		}
	}
}

// Sub keeps the given rows and columns, in the given order.
func (m *Matrix) Sub(rows, cols []int) *Matrix {
	return m.pick(rows).Transpose().pick(cols).Transpose()
}

// pick keeps the given rows, in the given order, and the values that occur in them.
func (m *Matrix) pick(rows []int) *Matrix {
	p := &Matrix{rows: len(rows), cols: m.cols, words: m.words}
	for v, value := range m.values {
		start, any := len(p.planes), uint64(0)
		for _, i := range rows {
			row := m.Row(v, i)
			p.planes = append(p.planes, row...)
			for _, w := range row {
				any |= w
			}
		}
		if any == 0 {
			p.planes = p.planes[:start]
			continue
		}
		p.values = append(p.values, value)
	}
	return p.finish()
}

// finish notes what is defined of a matrix whose planes are filled.
func (m *Matrix) finish() *Matrix {
	m.unite()
	defined := 0
	for _, w := range m.defined {
		defined += bits.OnesCount64(w)
	}
	m.total = defined == m.rows*m.cols
	return m
}

// relabel gives every entry another value, by the place of the one it has.
func (m *Matrix) relabel(to func(place int) int) *Matrix {
	d, err := New(m.rows, m.cols, func(i, j int) (int, bool) {
		k := m.Index(i, j)
		if k < 0 {
			return 0, false
		}
		return to(k), true
	})
	if err != nil {
		panic(err) // no larger than m
	}
	return d
}
