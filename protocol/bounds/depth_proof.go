package bounds

import (
	"encoding/json"
	"math/bits"
)

// Refutation is a proof that D(f) exceeds a number of bits, short enough to be
// checked by package check: lemmas about parts of the matrix, each from earlier
// ones, the last about the whole (or about a part, which is as good). Evidence of
// kind "refutation"; check/refutation.go says what a lemma means.
type Refutation struct {
	Lemmas []Lemma `json:"lemmas"`
}

// Lemma says that the sub-matrix Rows x Cols needs more than Bits bits: by
// counting (with fooling sets, if they help) or by dividing rows and columns.
type Lemma struct {
	Rows    []int      `json:"rows"`
	Cols    []int      `json:"cols"`
	Bits    int        `json:"bits"`
	Fooling [][][2]int `json:"fooling,omitempty"`
	ByRows  *Branch    `json:"by_rows,omitempty"`
	ByCols  *Branch    `json:"by_cols,omitempty"`
}

// Branch is a reason, [side, lemma], or [line, branch, branch], where the last is
// null for the first line: mirror images are left out.
type Branch struct {
	Side, Lemma int
	Line        int
	Next        [2]*Branch // nil: a reason
}

// MarshalJSON writes the two forms as arrays.
func (b *Branch) MarshalJSON() ([]byte, error) {
	if b.Next[0] == nil {
		return json.Marshal([]int{b.Side, b.Lemma})
	}
	if b.Next[1] == nil {
		return json.Marshal([]any{b.Line, b.Next[0], nil})
	}
	return json.Marshal([]any{b.Line, b.Next[0], b.Next[1]})
}

// proofNodes is the most branches of a refutation; a larger one is not written.
const proofNodes = 1 << 18

// prover repeats a search that has failed and writes down why.
type prover struct {
	s      *search
	line   [2][]int // the matrix lines that the board's lines stand for
	lemmas []Lemma
	parts  []part // the board part of each lemma
	byBits [32][]int
	nodes  int
}

// refutation proves that the whole board needs more than k bits, which fits has
// decided. nil if the proof is too long or the context ends.
func (s *search) refutation(k int, rows, cols []int) *Refutation {
	p := &prover{s: s, line: [2][]int{rows, cols}}
	if p.prove(s.b.all(), k) < 0 {
		return nil
	}
	return &Refutation{p.lemmas}
}

func (p *prover) failed() bool { return p.s.stopped || p.nodes > proofNodes }

// prove returns the number of a lemma from which "whole needs more than k bits"
// follows, -1 if there is none to be had.
func (p *prover) prove(whole part, k int) int {
	known := p.byBits[k]
	for n := len(known) - 1; n >= max(0, len(known)-4096); n-- {
		if q := p.parts[known[n]]; q[0]&^whole[0] == 0 && q[1]&^whole[1] == 0 {
			return known[n]
		}
	}
	q := p.s.b.fold(whole)
	if p.counts(q, k) {
		q = p.shrink(q, k)
		l := p.lemma(q, k)
		for v := range p.s.b.values {
			set := p.s.b.foolBest(v, q)
			if len(set) > 1 && (!p.s.b.total || len(set) > p.s.b.rank(v, q)) {
				l.Fooling = append(l.Fooling, p.cells(set))
			}
		}
		return p.add(l, q)
	}
	if k == 0 {
		return -1
	}
	l := p.lemma(q, k)
	for axis := range 2 {
		b := p.divide(q, axis, k-1)
		if b == nil {
			return -1
		}
		if axis == 0 {
			l.ByRows = b
		} else {
			l.ByCols = b
		}
	}
	return p.add(l, q)
}

func (p *prover) add(l Lemma, q part) int {
	p.lemmas, p.parts = append(p.lemmas, l), append(p.parts, q)
	p.byBits[l.Bits] = append(p.byBits[l.Bits], len(p.lemmas)-1)
	return len(p.lemmas) - 1
}

func (p *prover) lemma(q part, k int) Lemma {
	return Lemma{Rows: p.lines(0, q[0]), Cols: p.lines(1, q[1]), Bits: k}
}

func (p *prover) lines(axis int, set uint64) []int {
	var all []int
	for ; set != 0; set &= set - 1 {
		all = append(all, p.line[axis][bits.TrailingZeros64(set)])
	}
	return all
}

func (p *prover) cells(set []cell) [][2]int {
	var all [][2]int
	for _, c := range set {
		all = append(all, [2]int{p.line[0][c[0]], p.line[1][c[1]]})
	}
	return all
}

// counts says whether a lemma without branches refutes k bits for the folded q.
func (p *prover) counts(q part, k int) bool {
	b := p.s.b
	if k > 6 {
		return false
	}
	if k <= 5 && !p.s.roomy(q, k) {
		return true
	}
	values, _ := b.valuesIn(q)
	return values > 1<<k || p.s.refuted(q, k)
}

// shrink drops lines as long as counting still refutes.
func (p *prover) shrink(q part, k int) part {
	for axis := range 2 {
		for left := q[axis]; left != 0; left &= left - 1 {
			less := q
			less[axis] &^= left & -left
			if folded := p.s.b.fold(less); less[axis] != 0 && p.counts(folded, k) {
				q = less
			}
		}
	}
	return p.s.b.fold(q)
}

// divide writes down why no division of the lines of axis leaves two sides that
// fit k bits each.
func (p *prover) divide(q part, axis, k int) *Branch {
	d := division{s: p.s, p: q, axis: axis, k: k}
	return p.branch(&d, [2]uint64{}, q[axis])
}

// reason cites a lemma on the given side.
func (p *prover) reason(d *division, side int, set uint64) *Branch {
	q := d.p
	q[d.axis] = set
	if n := p.prove(q, d.k); n >= 0 {
		p.nodes++
		return &Branch{Side: side, Lemma: n}
	}
	return nil
}

// branch follows division.place: it first puts lines that one side refuses, then
// branches on the hardest.
func (p *prover) branch(d *division, side [2]uint64, rest uint64) *Branch {
	if p.nodes++; p.failed() || p.s.tick() {
		return nil
	}
	line, refused := uint64(0), false
	for left := rest; left != 0 && !refused; left &= left - 1 {
		l := left & -left
		for i := range 2 {
			if !d.fits(side[i] | l) {
				line, refused = l, true
				break
			}
		}
		if p.s.stopped {
			return nil
		}
	}
	if !refused {
		if rest == 0 {
			return nil // a division that fits: nothing to refute
		}
		if side[0]|side[1] == 0 {
			line = rest & -rest
		} else {
			line = d.hardest(side, rest)
		}
	}
	b := &Branch{Line: p.line[d.axis][bits.TrailingZeros64(line)]}
	for i := range 2 {
		next := side
		next[i] |= line
		if i == 1 && side == [2]uint64{} {
			break // the mirror images
		}
		if d.fits(next[i]) {
			b.Next[i] = p.branch(d, next, rest&^line)
		} else {
			b.Next[i] = p.reason(d, i, next[i])
		}
		if b.Next[i] == nil {
			return nil
		}
	}
	return b
}

// foolBest is the larger of the two quick fooling sets of value v on q.
func (b *board) foolBest(v int, q part) []cell {
	x, y := b.foolGreedy(v, q, 0), b.foolGreedy(v, q, 1)
	if len(y) > len(x) {
		return y
	}
	return x
}
