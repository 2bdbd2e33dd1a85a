package bounds

import "slices"

// aspect is a matrix as one value v sees it: an entry is v, or it is another
// value, or it is undefined. Rows without v, and repetitions, are dropped. Axis 0
// is the rows, axis 1 the columns: is[axis][i] is the set of places along line i
// of that axis that are v, not[axis][i] of those defined and not v.
type aspect struct {
	value   int
	n       [2]int
	is, not [2][]bitset
	lines   [2][][]int // the lines of the whole matrix that line i stands for
	total   bool       // no undefined entry
}

// aspectOf folds f further for the value Values()[v].
func aspectOf(f *Folded, v int) *aspect {
	a := &aspect{value: f.Values()[v]}
	rows, cols := groups(f, v), groups(&Folded{Matrix: f.Transpose()}, v)
	a.n = [2]int{len(rows), len(cols)}
	for axis, lines := range [2][][]int{rows, cols} {
		a.is[axis], a.not[axis] = make([]bitset, a.n[axis]), make([]bitset, a.n[axis])
		originals := f.originals(axis)
		for i, group := range lines {
			a.is[axis][i], a.not[axis][i] = newBitset(a.n[1-axis]), newBitset(a.n[1-axis])
			all := originals[group[0]]
			for _, c := range group[1:] {
				all = append(all, originals[c]...)
			}
			a.lines[axis] = append(a.lines[axis], all)
		}
	}
	// One line stands for its group; the entries are those of the smaller matrix.
	m := f.only(v)
	if len(rows) < f.Rows() || len(cols) < f.Cols() {
		m = m.Sub(firsts(rows), firsts(cols))
	}
	is, other := m.Place(1), m.Place(0)
	for axis, m := range [2]*Matrix{m, m.Transpose()} {
		for i := range a.n[axis] {
			if is >= 0 {
				copy(a.is[axis][i], m.Row(is, i))
			}
			if other >= 0 {
				copy(a.not[axis][i], m.Row(other, i))
			}
		}
	}
	a.total = m.Total()
	return a
}

// only is the matrix with 1 for the value Values()[v] and 0 for every other.
func (m *Matrix) only(v int) *Matrix {
	size := m.rows * m.words
	o := &Matrix{rows: m.rows, cols: m.cols, words: m.words, values: []int{0, 1}, defined: m.defined, total: m.total}
	o.planes = slices.Concat(m.defined, m.planes[v*size:(v+1)*size])
	for t := range size {
		o.planes[t] &^= o.planes[size+t]
	}
	return o
}

// firsts lists the first member of every group.
func firsts(groups [][]int) []int {
	all := make([]int, len(groups))
	for k, g := range groups {
		all[k] = g[0]
	}
	return all
}

// groups lists the rows that hold v, equal ones (as v sees them) together.
func groups(f *Folded, v int) [][]int {
	var all [][]int
	seen := map[string]int{}
	var key []byte
	for i := range f.Rows() {
		row, def := bitset(f.Row(v, i)), f.Defined(i)
		if row.empty() {
			continue
		}
		key = key[:0]
		for k, w := range row {
			for s := 0; s < 64; s += 8 {
				key = append(key, byte(w>>s), byte(def[k]>>s))
			}
		}
		g, ok := seen[string(key)]
		if !ok {
			g = len(all)
			seen[string(key)] = g
			all = append(all, nil)
		}
		all[g] = append(all[g], i)
	}
	return all
}

// weight is the number of lines of the whole matrix behind line i.
func (a *aspect) weight(axis, i int) int { return len(a.lines[axis][i]) }

// rect is a set of rows and a set of columns of an aspect.
type rect struct{ rows, cols bitset }

// original writes a rectangle in lines of the whole matrix.
func (a *aspect) original(r rect) (rows, cols []int) {
	for i := range r.rows.all() {
		rows = append(rows, a.lines[0][i]...)
	}
	for j := range r.cols.all() {
		cols = append(cols, a.lines[1][j]...)
	}
	return rows, cols
}

// flip exchanges the axes.
func (a *aspect) flip() *aspect {
	return &aspect{
		value: a.value, total: a.total,
		n:     [2]int{a.n[1], a.n[0]},
		is:    [2][]bitset{a.is[1], a.is[0]},
		not:   [2][]bitset{a.not[1], a.not[0]},
		lines: [2][][]int{a.lines[1], a.lines[0]},
	}
}
