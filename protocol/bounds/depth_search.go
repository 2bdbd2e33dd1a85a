package bounds

import (
	"context"
	"math"
	"math/bits"
)

// search decides "D(part) <= k" for the parts of one board. The rules that it
// uses, with their proofs, are in docs/deterministic.md.
type search struct {
	ctx     context.Context
	b       *board
	seen    *table
	like    likeness
	shapes  [][]shape
	steps   uint64
	until   uint64 // stop after so many steps
	stopped bool   // the context ended: nothing decided after that counts
}

func newSearch(ctx context.Context, b *board, memory int64) *search {
	return &search{ctx: ctx, b: b, seen: newTable(memory / 2), like: likeness{limit: int(memory / 2), from: likenessBits}, shapes: shapesUpTo(7), until: math.MaxUint64}
}

// turn is what a protocol with few rounds still may do. The zero value sets no
// limit.
type turn struct {
	left uint8 // rounds that may still begin, the current one included; 0: any number
	who  uint8 // 1 + the axis of the player whose round it is; 0: nobody has spoken
}

func (t turn) key() uint8 { return t.left<<2 | t.who }

// within drops a limit that cannot bind: k bits have at most k rounds.
func (t turn) within(k int) turn {
	if t.left == 0 || int(t.left) > k || int(t.left) == k && t.who == 0 {
		return turn{}
	}
	return t
}

// speak is the turn after the player of axis has written a bit, if allowed.
func (t turn) speak(axis int) (turn, bool) {
	switch {
	case t.left == 0:
		return t, true
	case t.who == 0:
		return turn{t.left, uint8(axis + 1)}, true
	case int(t.who) == axis+1:
		return t, true
	case t.left == 1:
		return t, false
	}
	return turn{t.left - 1, uint8(axis + 1)}, true
}

// fits says whether p has a protocol of k bits in which every leaf is labelled.
func (s *search) fits(p part, k int, t turn) bool {
	if s.stopped {
		return false
	}
	p = s.b.fold(p)
	r, c := bits.OnesCount64(p[0]), bits.OnesCount64(p[1])
	if s.b.total && r == 1 && c == 1 {
		return true
	}
	if k < 8 && s.b.values > 1<<k || !s.b.total {
		values, _ := s.b.valuesIn(p)
		if values <= 1 {
			return true
		}
		if k < 8 && values > 1<<k {
			return false
		}
	}
	if !s.roomy(p, k) {
		return false
	}
	t = t.within(k)
	binary := s.b.total && s.b.values == 2 && t.left == 0
	plain := k == 1 || t.left == 1 || t.left == 2 && s.b.total || k == 2 && binary
	if plain { // there the quick protocols are the best
		return s.quick(p, k, t) >= 0
	}
	if k == 3 && binary {
		return s.threeBits(p)
	}
	lo, hi := s.seen.get(p, t.key())
	if hi <= k {
		return true
	}
	if lo > k {
		return false
	}
	if s.quick(p, k, t) >= 0 {
		s.seen.put(p, t.key(), 0, k)
		return true
	}
	if s.refuted(p, k) {
		s.seen.put(p, t.key(), k+1, 127)
		return false
	}
	var key []byte
	if k >= s.like.from && t.left == 0 {
		key = s.alike(p, make([]byte, 0, 256))
		if lo, hi := s.like.get(key); lo > k || hi <= k {
			s.seen.put(p, t.key(), lo, hi)
			return hi <= k
		}
	}
	lo, hi = 0, k
	if !s.divides(p, k, t) {
		lo, hi = k+1, 127
	}
	if s.stopped {
		return false
	}
	s.seen.put(p, t.key(), lo, hi)
	if key != nil {
		s.like.put(key, lo, hi)
	}
	return hi <= k
}

// divides says whether a first bit leaves two parts that fit k - 1 bits. The side
// with fewer lines is tried first.
func (s *search) divides(p part, k int, t turn) bool {
	first := 0
	if bits.OnesCount64(p[1]) < bits.OnesCount64(p[0]) {
		first = 1
	}
	for _, axis := range [2]int{first, 1 - first} {
		if next, ok := t.speak(axis); ok {
			if _, ok := s.split(p, axis, k-1, next); ok {
				return true
			}
		}
	}
	return false
}

// quick looks for a protocol of k bits in which one player names its line and
// the other answers; it returns the axis of the first, or -1.
func (s *search) quick(p part, k int, t turn) int {
	for axis := range 2 {
		next, ok := t.speak(axis)
		if !ok {
			continue
		}
		cost, silent := s.b.send(axis, p)
		if _, answer := next.speak(1 - axis); cost <= k && (silent || answer) {
			return axis
		}
	}
	return -1
}

// threeBits decides D <= 3 for folded 0/1 parts. D <= 2 there means at most two
// different rows or at most two different columns, so a first bit of the player
// of one axis must divide its lines into two sets, each of at most two lines or
// with at most two kinds of places across (and then of at most four lines).
func (s *search) threeBits(p part) bool {
	for axis := range 2 {
		n := bits.OnesCount64(p[axis])
		if n > 8 {
			continue
		}
		var line [8]uint64
		k := 0
		for left := p[axis]; left != 0; left &= left - 1 {
			line[k] = s.b.bit[axis][0][bits.TrailingZeros64(left)] & p[1-axis]
			k++
		}
		if halves(line[:n], p[1-axis]) {
			return true
		}
	}
	return false
}

// halves says whether distinct lines can be divided into two sets that both have
// at most two lines or at most two kinds of places.
func halves(line []uint64, mask uint64) bool {
	n := len(line)
	var simple [256]bool
	for set := range 1 << n {
		size := bits.OnesCount(uint(set))
		simple[set] = size <= 2 || size <= 4 && twoKinds(line, set, mask)
	}
	full := 1<<n - 1
	for set := 0; set < 1<<(n-1); set++ {
		if simple[set] && simple[full&^set] {
			return true
		}
	}
	return false
}

// twoKinds says whether the places of mask show at most two patterns on the
// chosen lines: each line is then constant, or one fixed division of mask, or
// its complement.
func twoKinds(line []uint64, set int, mask uint64) bool {
	var w uint64
	for ; set != 0; set &= set - 1 {
		l := line[bits.TrailingZeros(uint(set))]
		switch {
		case l == 0 || l == mask:
		case w == 0:
			w = l
		case l != w && l != mask&^w:
			return false
		}
	}
	return true
}

// split looks for a division of the lines of one axis into two parts that both
// fit k bits; it returns one of them.
func (s *search) split(p part, axis, k int, t turn) (uint64, bool) {
	if p[axis]&(p[axis]-1) == 0 {
		return 0, false
	}
	first := p[axis] & -p[axis]
	d := division{s: s, p: p, axis: axis, k: k, turn: t}
	if !d.fits(first) {
		return 0, false
	}
	if d.place([2]uint64{first, 0}, [2]uint64{}, [2]uint64{}, p[axis]&^first) {
		return d.found, true
	}
	return 0, false
}

// division is one search for a split: lines are put on side 0 or 1 one by one.
// A part of a part that fits also fits, so a side that no longer fits can only
// be left by going back, and a line that a side refuses is refused for good.
type division struct {
	s     *search
	p     part
	axis  int
	k     int
	turn  turn
	found uint64
}

func (d *division) fits(side uint64) bool {
	q := d.p
	q[d.axis] = side
	return d.s.fits(q, d.k, d.turn)
}

// place puts the lines of rest; refused[i] are those that side i cannot take,
// taken[i] those known to fit on it as it is now.
func (d *division) place(side, refused, taken [2]uint64, rest uint64) bool {
	if d.s.tick() {
		return false
	}
	for again := true; again; {
		again = false
		for left := rest; left != 0; left &= left - 1 {
			line := left & -left
			for i := range 2 {
				if (refused[i]|taken[i])&line != 0 {
					continue
				}
				if d.fits(side[i] | line) {
					taken[i] |= line
				} else {
					refused[i] |= line
				}
			}
			if d.s.stopped || refused[0]&refused[1]&line != 0 {
				return false
			}
			for i := range 2 {
				if refused[i]&line != 0 {
					side[1-i] |= line
					taken[1-i] = 0
					rest &^= line
					again = true
				}
			}
		}
	}
	if rest == 0 {
		d.found = side[0]
		return true
	}
	line := d.hardest(side, rest)
	for i := range 2 {
		next, known := side, taken
		next[i] |= line
		known[i] = 0
		if d.place(next, refused, known, rest&^line) {
			return true
		}
		if side[i] == 0 {
			break // both sides were alike: the mirror image fails too
		}
	}
	return false
}

// hardest chooses the line to branch on: the one after which both sides are
// hardest, measured by the sum of ranks over GF(2).
func (d *division) hardest(side [2]uint64, rest uint64) uint64 {
	best, line := -1, uint64(0)
	for left := rest; left != 0; left &= left - 1 {
		l := left & -left
		size := 0
		for i := range 2 {
			q := d.p
			q[d.axis] = side[i] | l
			size += d.s.b.ranks2(q)
		}
		if size > best {
			best, line = size, l
		}
	}
	return line
}

// tick counts a step and now and then looks at the context.
func (s *search) tick() bool {
	s.steps++
	if s.steps&63 == 0 && s.ctx.Err() != nil || s.steps > s.until {
		s.stopped = true
	}
	return s.stopped
}
