package validate

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"

	"crosscut/protocol"
	"crosscut/protocol/bounds"
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
}

// outcome is what is known of a box: so many bits are enough; so many are not; with so many nothing was found.
type outcome struct{ enough, never, tried int }

// turn says who has the word.
type turn struct {
	speaker int // who may go on; -1: nobody has spoken in this round
	rounds  int // that are left; below 0: any number
}

// Bounds on the search for protocols.
const (
	talkSteps = 1 << 22 // entries, in one pass, and so often each of the whole table
	talkEach  = 1 << 6
	talkLines = 10      // of a player, that are divided in all ways
	talkTries = 16      // ways to divide a player's lines that are compared, where not all are followed
	knownMost = 1 << 12 // entries of a box of which is kept what is known
	// Entries that are all held against each other, to find many that fit in no common transcript; and
	// pairs that are asked for where there are more.
	cutEntries = 1 << 10
	cutSteps   = 1 << 16
)

// cheapest is the least cost that is found of a protocol that costs at most so many bits, or one more than that.
func (b *box) cheapest(ctx context.Context, chain bool, rounds, most int) int {
	at := turn{-1, rounds}
	if chain {
		at = turn{0, -1}
	}
	passes := []talk{{}, {ways: 2}, {ways: 6}, {ways: talkTries, all: true}}
	if b = b.tidy(); len(b.right) <= tabulateMost {
		b.cutApart()
	} else {
		passes = passes[:1]
	}
	for _, k := range passes {
		k.ctx, k.chain, k.steps, k.known = ctx, chain, talkSteps+talkEach*len(b.right), map[string]outcome{}
		for most >= 0 {
			defer func(kk *talk) { used += talkSteps - kk.steps }(&k)
			ok, sure := k.within(b, at, most)
			if sure && !ok {
				return most + 1
			}
			if !ok {
				break
			}
			most--
		}
	}
	return most + 1
}

// least is a number of bits that every protocol costs, whoever speaks when, whether one costs no more, and the
// argument.
func (b *box) least(ctx context.Context) (lower int, exact bool, by string) {
	if len(b.right) > tabulateMost {
		return 0, false, ""
	}
	b = b.tidy()
	b.cutApart()
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
	case b.done():
		return true, true
	case most <= 0 || most < 30 && len(b.apart) > 1<<most:
		return false, true
	case k.steps <= 0 || k.ctx.Err() != nil:
		return false, false
	}
	b = b.tidy()
	k.steps -= 2 * len(b.right) * len(b.counts)
	if len(b.right) > knownMost {
		return k.search(b, at, most)
	}
	key := b.key(at)
	got := k.known[key]
	switch {
	case got.enough > 0 && most >= got.enough:
		return true, true
	case most <= got.never:
		return false, true
	case most <= got.tried:
		return false, false
	}
	ok, sure = k.search(b, at, most)
	switch got = k.known[key]; {
	case ok:
		got.enough = most
	case sure:
		got.never = most
	default:
		got.tried = most
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
	for who := range b.counts {
		then, may := k.may(who, at, last)
		if !may || b.counts[who] < 2 {
			continue
		}
		ways, all := k.divisions(b, who, most)
		sure = sure && all
		for _, w := range ways {
			k.steps -= 2 * len(b.right)
			first, second := b.pick(who, w, true), b.pick(who, w, false)
			ok, decided := k.within(first, then, most-1)
			if ok {
				if ok, decided = k.within(second, then, most-1); ok {
					return true, true
				}
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
	if k.steps -= len(b.right); b.loose {
		k.steps -= len(c.right) * c.counts[who] / 8
	}
	return c
}

// says looks for a protocol that begins with one player's class, in words none of which begins another.
func (k *talk) says(b *box, who int, then turn, most int) bool {
	c := k.classes(b, who)
	left := 1 << min(most, 30) // Kraft: the sum of 2^cost of what is left to say is no more than 2^most
	if c.counts[who] > left {
		return false
	}
	for i, row := range c.lines(who) {
		rest := c.with(who, [][]int32{row})
		more, cost := left-(c.counts[who]-1-i), 0 // each later class takes 1 at least
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
	for bit := range parts {
		if slices.Contains(odd[who], bit == 1) {
			parts[bit] = b.pick(who, odd[who], bit == 1)
		}
	}
	if parts[0] != nil && parts[1] != nil && who < last {
		most-- // the bit is said
	}
	silent := true // the last player knows its bit
	for bit, p := range parts {
		if p != nil && who == last {
			parts[bit] = p.given(half[(sum+bit)%2])
			silent = silent && parts[bit].done()
		}
	}
	if who == last && silent {
		return most >= 0
	}
	if parts[0] != nil && parts[1] != nil && who == last {
		most--
	}
	for bit, p := range parts {
		if p == nil {
			continue
		}
		if who < last {
			if !k.sums(p, odd, half, who+1, sum+bit, then, most) {
				return false
			}
		} else if ok, _ := k.within(p, then, most); !ok {
			return false
		}
	}
	return true
}

// divisions are ways to divide a player's lines, the best first; all says that there are no others.
func (k *talk) divisions(b *box, who, most int) (ways [][]bool, all bool) {
	n := b.counts[who]
	if k.ways == 0 {
		return nil, false
	}
	if k.all && n <= talkLines {
		weight := make([]int, n)
		for _, e := range b.apart {
			weight[e[who]]++
		}
		for part := 1; part < 1<<(n-1); part++ { // never with the last line
			way, here := make([]bool, n), 0
			for i := range way {
				if way[i] = part>>i&1 == 1; way[i] {
					here += weight[i]
				}
			}
			if half := 1 << min(most-1, 30); here <= half && len(b.apart)-here <= half {
				ways = append(ways, way)
			}
		}
		return ways, true
	}
	seen := map[string]bool{}
	add := func(of func(i int) bool) {
		way, key, count := make([]bool, n), make([]byte, n), 0
		for i := range way {
			if way[i] = of(i) != of(0); way[i] {
				count++
				key[i] = 1
			}
		}
		if count > 0 && !seen[string(key)] {
			seen[string(key)] = true
			ways = append(ways, way)
		}
	}
	rows := b.lines(who)
	cols := len(rows[0])
	k.steps -= len(b.right) + n*min(cols, 64)*8
	for at := range min(cols, 64) {
		j := at * cols / min(cols, 64)
		here := map[int32]bool{}
		for i := range n {
			if id := rows[i][j]; !here[id] && len(here) < 8 {
				here[id] = true
				add(func(i int) bool { return rows[i][j] == id })
				if b.loose {
					add(func(i int) bool { return b.sets.meet(rows[i][j], id) != 0 })
				}
			}
		}
	}
	size := func(w []bool) (off int) {
		for _, in := range w {
			if in {
				off += 2
			}
		}
		return max(off-n, n-off)
	}
	slices.SortStableFunc(ways, func(v, w []bool) int { return cmp.Compare(size(v), size(w)) })
	ways = ways[:min(len(ways), talkTries)]
	type tried struct {
		way  []bool
		left float64
	}
	list := make([]tried, len(ways))
	for i, w := range ways {
		list[i].way = w
		for _, in := range []bool{true, false} {
			k.steps -= len(b.right) * len(b.counts)
			p, left := b.pick(who, w, in).tidy(), 0.0
			for _, n := range p.counts {
				left += math.Log2(float64(n))
			}
			list[i].left = max(list[i].left, left+math.Log2(float64(1+len(p.apart))))
		}
	}
	slices.SortStableFunc(list, func(v, w tried) int { return cmp.Compare(v.left, w.left) })
	for i := range list {
		ways[i] = list[i].way
	}
	return ways[:min(len(ways), k.ways)], false
}

// done says whether the last player can answer: for each of its lines something is right in all entries.
func (b *box) done() bool {
	n := b.counts[len(b.counts)-1]
	for j := range n {
		right := int32(1)
		for at := j; at < len(b.right); at += n {
			if right = b.sets.meet(right, b.right[at]); right == 0 {
				return false
			}
		}
	}
	return true
}

// oneBit says whether a bit of one player is enough: the others before the last say nothing.
func (b *box) oneBit(ctx context.Context, who int) (ok, decided bool) {
	n := b.counts[len(b.counts)-1]
	rows := b.lines(who)
	for i, row := range rows {
		for at := n; at < len(row); at++ {
			if row[at%n] = b.sets.meet(row[at%n], row[at]); row[at%n] == 0 {
				return false, true
			}
		}
		rows[i] = row[:n]
	}
	c := classing{sets: b.sets, rows: rows, steps: talkClass}
	classes, decided := c.place(ctx, 0, nil, 2)
	return classes != nil, decided
}

// given is the box in which only some answers are given.
func (b *box) given(some int32) *box {
	c := *b
	c.right = make([]int32, len(b.right))
	for i, id := range b.right {
		c.right[i] = b.sets.meet(id, some)
	}
	return &c
}

// pick is the box with the lines of a player that are, or are not, in a part.
func (b *box) pick(who int, part []bool, in bool) *box {
	var rows [][]int32
	to := make([]int32, len(part))
	for i, row := range b.lines(who) {
		if to[i] = -1; part[i] == in {
			to[i] = int32(len(rows))
			rows = append(rows, row)
		}
	}
	return b.moved(who, rows, to)
}

// moved has other lines of a player, and each old one of [box.apart] where to says; -1: nowhere.
func (b *box) moved(who int, rows [][]int32, to []int32) *box {
	c := b.with(who, rows)
	for _, e := range b.apart {
		if to[e[who]] >= 0 {
			e = slices.Clone(e)
			e[who] = to[e[who]]
			c.apart = append(c.apart, e)
		}
	}
	return c
}

// tidy has the lines of each player in order, once each, and leaves out those that ask for no more than another.
func (b *box) tidy() *box {
	for who := range b.counts {
		rows := b.lines(who)
		order := make([]int32, len(rows))
		for i := range order {
			order[i] = int32(i)
		}
		slices.SortFunc(order, func(i, j int32) int { return slices.Compare(rows[i], rows[j]) })
		to, kept := make([]int32, len(rows)), []int32{}
		for _, i := range order {
			if n := len(kept); n == 0 || !slices.Equal(rows[kept[n-1]], rows[i]) {
				kept = append(kept, i)
			}
			to[i] = kept[len(kept)-1]
		}
		if n := len(kept); b.loose && n*len(b.right) <= knownMost*talkTries {
			kept = slices.DeleteFunc(slices.Clone(kept), func(i int32) bool {
				for _, j := range kept {
					if j != i && to[j] == j && b.weaker(rows[i], rows[j]) {
						to[i] = j
						return true
					}
				}
				return false
			})
		}
		if len(kept) == len(rows) && slices.IsSorted(order) {
			continue
		}
		place, list := make([]int32, len(rows)), make([][]int32, len(kept))
		for k, i := range kept {
			list[k], place[i] = rows[i], int32(k)
		}
		for i := range to {
			j := to[i]
			for to[j] != j {
				j = to[j]
			}
			to[i] = j
		}
		for i := range to {
			to[i] = place[to[i]]
		}
		b = b.moved(who, list, to)
	}
	return b
}

// weaker says that a line asks for no more than another: what is right there is right here.
func (b *box) weaker(line, than []int32) bool {
	for j, id := range than {
		if b.sets.meet(line[j], id) != id {
			return false
		}
	}
	return true
}

// cutApart finds entries no two of which fit in one transcript: with both, a transcript holds all inputs that are
// mixed from them, and in a column of one of them nothing is right for all.
func (b *box) cutApart() {
	n, k := len(b.right), len(b.counts)
	entries := make([][]int32, n)
	flat := make([]int32, n*k)
	for i := range entries {
		entries[i] = flat[i*k : (i+1)*k]
		for who, rest := k-1, i; who >= 0; who-- {
			entries[i][who] = int32(rest % b.counts[who])
			rest /= b.counts[who]
		}
	}
	grow := func(list [][]int32, steps int) {
		for i := range entries {
			if steps > 0 && !slices.ContainsFunc(list, func(f []int32) bool { steps--; return !b.clash(entries[i], f) }) {
				list = append(list, entries[i])
			}
		}
		if len(list) > len(b.apart) {
			b.apart = list
		}
	}
	among := func(some [][]int32) (list [][]int32) {
		for _, i := range bounds.Clique(len(some), func(u, v int) bool { return b.clash(some[u], some[v]) }) {
			list = append(list, some[i])
		}
		return list
	}
	if n <= cutEntries {
		b.apart = among(entries)
		return
	}
	of := map[int32][][]int32{}
	for i, id := range b.right {
		of[id] = append(of[id], entries[i])
	}
	grow(nil, cutSteps)
	rare := slices.SortedFunc(maps.Keys(of), func(a, c int32) int {
		return cmp.Or(cmp.Compare(len(of[a]), len(of[c])), cmp.Compare(a, c))
	})
	for _, id := range rare[:min(len(rare), 4)] {
		some := make([][]int32, min(len(of[id]), cutEntries))
		for i := range some {
			some[i] = of[id][i*len(of[id])/len(some)]
		}
		grow(among(some), cutSteps)
	}
}

// clash says that two entries fit in no transcript.
func (b *box) clash(e, f []int32) bool {
	last := len(e) - 1
	for _, j := range []int32{e[last], f[last]} {
		right := int32(1)
		for mix := range 1 << last {
			at := 0
			for who, n := range b.counts[:last] {
				at *= n
				if mix>>who&1 == 0 {
					at += int(e[who])
				} else {
					at += int(f[who])
				}
			}
			if right = b.sets.meet(right, b.right[at*b.counts[last]+int(j)]); right == 0 {
				return true
			}
		}
		if e[last] == f[last] {
			break
		}
	}
	return false
}

// answerHalves are ways to halve the answers that are right somewhere.
func (b *box) answerHalves() (list [][2]int32) {
	here := make(answers, len(b.sets.of[1]))
	for _, id := range b.right {
		for k, w := range b.sets.of[id] {
			here[k] |= w
		}
	}
	var all []int
	for k, w := range here {
		for ; w > 0; w &= w - 1 {
			all = append(all, 64*k+bits.TrailingZeros64(w))
		}
	}
	add := func(in func(k int) bool) {
		half := [2]answers{make(answers, len(here)), make(answers, len(here))}
		for k, a := range all {
			side := 0
			if in(k) {
				side = 1
			}
			half[side][a/64] |= 1 << (a % 64)
		}
		list = append(list, [2]int32{b.sets.number(half[0]), b.sets.number(half[1])})
	}
	n := len(all)
	if n < 2 {
		return nil
	}
	add(func(k int) bool { return k >= n/2 })
	if n <= 5 {
		for part := 1; part < 1<<(n-1); part++ {
			add(func(k int) bool { return part>>k&1 == 1 })
		}
		return list
	}
	add(func(k int) bool { return k >= (n+1)/2 })
	for j := range bits.Len(uint(n-1)) - 1 {
		add(func(k int) bool { return k>>j&1 == 1 })
	}
	return list
}

// parity is a bit for each line of each player, so that where their sum is even an answer of the first half is
// right, and where it is odd one of the second; nil: there is none. It solves linear equations modulo 2, of
// which every entry that has right answers in one half only is one.
func (b *box) parity(half [2]int32) [][]bool {
	lines := 0
	var from []int
	for _, n := range b.counts {
		from = append(from, lines)
		lines += n
	}
	words := lines/64 + 1 // bit number lines is the right side
	pivots := make([]answers, lines)
	at, eq := make([]int, len(b.counts)), make(answers, words)
	for _, id := range b.right {
		even, odd := b.sets.meet(id, half[0]) != 0, b.sets.meet(id, half[1]) != 0
		if even != odd {
			clear(eq)
			for who, i := range at {
				v := from[who] + i
				eq[v/64] ^= 1 << (v % 64)
			}
			if odd {
				eq[lines/64] ^= 1 << (lines % 64)
			}
			for v := range lines {
				if eq[v/64]>>(v%64)&1 == 0 {
					continue
				}
				if pivots[v] == nil {
					pivots[v] = slices.Clone(eq)
					clear(eq)
					break
				}
				for k, w := range pivots[v] {
					eq[k] ^= w
				}
			}
			if eq[lines/64]>>(lines%64)&1 == 1 {
				return nil
			}
		}
		for who := len(at) - 1; who >= 0; who-- {
			if at[who]++; at[who] < b.counts[who] {
				break
			}
			at[who] = 0
		}
	}
	value := make([]bool, lines)
	for v := lines - 1; v >= 0; v-- { // what is free is 0
		if p := pivots[v]; p != nil {
			value[v] = p[lines/64]>>(lines%64)&1 == 1
			for u := v + 1; u < lines; u++ {
				value[v] = value[v] != (value[u] && p[u/64]>>(u%64)&1 == 1)
			}
		}
	}
	bit := make([][]bool, len(b.counts))
	for who, n := range b.counts {
		bit[who] = value[from[who]:][:n]
	}
	return bit
}

var used int
