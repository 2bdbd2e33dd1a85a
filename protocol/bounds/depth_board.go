package bounds

import (
	"context"
	"math/bits"
)

// grid is a matrix of small integers, row by row; -1 marks an entry outside the
// promise. Values are 0..values-1.
type grid struct {
	ctx                context.Context // nil: never ends
	rows, cols, values int
	at                 []int32
	merged             bool // total and without equal lines: nothing to fold
}

func (g *grid) get(i, j int) int32 { return g.at[i*g.cols+j] }

// line returns entry j of line i along axis (0: rows, 1: columns).
func (g *grid) line(axis, i, j int) int32 {
	if axis == 0 {
		return g.get(i, j)
	}
	return g.get(j, i)
}

// late says that time is over and the grid too large to go on with.
func (g *grid) late() bool { return g.ctx != nil && late(g.ctx, g.rows*g.cols) }

func (g *grid) size(axis int) int {
	if axis == 0 {
		return g.rows
	}
	return g.cols
}

// folding says which lines of a matrix stand for which: kept[axis] are the lines
// that remain, actors[axis][k] all lines that act as kept[axis][k].
//
// A line may act as another if the two agree wherever the first is defined (for
// total functions: if they are equal). A player who holds such a line plays as
// though holding the other: the leaf that is reached is right for both. Lines
// are removed one after the other, each judged on what is then left; composing
// the "acts as" steps in that order keeps every defined entry.
type folding struct {
	kept   [2][]int
	actors [2][][]int
}

// fold removes lines until none can act as another.
func (g *grid) fold() folding {
	var f folding
	for axis := range 2 {
		f.kept[axis] = make([]int, g.size(axis))
		f.actors[axis] = make([][]int, g.size(axis))
		for i := range f.kept[axis] {
			f.kept[axis][i], f.actors[axis][i] = i, []int{i}
		}
	}
	if g.merged {
		return f
	}
	for changed := true; changed; {
		changed = false
		for axis := range 2 {
			if g.foldAxis(&f, axis) {
				changed = true
			}
		}
	}
	return f
}

// foldAxis makes one pass over the lines of one axis. Equal lines are found by
// hashing; a line that is less defined than another is looked for in pairs.
func (g *grid) foldAxis(f *folding, axis int) bool {
	across := f.kept[1-axis]
	var kept []int
	var actors [][]int
	seen := map[string]int{}
	partial := false
	key := make([]byte, 0, 4*len(across))
	for k, i := range f.kept[axis] {
		if g.late() {
			return false
		}
		key = key[:0]
		for _, j := range across {
			v := g.line(axis, i, j)
			partial = partial || v < 0
			key = append(key, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
		}
		if at, ok := seen[string(key)]; ok {
			actors[at] = append(actors[at], f.actors[axis][k]...)
			continue
		}
		seen[string(key)] = len(kept)
		kept = append(kept, i)
		actors = append(actors, f.actors[axis][k])
	}
	if partial {
		acts := func(i, j int) bool {
			for _, c := range across {
				if v := g.line(axis, i, c); v >= 0 && v != g.line(axis, j, c) {
					return false
				}
			}
			return true
		}
		gone := make([]bool, len(kept))
		for a := range kept {
			if g.late() {
				break // fewer lines go, each rightly
			}
			for b := range kept {
				if a != b && !gone[b] && acts(kept[a], kept[b]) {
					gone[a] = true
					actors[b] = append(actors[b], actors[a]...)
					break
				}
			}
		}
		live := 0
		for a := range kept {
			if !gone[a] {
				kept[live], actors[live] = kept[a], actors[a]
				live++
			}
		}
		kept, actors = kept[:live], actors[:live]
	}
	changed := len(kept) < len(f.kept[axis])
	f.kept[axis], f.actors[axis] = kept, actors
	return changed
}

// boardLines is the most lines a board has each way: one machine word.
const boardLines = 64

// part is a sub-matrix of a board: a set of rows and a set of columns.
type part [2]uint64

// board is a matrix packed for the search, at most 64 lines each way. Axis 0 are
// the rows, axis 1 the columns; every table is kept for both, so that each rule
// is written once.
type board struct {
	n      [2]int
	values int
	total  bool // every entry is defined
	g      *grid
	line   [2][]int // the lines of g that these are
	bit    [2][][]uint64
	def    [2][]uint64
	is     [2][][]uint64
	// bit[axis][b][i] are the places of line i whose value has bit b set;
	// def[axis][i] the places that are defined; is[axis][v][i] those of value v.
}

// newBoard packs the chosen rows and columns of g.
func newBoard(g *grid, rows, cols []int) *board {
	b := &board{n: [2]int{len(rows), len(cols)}, values: g.values, total: true, g: g, line: [2][]int{rows, cols}}
	planes := max(1, bits.Len(uint(max(0, g.values-1))))
	for axis := range 2 {
		b.bit[axis] = words(planes, b.n[axis])
		b.is[axis] = words(max(1, g.values), b.n[axis])
		b.def[axis] = make([]uint64, b.n[axis])
	}
	for i, r := range rows {
		for j, c := range cols {
			v := g.get(r, c)
			if v < 0 {
				b.total = false
				continue
			}
			at := [2]int{i, j}
			for axis := range 2 {
				line, place := at[axis], uint64(1)<<at[1-axis]
				b.def[axis][line] |= place
				b.is[axis][v][line] |= place
				for p := range planes {
					if v>>p&1 == 1 {
						b.bit[axis][p][line] |= place
					}
				}
			}
		}
	}
	return b
}

func words(a, b int) [][]uint64 {
	out := make([][]uint64, a)
	for i := range out {
		out[i] = make([]uint64, b)
	}
	return out
}

// all is the whole board.
func (b *board) all() part { return part{below(b.n[0]), below(b.n[1])} }

// below is the set of the first n numbers.
func below(n int) uint64 {
	if n >= 64 {
		return ^uint64(0)
	}
	return 1<<n - 1
}

// fold drops the lines of p that can act as others (see folding).
func (b *board) fold(p part) part {
	if b.total {
		if len(b.bit[0]) == 1 {
			p[0] = distinct(b.bit[0][0], p[0], p[1])
			p[1] = distinct(b.bit[1][0], p[1], p[0])
			return p
		}
		p[0] = b.distinct(0, p)
		p[1] = b.distinct(1, p)
		return p
	}
	for {
		q := p
		q[0] = b.undominated(0, q)
		q[1] = b.undominated(1, q)
		if q == p {
			return p
		}
		p = q
	}
}

// distinct keeps the first line of each kind, lines being compared on mask.
func distinct(line []uint64, set, mask uint64) uint64 {
	var seen [boardLines]uint64
	var kept uint64
	n := 0
next:
	for left := set; left != 0; left &= left - 1 {
		i := bits.TrailingZeros64(left)
		w := line[i&63] & mask
		for _, s := range seen[:n] {
			if s == w {
				continue next
			}
		}
		seen[n] = w
		n++
		kept |= 1 << i
	}
	return kept
}

// distinct is the same for many values.
func (b *board) distinct(axis int, p part) uint64 {
	var kept uint64
next:
	for left := p[axis]; left != 0; left &= left - 1 {
		i := bits.TrailingZeros64(left)
		for have := kept; have != 0; have &= have - 1 {
			if b.differ(axis, i, bits.TrailingZeros64(have))&p[1-axis] == 0 {
				continue next
			}
		}
		kept |= 1 << i
	}
	return kept
}

// differ is the set of places where lines i and j have different bits.
func (b *board) differ(axis, i, j int) uint64 {
	var d uint64
	for _, plane := range b.bit[axis] {
		d |= plane[i] ^ plane[j]
	}
	return d
}

// undominated keeps the lines that cannot act as another one that is kept.
func (b *board) undominated(axis int, p part) uint64 {
	kept := p[axis]
	for left := p[axis]; left != 0; left &= left - 1 {
		i := bits.TrailingZeros64(left)
		for have := kept &^ (1 << i); have != 0; have &= have - 1 {
			j := bits.TrailingZeros64(have)
			here := b.def[axis][i] & p[1-axis]
			if here&^b.def[axis][j] == 0 && b.differ(axis, i, j)&here == 0 {
				kept &^= 1 << i
				break
			}
		}
	}
	return kept
}

// valuesIn counts the values that occur in p, and returns one of them (0 if
// nothing is defined).
func (b *board) valuesIn(p part) (count, one int) {
	for v, lines := range b.is[0] {
		for left := p[0]; left != 0; left &= left - 1 {
			if lines[bits.TrailingZeros64(left)]&p[1] != 0 {
				count++
				one = v
				break
			}
		}
	}
	return count, one
}

// spread is the number of values on line i within mask, and one of them.
func (b *board) spread(axis, i int, mask uint64) (n, value int) {
	if b.values == 2 && b.total {
		switch b.bit[axis][0][i] & mask {
		case 0:
			return 1, 0
		case mask:
			return 1, 1
		}
		return 2, 0
	}
	for v, lines := range b.is[axis] {
		if lines[i]&mask != 0 {
			n++
			value = v
		}
	}
	return n, value
}

// send is the cost of the protocol in which the player of axis names its line
// and the other answers with the value: a line with s values needs ceil(log2 s)
// bits after its name, and by Kraft's inequality names of k - ceil(log2 s) bits
// exist if and only if the sum of 2^ceil(log2 s) is at most 2^k. Lines of one and
// the same value share a name. silent says that no answer is ever needed.
func (b *board) send(axis int, p part) (cost int, silent bool) {
	sum := 0
	var constants [2]uint64 // values seen on constant lines, as far as they fit
	silent = true
	for left := p[axis]; left != 0; left &= left - 1 {
		n, v := b.spread(axis, bits.TrailingZeros64(left), p[1-axis])
		if n > 1 {
			silent = false
			sum += 1 << width(n)
			continue
		}
		if v < 128 {
			if constants[v>>6]>>(v&63)&1 == 1 {
				continue
			}
			constants[v>>6] |= 1 << (v & 63)
		}
		sum++
	}
	return width(sum), silent
}

// width is ceil(log2 n), 0 for n <= 1.
func width(n int) int {
	if n <= 1 {
		return 0
	}
	return bits.Len(uint(n - 1))
}
