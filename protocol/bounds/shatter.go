package bounds

import (
	"context"
	"math/bits"
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
	s := &shatter{ctx: ctx, n: t.Rows()}
	for j := range t.Rows() {
		a, b := bitset(t.Row(zero, j)), bitset(t.Row(one, j))
		if a.empty() || b.empty() {
			continue
		}
		s.zero, s.one, s.col = append(s.zero, a), append(s.one, b), append(s.col, j)
	}
	// k shattered columns need 2^k different rows.
	s.upper = min(bits.Len(uint(f.Rows()))-1, len(s.col))
	s.expand([]bitset{fullBitset(f.Rows())}, 0)
	upper = len(s.best)
	if s.stopped {
		upper = max(upper, s.upper)
	}
	for _, j := range s.best {
		cols = append(cols, f.ColFirst[s.col[j]])
	}
	rows = make([]int, 1<<len(cols))
	for p := range rows {
		class := fullBitset(f.Rows())
		for k, j := range s.best {
			if p>>k&1 == 1 {
				class.and(s.one[j])
			} else {
				class.and(s.zero[j])
			}
		}
		rows[p] = f.RowFirst[class.first()]
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
	steps     uint
	stopped   bool
}

func (s *shatter) expand(classes []bitset, from int) {
	if len(s.chosen) > len(s.best) {
		s.best = append(s.best[:0], s.chosen...)
	}
	if s.steps++; s.steps&15 == 0 && s.ctx.Err() != nil {
		s.stopped = true
	}
	// With 2^k classes of at least c rows, at most log2(c) further columns.
	least := classes[0].count()
	for _, c := range classes {
		least = min(least, c.count())
	}
	reach := len(s.chosen) + bits.Len(uint(least)) - 1
	for j := from; j < len(s.col); j++ {
		if s.stopped || len(s.best) == s.upper || reach <= len(s.best) || len(s.chosen)+len(s.col)-j <= len(s.best) {
			return
		}
		if next := s.split(classes, j); next != nil {
			s.chosen = append(s.chosen, j)
			s.expand(next, j+1)
			s.chosen = s.chosen[:len(s.chosen)-1]
		}
	}
}

// split parts every class by column j, or returns nil when one part is empty.
func (s *shatter) split(classes []bitset, j int) []bitset {
	for _, c := range classes {
		if !c.meets(s.zero[j]) || !c.meets(s.one[j]) {
			return nil
		}
	}
	next := make([]bitset, 0, 2*len(classes))
	for _, c := range classes {
		a, b := newBitset(len(c)*64), newBitset(len(c)*64)
		a.setAnd(c, s.zero[j])
		b.setAnd(c, s.one[j])
		next = append(next, a, b)
	}
	return next
}
