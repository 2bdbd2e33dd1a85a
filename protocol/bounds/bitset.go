package bounds

import (
	"iter"
	"math/bits"
	"slices"
)

// bitset is a packed set of small numbers. Sets that meet have equal length.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func fullBitset(n int) bitset {
	b := newBitset(n)
	for k := range b {
		b[k] = ^uint64(0)
	}
	if n&63 != 0 {
		b[len(b)-1] = 1<<(n&63) - 1
	}
	return b
}

func (b bitset) add(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b bitset) remove(i int)   { b[i>>6] &^= 1 << (i & 63) }
func (b bitset) has(i int) bool { return b[i>>6]>>(i&63)&1 == 1 }
func (b bitset) clone() bitset  { return slices.Clone(b) }

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

func (b bitset) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

// first is the least element, or -1.
func (b bitset) first() int {
	for k, w := range b {
		if w != 0 {
			return k<<6 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

// all lists the elements in order; b must not grow meanwhile.
func (b bitset) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for k, w := range b {
			for ; w != 0; w &= w - 1 {
				if !yield(k<<6 + bits.TrailingZeros64(w)) {
					return
				}
			}
		}
	}
}

func (b bitset) and(c bitset) {
	for k := range b {
		b[k] &= c[k]
	}
}

func (b bitset) andNot(c bitset) {
	for k := range b {
		b[k] &^= c[k]
	}
}

func (b bitset) or(c bitset) {
	for k := range b {
		b[k] |= c[k]
	}
}

func (b bitset) setAnd(c, d bitset) {
	for k := range b {
		b[k] = c[k] & d[k]
	}
}

func (b bitset) meets(c bitset) bool {
	for k := range b {
		if b[k]&c[k] != 0 {
			return true
		}
	}
	return false
}

func (b bitset) within(c bitset) bool {
	for k := range b {
		if b[k]&^c[k] != 0 {
			return false
		}
	}
	return true
}

func (b bitset) countAnd(c bitset) int {
	n := 0
	for k := range b {
		n += bits.OnesCount64(b[k] & c[k])
	}
	return n
}
