package bounds

import (
	"context"
	"math/bits"
	"slices"
)

// shattered finds the largest k such that some k columns of a Boolean matrix show
// all 2^k patterns, within distinct rows: then INDEX_k embeds, the holder of the
// rows having the string. cols are the columns; rows[p] shows pattern p (bit t of
// p is the entry in cols[t]). Undefined entries show no pattern. upper > len(cols)
// only when ctx ended the search.
//
// Method: columns are added in order; the rows split into classes by pattern,
// and a class that has become empty ends the branch.
func shattered(ctx context.Context, m *Matrix) (cols, rows []int, upper int) {
	f := m.Fold()
	zero, one := f.Place(0), f.Place(1)
	if zero < 0 || one < 0 {
		return nil, []int{0}, 0
	}
	t := f.Transpose()
	s := &shatter{ctx: ctx, n: t.Cols()}
	for j := range t.Rows() {
		a, b := bitset(t.Row(zero, j)), bitset(t.Row(one, j))
		if a.empty() || b.empty() {
			continue
		}
		s.zero, s.one, s.col = append(s.zero, a), append(s.one, b), append(s.col, j)
	}
	// k shattered columns need 2^k different rows.
	s.upper = min(bits.Len(uint(f.Rows()))-1, len(s.col))
	s.expand(make([]uint32, s.n), s.n, 0)
	upper = len(s.best)
	if s.stopped {
		upper = max(upper, s.upper)
	}
	for _, j := range s.best {
		cols = append(cols, f.ColFirst[s.col[j]])
	}
	rows = make([]int, 1<<len(cols))
	for i := f.Rows() - 1; i >= 0; i-- {
		p, shown := 0, true
		for k, j := range s.best {
			if s.one[j].has(i) {
				p |= 1 << k
			} else {
				shown = shown && s.zero[j].has(i)
			}
		}
		if shown {
			rows[p] = f.RowFirst[i]
		}
	}
	return cols, rows, upper
}

type shatter struct {
	ctx       context.Context
	n         int
	zero, one []bitset
	col       []int
	chosen    []int
	best      []int
	upper     int
	steps     int
	stopped   bool
}

// lost marks a row that shows no pattern on the chosen columns.
const lost = ^uint32(0)

// expand adds columns from on. class[i] is the pattern of row i; least is the size
// of the smallest class.
func (s *shatter) expand(class []uint32, least, from int) {
	if len(s.chosen) > len(s.best) {
		s.best = append(s.best[:0], s.chosen...)
	}
	// With 2^k classes of at least c rows, at most log2(c) further columns.
	reach := len(s.chosen) + bits.Len(uint(least)) - 1
	next := make([]uint32, len(class))
	for j := from; j < len(s.col); j++ {
		if s.steps++; (s.steps > 256 || s.n > 256) && s.ctx.Err() != nil { // of few rows, a first dive always
			s.stopped = true
		}
		if s.stopped || len(s.best) == s.upper || reach <= len(s.best) || len(s.chosen)+len(s.col)-j <= len(s.best) {
			return
		}
		if least := s.split(next, class, j); least > 0 {
			s.chosen = append(s.chosen, j)
			s.expand(next, least, j+1)
			s.chosen = s.chosen[:len(s.chosen)-1]
		}
	}
}

// split parts every class by column j and returns the size of the smallest part.
func (s *shatter) split(next, class []uint32, j int) (least int) {
	size := make([]int, 2<<len(s.chosen))
	for i, c := range class {
		next[i] = lost
		if c == lost {
			continue
		}
		switch {
		case s.one[j].has(i):
			next[i] = c<<1 | 1
		case s.zero[j].has(i):
			next[i] = c << 1
		default:
			continue
		}
		size[next[i]]++
	}
	return slices.Min(size)
}
