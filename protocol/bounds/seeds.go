package bounds

import (
	"context"
	"math/bits"
)

// seeded decides whether k rectangles without another value cover the entries of
// v (exactly: each once), given a fooling set: each of its entries lies in a
// rectangle of its own, which breaks the symmetry between the rectangles. Every
// rectangle keeps the rows and columns it must and may have. An entry that fits
// only one rectangle is forced into it, which shrinks what that one may have; when
// nothing is forced, the entry with fewest choices is branched on. steps bounds
// the branchings.
func (a *aspect) seeded(ctx context.Context, k int, exactly bool, set []place, steps int) (found []rect, decided bool) {
	if len(set) > k {
		return nil, true
	}
	if a.n[0] == 0 {
		return nil, true
	}
	s := &seeds{aspect: a, ctx: ctx, exactly: exactly, left: steps}
	s.ok = [2][]bitset{a.compatible(), a.flip().compatible()}
	boxes := make(boxes, k)
	for b := range boxes {
		for axis := range 2 {
			boxes[b].must[axis], boxes[b].may[axis] = newBitset(a.n[axis]), fullBitset(a.n[axis])
		}
	}
	for b, p := range set {
		if !s.force(boxes, b, p[0], p[1]) {
			return nil, true
		}
	}
	if !s.search(boxes) {
		return nil, s.left > 0 && ctx.Err() == nil
	}
	for _, b := range s.found {
		if !b.blank() {
			found = append(found, rect{b.must[0], b.must[1]})
		}
	}
	return found, true
}

type seeds struct {
	*aspect
	ctx     context.Context
	exactly bool
	ok      [2][]bitset // per line of an axis, the places that are not another value
	left    int
	found   boxes
}

// box is a rectangle in the making.
type box struct{ must, may [2]bitset }

func (b *box) blank() bool { return b.must[0].empty() }

type boxes []box

func (all boxes) clone() boxes {
	c := make(boxes, len(all))
	for k, b := range all {
		for axis := range 2 {
			c[k].must[axis], c[k].may[axis] = b.must[axis].clone(), b.may[axis].clone()
		}
	}
	return c
}

// force puts entry (i, j) into box b; false when it cannot be there.
func (s *seeds) force(all boxes, b, i, j int) bool {
	x := &all[b]
	line := [2]int{i, j}
	for axis := range 2 {
		if !x.may[axis].has(line[axis]) {
			return false
		}
	}
	for axis := range 2 {
		x.must[axis].add(line[axis])
		x.may[1-axis].and(s.ok[axis][line[axis]])
	}
	if s.exactly && !s.disjoint(all, b) {
		return false
	}
	return x.must[0].within(x.may[0]) && x.must[1].within(x.may[1])
}

// disjoint takes from every other box what would share an entry of v with box b,
// and from b what would share one with them.
func (s *seeds) disjoint(all boxes, b int) bool {
	x := &all[b]
	for k := range all {
		if k == b || all[k].blank() {
			continue
		}
		y := &all[k]
		for axis := range 2 {
			for w := range x.must[axis] {
				for both := x.must[axis][w] & y.must[axis][w]; both != 0; both &= both - 1 {
					own := s.is[axis][w<<6+bits.TrailingZeros64(both)]
					for t := range own {
						if x.must[1-axis][t]&y.must[1-axis][t]&own[t] != 0 {
							return false
						}
						y.may[1-axis][t] &^= x.must[1-axis][t] & own[t]
						x.may[1-axis][t] &^= y.must[1-axis][t] & own[t]
					}
				}
			}
		}
		if !y.must[0].within(y.may[0]) || !y.must[1].within(y.may[1]) {
			return false
		}
	}
	return true
}

// search forces what is forced and branches on the rest.
func (s *seeds) search(all boxes) bool {
	i, j, options, ok := s.propagate(all)
	if !ok {
		return false
	}
	if options == nil {
		s.found = all
		return true
	}
	for _, b := range options {
		if s.left--; s.left <= 0 || s.ctx.Err() != nil {
			return false
		}
		next := all.clone()
		if s.force(next, b, i, j) && s.search(next) {
			return true
		}
	}
	return false
}

// propagate forces entries with one choice until there are none. It returns an
// open entry with few choices, no choices when all entries are covered, and false
// when some entry has none.
func (s *seeds) propagate(all boxes) (row, col int, options []int, ok bool) {
	words := len(newBitset(s.n[1]))
	open, one, two, three := make(bitset, words), make(bitset, words), make(bitset, words), make(bitset, words)
	for again := true; again; {
		again = false
		row, col = -1, -1
		few := 4
		for i := range s.n[0] {
			if i&63 == 63 && s.ctx.Err() != nil {
				return 0, 0, nil, false // search asks too, and decides nothing
			}
			copy(open, s.is[0][i])
			clear(one)
			clear(two)
			clear(three)
			blank := false // blank boxes are alike: one of them counts
			for b := range all {
				x := &all[b]
				if x.must[0].has(i) {
					open.andNot(x.must[1])
				}
				if !x.may[0].has(i) || blank && x.blank() {
					continue
				}
				blank = blank || x.blank()
				for w, m := range x.may[1] {
					three[w] |= two[w] & m
					two[w] |= one[w] & m
					one[w] |= m
				}
			}
			for w := range open {
				if open[w]&^one[w] != 0 {
					return 0, 0, nil, false
				}
				if single := open[w] &^ two[w]; single != 0 {
					j := w<<6 + bits.TrailingZeros64(single)
					if !s.force(all, s.choices(all, i, j)[0], i, j) {
						return 0, 0, nil, false
					}
					again = true
					break // the row has changed
				}
				if pair := open[w] &^ three[w]; pair != 0 && few > 2 {
					row, col, few = i, w<<6+bits.TrailingZeros64(pair), 2
				} else if open[w] != 0 && few > 3 {
					row, col, few = i, w<<6+bits.TrailingZeros64(open[w]), 3
				}
			}
		}
	}
	if row < 0 {
		return 0, 0, nil, true
	}
	return row, col, s.choices(all, row, col), true
}

// choices lists the boxes that entry (i, j) fits; of blank ones the first.
func (s *seeds) choices(all boxes, i, j int) []int {
	var fit []int
	blank := false
	for b := range all {
		x := &all[b]
		if !x.may[0].has(i) || !x.may[1].has(j) || blank && x.blank() {
			continue
		}
		blank = blank || x.blank()
		fit = append(fit, b)
	}
	return fit
}
