package bounds

import (
	"context"
	"crosscut/internal/exact"
	"iter"
	"math/bits"
	"slices"
)

// labelsMost is the most rectangles for which labellings are searched: a set of
// labels is a place in a table of 2^k.
const labelsMost = 12

// labelling decides whether k rectangles without another value cover the entries
// of v (exactly: each once). Number the rectangles and let A_i be the set of those
// that meet row i, B_j of those that meet column j. Then entry (i, j) lies in the
// rectangles A_i n B_j: the task is to choose the sets such that A_i n B_j is not
// empty (has one element) where the entry is v, and empty where it is another
// value. Once the A_i are chosen the columns are independent of each other, so
// only the A_i are searched; every column keeps the table of the B that are
// still possible.
//
// Symmetry: the labels are interchangeable, and so are rows whose exchange, with
// some permutation of the columns, leaves the matrix as it is. As a matrix of
// bits, rows by labels, the A may be taken with its columns sorted, and its rows
// sorted within each class of interchangeable rows: the lexicographically largest
// representative satisfies both ("double lex"). steps bounds the rows labelled.
func (a *aspect) labelling(ctx context.Context, k int, exactly bool, steps int) (found []rect, decided bool) {
	if a.n[0] == 0 {
		return nil, true
	}
	if k > labelsMost {
		return nil, false
	}
	s := &labels{aspect: a, ctx: ctx, k: k, left: steps, size: 1 << k, sets: make([]int, a.n[0])}
	s.words = max(1, s.size/64)
	s.tabulate(exactly)
	s.order()
	whole := newBitset(s.size)
	for b := range s.size {
		whole.add(b)
	}
	if !s.assign(0, slices.Repeat([]bitset{whole}, a.n[1]), []int{k}) {
		return nil, !s.stopped
	}
	return s.rects(), true
}

type labels struct {
	*aspect
	ctx     context.Context
	k, size int
	words   int
	inside  []bitset // inside[A]: the B that meet A (in one element)
	outside []bitset // outside[A]: the B disjoint from A
	rows    []int    // the order in which rows are labelled
	before  []int    // before[r]: the latest earlier interchangeable row, or -1
	sets    []int    // A by row; bit k-1 is label 0, so that order as numbers is lexicographic
	final   []bitset
	left    int
	stopped bool
}

// tabulate fills the tables of what one set A allows in a column.
func (s *labels) tabulate(exactly bool) {
	s.inside, s.outside = make([]bitset, s.size), make([]bitset, s.size)
	for x := range s.size {
		s.inside[x], s.outside[x] = newBitset(s.size), newBitset(s.size)
		for b := range s.size {
			switch c := x & b; {
			case c == 0:
				s.outside[x].add(b)
			case !exactly || c&(c-1) == 0:
				s.inside[x].add(b)
			}
		}
	}
}

// order puts interchangeable rows together, and rows with many constraints first.
func (s *labels) order() {
	n := s.n[0]
	class := s.interchangeable()
	weight := make([]int, n)
	for i := range n {
		weight[class[i]] += 1 + s.is[0][i].count()
	}
	s.rows = exact.UpTo(n)
	slices.SortStableFunc(s.rows, func(x, y int) int {
		if class[x] != class[y] {
			if weight[class[x]] != weight[class[y]] {
				return weight[class[y]] - weight[class[x]]
			}
			return class[x] - class[y]
		}
		return x - y
	})
	s.before = make([]int, n)
	last := map[int]int{}
	for _, r := range s.rows {
		s.before[r] = -1
		if p, ok := last[class[r]]; ok {
			s.before[r] = p
		}
		last[class[r]] = r
	}
}

// interchangeable gives each row the least row with which it can be exchanged.
// Exchangeability is transitive: (x z) = (x y)(y z)(x y).
func (s *labels) interchangeable() []int {
	n := s.n[0]
	class := exact.UpTo(n)
	key := func(j, x, y int) string {
		b := make([]byte, 0, 2*n)
		for i := range n {
			k := i
			switch i {
			case x:
				k = y
			case y:
				k = x
			}
			c := byte('*')
			if s.is[1][j].has(k) {
				c = '1'
			} else if s.not[1][j].has(k) {
				c = '0'
			}
			b = append(b, c)
		}
		return string(b)
	}
	plain := map[string]bool{} // columns of an aspect are different
	for j := range s.n[1] {
		plain[key(j, -1, -1)] = true
	}
	for x := range n {
		for y := range x {
			if y&15 == 0 && s.ctx.Err() != nil {
				return class // fewer symmetries: sound
			}
			if class[y] != y || s.is[0][x].count() != s.is[0][y].count() {
				continue
			}
			same := true
			for j := 0; j < s.n[1] && same; j++ {
				same = plain[key(j, x, y)]
			}
			if same {
				class[x] = y
				break
			}
		}
	}
	return class
}

// assign labels the rows from place at on. open[j] lists the B that column j may
// still have; cells are the sizes of the runs of labels that no row has told
// apart, in order.
func (s *labels) assign(at int, open []bitset, cells []int) bool {
	if s.left--; s.left <= 0 || s.left&63 == 0 && s.ctx.Err() != nil {
		s.stopped = true
	}
	if s.stopped {
		return false
	}
	if at == len(s.rows) {
		s.final = open
		return true
	}
	r := s.rows[at]
	next := make([]bitset, len(open))
	store := make([]uint64, len(open)*s.words)
	for j := range next {
		next[j] = bitset(store[j*s.words : (j+1)*s.words])
	}
	most := s.size - 1
	if s.before[r] >= 0 {
		most = s.sets[s.before[r]]
	}
	for _, x := range s.middle(s.sorted(cells, most)) {
		if len(store) > 1<<12 && s.ctx.Err() != nil { // a step through so many tables is long
			s.stopped = true
			return false
		}
		if !s.narrow(next, open, r, x) {
			continue
		}
		s.sets[r] = x
		if s.assign(at+1, next, s.refine(cells, x)) {
			return true
		}
		if s.stopped {
			return false
		}
	}
	return false
}

// narrow meets every column's table with what row r allows when labelled x.
func (s *labels) narrow(next, open []bitset, r, x int) bool {
	for j := range next {
		mask := bitset(nil)
		if s.is[0][r].has(j) {
			mask = s.inside[x]
		} else if s.not[0][r].has(j) {
			mask = s.outside[x]
		}
		if mask == nil {
			copy(next[j], open[j])
			continue
		}
		any := uint64(0)
		for k := range next[j] {
			next[j][k] = open[j][k] & mask[k]
			any |= next[j][k]
		}
		if any == 0 {
			return false
		}
	}
	return true
}

// sorted lists the sets, at most most, whose labels within each cell come first:
// one of each kind under exchange of labels that are still alike.
func (s *labels) sorted(cells []int, most int) iter.Seq[int] {
	return func(yield func(int) bool) {
		var walk func(c, shift, x int) bool
		walk = func(c, shift, x int) bool {
			if c == len(cells) {
				return x == 0 || x > most || yield(x)
			}
			n := cells[c]
			for ones := n; ones >= 0; ones-- {
				block := (1<<ones - 1) << (n - ones)
				if !walk(c+1, shift-n, x|block<<(shift-n)) {
					return false
				}
			}
			return true
		}
		walk(0, s.k, 0)
	}
}

// middle puts sets of about half the labels first: antichains are largest there.
func (s *labels) middle(sets iter.Seq[int]) []int {
	all := slices.Collect(sets)
	off := func(x int) int {
		d := 2*bits.OnesCount(uint(x)) - s.k
		return max(d, -d)
	}
	slices.SortStableFunc(all, func(x, y int) int { return off(x) - off(y) })
	return all
}

// refine splits the cells by x, which is sorted within each.
func (s *labels) refine(cells []int, x int) []int {
	next := make([]int, 0, len(cells)+2)
	shift := s.k
	for _, n := range cells {
		shift -= n
		ones := 0
		for b := range n {
			ones += x >> (shift + b) & 1
		}
		if ones > 0 {
			next = append(next, ones)
		}
		if n > ones {
			next = append(next, n-ones)
		}
	}
	return next
}

// rects reads the rectangles off the labels.
func (s *labels) rects() []rect {
	all := make([]rect, s.k)
	for l := range all {
		all[l] = rect{newBitset(s.n[0]), newBitset(s.n[1])}
	}
	for i, x := range s.sets {
		for l := range s.k {
			if x>>l&1 == 1 {
				all[l].rows.add(i)
			}
		}
	}
	for j, open := range s.final {
		b := open.first()
		for l := range s.k {
			if b>>l&1 == 1 {
				all[l].cols.add(j)
			}
		}
	}
	return slices.DeleteFunc(all, func(r rect) bool { return r.rows.empty() || r.cols.empty() })
}
