package bounds

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// DeterministicOptions limit the computation of D(f). The zero value is ready.
type DeterministicOptions struct {
	// Rounds bounds the rounds of the protocol; 0 sets no bound. One round is
	// enough only if one player knows the value alone: see Impossible.
	Rounds int
	// MaxMemory is about how many bytes the search may remember; 0: 256 MB. When
	// they are used up the search forgets and goes on.
	MaxMemory int64
	// MaxSteps bounds the nodes of the search; 0 sets no bound.
	MaxSteps uint64
	// Floor is a lower bound on D(f) that the caller knows, and FloorBy its
	// argument ("fooling", "rank", ...).
	Floor   int
	FloorBy string
	// Prove asks for a Proof of the lower end.
	Prove bool
	// Progress, if not nil, hears of every improvement of the interval.
	Progress func(lower, upper int)
}

// DeterministicResult is D(f), or an interval around it: the least depth of a
// protocol tree whose every leaf is labelled with the value, so that both
// players know it in the end. In bits.
type DeterministicResult struct {
	Lower, Upper int
	Exact        bool
	// By names the argument for Lower: "constant", "values", "fooling", "rank",
	// "leaves" (the larger of fooling set and rank for each value), "lines" (how
	// many rows and columns are apart), FloorBy, or "search": an exhaustive
	// search, whose certificate, if one was asked for and is not too long, is Proof.
	By string
	// Impossible says that no protocol has so few rounds (which happens for one
	// round only). Then there is no interval and no tree.
	Impossible bool
	// Tree is a protocol tree of depth Upper. It is nil only when the matrix has
	// too many different lines for a tree to be written down, or is large and ctx
	// ended; Upper then is the cost of naming a line and answering.
	Tree *Tree
	// Fooling holds, for each value in the order of Matrix.Values, the entries
	// (row, column) of the fooling set found; their number proves
	// ceil(log2(sum of the sizes)) <= D.
	Fooling [][][2]int
	// Proof is a proof of Lower by lemmas, asked for with Prove. nil when Lower is
	// the caller's Floor, when the proof would be too long, when the matrix has too
	// many different lines for a tree, or with a bound on the rounds.
	Proof *Refutation
	// Steps counts the nodes of the search.
	Steps uint64
}

// treeLines is the most different lines for which a tree is written down.
const treeLines = 1 << 12

// Deterministic computes D(f), or D(f) with at most opts.Rounds rounds. It stops
// when ctx ends; the interval is true at all times. Undefined entries may end in
// any leaf.
//
// The upper end is always a protocol tree. The lower end starts with the sizes of
// fooling sets, ranks and counts, and is raised by an exhaustive search over
// protocol trees that uses the rules proved in docs/deterministic.md.
//
// Source: the definition of D(f) and the bounds are in Kushilevitz and Nisan,
// Communication Complexity (1997), chapter 1; the search is derived here.
func Deterministic(ctx context.Context, m *Matrix, opts DeterministicOptions) DeterministicResult {
	d := &depth{ctx: ctx, m: m, opts: opts, t: turn{left: uint8(min(max(opts.Rounds, 0), 60))}}
	d.run()
	if opts.Prove && !d.Impossible {
		d.prove()
	}
	d.Exact = d.Lower == d.Upper && !d.Impossible
	if d.s != nil {
		d.Steps = d.s.steps
	}
	return d.DeterministicResult
}

// depth is one run of Deterministic.
type depth struct {
	DeterministicResult
	ctx  context.Context
	m    *Matrix
	opts DeterministicOptions
	t    turn
	g    *grid
	f    folding
	s    *search // over b
	b    *board  // the folded matrix, or a corner of it when that is too large
	all  bool    // b is the whole folded matrix
	rows []int   // the matrix lines that b's lines stand for
	cols []int
}

func (d *depth) raise(bits int, by string) {
	if bits > d.Lower {
		d.Lower, d.By = bits, by
		d.tell()
	}
}

func (d *depth) tell() {
	if d.opts.Progress != nil {
		d.opts.Progress(d.Lower, d.Upper)
	}
}

func (d *depth) run() {
	d.Fooling = make([][][2]int, len(d.m.Values()))
	d.By = "constant"
	if len(d.m.Values()) <= 1 {
		d.Tree = &Tree{}
		if len(d.m.Values()) == 1 {
			d.Tree.Value = d.m.Values()[0]
		}
		return
	}
	if d.opts.Rounds == 1 && !oneKnows(d.m) {
		d.DeterministicResult = DeterministicResult{Impossible: true}
		return
	}
	once := d.m.Fold()
	d.wide(once)
	d.raise(width(len(d.m.Values())), "values")
	d.raise(d.opts.Floor, d.opts.FloorBy)
	if len(once.RowFirst) > treeLines || len(once.ColFirst) > treeLines || late(d.ctx, once.Rows()*once.Cols()) {
		return
	}
	d.pack(once)
	if d.opts.Rounds == 1 {
		d.oneRound()
		return
	}
	d.trivial()
	if d.Lower < d.Upper {
		d.cheap()
	}
	if d.Lower < d.Upper {
		d.deepen()
	}
}

// wide sets Upper to the cost of naming a row and answering, or the reverse,
// without packing the matrix. Every one of these takes at most two rounds.
func (d *depth) wide(f *Folded) {
	values := width(len(f.Values()))
	d.Upper = min(width(len(f.RowFirst)), width(len(f.ColFirst))) + values
	if d.opts.Rounds == 1 {
		d.Upper = values // one player knows the value alone
	}
}

// pack folds the matrix and packs as much of it as fits a board.
func (d *depth) pack(once *Folded) {
	d.g = &grid{ctx: d.ctx, rows: once.Rows(), cols: once.Cols(), values: len(d.m.Values()), merged: d.m.Total()}
	d.g.at = make([]int32, d.g.rows*d.g.cols)
	for k := range d.g.at {
		d.g.at[k] = -1
	}
	for v := range d.g.values {
		for i := range d.g.rows {
			for w, places := range once.Row(v, i) {
				for ; places != 0; places &= places - 1 {
					d.g.at[i*d.g.cols+w<<6+bits.TrailingZeros64(places)] = int32(v)
				}
			}
		}
	}
	d.f = d.g.fold()
	// From here on lines are those of the matrix.
	rows, cols := d.f.kept[0], d.f.kept[1]
	d.all = len(rows) <= boardLines && len(cols) <= boardLines
	rows, cols = rows[:min(len(rows), boardLines)], cols[:min(len(cols), boardLines)]
	d.b = newBoard(d.g, rows, cols)
	for _, i := range rows {
		d.rows = append(d.rows, once.RowFirst[i])
	}
	for _, j := range cols {
		d.cols = append(d.cols, once.ColFirst[j])
	}
	for axis := range 2 {
		originals := once.originals(axis)
		for k, actors := range d.f.actors[axis] {
			var all []int
			for _, a := range actors {
				all = append(all, originals[a]...)
			}
			d.f.actors[axis][k] = all
		}
	}
}

// trivial makes the better tree of naming a line and answering.
func (d *depth) trivial() {
	g := &game{g: d.g, lines: d.f.kept, actors: d.f.actors}
	names := [2][]name{g.names(0), g.names(1)}
	if d.g.late() {
		return // the names are not complete
	}
	axis, k := 0, length(names[0])
	if other := length(names[1]); other < k {
		axis, k = 1, other
	}
	d.take(g.nameTree(names[axis], axis, k))
}

// oneRound: the player who knows the value alone tells it.
func (d *depth) oneRound() {
	g := &game{g: d.g, lines: d.f.kept, actors: d.f.actors}
	for axis := range 2 {
		names := g.names(axis)
		if d.g.late() {
			return
		}
		if t := g.nameTree(names, axis, length(names)); t.Rounds() <= 1 {
			d.take(t)
			return
		}
	}
}

// oneKnows says whether every row, or every column, shows one value only.
func oneKnows(m *Matrix) bool {
	rows, cols := true, true
	seen := make([]uint64, m.Words()) // columns with a value before this one
	for v := range m.Values() {
		here := make([]uint64, m.Words())
		for i := range m.Rows() {
			for w, x := range m.Row(v, i) {
				here[w] |= x
			}
		}
		for w, x := range here {
			cols = cols && seen[w]&x == 0
			seen[w] |= x
		}
	}
	for i := range m.Rows() {
		values := 0
		for v := range m.Values() {
			if slices.ContainsFunc(m.Row(v, i), func(x uint64) bool { return x != 0 }) {
				values++
			}
		}
		rows = rows && values <= 1
	}
	return rows || cols
}

// take keeps a tree, its leaves numbered by place, if it is the best so far.
func (d *depth) take(t *Tree) {
	t.relabel(d.m.Values())
	if depth := t.Depth(); d.Tree == nil && depth <= d.Upper || depth < d.Upper {
		d.Tree, d.Upper = t, depth
		d.tell()
	}
}

func (d *depth) cast() *cast {
	c := &cast{}
	for axis := range 2 {
		copy(c[axis][:], d.f.actors[axis])
	}
	return c
}

// cheap raises the lower end by counting: lines, ranks, fooling sets.
func (d *depth) cheap() {
	all := d.b.all()
	s := &search{b: d.b, shapes: shapesUpTo(7)}
	k := 0
	for !s.roomy(all, k) {
		k++
	}
	d.raise(k, "lines")
	fooling, ranks, leaves := 0, 0, 0
	for v := range d.b.values {
		set := d.b.fooling(v)
		for _, c := range set {
			d.Fooling[v] = append(d.Fooling[v], [2]int{d.rows[c[0]], d.cols[c[1]]})
		}
		rank := 0
		if d.b.total {
			rank = d.b.rank(v, all)
		}
		fooling, ranks, leaves = fooling+len(set), ranks+rank, leaves+max(len(set), rank)
	}
	// Arguments with short certificates are preferred to an equal count of lines.
	for _, a := range []struct {
		n  int
		by string
	}{{fooling, "fooling"}, {ranks, "rank"}, {leaves, "leaves"}} {
		if w := width(a.n); w > d.Lower || w == d.Lower && d.By == "lines" {
			d.Lower, d.By = w, a.by
			d.tell()
		}
	}
}

// probeSteps is how long a tree one bit better than the best is looked for
// before the lower end is raised step by step.
const probeSteps = 1 << 14

// deepen narrows the interval by search. While it is wide, it asks first for a
// tree one bit shallower than the best, but not for long; then for one depth after
// the other from below, until there is a tree.
func (d *depth) deepen() {
	memory := d.opts.MaxMemory
	if memory <= 0 {
		memory = 256 << 20
	}
	d.s = newSearch(d.ctx, d.b, memory)
	most := cmp.Or(d.opts.MaxSteps, math.MaxUint64)
	for d.all && d.Upper-d.Lower > 1 && d.try(d.Upper-1, min(most, d.s.steps+probeSteps)) {
	}
	for d.Lower < d.Upper && d.try(d.Lower, most) {
	}
}

// try asks whether k bits suffice, until the search has taken so many steps; the
// answer moves an end. It returns false if nothing was learnt.
func (d *depth) try(k int, until uint64) bool {
	d.s.until = until
	defer func() { d.s.until, d.s.stopped = math.MaxUint64, d.ctx.Err() != nil }()
	if d.s.fits(d.b.all(), k, d.t) {
		if !d.all {
			return false // only a corner of the matrix fits
		}
		d.s.until = math.MaxUint64
		before := d.Upper
		if t := d.s.build(d.b.all(), d.cast(), k, d.t); t != nil {
			d.take(t)
		}
		return d.Upper < before
	}
	if d.s.stopped {
		return false
	}
	d.raise(k+1, "search")
	return true
}

// prove writes down why D is at least Lower.
func (d *depth) prove() {
	switch {
	case d.opts.Rounds > 0 || d.By == d.opts.FloorBy && d.Lower == d.opts.Floor:
	case d.Lower == 0:
		d.Proof = &Refutation{Lemmas: []Lemma{}}
	case d.By == "search":
		d.Proof = d.s.refutation(d.Lower-1, d.rows, d.cols)
	case d.b != nil:
		empty := func(set [][2]int) bool { return len(set) == 0 }
		d.Proof = &Refutation{[]Lemma{{Rows: d.rows, Cols: d.cols, Bits: d.Lower - 1, Fooling: slices.DeleteFunc(slices.Clone(d.Fooling), empty)}}}
	}
}

// relabel replaces places of values by the values.
func (t *Tree) relabel(values []int) {
	if t.Leaf() {
		t.Value = values[t.Value]
		return
	}
	t.Zero.relabel(values)
	t.One.relabel(values)
}

// fooling looks for a large fooling set of value v on the whole board: line by
// line in the given order, then in random ones.
func (b *board) fooling(v int) []cell {
	var best []cell
	rng := rand.New(rand.NewPCG(1, uint64(v)))
	most := min(bits.Len64(b.all()[0]), bits.Len64(b.all()[1]))
	for try := range 200 {
		axis := try & 1
		var set []cell
		if try < 2 {
			set = b.foolGreedy(v, b.all(), axis)
		} else {
			set = b.foolRandom(v, axis, rng)
		}
		if len(set) > len(best) {
			best = set
		}
		if len(best) == most {
			break
		}
	}
	return best
}

// foolRandom is foolGreedy with lines and places in random order.
func (b *board) foolRandom(v, axis int, rng *rand.Rand) []cell {
	var set []cell
	for _, i := range rng.Perm(b.n[axis]) {
		places := b.unspoilt(v, axis, i, set)
		for n := bits.OnesCount64(places); n > 0; n = 0 {
			for skip := rng.IntN(n); skip > 0; skip-- {
				places &= places - 1
			}
			set = append(set, cellAt(axis, i, bits.TrailingZeros64(places)))
		}
	}
	return set
}
