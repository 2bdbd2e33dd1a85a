package bounds

import "sync/atomic"

// Folded is a matrix without its duplicate rows and columns. Two rows are
// duplicates when they agree everywhere, undefined entries included. Folding
// changes no cost; measures that count entries use the multiplicities.
type Folded struct {
	*Matrix
	RowOf, ColOf       []int // original row or column -> folded one
	RowCount, ColCount []int // multiplicities
	RowFirst, ColFirst []int // folded row or column -> its first original
	behind             [2]atomic.Pointer[[][]int]
}

// Fold drops duplicate rows and columns, keeping the first of each. The matrix remembers it.
func (m *Matrix) Fold() *Folded {
	if f := m.folded.Load(); f != nil {
		return f
	}
	f := &Folded{}
	defer m.folded.Store(f)
	f.RowOf, f.RowFirst, f.RowCount = m.classes()
	narrow := m
	if len(f.RowFirst) < m.rows {
		narrow = m.pick(f.RowFirst)
	}
	t := narrow.Transpose()
	f.ColOf, f.ColFirst, f.ColCount = t.classes()
	f.Matrix = narrow
	if len(f.ColFirst) < m.cols {
		f.Matrix = t.pick(f.ColFirst).Transpose()
	}
	return f
}

// classes numbers the different rows in order of first appearance.
func (m *Matrix) classes() (of, first, count []int) {
	of = make([]int, m.rows)
	seen, short := map[string]int{}, map[[2]uint64]int{} // short: where two words are a whole row
	var key []byte
	for i := range m.rows {
		var c int
		var known bool
		if len(m.planes) <= 2*m.rows {
			var words [2]uint64
			for v := range m.values {
				copy(words[v*m.words:], m.Row(v, i))
			}
			if c, known = short[words]; !known {
				short[words] = len(first)
			}
		} else {
			key = m.key(key[:0], i)
			if c, known = seen[string(key)]; !known {
				seen[string(key)] = len(first)
			}
		}
		if !known {
			c = len(first)
			first, count = append(first, i), append(count, 0)
		}
		of[i] = c
		count[c]++
	}
	return of, first, count
}

// originals lists, for every folded row (axis 1: column), the original ones. To append to a list copies it.
func (f *Folded) originals(axis int) [][]int {
	if all := f.behind[axis].Load(); all != nil {
		return *all
	}
	of, count := f.RowOf, f.RowCount
	if axis == 1 {
		of, count = f.ColOf, f.ColCount
	}
	all, rest := make([][]int, len(count)), make([]int, len(of))
	for c, n := range count {
		all[c], rest = rest[:0:n], rest[n:]
	}
	for i, c := range of {
		all[c] = append(all[c], i)
	}
	f.behind[axis].Store(&all)
	return all
}

// key writes row i faithfully: equal keys mean equal rows.
func (m *Matrix) key(b []byte, i int) []byte {
	for v := range m.values {
		for _, w := range m.Row(v, i) {
			b = append(b, byte(w), byte(w>>8), byte(w>>16), byte(w>>24), byte(w>>32), byte(w>>40), byte(w>>48), byte(w>>56))
		}
	}
	return b
}

// unfold lists the original rows (or columns) of a set of folded ones.
func unfold(of []int, set []int) []int {
	in := make([]bool, len(of)) // there are at most so many classes
	for _, c := range set {
		in[c] = true
	}
	all := []int{}
	for i, c := range of {
		if in[c] {
			all = append(all, i)
		}
	}
	return all
}
