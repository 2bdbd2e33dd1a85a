package bounds

import "math/bits"

// plainDepth is the second implementation of D(f): the definition, word for
// word, by recursion over all divisions of the rows and of the columns. rounds
// limits the rounds (0: no limit); impossible is returned if that is too few.
func plainDepth(m *Matrix, rounds int) int {
	p := &plain{m: m, known: map[plainKey]int{}}
	return p.depth(plainKey{1<<m.Rows() - 1, 1<<m.Cols() - 1, rounds, -1})
}

const impossible = 1000

type plainKey struct{ rows, cols, left, who int }

type plain struct {
	m     *Matrix
	known map[plainKey]int
}

func (p *plain) depth(k plainKey) int {
	if d, ok := p.known[k]; ok {
		return d
	}
	best := impossible
	if p.constant(k) {
		best = 0
	} else {
		for who := range 2 {
			left := k.left
			if left > 0 && k.who >= 0 && k.who != who {
				if left--; left == 0 {
					continue
				}
			}
			set := k.rows
			if who == 1 {
				set = k.cols
			}
			for one := (set - 1) & set; one > 0; one = (one - 1) & set {
				if one&(set&-set) == 0 {
					continue // the other side was tried
				}
				a, b := k, k
				a.left, b.left = left, left
				if left > 0 {
					a.who, b.who = who, who
				}
				if who == 0 {
					a.rows, b.rows = one, set&^one
				} else {
					a.cols, b.cols = one, set&^one
				}
				if d := 1 + p.depth(a); d < best { // else b is of no use
					best = min(best, max(d, 1+p.depth(b)))
				}
			}
		}
		best = min(best, impossible)
	}
	p.known[k] = best
	return best
}

func (p *plain) constant(k plainKey) bool {
	value, any := 0, false
	for r := k.rows; r != 0; r &= r - 1 {
		for c := k.cols; c != 0; c &= c - 1 {
			v, ok := p.m.At(bits.TrailingZeros(uint(r)), bits.TrailingZeros(uint(c)))
			if ok && any && v != value {
				return false
			}
			if ok {
				value, any = v, true
			}
		}
	}
	return true
}
