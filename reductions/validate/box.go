package validate

import (
	"context"
	"encoding/binary"
	"math/bits"
	"slices"

	"crosscut/protocol"
	"crosscut/protocol/bounds"
)

// answers is a set of answers.
type answers []uint64

// sets are the sets of answers that are right somewhere, by number: of a value, of a
// relation, and of several inputs at once. Number 0 is the empty set, 1 is all answers.
type sets struct {
	of  []answers
	by  map[string]int32
	met []int32 // of two of the first sets, 1 more than the number of what is right in both
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

// metMost is how many sets have a place in a table of what is right in two of them.
const metMost = 1 << 9

// meet is what is right in both.
func (s *sets) meet(a, b int32) int32 {
	switch {
	case b == 1:
		return a
	case a == 1:
		return b
	case a >= metMost || b >= metMost:
		return s.intersect(a, b)
	}
	if s.met == nil {
		s.met = make([]int32, metMost*metMost)
	}
	id := &s.met[a*metMost+b]
	if *id == 0 {
		*id = 1 + s.intersect(a, b)
	}
	return *id - 1
}

func (s *sets) intersect(a, b int32) int32 {
	both := make(answers, len(s.of[a]))
	for k := range both {
		both[k] = s.of[a][k] & s.of[b][k]
	}
	return s.number(both)
}

// box is what is still possible of the players' inputs, in classes whose members need not
// be told apart: right[i] is what is right at entry i, the first player's slowest.
type box struct {
	counts []int
	right  []int32
	sets   *sets
	loose  bool // some set has more than one answer: classes are more than equal lines
	tidied bool // [box.tidy] changes nothing
	// apart are entries no two of which fit in one transcript, where some were looked for.
	apart [][]int32
	// from are inputs of each player that have its lines; nil: unknown, of one player or of all.
	from [][]int32
}

// boxBits bounds the sets of answers of a box: so many bits.
const boxBits = 1 << 26

// box is the whole table, or nil where its values and its answers are very many.
func (t *table) box() *box {
	plain := t.answers()
	if len(plain)*len(t.values) > boxBits {
		return nil
	}
	words := (len(plain) + 63) / 64
	s := &sets{by: map[string]int32{}}
	all := make(answers, words)
	s.number(all)
	all = slices.Clone(all)
	for k := range plain {
		all[k/64] |= 1 << (k % 64)
	}
	s.of = append(s.of, all) // number 1, by no key: a value that accepts all has its own
	b := &box{counts: slices.Clone(t.counts), right: make([]int32, len(t.ids)), sets: s, loose: t.relation() || t.partial()}
	at := map[string]int{}
	for k, p := range plain {
		at[p.Key()] = k
	}
	ids := make([]int32, len(t.values))
	for id, v := range t.values {
		right, ok := make(answers, words), []protocol.Value{v}
		if v.Kind() == protocol.OneOf {
			ok = ok[:0]
			for k := range v.Len() {
				ok = append(ok, v.At(k))
			}
		}
		for _, p := range ok {
			k := at[p.Key()]
			right[k/64] |= 1 << (k % 64)
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

// inner is how many entries follow each other in which one player's line is the same.
func (b *box) inner(who int) int {
	inner := 1
	for _, n := range b.counts[who+1:] {
		inner *= n
	}
	return inner
}

// lines are the rows of one player: its entries in the order of all others'. Those of the first are the box's own.
func (b *box) lines(who int) [][]int32 {
	rows, flat := make([][]int32, b.counts[who]), b.right
	if who != 0 {
		inner, at := b.inner(who), 0
		flat = make([]int32, len(b.right))
		for i := range rows {
			for from := i * inner; from < len(b.right); from += len(rows) * inner {
				for _, id := range b.right[from : from+inner] {
					flat[at] = id
					at++
				}
			}
		}
	}
	each := len(flat) / len(rows)
	for i := range rows {
		rows[i] = flat[i*each : (i+1)*each : (i+1)*each]
	}
	return rows
}

// having is the box in which a player has n lines, of which none is there yet.
func (b *box) having(who, n int) *box {
	c := &box{counts: slices.Clone(b.counts), sets: b.sets, loose: b.loose, right: make([]int32, 0, len(b.right)/b.counts[who]*n)}
	c.counts[who] = n
	if b.from != nil {
		c.from = slices.Clone(b.from)
		c.from[who] = nil
	}
	return c
}

// with is the box in which a player's lines are these.
func (b *box) with(who int, rows [][]int32) *box {
	c, inner := b.having(who, len(rows)), b.inner(who)
	for at := 0; at < len(b.right)/b.counts[who]; at += inner {
		for _, row := range rows {
			c.right = append(c.right, row[at:at+inner]...)
		}
	}
	return c
}

// only is the box with some of a player's lines.
func (b *box) only(who int, kept ...int32) *box {
	c, inner := b.having(who, len(kept)), b.inner(who)
	for at := 0; at < len(b.right); at += b.counts[who] * inner {
		if inner == 1 {
			for _, i := range kept {
				c.right = append(c.right, b.right[at+int(i)])
			}
			continue
		}
		for _, i := range kept {
			c.right = append(c.right, b.right[at+int(i)*inner:][:inner]...)
		}
	}
	return c
}

// compare holds two lines of a player against each other, entry by entry.
func (b *box) compare(who, i, j int) int {
	inner := b.inner(who)
	u, v := i*inner, j*inner
	for at := 0; at < len(b.right); at += b.counts[who] * inner {
		for k := at; k < at+inner; k++ {
			if b.right[k+u] != b.right[k+v] {
				return int(b.right[k+u] - b.right[k+v])
			}
		}
	}
	return 0
}

// once lists the lines of a player that equal none before, and says which of these each line equals.
func (b *box) once(who int) (kept, to []int32) {
	hash, inner, at := make([]uint64, b.counts[who]), b.inner(who), 0
	for at < len(b.right) {
		for i, h := range hash {
			for _, id := range b.right[at : at+inner] {
				h = (h ^ uint64(id)) * 0x9e3779b97f4a7c15
			}
			hash[i], at = h, at+inner
		}
	}
	width := bits.Len(uint(2 * len(hash)))
	places := make([]int32, 1<<width) // 1 more than a line
	to = make([]int32, len(hash))
	for i, h := range hash {
		at := h >> (64 - width)
		for places[at] > 0 && b.compare(who, int(places[at]-1), i) != 0 {
			at = (at + 1) % uint64(len(places))
		}
		if places[at] == 0 {
			places[at] = int32(i) + 1
			kept = append(kept, int32(i))
		}
		to[i] = places[at] - 1
	}
	return kept, to
}

// folded has each line of a player once.
func (b *box) folded(who int) *box {
	kept, _ := b.once(who)
	if len(kept) == b.counts[who] {
		return b
	}
	return b.only(who, kept...)
}

// compress has few classes of a player's lines: in every entry of a class something is
// right for all its members. lower is a number below which no classes are enough. The least
// is searched in at most so many steps, for each number of classes; 0: they are found greedily.
func (b *box) compress(ctx context.Context, who, steps int) (c *box, lower int) {
	c = b.folded(who)
	if !c.loose {
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
	var kept [][]int32
	for i, a := range c.rows {
		for k, b := range c.rows {
			gone[i] = gone[i] || i != k && !gone[k] && c.sets.weaker(a, b)
		}
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
		clique := bounds.Clique(len(c.rows), len(c.rows), func(x, y int) bool { return !c.fits(c.rows[x], c.rows[y]) })
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
	if lower = max(1, lower); steps == 0 {
		return lower, classes
	}
	for lower != len(classes) {
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

// passed is what is enough where each player passes on to the next the class of all that
// was held so far.
func (b *box) passed(ctx context.Context) (bits int) {
	for len(b.counts) > 1 {
		b, _ = b.compress(ctx, 0, talkClass)
		bits += protocol.Width(uint64(b.counts[0]))
		b = &box{counts: append([]int{b.counts[0] * b.counts[1]}, b.counts[2:]...), right: b.right, sets: b.sets, loose: b.loose}
	}
	return bits
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
		row = slices.Clone(row)
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
	c.tidied, c.right = false, make([]int32, len(b.right))
	for i, id := range b.right {
		c.right[i] = b.sets.meet(id, some)
	}
	return &c
}

// pick is the box with the lines of a player that are, or are not, in a part.
func (b *box) pick(who int, part []bool, in bool) *box {
	to, kept := make([]int32, len(part)), []int32{}
	for i := range part {
		if to[i] = -1; part[i] == in {
			to[i] = int32(len(kept))
			kept = append(kept, int32(i))
		}
	}
	return b.moved(who, kept, to)
}

// moved has some lines of a player, and each of [box.apart] where to says; -1: nowhere.
func (b *box) moved(who int, kept, to []int32) *box {
	c := b.only(who, kept...)
	if b.from != nil && b.from[who] != nil {
		c.from[who] = make([]int32, len(kept))
		for k, i := range kept {
			c.from[who][k] = b.from[who][i]
		}
	}
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
	if b.tidied {
		return b
	}
	from := b
	for who := range b.counts {
		n, ordered := b.counts[who], true
		for i := 1; i < n && ordered; i++ {
			ordered = b.compare(who, i-1, i) < 0
		}
		if ordered && !b.loose {
			continue
		}
		kept, to := b.once(who)
		slices.SortFunc(kept, func(i, j int32) int { return b.compare(who, int(i), int(j)) })
		if b.loose && len(kept)*len(b.right) <= tabulateMost {
			rows := b.lines(who)
			kept = slices.DeleteFunc(slices.Clone(kept), func(i int32) bool {
				for _, j := range kept {
					if j != i && to[j] == j && b.sets.weaker(rows[i], rows[j]) {
						to[i] = j
						return true
					}
				}
				return false
			})
		}
		if ordered && len(kept) == n {
			continue
		}
		place := make([]int32, n)
		for k, i := range kept {
			place[i] = int32(k)
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
		b = b.moved(who, kept, to)
	}
	c := *b
	c.tidied = b == from // else a player's lines may be fewer now that another's are
	return &c
}

// weaker says that a line asks for no more than another: what is right there is right here.
func (s *sets) weaker(line, than []int32) bool {
	for j, id := range than {
		if s.meet(line[j], id) != id {
			return false
		}
	}
	return true
}
