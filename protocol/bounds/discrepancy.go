package bounds

import (
	"context"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"crosscut/internal/exact"
	"crosscut/internal/par"
)

// signs is a matrix of integers whose rectangles are weighed: +w for an entry of
// the larger value, -w for the smaller, 0 outside the promise, w the weight of
// the entry. The discrepancy is the largest |sum over a rectangle|, divided by
// total.
type signs struct {
	rows, cols int
	a          [][]int
	total      int
}

// uniform weighs the entries of a folded Boolean matrix by multiplicity; nil when time is over.
func uniform(ctx context.Context, f *Folded) *signs {
	s := &signs{rows: f.Rows(), cols: f.Cols()}
	for i := range s.rows {
		if late(ctx, s.rows*s.cols) {
			return nil
		}
		row := make([]int, s.cols)
		for j := range row {
			if v, ok := f.At(i, j); ok {
				w := f.RowCount[i] * f.ColCount[j]
				s.total += w
				row[j] = w
				if v == f.Values()[0] && (len(f.Values()) == 2 || v == 0) {
					row[j] = -w
				}
			}
		}
		s.a = append(s.a, row)
	}
	return s
}

func (s *signs) flip() *signs {
	t := &signs{rows: s.cols, cols: s.rows, total: s.total}
	for j := range s.cols {
		row := make([]int, s.rows)
		for i := range row {
			row[i] = s.a[i][j]
		}
		t.a = append(t.a, row)
	}
	return t
}

// heaviest finds a rectangle of largest |sum|; upper is its |sum| unless ctx ended
// or the shorter side is too long: then it is the sum of all weights.
func (s *signs) heaviest(ctx context.Context) (rows, cols []int, gap, upper int) {
	if s.rows > s.cols {
		cols, rows, gap, upper = s.flip().heaviest(ctx)
		return rows, cols, gap, upper
	}
	rows, gap = s.climb(ctx)
	upper = s.total
	if gap < upper && s.rows <= 44 {
		e := &gaps{signs: s, ctx: ctx}
		e.best.Store(int64(gap))
		if better, done := e.search(); done {
			if better != nil {
				rows = better
			}
			gap = int(e.best.Load())
			upper = gap
		}
	}
	cols, gap = s.columnsFor(rows)
	return rows, cols, gap, max(upper, gap)
}

// columnsFor picks the columns that make the |sum| over rows largest.
func (s *signs) columnsFor(rows []int) (cols []int, gap int) {
	var plus, minus []int
	up, down := 0, 0
	sums := make([]int, s.cols)
	for _, i := range rows {
		for j, v := range s.a[i] {
			sums[j] += v
		}
	}
	for j, sum := range sums {
		if sum > 0 {
			plus, up = append(plus, j), up+sum
		} else if sum < 0 {
			minus, down = append(minus, j), down-sum
		}
	}
	if up >= down {
		return plus, up
	}
	return minus, down
}

// climb improves rows and columns in turn, from many random starts.
func (s *signs) climb(ctx context.Context) (best []int, gap int) {
	rng := rand.New(rand.NewPCG(17, uint64(s.rows)))
	if late(ctx, s.rows*s.cols) {
		all := exact.UpTo(s.rows)
		_, gap := s.columnsFor(all)
		return all, gap
	}
	t := s.flip()
	tries := min(400, 1+20000000/(s.rows*s.cols))
	for try := 0; try < tries && (try == 0 || ctx.Err() == nil); try++ {
		var rows []int
		for i := range s.rows {
			if try == 0 || rng.IntN(2) == 0 {
				rows = append(rows, i)
			}
		}
		last := -1
		for {
			cols, g := s.columnsFor(rows)
			if g > gap || best == nil {
				best, gap = slices.Clone(rows), g
			}
			if g <= last || late(ctx, s.rows*s.cols) {
				break
			}
			last = g
			rows, _ = t.columnsFor(cols)
		}
	}
	return best, gap
}

// gaps searches all sets of rows. The last lanes of them are tried together: for
// a set of the other rows with column sums a_j, lane t holds the sum over the
// columns of max(0, a_j + b_j(t)), b_j(t) being what set t of the last rows adds.
// For two columns at a time that is a table of packed words, indexed by their
// sums; so 256 sets cost half an addition per column for every eight of them.
//
// With R the sum of all entries in the rows, the largest negative sum is the
// largest positive one minus R; so a set's gap is the positive sum + max(0, -R).
type gaps struct {
	*signs
	ctx  context.Context
	best atomic.Int64
	mu   sync.Mutex
	rows []int

	low, top int   // the last low rows are the lanes
	up, down []int // what the low rows can add to column j
	lo       []int // least sum of column j over the top rows
	span     []int // number of such sums
	width    int   // bits per lane
	tables   [][]uint64
	words    int
	minR     int
	signed   []uint64 // lanes of max(0, -R), by the top rows' R - minR
	rowSum   []int
}

// search returns rows that beat best, if any, and whether all sets were tried.
func (e *gaps) search() (rows []int, done bool) {
	e.prepare()
	if e.tables == nil {
		return e.plain()
	}
	chunkBits := min(e.top, 8) // the first rows are fixed per task
	_, err := par.With(e.ctx, 0, 1<<chunkBits, func() *gapWorker { return &gapWorker{gaps: e, sum: make([]int, e.cols)} },
		func(w *gapWorker, c int) error { return w.run(c, chunkBits) })
	return e.rows, err == nil
}

// plain tries all sets in Gray order, where the sums are too large for tables and the sets few.
func (e *gaps) plain() (rows []int, done bool) {
	if e.signs.rows > 26 || e.cols<<e.signs.rows > 1<<28 {
		return nil, false
	}
	sums, in := make([]int, e.cols), uint64(0)
	for g := uint64(1); g < 1<<e.signs.rows; g++ {
		if g&63 == 0 && e.ctx.Err() != nil {
			return rows, false
		}
		i := bits.TrailingZeros64(g)
		in ^= 1 << i
		sign := 1
		if in>>i&1 == 0 {
			sign = -1
		}
		up, all := 0, 0
		for j, v := range e.a[i] {
			sums[j] += sign * v
			up += max(sums[j], 0)
			all += sums[j]
		}
		if gap := int64(max(up, up-all)); gap > e.best.Load() {
			e.best.Store(gap)
			rows = nil
			for k := range e.signs.rows {
				if in>>k&1 == 1 {
					rows = append(rows, k)
				}
			}
		}
	}
	return rows, true
}

// prepare builds the tables, or leaves them nil when sums are too large for them.
func (e *gaps) prepare() {
	e.low = min(8, e.rows0())
	e.top = e.rows0() - e.low
	e.up, e.down = make([]int, e.cols), make([]int, e.cols)
	e.lo, e.span = make([]int, e.cols), make([]int, e.cols)
	most := 0
	for j := range e.cols {
		hi := 0
		for i := range e.top {
			v := e.a[i][j]
			e.lo[j] += min(v, 0)
			hi += max(v, 0)
		}
		e.span[j] = hi - e.lo[j] + 1
		for i := e.top; i < e.rows0(); i++ {
			e.up[j] += max(e.a[i][j], 0)
			e.down[j] += min(e.a[i][j], 0)
		}
		most += hi + e.up[j] - e.lo[j] - e.down[j]
	}
	// A lane starts at half - 1 - best and must not pass its top; see evaluate.
	e.width = 8
	if most > 1200 {
		e.width = 16
	}
	if e.width == 16 && most > 1<<15-1 {
		return
	}
	if e.cols*e.cols > 1<<14 {
		return
	}
	sets := 1 << e.low
	e.words = max(1, sets*e.width/64)
	size, sizeR := 0, 1
	for j := 0; j < e.cols; j += 2 {
		n := e.span[j]
		if j+1 < e.cols {
			n *= e.span[j+1]
		}
		size += n * e.words
	}
	e.rowSum = make([]int, e.rows0())
	maxR := 0
	for i := range e.rows0() {
		for _, v := range e.a[i] {
			e.rowSum[i] += v
		}
		if i < e.top {
			e.minR += min(e.rowSum[i], 0)
			maxR += max(e.rowSum[i], 0)
		}
	}
	sizeR = maxR - e.minR + 1
	if size > 1<<23 || sizeR*e.words > 1<<22 {
		return
	}
	add := make([][]int, e.cols) // b_j(t)
	for j := range add {
		add[j] = make([]int, sets)
		for t := range sets {
			for k := range e.low {
				if t>>k&1 == 1 {
					add[j][t] += e.a[e.top+k][j]
				}
			}
		}
	}
	for j := 0; j < e.cols; j += 2 {
		second, n2 := []int(nil), 1
		if j+1 < e.cols {
			second, n2 = add[j+1], e.span[j+1]
		}
		table := make([]uint64, e.span[j]*n2*e.words)
		for x := range e.span[j] {
			for y := range n2 {
				lanes := table[(x*n2+y)*e.words:][:e.words]
				for t := range sets {
					v := max(0, x+e.lo[j]+add[j][t])
					if second != nil {
						v += max(0, y+e.lo[j+1]+second[t])
					}
					e.put(lanes, t, v)
				}
			}
		}
		e.tables = append(e.tables, table)
	}
	e.signed = make([]uint64, sizeR*e.words)
	for r := range sizeR {
		for t := range sets {
			sum := r + e.minR
			for k := range e.low {
				if t>>k&1 == 1 {
					sum += e.rowSum[e.top+k]
				}
			}
			e.put(e.signed[r*e.words:][:e.words], t, max(0, -sum))
		}
	}
}

func (e *gaps) rows0() int { return e.signs.rows }

// put writes v into lane t; a value beyond the lane is cut to its largest, which
// only makes evaluate look closer.
func (e *gaps) put(lanes []uint64, t, v int) {
	v = min(v, 1<<e.width-1)
	bit := t * e.width
	lanes[bit>>6] |= uint64(v) << (bit & 63)
}

type gapWorker struct {
	*gaps
	sum []int // column sums of the chosen top rows
	acc [64]uint64
}

// run tries every set whose first chunkBits top rows are those of c.
func (w *gapWorker) run(c, chunkBits int) error {
	clear(w.sum)
	r := 0
	chosen := uint64(0)
	toggle := func(i, sign int) {
		for j, v := range w.a[i] {
			w.sum[j] += sign * v
		}
		r += sign * w.rowSum[i]
	}
	for i := range chunkBits {
		if c>>i&1 == 1 {
			toggle(i, 1)
			chosen |= 1 << i
		}
	}
	free := w.top - chunkBits
	for g := uint64(0); ; {
		w.evaluate(chosen, r)
		if g++; g == 1<<free {
			return nil
		}
		if g&1023 == 0 && w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		i := chunkBits + bits.TrailingZeros64(g)
		chosen ^= 1 << i
		if chosen>>i&1 == 1 {
			toggle(i, 1)
		} else {
			toggle(i, -1)
		}
	}
}

// evaluate looks for a set of lanes that, with the chosen top rows, beats best.
func (w *gapWorker) evaluate(chosen uint64, r int) {
	best := int(w.best.Load())
	// Upper and lower bounds over all lanes.
	up, down := 0, 0
	for j, s := range w.sum {
		up += max(0, s+w.up[j])
		down += max(0, -s-w.down[j])
	}
	if up <= best && down <= best {
		return
	}
	// A lane holds start + max(positive sum, -negative sum) in the end, growing by
	// each pair of columns; it beats best when it reaches half. Where it might pass
	// its top on the way, it is looked at after every four pairs.
	half := 1 << (w.width - 1)
	start := half - 1 - best
	guard := start+max(up, down) >= 2*half
	if start < 0 || guard && (w.words != 32 || len(w.sum)&7 != 0 || !w.small(start, half)) {
		w.slowly(chosen)
		return
	}
	init := uint64(start)
	for b := w.width; b < 64; b *= 2 {
		init |= init << b
	}
	high := uint64(half)
	for b := w.width; b < 64; b *= 2 {
		high |= high << b
	}
	hit := uint64(0)
	if w.words == 32 && len(w.sum)&7 == 0 {
		hit = w.fast32(init, r, guard)
	} else {
		signed := w.signed[(r-w.minR)*w.words:][:w.words]
		for k := range signed {
			w.acc[k] = init + signed[k]
		}
		for p, table := range w.tables {
			row := table[w.index(p):][:w.words]
			for k, v := range row {
				w.acc[k] += v
			}
		}
		for _, v := range w.acc[:w.words] {
			hit |= v
		}
	}
	if hit&high != 0 {
		w.slowly(chosen)
	}
}

// index is where the lanes of column pair p start in its table.
func (w *gapWorker) index(p int) int {
	j := 2 * p
	at := w.sum[j] - w.lo[j]
	if j+1 < len(w.sum) {
		at = at*w.span[j+1] + w.sum[j+1] - w.lo[j+1]
	}
	return at * w.words
}

// small says that in fast32 lanes start below half, and that no eight columns can
// carry one from below half past its top.
func (w *gapWorker) small(start, half int) bool {
	r := 0
	for j, s := range w.sum {
		r -= s + w.down[j]
	}
	if start+max(0, r) >= half { // r is at least -R in every lane
		return false
	}
	step := 0
	for j, s := range w.sum {
		step += max(0, s+w.up[j])
		if j&7 == 7 {
			if step >= half {
				return false
			}
			step = 0
		}
	}
	return true
}

// fast32 is the same for 32 words of lanes and pairs by fours; it returns the
// union of all lanes.
func (w *gapWorker) fast32(init uint64, r int, guard bool) uint64 {
	hit := uint64(0)
	acc := (*[32]uint64)(w.acc[:32])
	signed := (*[32]uint64)(w.signed[(r-w.minR)*32:])
	for k := range acc {
		acc[k] = init + signed[k]
	}
	for p := 0; p+4 <= len(w.tables); p += 4 {
		a := (*[32]uint64)(w.tables[p][w.index(p):])
		b := (*[32]uint64)(w.tables[p+1][w.index(p+1):])
		c := (*[32]uint64)(w.tables[p+2][w.index(p+2):])
		d := (*[32]uint64)(w.tables[p+3][w.index(p+3):])
		for k := range acc {
			acc[k] += a[k] + b[k] + c[k] + d[k]
		}
		if guard {
			for _, v := range acc {
				hit |= v
			}
		}
	}
	for _, v := range acc {
		hit |= v
	}
	return hit
}

// slowly tries every lane for the chosen top rows.
func (w *gapWorker) slowly(chosen uint64) {
	for t := range 1 << w.low {
		var rows []int
		for i := range w.top {
			if chosen>>i&1 == 1 {
				rows = append(rows, i)
			}
		}
		for k := range w.low {
			if t>>k&1 == 1 {
				rows = append(rows, w.top+k)
			}
		}
		if _, g := w.columnsFor(rows); g > int(w.best.Load()) {
			w.mu.Lock()
			if g > int(w.best.Load()) {
				w.best.Store(int64(g))
				w.gaps.rows = rows
			}
			w.mu.Unlock()
		}
	}
}
