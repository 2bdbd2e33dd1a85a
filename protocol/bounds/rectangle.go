package bounds

import (
	"context"
	"math/bits"
	"slices"
)

// largest finds a rectangle without another value that holds most entries of v,
// counted with multiplicity. upper equals area unless ctx ended the search; most is
// what no rectangle can pass.
//
// Method: close-by-one enumeration of maximal rectangles along the shorter axis,
// cut where even the best k further rows, on the columns that the k-th leaves,
// cannot beat the best so far.
func (a *aspect) largest(ctx context.Context, most int) (best rect, area, upper int) {
	if a.n[0] == 0 {
		return rect{newBitset(0), newBitset(0)}, 0, 0
	}
	if a.n[0] > a.n[1] {
		best, area, upper = a.flip().largest(ctx, most)
		return rect{best.cols, best.rows}, area, upper
	}
	if late(ctx, a.n[0]*a.n[1]) { // a row
		row := newBitset(a.n[0])
		row.add(0)
		s := &rectSearch{aspect: a}
		s.keep(row, a.is[0][0])
		return s.best, s.area, most
	}
	s := &rectSearch{aspect: a, ctx: ctx, ok: a.compatible()}
	for i := 0; i < a.n[0] && ctx.Err() == nil; i++ { // start: grow rows greedily
		if a.n[0] <= 256 || i%(a.n[0]/256) == 0 {
			s.grow(i)
		}
	}
	if s.area < most {
		s.expand(newBitset(a.n[0]), fullBitset(a.n[1]), 0)
	}
	if !s.stopped || s.area >= most {
		s.stopped = false
		s.square()
		return s.best, s.area, s.area
	}
	total := 0
	for i := range a.n[0] {
		total += s.entries(i, fullBitset(a.n[1]))
	}
	return s.best, s.area, min(total, most)
}

// compatible lists per row the columns whose entry is not another value.
func (a *aspect) compatible() []bitset {
	ok := make([]bitset, a.n[0])
	for i := range ok {
		ok[i] = fullBitset(a.n[1])
		ok[i].andNot(a.not[0][i])
	}
	return ok
}

type rectSearch struct {
	*aspect
	ctx     context.Context
	ok      []bitset
	best    rect
	area    int
	work    int // words looked at since ctx was asked
	stopped bool
	ties    int // steps left for rectangles of equal area; 0: they are cut
}

// spend notes work, in words, and now and then asks ctx whether to go on: one step
// on a matrix of thousands of rows is itself long.
func (s *rectSearch) spend(words int) (more bool) {
	if s.work += words; s.work >= 1<<18 {
		s.work = 0
		s.stopped = s.stopped || s.ctx.Err() != nil
	}
	return !s.stopped
}

// entries counts the entries of v of row i within cols, with multiplicities.
func (s *rectSearch) entries(i int, cols bitset) int {
	n := 0
	for k := range cols {
		for w := cols[k] & s.is[0][i][k]; w != 0; w &= w - 1 {
			n += s.weight(1, k<<6+bits.TrailingZeros64(w))
		}
	}
	return n * s.weight(0, i)
}

func (s *rectSearch) keep(rows, cols bitset) {
	area := 0
	for i := range rows.all() {
		area += s.entries(i, cols)
	}
	if area > s.area || area == s.area && s.short(rows, cols) > s.short(s.best.rows, s.best.cols) {
		s.area, s.best = area, rect{rows.clone(), cols.clone()}
	}
}

// short is the shorter side of a rectangle, in lines of the whole matrix: among
// rectangles of equal area the squarest is kept.
func (s *rectSearch) short(rows, cols bitset) int {
	side := func(axis int, set bitset) int {
		n := 0
		for i := range set.all() {
			n += s.weight(axis, i)
		}
		return n
	}
	return min(side(0, rows), side(1, cols))
}

// square goes on, for a while, among the rectangles of the largest area.
func (s *rectSearch) square() {
	s.ties = 20000
	s.expand(newBitset(s.n[0]), fullBitset(s.n[1]), 0)
}

// grow adds to row i, one by one, the row that keeps the largest area.
func (s *rectSearch) grow(i int) {
	rows, cols := newBitset(s.n[0]), s.ok[i].clone()
	rows.add(i)
	for s.spend(s.n[0] * len(cols)) {
		s.keep(rows, cols)
		pick, most := -1, 0
		meet := newBitset(s.n[1])
		for k := range s.n[0] {
			if rows.has(k) {
				continue
			}
			meet.setAnd(cols, s.ok[k])
			if c := meet.count(); c > most {
				pick, most = k, c
			}
		}
		if pick < 0 {
			return
		}
		rows.add(pick)
		cols.and(s.ok[pick])
	}
}

// expand visits every closed rectangle whose rows extend rows by rows from on.
func (s *rectSearch) expand(rows, cols bitset, from int) {
	if !s.spend(s.n[0]*len(cols)) || cols.empty() {
		return
	}
	if s.ties > 0 {
		if s.ties--; s.ties == 0 {
			s.stopped = true
		}
	}
	if !rows.empty() {
		s.keep(rows, cols)
	}
	if !s.promising(rows, cols, from) {
		return
	}
	next, meet := newBitset(s.n[0]), newBitset(s.n[1])
	for i := from; i < s.n[0]; i++ {
		if rows.has(i) {
			continue
		}
		if !s.spend(s.n[0] * len(cols)) {
			return
		}
		meet.setAnd(cols, s.ok[i])
		copy(next, rows)
		canonical := true
		for k := range s.n[0] { // close, and refuse what an earlier row reaches
			if !rows.has(k) && (k == i || meet.within(s.ok[k])) {
				if k < i {
					canonical = false
					break
				}
				next.add(k)
			}
		}
		if canonical {
			s.expand(next.clone(), meet.clone(), i+1)
		}
	}
}

// promising bounds every extension from above.
func (s *rectSearch) promising(rows, cols bitset, from int) bool {
	type part struct{ inside, rows int }
	var open []part
	sure, tie := 0, 0
	if s.ties > 0 {
		tie = 1
	}
	meet := newBitset(s.n[1])
	for i := range s.n[0] {
		if rows.has(i) {
			if s.total {
				sure += s.weight(0, i)
			} else {
				sure += s.entries(i, cols)
			}
			continue
		}
		if i < from {
			continue
		}
		meet.setAnd(cols, s.ok[i])
		if n := s.entries(i, meet); n > 0 {
			open = append(open, part{n / s.weight(0, i), s.weight(0, i)})
		}
	}
	if !s.total {
		for _, p := range open {
			sure += p.inside * p.rows
		}
		return sure > s.area-tie
	}
	slices.SortFunc(open, func(x, y part) int { return y.inside - x.inside })
	for _, p := range open {
		sure += p.rows
		if sure*p.inside > s.area-tie {
			return true
		}
	}
	return false
}
