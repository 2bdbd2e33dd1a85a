package attention

import (
	"context"
	"math/big"
	"math/bits"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"crosscut/internal/exact"
	"crosscut/internal/par"
)

// A sweep passes once over some tokens and gathers, for some queries, a monoid
// element: a maximum, or sums. Integer sums do not depend on the order, so tokens
// may be dealt to processors and players as anyone likes.

// source is a run of tokens as a player sees them.
type source struct {
	n     int
	pos   func(k int) int
	embed func(k int, e Ints) error
	keep  func(pos int) bool // nil: all
	blank bool               // the blank token comes last
}

// queries are the rows of a sweep: a head, the position that asks (for the mask),
// and the query. A row whose query this player does not know stays empty.
type queries struct {
	head, pos []int
	q         []Ints
}

// tally holds one normaliser and d_v numerators for each row.
type tally struct {
	dv         int
	z, n       []int64
	zBig, nBig []*big.Int
}

func newTally(rows, dv int, wide bool) *tally {
	if wide {
		return &tally{dv: dv, zBig: bigs(rows), nBig: bigs(rows * dv)}
	}
	return &tally{dv: dv, z: make([]int64, rows), n: make([]int64, rows*dv)}
}

// add adds row r of u.
func (t *tally) add(u *tally, r int) {
	if t.zBig != nil {
		t.zBig[r].Add(t.zBig[r], u.zBig[r])
		for c := r * t.dv; c < (r+1)*t.dv; c++ {
			t.nBig[c].Add(t.nBig[c], u.nBig[c])
		}
		return
	}
	t.z[r] += u.z[r]
	into, from := t.n[r*t.dv:(r+1)*t.dv], u.n[r*t.dv:(r+1)*t.dv]
	for c, x := range from {
		into[c] += x
	}
}

// weigh adds a block of one token's value with weight w to row r.
func (t *tally) weigh(r int, w int64, first int, v Ints) {
	at := r*t.dv + first
	if t.zBig != nil {
		var x big.Int
		x.SetInt64(w)
		t.zBig[r].Add(t.zBig[r], &x)
		for c := range v.Len() {
			x.SetInt64(w)
			t.nBig[at+c].Add(t.nBig[at+c], x.Mul(&x, v.Big(c)))
		}
		return
	}
	t.z[r] += w
	for c, y := range v.narrow {
		t.n[at+c] += w * y
	}
}

// addNorm adds weights to the normaliser of row r.
func (t *tally) addNorm(r int, weights []int64) {
	if t.zBig != nil {
		for _, w := range weights {
			t.zBig[r].Add(t.zBig[r], big.NewInt(w))
		}
		return
	}
	var z int64
	for _, w := range weights {
		z += w
	}
	t.z[r] += z
}

// shrink multiplies row r by ratio/2^f, rounding down: the step of an online
// softmax that meets a new maximum.
func (t *tally) shrink(r int, ratio int64, f int) {
	if t.zBig != nil {
		k := big.NewInt(ratio)
		scale := func(x *big.Int) { x.Rsh(x.Mul(x, k), uint(f)) }
		scale(t.zBig[r])
		for c := r * t.dv; c < (r+1)*t.dv; c++ {
			scale(t.nBig[c])
		}
		return
	}
	scale := func(x int64) int64 {
		y, _ := exact.Mul64(x, ratio).Rsh(uint(f)).Int64() // ratio <= 2^f: it fits
		return y
	}
	t.z[r] = scale(t.z[r])
	for c := r * t.dv; c < (r+1)*t.dv; c++ {
		t.n[c] = scale(t.n[c])
	}
}

// normalisers are the normalisers as big integers.
func (t *tally) normalisers() []*big.Int {
	if t.zBig != nil {
		return t.zBig
	}
	out := make([]*big.Int, len(t.z))
	for r, z := range t.z {
		out[r] = big.NewInt(z)
	}
	return out
}

// average is row r as the map after the layer sees it.
func (t *tally) average(r int) Average {
	if t.zBig != nil {
		return Average{zBig: t.zBig[r], nBig: t.nBig[r*t.dv : (r+1)*t.dv]}
	}
	return Average{z: t.z[r], n: t.n[r*t.dv : (r+1)*t.dv]}
}

// pass says what a sweep gathers.
type pass int

const (
	passMax  pass = iota // tops[r] = max(tops[r], scores)
	passNorm             // sums of weights under tops[r], without numerators
	passSum              // the same with numerators
	passProb             // sums of probabilities under tops[r] and norms[r]
	passFold             // an online softmax in the order of the tokens
)

// sweepJob is one sweep: which rows, and where the results go.
type sweepJob struct {
	pass  pass
	rows  *queries
	sel   []int
	src   source
	tops  []*big.Int // per row; nil entries: no score yet
	norms []*big.Int
	into  *tally
}

// scorer is a layer's sweep, whatever its score arithmetic.
type scorer interface {
	run(ctx context.Context, j sweepJob) error
	wideLists() bool // whether queries and keys are wide lists
}

type sweep[C, S any] struct {
	l    *Layer
	ar   arith[C, S]
	wide bool // queries and keys are wide lists
}

const rowsAtOnce = 64

// tokensAtOnce is how many tokens a block holds: 256, fewer where keys are so wide
// that a block of them would not stay in a few megabytes.
func (l *Layer) tokensAtOnce() int {
	return min(256, max(4, 1<<19/max(l.Width, l.Block, l.Front)))
}

func (s *sweep[C, S]) wideLists() bool { return s.wide }

// run deals the sweep to the processors: by rows when there are many, else by
// tokens, each with its own tally.
func (s *sweep[C, S]) run(ctx context.Context, j sweepJob) error {
	if len(j.sel) == 0 {
		return nil
	}
	workers := min(par.Workers(), 16)
	parts := make([]sweepJob, 0, workers)
	lo, hi := []int{0}, []int{j.src.n}
	switch {
	case workers > 1 && len(j.sel) >= 32*workers:
		for w := range workers {
			p := j
			p.sel = j.sel[w*len(j.sel)/workers : (w+1)*len(j.sel)/workers]
			parts = append(parts, p)
		}
		lo, hi = make([]int, workers), make([]int, workers)
		for w := range hi {
			hi[w] = j.src.n
		}
	case workers > 1 && j.pass != passFold && j.src.n >= 4096 && len(j.sel)*(s.l.Values+1) <= 1<<21:
		lo, hi = make([]int, workers), make([]int, workers)
		for w := range workers {
			p := j
			lo[w], hi[w] = w*j.src.n/workers, (w+1)*j.src.n/workers
			p.src.blank = j.src.blank && w == workers-1
			if w > 0 {
				if j.pass == passMax {
					p.tops = make([]*big.Int, len(j.tops))
				} else {
					p.into = newTally(len(j.rows.head), s.l.Values, s.l.wideSums)
				}
			}
			parts = append(parts, p)
		}
	default:
		parts = append(parts, j)
	}
	if err := par.Each(ctx, len(parts), func(w int) error { return s.part(ctx, parts[w], lo[w], hi[w]) }); err != nil {
		return err // the first in token order: the same on every machine
	}
	for w, p := range parts {
		switch {
		case w == 0:
		case p.into != j.into:
			for _, r := range j.sel {
				j.into.add(p.into, r)
			}
		case j.pass == passMax:
			for _, r := range j.sel {
				if t := p.tops[r]; t != nil && (j.tops[r] == nil || j.tops[r].Cmp(t) < 0) {
					j.tops[r] = t
				}
			}
		}
	}
	return nil
}

// worker is the storage of one processor's part of a sweep.
type worker[C, S any] struct {
	*sweep[C, S]
	sweepJob
	byHead [][]int // the selected rows of each head
	q      []C     // their queries, in that order
	qAt    []int   // where each head's queries begin
	top    []S     // per selected row
	has    []bool

	pos    []int // the block of tokens in hand
	e      []Ints
	key    Ints
	keys   []C
	ones   [][]int32 // instead of keys, where the layer lists their ones
	val    []Ints
	first  []int
	scores []S
	w      []int64

	fv, fw, fn []float64 // values, weights and numerators on BLAS
}

// part sweeps tokens lo..hi-1 of the source, and the blank if it comes last.
func (s *sweep[C, S]) part(ctx context.Context, j sweepJob, lo, hi int) error {
	l := s.l
	w := &worker[C, S]{sweep: s, sweepJob: j, byHead: make([][]int, l.Heads), qAt: make([]int, l.Heads+1)}
	for _, r := range j.sel {
		w.byHead[j.rows.head[r]] = append(w.byHead[j.rows.head[r]], r)
	}
	m, block := l.Width, min(l.tokensAtOnce(), max(1, hi-lo))
	w.q = s.ar.newCoordinates(len(j.sel) * m)
	w.top, w.has = s.ar.newScores(len(j.sel)), make([]bool, len(j.sel))
	at := 0
	for h, rows := range w.byHead {
		w.qAt[h] = at
		for _, r := range rows {
			s.ar.load(j.rows.q[r], w.q[at*m:(at+1)*m])
			if j.tops != nil && j.tops[r] != nil {
				w.top[at], w.has[at] = s.ar.fromBig(j.tops[r]), true
			}
			at++
		}
	}
	w.qAt[l.Heads] = at
	w.pos = make([]int, 0, block)
	if l.Ones != nil {
		w.ones = make([][]int32, block)
	} else {
		w.key = NewInts(m, s.wide)
		w.keys = s.ar.newCoordinates(block * m)
	}
	w.e, w.val, w.first = make([]Ints, block), make([]Ints, block), make([]int, block)
	for b := range w.e {
		w.e[b] = NewInts(l.Front, l.wideEmbed)
		if j.pass >= passSum {
			w.val[b] = NewInts(l.Block, !l.v.lo.IsInt64())
		}
	}
	tile := rowsAtOnce
	if j.pass == passFold {
		tile = len(j.sel)
	}
	w.scores = s.ar.newScores(min(tile, len(j.sel)) * block)
	w.w = make([]int64, block)
	if l.floatSums && (j.pass == passSum || j.pass == passProb) {
		w.fv, w.fw, w.fn = make([]float64, block*l.Values), make([]float64, min(tile, len(j.sel))*block), make([]float64, len(j.sel)*l.Values)
	}
	for k := lo; k < hi; k++ {
		pos := j.src.pos(k)
		if j.src.keep != nil && !j.src.keep(pos) {
			continue
		}
		if err := j.src.embed(k, w.e[len(w.pos)]); err != nil {
			return err
		}
		w.pos = append(w.pos, pos)
		if len(w.pos) == block {
			if err := w.block(ctx); err != nil {
				return err
			}
		}
	}
	if err := w.block(ctx); err != nil {
		return err
	}
	if j.src.blank {
		w.pos = append(w.pos, l.n+1)
		w.e[0] = Ints{}
		if err := w.block(ctx); err != nil {
			return err
		}
	}
	w.finish()
	return nil
}

// block sweeps the tokens in hand.
func (w *worker[C, S]) block(ctx context.Context) error {
	n, m := len(w.pos), w.l.Width
	if n == 0 {
		return nil
	}
	for h, rows := range w.byHead {
		if len(rows) == 0 {
			continue
		}
		for b, pos := range w.pos {
			var err error
			if w.ones != nil {
				w.ones[b], err = w.l.ones(h, pos, w.ones[b][:0])
			} else if err = w.l.key(h, pos, w.e[b], w.key); err == nil {
				w.ar.load(w.key, w.keys[b*m:(b+1)*m])
			}
			if err != nil {
				return err
			}
			if w.pass >= passSum {
				first, err := w.l.value(h, pos, w.e[b], w.val[b])
				if err != nil {
					return err
				}
				w.first[b] = first
				if w.fv != nil {
					for c, x := range w.val[b].narrow {
						w.fv[b*w.l.Values+c] = float64(x)
					}
				}
			}
		}
		step := rowsAtOnce
		if w.pass == passFold {
			step = len(rows)
		}
		for r := 0; r < len(rows); r += step {
			if err := ctx.Err(); err != nil {
				return err
			}
			w.tile(h, r, min(r+step, len(rows)), n)
		}
	}
	w.pos = w.pos[:0]
	return nil
}

// tile sweeps n tokens for rows lo..hi-1 of head h.
func (w *worker[C, S]) tile(h, lo, hi, n int) {
	m, at := w.l.Width, w.qAt[h]+lo
	if w.ones != nil {
		w.ar.gather(w.q[at*m:], hi-lo, w.ones[:n], m, w.scores)
	} else {
		w.ar.scores(w.q[at*m:], hi-lo, w.keys, n, m, w.scores)
	}
	for i, r := range w.byHead[h][lo:hi] {
		row := w.scores[i*n : (i+1)*n]
		switch w.pass {
		case passMax:
			w.maximum(at+i, r, row)
		case passFold:
			w.fold(at+i, r, row)
		default:
			w.sum(at+i, i, r, row)
		}
	}
	if w.fn != nil {
		dv := w.l.Values
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1,
			blas64.General{Rows: hi - lo, Cols: n, Stride: n, Data: w.fw},
			blas64.General{Rows: n, Cols: dv, Stride: dv, Data: w.fv},
			1, blas64.General{Rows: hi - lo, Cols: dv, Stride: dv, Data: w.fn[at*dv:]})
	}
}

func (w *worker[C, S]) masked(r, b int) bool {
	return w.l.Mask != nil && !w.l.sees(w.rows.pos[r], w.pos[b])
}

func (w *worker[C, S]) maximum(at, r int, row []S) {
	best := -1
	for b, s := range row {
		if (best < 0 || w.ar.less(row[best], s)) && !w.masked(r, b) {
			best = b
		}
	}
	if best >= 0 && (!w.has[at] || w.ar.less(w.top[at], row[best])) {
		w.top[at], w.has[at] = w.ar.clone(row[best]), true
	}
}

func (w *worker[C, S]) sum(at, i, r int, row []S) {
	weights := w.w[:len(row)]
	w.ar.weights(row, w.top[at], weights)
	if w.l.Mask != nil {
		for b := range weights {
			if w.masked(r, b) {
				weights[b] = 0
			}
		}
	}
	switch w.pass {
	case passNorm:
		w.into.addNorm(r, weights)
		return
	case passProb:
		w.probabilities(weights, w.norms[r])
	}
	if w.fn != nil {
		for b, x := range weights {
			w.fw[i*len(row)+b] = float64(x)
		}
		w.into.addNorm(r, weights)
		return
	}
	for b, x := range weights {
		if x != 0 {
			w.into.weigh(r, x, w.first[b], w.val[b])
		}
	}
}

// probabilities replaces weights by round(2^p w / z), halves up; 0 when z is 0.
func (w *worker[C, S]) probabilities(weights []int64, z *big.Int) {
	p := uint(w.l.P)
	if z.IsInt64() && z.Int64() < 1<<62 {
		d := uint64(2 * z.Int64())
		for b, x := range weights {
			if x == 0 || d == 0 {
				weights[b] = 0
				continue
			}
			// 2^(p+1) x + z in 128 bits (p <= 62); x <= z, so the quotient is at most 2^p.
			hi, lo := bits.Mul64(uint64(x), 1<<(p+1))
			lo, carry := bits.Add64(lo, d/2, 0)
			q, _ := bits.Div64(hi+carry, lo, d)
			weights[b] = int64(q)
		}
		return
	}
	for b, x := range weights {
		num := new(big.Int).Lsh(big.NewInt(x), p+1)
		num.Add(num, z)
		weights[b] = num.Quo(num, new(big.Int).Lsh(z, 1)).Int64()
	}
}

func (w *worker[C, S]) fold(at, r int, row []S) {
	var one [1]int64
	for b := range row {
		if w.masked(r, b) {
			continue
		}
		if !w.has[at] || w.ar.less(w.top[at], row[b]) {
			if w.has[at] {
				w.ar.weights([]S{w.top[at]}, row[b], one[:])
				w.into.shrink(r, one[0], w.l.F)
			}
			w.top[at], w.has[at] = w.ar.clone(row[b]), true
		}
		w.ar.weights(row[b:b+1], w.top[at], one[:])
		if one[0] != 0 {
			w.into.weigh(r, one[0], w.first[b], w.val[b])
		}
	}
}

// finish hands the results of a part back.
func (w *worker[C, S]) finish() {
	at := 0
	for _, rows := range w.byHead {
		for _, r := range rows {
			if w.pass == passMax || w.pass == passFold {
				w.tops[r] = nil
				if w.has[at] {
					w.tops[r] = w.ar.toBig(w.top[at])
				}
			}
			if w.fn != nil {
				into := w.into.n[r*w.l.Values : (r+1)*w.l.Values]
				for c, x := range w.fn[at*w.l.Values : (at+1)*w.l.Values] {
					into[c] += int64(x)
				}
			}
			at++
		}
	}
}
