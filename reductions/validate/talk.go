package validate

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"crosscut/protocol"
)

// talk looks for cheap protocols of k players on a blackboard, in which the last player answers: at the end
// something is right for all that the others may still hold, whatever the last one holds. A player says a bit,
// which divides its lines, or the class of what it holds, in words that are short where much is left to say.
type talk struct {
	ctx   context.Context
	chain bool // the players speak in their order, once each
	ways  int  // to divide a player's lines that are followed; 0: none
	all   bool // they are, of players with few lines
	steps int  // entries that may yet be looked at
	known map[string]outcome
	parts [][][]int32 // of what each player holds: of every input a number; nil: none are said
}

// outcome is what is known of a box: so many bits are enough; so many are not.
type outcome struct{ enough, never int }

// turn says who has the word.
type turn struct {
	speaker int // who may go on; -1: nobody has spoken in this round
	rounds  int // that are left; below 0: any number
}

// Bounds on the search for protocols.
const (
	talkSteps = 1 << 22 // entries, in one pass, and so often each of the whole table
	talkEach  = 1 << 6
	talkParts = 4  // times as many where parts are said
	talkLines = 10 // of a player, that are divided in all ways
	talkTries = 16 // ways to divide a player's lines that are compared, where not all are followed
	// Entries that are all held against each other, to find many that fit in no common transcript; and
	// pairs that are asked for where there are more.
	cutEntries = 1 << 10
	cutSteps   = 1 << 16
)

// cheapest is the least cost that is found of a protocol that costs at most so many bits, or one more than that, and
// whether it is certain that none costs less.
func (b *box) cheapest(ctx context.Context, chain bool, rounds, most int, parts [][][]int32) (least int, sure bool) {
	passes := []talk{{steps: 1}, {parts: parts, steps: talkParts}, {ways: 2, steps: 1}, {ways: 6, steps: 1}, {ways: talkTries, all: true, steps: 1}}
	b.from = make([][]int32, len(b.counts))
	for who, n := range b.counts {
		for i := range n {
			b.from[who] = append(b.from[who], int32(i))
		}
	}
	if b = b.tidy(); len(b.right) <= tabulateMost {
		b.cutApart(1<<min(most, 30) + 1)
	} else {
		passes = passes[:2]
	}
	for _, k := range passes {
		k.ctx, k.chain, k.known = ctx, chain, map[string]outcome{}
		k.steps *= talkSteps + talkEach*len(b.right)
		b := *b
		if k.parts == nil {
			b.from = nil
		}
		for ; ; most-- {
			if ok, sure := k.within(&b, turn{-1, rounds}, most); !ok {
				if sure {
					return most + 1, true
				}
				break
			}
		}
	}
	return most + 1, false
}

// least is a number of bits that every protocol costs, whoever speaks when, whether one costs no more, and the
// argument.
func (b *box) least(ctx context.Context) (lower int, exact bool, by string) {
	if len(b.right) > tabulateMost {
		return 0, false, ""
	}
	b = b.tidy()
	b.cutApart(len(b.right))
	k := talk{ctx: ctx, ways: talkTries, all: true, steps: talkSteps + talkEach*len(b.right), known: map[string]outcome{}}
	by = fmt.Sprintf("%d entries no two of which fit in one transcript, after which the last player answers", len(b.apart))
	for lower = protocol.Width(uint64(len(b.apart))); ; lower++ {
		if ok, sure := k.within(b, turn{-1, -1}, lower); ok || !sure {
			return lower, ok, by
		}
		by = "a search through all protocols in which the last player answers"
	}
}

// may says whether a player may speak, and what the turn is then.
func (k *talk) may(who int, at turn, last int) (turn, bool) {
	switch {
	case k.chain:
		return turn{who, -1}, who >= at.speaker && who < last
	case at.rounds < 0 || who == at.speaker:
		return at, true
	}
	return turn{who, at.rounds - 1}, at.rounds > 0
}

// within says whether a protocol of at most so many bits was found, or, sure, that there is none.
func (k *talk) within(b *box, at turn, most int) (ok, sure bool) {
	switch {
	case most < 0:
		return false, true
	case b.done():
		return true, true
	case most < max(1, protocol.Width(uint64(len(b.apart)))):
		return false, true
	case k.steps <= 0 || k.ctx.Err() != nil:
		return false, false
	}
	b = b.tidy()
	k.steps -= 2 * len(b.right) * len(b.counts)
	key := b.key(at)
	got := k.known[key]
	switch {
	case got.enough > 0 && most >= got.enough:
		return true, true
	case most <= got.never:
		return false, true
	}
	ok, sure = k.search(b, at, most)
	switch got = k.known[key]; {
	case ok:
		got.enough = most
	case sure:
		got.never = most
	}
	k.known[key] = got
	return ok, sure
}

// key is what a box and a turn are kept by.
func (b *box) key(at turn) string {
	key := binary.AppendVarint(binary.AppendVarint(nil, int64(at.speaker)), int64(at.rounds))
	for _, n := range b.counts {
		key = binary.AppendUvarint(key, uint64(n))
	}
	for _, id := range b.right {
		key = binary.AppendUvarint(key, uint64(id))
	}
	return string(key)
}

func (k *talk) search(b *box, at turn, most int) (ok, sure bool) {
	last := len(b.counts) - 1
	if k.silent(b, at) <= most {
		return true, true
	}
	if sure = true; most == 1 {
		for who := range last {
			if _, may := k.may(who, at, last); may {
				ok, decided := b.oneBit(k.ctx, who)
				if ok {
					return true, true
				}
				sure = sure && decided
			}
		}
		return false, sure
	}
	if b.loose && !k.chain && at.rounds != 0 && k.halves(b, turn{-1, max(at.rounds-1, -1)}, most) {
		return true, true
	}
	for who := range b.counts {
		if then, may := k.may(who, at, last); may && b.counts[who] > 1 && k.says(b, who, then, most) {
			return true, true
		}
	}
	if k.parts != nil && k.tells(b, at, most) {
		return true, true
	}
	for who := range b.counts {
		then, may := k.may(who, at, last)
		if !may {
			continue
		}
		ways, all := k.divisions(b, who)
		sure = sure && all
		for _, w := range ways {
			k.steps -= 2 * len(b.right)
			ok, decided := true, true
			for side := 0; side < len(w.sides) && ok; side++ {
				if w.sides[side] == nil {
					w.sides[side] = b.pick(who, w.way, side == 0)
				}
				ok, decided = k.within(w.sides[side], then, most-1)
			}
			if ok {
				return true, true
			}
			sure = sure && decided
		}
	}
	return false, sure
}

// silent is what is enough where all but the last player say their class at once.
func (k *talk) silent(b *box, at turn) (bits int) {
	for who := range len(b.counts) - 1 {
		b = k.classes(b, who)
		if n := b.counts[who]; n > 1 {
			if _, may := k.may(who, at, len(b.counts)-1); !may {
				return math.MaxInt32
			}
			bits += protocol.Width(uint64(n))
		}
	}
	return bits
}

// classes has few classes of a player's lines.
func (k *talk) classes(b *box, who int) *box {
	steps := 0
	if b.counts[who] <= talkTries {
		steps = talkClass
	}
	c, _ := b.compress(k.ctx, who, steps)
	k.steps -= 2 * len(b.right)
	return c
}

// says looks for a protocol that begins with one player's class.
func (k *talk) says(b *box, who int, then turn, most int) bool {
	c := k.classes(b, who)
	return k.words(c.counts[who], func(i int) *box { return c.only(who, int32(i)) }, then, most, 0)
}

// words looks for a protocol that begins with which of n boxes holds, in words none of which begins another; so many
// bits at least are left to each.
func (k *talk) words(n int, nth func(i int) *box, then turn, most, least int) bool {
	left := 1 << min(most, 30) // Kraft: the sum of 2^cost of what is left to say is no more than 2^most
	for i := range n {
		rest := nth(i)
		more, cost := left-(n-1-i)<<least, least // each later one takes as much at least
		for ; 1<<cost <= more; cost++ {
			if ok, _ := k.within(rest, then, cost); ok {
				break
			}
		}
		if left -= 1 << cost; 1<<cost > more {
			return false
		}
	}
	return true
}

// tells looks for a protocol that begins with a part of what one player holds: first with those after which the least
// may be left, in an equal share of the steps for each.
func (k *talk) tells(b *box, at turn, most int) bool {
	type told struct {
		who  int
		then turn
		in   [][]bool // the lines of each message, the most first
		left *box     // after that
	}
	var list []told
	for who, from := range b.from {
		then, may := k.may(who, at, len(b.counts)-1)
		if !may {
			continue
		}
		for _, part := range k.parts[who] {
			size, by := map[int32]int{}, map[int32][]bool{}
			for i, in := range from {
				id := part[in]
				if by[id] == nil {
					by[id] = make([]bool, len(from))
				}
				by[id][i] = true
				size[id]++
			}
			if len(by) <= 1 {
				continue
			}
			t := told{who: who, then: then}
			for _, id := range slices.SortedFunc(maps.Keys(by), func(u, v int32) int { return cmp.Or(size[v]-size[u], int(u-v)) }) {
				t.in = append(t.in, by[id])
			}
			c := b.pick(who, t.in[0], true)
			k.steps -= len(b.right) + 2*len(c.right)*len(c.counts)
			t.left = c.tidy()
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(v, w told) int { return cmp.Compare(len(v.left.right), len(w.left.right)) })
	for i, t := range list {
		share := k.steps / (len(list) - i)
		rest := k.steps - share
		k.steps = share
		ok := k.words(len(t.in), func(i int) *box {
			if k.steps -= len(b.right); i == 0 {
				return t.left
			}
			return b.pick(t.who, t.in[i], true)
		}, t.then, most, most-protocol.Width(uint64(len(t.in))))
		if k.steps += rest; ok {
			return true
		}
	}
	return false
}

// halves looks for a protocol that begins with a bit of each player, whose sum says in which half of the answers
// one is right.
func (k *talk) halves(b *box, then turn, most int) bool {
	for _, half := range b.answerHalves() {
		k.steps -= 4 * len(b.right)
		odd := b.parity(half)
		if odd == nil {
			continue
		}
		if k.sums(b, odd, half, 0, 0, then, most) {
			return true
		}
	}
	return false
}

// sums goes through the bits of the players from one on; sum is that of those before.
func (k *talk) sums(b *box, odd [][]bool, half [2]int32, who, sum int, then turn, most int) bool {
	last := len(b.counts) - 1
	var parts [2]*box
	silent := who == last // the last player knows its bit
	for bit := range parts {
		if slices.Contains(odd[who], bit == 1) {
			parts[bit] = b.pick(who, odd[who], bit == 1)
			if who == last {
				parts[bit] = parts[bit].given(half[(sum+bit)%2])
			}
			silent = silent && parts[bit].done()
		}
	}
	if parts[0] != nil && parts[1] != nil && !silent {
		most-- // the bit is said
	}
	for bit, p := range parts {
		ok := p == nil
		if who < last {
			ok = ok || k.sums(p, odd, half, who+1, sum+bit, then, most)
		} else if !ok {
			ok, _ = k.within(p, then, most)
		}
		if !ok {
			return false
		}
	}
	return true
}

// division is a way to divide a player's lines, and the boxes that are left, which may not be made yet.
type division struct {
	way   []bool
	sides [2]*box
	odds  int     // how far it is from halves
	left  float64 // the larger side, where both are made
}

// divisions are ways to divide a player's lines, the best first; all says that there are no others.
func (k *talk) divisions(b *box, who int) (list []division, all bool) {
	n := b.counts[who]
	if k.ways == 0 {
		return nil, false
	}
	if k.all && n <= talkLines {
		for part := 1; part < 1<<(n-1); part++ { // never with the last line
			way := make([]bool, n)
			for i := range way {
				way[i] = part>>i&1 == 1
			}
			list = append(list, division{way: way})
		}
		return list, true
	}
	seen := map[string]bool{string(make([]byte, n)): true}
	add := func(of func(i int) bool) {
		way := make([]bool, n)
		for i := range way {
			way[i] = of(i) != of(0)
		}
		key, _ := binary.Append(nil, binary.LittleEndian, way)
		if !seen[string(key)] {
			seen[string(key)] = true
			odds := n - 2*bytes.Count(key, []byte{1})
			list = append(list, division{way: way, odds: max(odds, -odds)})
		}
	}
	rows := b.lines(who)
	cols := len(rows[0])
	k.steps -= len(b.right) + n*min(cols, 64)*8
	for at := range min(cols, 64) {
		j := at * cols / min(cols, 64)
		var here []int32
		for _, row := range rows {
			here = append(here, row[j])
		}
		slices.Sort(here)
		here = slices.Compact(here)
		for _, id := range here[:min(len(here), 8)] {
			add(func(i int) bool { return rows[i][j] == id })
			add(func(i int) bool { return b.sets.meet(rows[i][j], id) != 0 })
		}
	}
	slices.SortStableFunc(list, func(v, w division) int { return cmp.Compare(v.odds, w.odds) })
	list = list[:min(len(list), talkTries)]
	k.steps -= 2 * len(list) * len(b.right) * len(b.counts)
	if k.steps <= 0 && !slices.ContainsFunc(list, func(t division) bool { return b.pick(who, t.way, true).done() && b.pick(who, t.way, false).done() }) {
		return nil, false // no steps are left, and only parts that are done would pass without
	}
	for i, t := range list {
		for side := range t.sides {
			p, left := b.pick(who, t.way, side == 0).tidy(), 0.0
			for _, n := range p.counts {
				left += math.Log2(float64(n))
			}
			list[i].sides[side], list[i].left = p, max(list[i].left, left+math.Log2(float64(1+len(p.apart))))
		}
	}
	slices.SortStableFunc(list, func(v, w division) int { return cmp.Compare(v.left, w.left) })
	return list[:min(len(list), k.ways)], false
}
