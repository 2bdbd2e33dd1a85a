package bounds

import "math/bits"

// refuted gives cheap reasons why a part needs more than k bits: a protocol of k
// bits has at most 2^k leaves, each a rectangle of one value, and
//   - for total functions the indicator matrix of value v is the sum of its
//     leaves, so the sum over v of its rank, over any field, is at most 2^k;
//   - no two entries of a fooling set of value v share a leaf, so the sum over v
//     of the sizes is at most 2^k.
//
// The larger of the two counts for each value.
func (s *search) refuted(p part, k int) bool {
	if k > 6 {
		return false
	}
	most := 1 << k
	small := min(bits.OnesCount64(p[0]), bits.OnesCount64(p[1]))
	if s.b.values*small <= most {
		return false // no rank and no fooling set is larger
	}
	if s.b.total && s.b.ranks2(p) > most {
		return true
	}
	sum := 0
	for v := range s.b.values {
		n := 0
		if s.b.total {
			n = s.b.rank(v, p)
		}
		if n < small {
			n = max(n, len(s.b.foolBest(v, p)))
		}
		if sum += n; sum > most {
			return true
		}
	}
	return false
}

// ranks2 is the sum over the values of the rank over GF(2): a quick look before
// the rank modulo a prime.
func (b *board) ranks2(p part) int {
	axis := 0
	if bits.OnesCount64(p[1]) < bits.OnesCount64(p[0]) {
		axis = 1
	}
	sum := 0
	var basis [boardLines]uint64
	for _, lines := range b.is[axis] {
		n := 0
		for left := p[axis]; left != 0; left &= left - 1 {
			w := lines[bits.TrailingZeros64(left)] & p[1-axis]
			for _, e := range basis[:n] {
				w = min(w, w^e)
			}
			if w != 0 {
				basis[n] = w
				n++
			}
		}
		sum += n
	}
	return sum
}

// rank is the rank modulo mersenne of the indicator matrix of value v on p.
func (b *board) rank(v int, p part) int {
	axis := 0
	if bits.OnesCount64(p[1]) > bits.OnesCount64(p[0]) {
		axis = 1 // eliminate along the shorter lines
	}
	var place [boardLines]int
	n := 0
	for left := p[1-axis]; left != 0; left &= left - 1 {
		place[n] = bits.TrailingZeros64(left)
		n++
	}
	var basis [boardLines][]uint64 // basis[c]: a row whose first non-zero entry is at c
	store := make([]uint64, 0, n*n)
	var w [boardLines]uint64
	rank := 0
	for left := p[axis]; left != 0 && rank < n; left &= left - 1 {
		line := b.is[axis][v][bits.TrailingZeros64(left)]
		for c := range n {
			w[c] = line >> place[c] & 1
		}
		for c := range n {
			if w[c] == 0 {
				continue
			}
			row := basis[c]
			if row == nil {
				store = append(store, w[:n]...)
				basis[c] = store[len(store)-n:]
				rank++
				break
			}
			f, g := row[c], mersenne-w[c]
			for e := c; e < n; e++ {
				w[e] = (w[e]*f + g*row[e]) % mersenne
			}
		}
	}
	return rank
}

// cell is an entry of a board: its row and its column.
type cell [2]int

// foolGreedy takes, line after line along axis, the first entry of value v that
// goes with all entries taken before.
func (b *board) foolGreedy(v int, p part, axis int) []cell {
	var set []cell
	for left := p[axis]; left != 0; left &= left - 1 {
		i := bits.TrailingZeros64(left)
		if places := b.unspoilt(v, axis, i, set) & p[1-axis]; places != 0 {
			set = append(set, cellAt(axis, i, bits.TrailingZeros64(places)))
		}
	}
	return set
}

// unspoilt are the places of value v on line i that go with all of a fooling set: place j is
// spoilt by (i', j') unless (i, j') or (i', j) is defined and not v.
func (b *board) unspoilt(v, axis, i int, set []cell) uint64 {
	places := b.is[axis][v][i]
	for _, c := range set {
		if b.def[axis][i]&^b.is[axis][v][i]>>c[1-axis]&1 == 0 {
			places &= b.def[axis][c[axis]] &^ b.is[axis][v][c[axis]]
		}
	}
	return places
}

// cellAt is the entry of a line along axis at a place.
func cellAt(axis, line, place int) (c cell) {
	c[axis], c[1-axis] = line, place
	return c
}

// apart counts lines of p any two of which differ somewhere where both are
// defined, taken greedily. In a folded total part these are all lines.
func (b *board) apart(axis int, p part) int {
	if b.total {
		return bits.OnesCount64(p[axis])
	}
	var taken [boardLines]int
	n := 0
next:
	for left := p[axis]; left != 0; left &= left - 1 {
		i := bits.TrailingZeros64(left)
		for _, j := range taken[:n] {
			if b.differ(axis, i, j)&b.def[axis][i]&b.def[axis][j]&p[1-axis] == 0 {
				continue next
			}
		}
		taken[n] = i
		n++
	}
	return n
}

// roomy says whether some shape of k bits has room for the lines of the folded
// part p that are apart.
func (s *search) roomy(p part, k int) bool { return s.allowed(s.b.apart(0, p), s.b.apart(1, p), k) }

// shape is a most favourable size: how many rows and columns are apart.
type shape struct{ rows, cols int }

// shapesUpTo lists, for each k, how many colours the rows and the columns of a
// matrix with D <= k need at most, when lines that differ where both are defined
// get different colours: 1 and 1 for k = 0; and if a bit of Alice leads to parts
// of r1, c1 and r2, c2 colours then the rows need at most r1 + r2, and a column
// may be coloured by the pair of its colours in the parts, so at most c1 c2.
// Lines that are all apart need as many colours as they are.
func shapesUpTo(k int) [][]shape {
	all := [][]shape{{{1, 1}}}
	for len(all) <= k {
		var next []shape
		last := all[len(all)-1]
		for _, a := range last {
			for _, b := range last {
				next = append(next,
					shape{min(a.rows+b.rows, boardLines), min(a.cols*b.cols, boardLines)},
					shape{min(a.rows*b.rows, boardLines), min(a.cols+b.cols, boardLines)})
			}
		}
		var top []shape
		for i, a := range next {
			beaten := false
			for j, b := range next {
				if a.rows <= b.rows && a.cols <= b.cols && (a != b || j < i) {
					beaten = true
					break
				}
			}
			if !beaten {
				top = append(top, a)
			}
		}
		all = append(all, top)
	}
	return all
}

// allowed says whether some shape of k bits has room for r x c different lines.
func (s *search) allowed(r, c, k int) bool {
	if k >= len(s.shapes) {
		return true
	}
	for _, a := range s.shapes[k] {
		if r <= a.rows && c <= a.cols {
			return true
		}
	}
	return false
}
