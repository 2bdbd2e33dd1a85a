package bounds

import (
	"math/bits"
	"slices"

	"crosscut/protocol"
)

// cast says which lines of the matrix act as which line of a board.
type cast [2][boardLines][]int

// build makes the tree whose existence fits(p, k, t) has decided. It repeats the
// search node by node, which is quick as long as the table remembers; nil if the
// context ends first. p and c must be from the whole board or from build.
func (s *search) build(p part, c *cast, k int, t turn) *Tree {
	p, c = s.b.foldCast(p, c)
	if n, v := s.b.valuesIn(p); n <= 1 {
		return &Tree{Value: v} // a place; relabel makes it a value
	}
	t = t.within(k)
	if axis := s.quick(p, k, t); axis >= 0 {
		return s.b.listed(p, c).sendTree(axis, k)
	}
	for axis := range 2 {
		next, ok := t.speak(axis)
		if !ok {
			continue
		}
		side, ok := s.split(p, axis, k-1, next)
		if !ok {
			continue
		}
		zero, one := p, p
		zero[axis] = side
		one[axis] = p[axis] &^ side
		tree := &Tree{Speaker: protocol.Player(axis), Ones: c.lines(axis, one[axis])}
		if tree.Zero = s.build(zero, c, k-1, next); tree.Zero == nil {
			return nil
		}
		if tree.One = s.build(one, c, k-1, next); tree.One == nil {
			return nil
		}
		return tree
	}
	return nil
}

// lines lists the matrix lines that act as a line of set, ascending.
func (c *cast) lines(axis int, set uint64) []int {
	var all []int
	for ; set != 0; set &= set - 1 {
		all = append(all, c[axis][bits.TrailingZeros64(set)]...)
	}
	slices.Sort(all)
	return all
}

// foldCast folds p and hands the parts of the dropped lines to others.
func (b *board) foldCast(p part, c *cast) (part, *cast) {
	d := *c
	for changed := true; changed; {
		changed = false
		for axis := range 2 {
			for left := p[axis]; left != 0; left &= left - 1 {
				i := bits.TrailingZeros64(left)
				here := b.def[axis][i] & p[1-axis]
				for have := p[axis] &^ (1 << i); have != 0; have &= have - 1 {
					j := bits.TrailingZeros64(have)
					if here&^b.def[axis][j] == 0 && b.differ(axis, i, j)&here == 0 {
						p[axis] &^= 1 << i
						d[axis][j] = append(slices.Clone(d[axis][j]), d[axis][i]...)
						changed = true
						break
					}
				}
			}
		}
	}
	return p, &d
}

// listed writes p as lists of lines.
func (b *board) listed(p part, c *cast) *game {
	g := &game{g: b.g}
	for axis := range 2 {
		for left := p[axis]; left != 0; left &= left - 1 {
			i := bits.TrailingZeros64(left)
			g.lines[axis] = append(g.lines[axis], b.line[axis][i])
			g.actors[axis] = append(g.actors[axis], c[axis][i])
		}
	}
	return g
}
