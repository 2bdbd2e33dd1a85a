package validate

import (
	"context"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"crosscut/protocol"
)

// answers is a set of answers.
type answers []uint64

// sets are the sets of answers that are right somewhere, by number: of a value, of a
// relation, and of several inputs at once. Number 0 is the empty set, 1 is all answers.
type sets struct {
	of   []answers
	by   map[string]int32
	both map[uint64]int32
}

func (s *sets) number(a answers) int32 {
	key := make([]byte, 0, 8*len(a))
	for _, w := range a {
		key = binary.LittleEndian.AppendUint64(key, w)
	}
	id, known := s.by[string(key)]
	if !known {
		id = int32(len(s.of))
		s.by[string(key)], s.of = id, append(s.of, a)
	}
	return id
}

// meet is what is right in both.
func (s *sets) meet(a, b int32) int32 {
	switch {
	case a == b || b == 1:
		return a
	case a == 1:
		return b
	case a == 0 || b == 0:
		return 0
	}
	key := uint64(min(a, b))<<32 | uint64(max(a, b))
	id, known := s.both[key]
	if !known {
		both := make(answers, len(s.of[a]))
		for k := range both {
			both[k] = s.of[a][k] & s.of[b][k]
		}
		id = s.number(both)
		s.both[key] = id
	}
	return id
}

// box is what is still possible of the players' inputs, in classes whose members need not
// be told apart: right[i] is what is right at entry i, the first player's slowest.
type box struct {
	counts []int
	right  []int32
	sets   *sets
	loose  bool // some set has more than one answer: classes are more than equal lines
}

// box is the whole table.
func (t *table) box() *box {
	plain := t.answers()
	words := (len(plain) + 63) / 64
	s := &sets{by: map[string]int32{}, both: map[uint64]int32{}}
	all := make(answers, words)
	s.number(all)
	all = slices.Clone(all)
	for k := range plain {
		all[k/64] |= 1 << (k % 64)
	}
	s.of = append(s.of, all) // number 1, by no key: a value that accepts all has its own
	b := &box{counts: slices.Clone(t.counts), right: make([]int32, len(t.ids)), sets: s, loose: t.relation() || t.partial()}
	ids := make([]int32, len(t.values))
	for id, v := range t.values {
		right := make(answers, words)
		for k, p := range plain {
			if v.Accepts(p) {
				right[k/64] |= 1 << (k % 64)
			}
		}
		ids[id] = s.number(right)
	}
	for i, id := range t.ids {
		if b.right[i] = 1; id >= 0 {
			b.right[i] = ids[id]
		}
	}
	return b
}

// lines are the rows of one player: its entries in the order of all others'.
func (b *box) lines(who int) [][]int32 {
	inner := 1
	for _, n := range b.counts[who+1:] {
		inner *= n
	}
	n := b.counts[who]
	rows := make([][]int32, n)
	each := len(b.right) / max(n, 1)
	for i := range rows {
		rows[i] = make([]int32, 0, each)
		for at := i * inner; at < len(b.right); at += n * inner {
			rows[i] = append(rows[i], b.right[at:at+inner]...)
		}
	}
	return rows
}

// with is the box in which a player's lines are these.
func (b *box) with(who int, rows [][]int32) *box {
	inner := 1
	for _, n := range b.counts[who+1:] {
		inner *= n
	}
	c := &box{counts: slices.Clone(b.counts), sets: b.sets, loose: b.loose, right: make([]int32, 0, len(b.right)/b.counts[who]*len(rows))}
	c.counts[who] = len(rows)
	for at := 0; at < len(b.right)/b.counts[who]; at += inner {
		for _, row := range rows {
			c.right = append(c.right, row[at:at+inner]...)
		}
	}
	return c
}

// folded has each line of a player once.
func (b *box) folded(who int) *box {
	seen, rows := map[string]bool{}, [][]int32{}
	var key []byte
	for _, row := range b.lines(who) {
		key = key[:0]
		for _, id := range row {
			key = binary.LittleEndian.AppendUint32(key, uint32(id))
		}
		if !seen[string(key)] {
			seen[string(key)] = true
			rows = append(rows, row)
		}
	}
	if len(rows) == b.counts[who] {
		return b
	}
	return b.with(who, rows)
}

// compress has few classes of a player's lines: in every entry of a class something is
// right for all its members. lower is a number below which no classes are enough. The least
// is searched in at most so many steps, for each number of classes; 0: they are found greedily.
func (b *box) compress(ctx context.Context, who, steps int) (c *box, lower int) {
	c = b.folded(who)
	if !c.loose || c.counts[who] == 1 {
		return c, c.counts[who]
	}
	k := &classing{sets: b.sets, rows: c.lines(who)}
	lower, rows := k.least(ctx, steps)
	return c.with(who, rows), lower
}

// classing looks for few classes of rows that may share a message.
type classing struct {
	sets  *sets
	rows  [][]int32
	steps int // left for the search
}

// prune leaves out rows that ask for no more than another does: they may share its
// message whatever else does.
func (c *classing) prune() {
	gone := make([]bool, len(c.rows))
	for i, a := range c.rows {
		for k, b := range c.rows {
			if i == k || gone[k] || gone[i] {
				continue
			}
			weaker := true
			for j := 0; weaker && j < len(a); j++ {
				weaker = c.sets.meet(a[j], b[j]) == b[j]
			}
			gone[i] = weaker
		}
	}
	var kept [][]int32
	for i, a := range c.rows {
		if !gone[i] {
			kept = append(kept, a)
		}
	}
	c.rows = kept
}

// Bounds on the search for classes, in entries compared.
const (
	classSteps = 1 << 25 // for one number of classes
	pairSteps  = 1 << 28 // for all pairs of rows
	talkClass  = 1 << 12 // for one number of classes, where many such searches are made
)

// least is the least number of classes, as a lower bound and as classes. Rows that are
// apart pairwise bound it from below, a search tries with one class fewer than what is known.
func (c *classing) least(ctx context.Context, steps int) (lower int, classes [][]int32) {
	if n := len(c.rows); steps > 0 && n*n*len(c.rows[0]) <= pairSteps {
		c.prune()
		clique := c.clique()
		lower = len(clique)
		for i := range c.rows { // those of the clique are in different classes
			if !slices.Contains(clique, i) {
				clique = append(clique, i)
			}
		}
		rows := make([][]int32, len(clique))
		for k, i := range clique {
			rows[k] = c.rows[i]
		}
		c.rows = rows
	}
	for _, row := range c.rows { // greedy
		k := slices.IndexFunc(classes, func(class []int32) bool { return c.fits(class, row) })
		if k < 0 {
			classes = append(classes, row)
			continue
		}
		classes[k] = c.join(classes[k], row)
	}
	for lower = max(1, lower); steps > 0 && lower < len(classes); {
		c.steps = steps
		found, decided := c.place(ctx, 0, nil, len(classes)-1)
		if !decided {
			break
		}
		if found == nil {
			lower = len(classes)
			break
		}
		classes = found
	}
	return lower, classes
}

// clique lists rows that are apart pairwise: the largest list found greedily, from every
// row on while there are few.
func (c *classing) clique() (best []int) {
	n := len(c.rows)
	apart := make([][]bool, n)
	for x := range apart {
		apart[x] = make([]bool, n)
		for y := range x {
			apart[x][y] = !c.fits(c.rows[x], c.rows[y])
			apart[y][x] = apart[x][y]
		}
	}
	for first := range min(n, 512) {
		list := []int{first}
		for k := range n {
			x := (first + k) % n
			if !slices.ContainsFunc(list, func(y int) bool { return !apart[x][y] }) {
				list = append(list, x)
			}
		}
		if len(list) > len(best) {
			best = list
		}
	}
	return best
}

func (c *classing) fits(class, row []int32) bool {
	for j, a := range class {
		if c.sets.meet(a, row[j]) == 0 {
			return false
		}
	}
	return true
}

func (c *classing) join(class, row []int32) []int32 {
	both := make([]int32, len(class))
	for j := range class {
		both[j] = c.sets.meet(class[j], row[j])
	}
	return both
}

// place puts rows from number k on into at most so many classes; nil: there is no way.
func (c *classing) place(ctx context.Context, k int, classes [][]int32, most int) (found [][]int32, decided bool) {
	if k == len(c.rows) {
		return classes, true
	}
	if c.steps < 0 || ctx.Err() != nil {
		return nil, false
	}
	for i, class := range classes {
		c.steps -= len(class)
		if !c.fits(class, c.rows[k]) {
			continue
		}
		next := slices.Clone(classes)
		next[i] = c.join(class, c.rows[k])
		if found, decided = c.place(ctx, k+1, next, most); found != nil || !decided {
			return found, decided
		}
	}
	if len(classes) < most {
		return c.place(ctx, k+1, append(slices.Clone(classes), c.rows[k]), most)
	}
	return nil, true
}

// talk looks for cheap protocols in which players say the class of what they hold, once
// each: an upper bound on what is needed.
type talk struct {
	ctx   context.Context
	chain bool // in their order
	steps int
}

// talkSteps bounds the search, in entries.
const talkSteps = 1 << 24

// cost is what is enough from here on, in bits, the last player answering: with a chain
// from player next on, else in so many rounds.
func (t *talk) cost(b *box, next, rounds int) int {
	last := len(b.counts) - 1
	silent := 0 // all at once
	for who := range last {
		t.steps += len(b.right)
		b, _ = b.compress(t.ctx, who, talkClass)
		silent += protocol.Width(uint64(b.counts[who]))
	}
	b = b.folded(last)
	if silent == 0 || rounds <= 1 || t.steps > talkSteps || t.ctx.Err() != nil {
		return silent
	}
	best := silent
	for who := range b.counts {
		c := b
		if who == last {
			c, _ = b.compress(t.ctx, who, talkClass)
		}
		says := protocol.Width(uint64(c.counts[who]))
		if t.chain && (who != next || who == last) || !t.chain && (c.counts[who] == 1 || says >= best) {
			continue
		}
		most := 0
		for _, row := range c.lines(who) {
			if t.steps += len(c.right); says+most < best {
				most = max(most, t.cost(c.with(who, [][]int32{row}), next+1, rounds-1))
			}
		}
		best = min(best, says+most)
	}
	return best
}

// passed is what is enough where each player passes on to the next the class of all that
// was held so far.
func (t *talk) passed(b *box) (bits int) {
	for len(b.counts) > 1 && len(b.right) > 0 {
		b, _ = b.compress(t.ctx, 0, talkClass)
		bits += protocol.Width(uint64(b.counts[0]))
		b = &box{counts: append([]int{b.counts[0] * b.counts[1]}, b.counts[2:]...), right: b.right, sets: b.sets, loose: b.loose}
	}
	return bits
}

// Bounds on the search through all protocols.
const (
	searchLines  = 16      // of all players together
	searchSplits = 1 << 24 // ways to divide a box
)

// least is the least cost of any protocol, whoever speaks when, in which the last player
// answers: a word of one bit divides a player's lines, and at the end something is right
// for all that the others may still hold, whatever the last one holds. ok is false where
// there are too many boxes.
func (b *box) least(ctx context.Context) (cost int, ok bool) {
	lines := 0
	for who := range b.counts {
		b = b.folded(who)
		lines += b.counts[who]
	}
	work := 0
	for _, n := range b.counts {
		work += 1 << min(lines+n-1, 40)
	}
	if lines > searchLines || work > searchSplits {
		return 0, false
	}
	s := &searching{b: b, ctx: ctx, low: make([]int8, 1<<lines), high: make([]int8, 1<<lines)}
	from := 0
	for _, n := range b.counts {
		s.of = append(s.of, (1<<n-1)<<from)
		from += n
	}
	for k := range s.high {
		s.high[k] = math.MaxInt8
	}
	for !s.within(1<<lines-1, cost) {
		if cost++; ctx.Err() != nil {
			return 0, false
		}
	}
	return cost, true
}

// searching goes through boxes as sets of lines; low and high bound each one's cost.
type searching struct {
	b         *box
	ctx       context.Context
	of        []int // the lines of each player
	low, high []int8
}

// within says whether a box costs at most so many bits.
func (s *searching) within(lines, most int) bool {
	switch {
	case int(s.high[lines]) <= most:
		return true
	case int(s.low[lines]) > most || s.ctx.Err() != nil:
		return false
	case s.low[lines] == 0:
		if s.done(lines) {
			s.high[lines] = 0
			return true
		}
		s.low[lines] = 1
	}
	for _, of := range s.of {
		mine := lines & of
		if most == 0 || bits.OnesCount(uint(mine)) < 2 {
			continue
		}
		rest := mine & (mine - 1) // the lowest line is on the other side
		for part := rest; part > 0; part = (part - 1) & rest {
			if s.within(lines&^part, most-1) && s.within(lines&^(mine&^part), most-1) {
				s.high[lines] = int8(most)
				return true
			}
		}
	}
	s.low[lines] = int8(most + 1)
	return false
}

// done says whether the last player can answer: for each of its lines something is right
// in all entries.
func (s *searching) done(lines int) bool {
	counts := s.b.counts
	right := make([]int32, counts[len(counts)-1])
	for k := range right {
		right[k] = 1
	}
	at := make([]int, len(counts))
	for _, id := range s.b.right {
		inside, from := true, 0
		for who, k := range at {
			inside = inside && lines>>(from+k)&1 == 1
			from += counts[who]
		}
		if inside {
			k := at[len(at)-1]
			if right[k] = s.b.sets.meet(right[k], id); right[k] == 0 {
				return false
			}
		}
		for who := len(at) - 1; who >= 0; who-- {
			if at[who]++; at[who] < counts[who] {
				break
			}
			at[who] = 0
		}
	}
	return true
}
