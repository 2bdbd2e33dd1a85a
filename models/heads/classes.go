package heads

import (
	"iter"
	"slices"
)

// MaxClasses is the largest n for which the classes of functions are listed.
const MaxClasses = 5

// Classes lists the functions of n bits up to symmetry. A function is a pair of halves, its
// values where one variable is 0 and where it is 1. Of a class the member stands here whose
// half at x_n = 0 is the least of its own class, over all variables, values and symmetries,
// and whose other half is the least with it; so the list is cut into stretches, one for
// each class of halves, and no stretch needs another.
type Classes struct {
	N    int
	half int      // bits of a half's table: 2^(n-1)
	sym  []images // the symmetries of n - 1 bits
	kind []int    // of a half's table: its class, by number
	to   []int    // and a symmetry that leads to its class's first
	// First are the first of each class of halves; keep are the symmetries that keep it.
	First []uint64
	keep  [][]int
}

// images is a symmetry as a look-up: the image of each byte of a table.
type images struct {
	bytes [2][256]uint64
	out   uint64
}

func (s *images) of(t uint64) uint64 { return s.bytes[0][t&255] ^ s.bytes[1][t>>8] ^ s.out }

// Class is a class of functions: its first member, and how many it has.
type Class struct {
	First Function
	Size  int
}

// NewClasses prepares the list for functions of n bits, 1 <= n <= [MaxClasses].
func NewClasses(n int) *Classes {
	c := &Classes{N: n, half: 1 << (n - 1)}
	tables := 1 << c.half
	for _, s := range Symmetries(n - 1) {
		var im images
		if s.Out {
			im.out = uint64(tables - 1)
			s.Out = false
		}
		for part := range im.bytes {
			for b := range im.bytes[part] {
				if t := uint64(b) << (8 * part); t < uint64(tables) {
					im.bytes[part][b] = s.Function(Function{n - 1, t}).Table
				}
			}
		}
		c.sym = append(c.sym, im)
	}
	c.kind, c.to = make([]int, tables), make([]int, tables)
	for t := range c.kind {
		c.kind[t] = -1
	}
	for t := range c.kind {
		if c.kind[t] >= 0 {
			continue
		}
		k := len(c.First)
		c.First = append(c.First, uint64(t))
		var keep []int
		for s := range c.sym {
			if c.sym[s].of(uint64(t)) == uint64(t) {
				keep = append(keep, s)
			}
		}
		c.keep = append(c.keep, keep)
		for s := range c.sym {
			c.kind[c.sym[s].of(uint64(t))] = k
		}
	}
	for t, k := range c.kind {
		c.to[t] = slices.IndexFunc(c.sym, func(s images) bool { return s.of(uint64(t)) == c.First[k] })
	}
	return c
}

// Of yields the classes whose member here has half k at x_n = 0, and at x_n = 1 a table
// from, ..., to - 1.
func (c *Classes) Of(k int, from, to uint64) iter.Seq[Class] {
	return func(yield func(Class) bool) {
		for h := from; h < min(to, 1<<c.half); h++ {
			f := Function{c.N, c.First[k] | h<<c.half}
			if same := c.first(f, k, h); same > 0 && !yield(Class{f, 2 * c.N * len(c.sym) / same}) {
				return
			}
		}
	}
}

// first counts the symmetries of n bits that keep f, whose halves are those of class k
// and h; 0 if some member of f's class comes before f.
func (c *Classes) first(f Function, k int, h uint64) (same int) {
	var pairs [2 * MaxClasses][2]uint64
	for i := range c.N {
		low, high := f.halves(i)
		if c.kind[low] < k || c.kind[high] < k {
			return 0
		}
		pairs[2*i], pairs[2*i+1] = [2]uint64{low, high}, [2]uint64{high, low}
	}
	for _, p := range pairs[:2*c.N] {
		if c.kind[p[0]] != k {
			continue
		}
		other := c.sym[c.to[p[0]]].of(p[1])
		for _, s := range c.keep[k] {
			switch g := c.sym[s].of(other); {
			case g < h:
				return 0
			case g == h:
				same++
			}
		}
	}
	return same
}

// halves are the tables of f where variable i is 0, and where it is 1.
func (f Function) halves(i int) (low, high uint64) {
	at := [2]int{}
	halves := [2]uint64{}
	// The points stay in order, so a run of 2^i bits goes to one half at a time.
	run := 1 << i
	mask := uint64(1)<<run - 1
	for x := 0; x < f.Points(); x += run {
		b := x >> i & 1
		halves[b] |= f.Table >> x & mask << at[b]
		at[b] += run
	}
	return halves[0], halves[1]
}
