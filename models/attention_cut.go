package models

import (
	"fmt"
	"math/big"
	"sort"
	"strings"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// This file cuts one attention layer between two players. Weights and positions
// are public, tokens are not. For each position that somebody must know, its
// query goes first where it is needed and not known; then each head's sums over
// the tokens that the receiver cannot see. docs/attention.md has the formulas.

// need is a position whose output some players must get.
type need struct {
	pos int
	by  [2]bool
}

// transport is how a player makes a token of its own usable to the other.
type transport int

const (
	byQuery transport = iota // each head's query, m p bits; the residual apart
	byToken                  // the embedded token; it then counts as seen
)

// cut is the public plan of one layer's exchange.
type cut struct {
	l        *AttentionLayer
	split    tasks.Split
	reads    []need
	residual int // numbers of the embedding that the map after the layer reads
	prefix   string

	how  [2]transport
	sent []bool // sent[pos]: travels as an embedded token

	own    func(p protocol.Player, k int) int // tokens of p that read k sees (k < 0: a shared row)
	hidden func(p protocol.Player, k int) int // those the other player cannot use
	public func(k int) bool                   // whether read k sees public tokens or the blank
}

// newCut plans the exchange, choosing for each player the cheaper transport.
func newCut(l *AttentionLayer, split tasks.Split, reads []need, residual int, prefix string) *cut {
	x := &cut{l: l, split: split, reads: reads, residual: residual, prefix: prefix}
	x.own, x.public = x.count(func(i int, p protocol.Player) bool { return split.Of(i) == p }), nil
	pub := x.count(func(i int, _ protocol.Player) bool { return split.Of(i) == tasks.Public })
	x.public = func(k int) bool { return l.Blank || pub(0, k) > 0 }
	best := protocol.Bits(-1)
	var how [2]transport
	for a := range 2 {
		for b := range 2 {
			x.choose([2]transport{transport(a), transport(b)})
			c, _ := x.cost()
			if total := c[0] + c[1]; best < 0 || total < best {
				best, how = total, x.how
			}
		}
	}
	x.choose(how)
	return x
}

// count returns a memoised count of the positions that read k sees and that
// satisfy in. Without a mask all reads see the same.
func (x *cut) count(in func(i int, p protocol.Player) bool) func(p protocol.Player, k int) int {
	memo := map[[2]int]int{}
	return func(p protocol.Player, k int) int {
		if x.l.Mask == nil {
			k = -1
		}
		key := [2]int{int(p), k}
		if n, ok := memo[key]; ok {
			return n
		}
		n := 0
		for i := 1; i <= x.l.n; i++ {
			if in(i, p) && (k < 0 || x.l.sees(x.reads[k].pos, i)) {
				n++
			}
		}
		memo[key] = n
		return n
	}
}

func (x *cut) choose(how [2]transport) {
	x.how = how
	x.sent = make([]bool, x.l.n+1)
	for k, d := range x.reads {
		s := x.split.Of(d.pos)
		if s != tasks.Public && how[s] == byToken && (x.asks(k, 1-s) || x.wantsResidual(k, 1-s)) {
			x.sent[d.pos] = true
		}
	}
	x.hidden = x.count(func(i int, p protocol.Player) bool { return x.split.Of(i) == p && !x.sent[i] })
}

// asks says whether player r, who does not own read k's token, needs its query.
func (x *cut) asks(k int, r protocol.Player) bool {
	s, by := 1-r, x.reads[k].by
	switch {
	case x.onToken() == 0:
		return false
	case x.l.Arithmetic == WithFold:
		return x.own(r, k) > 0 || by[r] && x.own(s, k) == 0
	case by[r] && (x.how[s] == byToken || x.own(r, k) > 0 || x.public(k)):
		return true
	}
	return by[s] && x.own(r, k) > 0
}

func (x *cut) wantsResidual(k int, r protocol.Player) bool {
	return x.residual > 0 && x.reads[k].by[r]
}

// onToken counts the heads whose query depends on the token.
func (x *cut) onToken() int {
	n := 0
	for _, d := range x.l.Queries {
		if d == OnToken {
			n++
		}
	}
	return n
}

// group is the rows that share their sizes: the heads of one read, or the shared
// heads of all (k = -1).
type group struct {
	k     int
	heads []int
	by    [2]bool
}

func (x *cut) groups() []group {
	var shared, each []int
	for h := range x.l.Heads {
		if x.l.shared(h) {
			shared = append(shared, h)
		} else {
			each = append(each, h)
		}
	}
	var gs []group
	if len(shared) > 0 && len(x.reads) > 0 {
		g := group{k: -1, heads: shared}
		for _, d := range x.reads {
			g.by[0], g.by[1] = g.by[0] || d.by[0], g.by[1] || d.by[1]
		}
		gs = append(gs, g)
	}
	if len(each) > 0 {
		for k, d := range x.reads {
			gs = append(gs, group{k, each, d.by})
		}
	}
	return gs
}

// sums says whether player p sends its sums for a group, over how many tokens.
func (x *cut) sums(g group, p protocol.Player) (a int, ok bool) {
	a = x.hidden(p, g.k)
	return a, a > 0 && g.by[1-p]
}

// first says whether p sends a maximum (or, for WithRounded, a normaliser) before the
// sums: when its tokens count in a sum that someone forms who cannot see them.
func (x *cut) first(g group, p protocol.Player) bool {
	if x.l.Arithmetic != WithMax && x.l.Arithmetic != WithRounded {
		return false
	}
	_, sends := x.sums(g, p)
	_, gets := x.sums(g, 1-p)
	return x.hidden(p, g.k) > 0 && (sends || gets)
}

// cost is the number of bits that each player writes, and the formula in words.
func (x *cut) cost() ([2]protocol.Bits, string) {
	var c [2]protocol.Bits
	var t terms
	l := x.l
	for k, d := range x.reads {
		s := x.split.Of(d.pos)
		if s == tasks.Public {
			continue
		}
		r := 1 - s
		if x.sent[d.pos] {
			c[s] += protocol.Bits(l.Embed * l.P)
			t.add(fmt.Sprintf("%d p", l.Embed), 1, 1)
			continue
		}
		if x.asks(k, r) {
			c[s] += protocol.Bits(x.onToken() * l.queryBits())
			t.add("m p", x.onToken(), l.Heads)
		}
		if x.wantsResidual(k, r) {
			c[s] += protocol.Bits(x.residual * l.P)
			t.add(fmt.Sprintf("%d p", x.residual), 1, 1)
		}
	}
	if l.Arithmetic == WithFold {
		for _, b := range x.batches() {
			for t2, from := range b.transfers {
				states := 0
				for _, g := range b.groups {
					if t2 < len(b.owners)-1 || g.by[1-from] {
						states += len(g.heads)
					}
				}
				c[from] += protocol.Bits(states * (l.Values + 2) * l.foldBits)
				t.add("(d_v + 2) p_acc", states, l.Heads)
			}
		}
		return c, t.String()
	}
	for _, g := range x.groups() {
		for p := range protocol.Player(2) {
			if x.first(g, p) {
				if l.Arithmetic == WithMax {
					c[p] += protocol.Bits(len(g.heads) * l.scoreBits())
					t.add("B_s", len(g.heads), l.Heads)
				} else {
					c[p] += protocol.Bits(len(g.heads) * l.normaliserBits(x.hidden(p, g.k)))
					t.add("B_Z", len(g.heads), l.Heads)
				}
			}
			a, ok := x.sums(g, p)
			if !ok {
				continue
			}
			each := l.Values * l.numeratorBits(a)
			text := "d_v B_N"
			if l.Arithmetic != WithRounded {
				each += l.normaliserBits(a)
				text = "(B_Z + d_v B_N)"
			}
			c[p] += protocol.Bits(len(g.heads) * each)
			t.add(text, len(g.heads), l.Heads)
		}
	}
	return c, t.String()
}

// terms adds up a formula in words: "H m p + H (B_Z + d_v B_N)".
type terms struct {
	order []string
	count map[string]int
	heads int
	perH  map[string]bool
}

func (t *terms) add(what string, n, heads int) {
	if n == 0 {
		return
	}
	if t.count == nil {
		t.count, t.perH = map[string]int{}, map[string]bool{}
	}
	if _, ok := t.count[what]; !ok {
		t.order = append(t.order, what)
		t.perH[what] = true
	}
	t.count[what] += n
	t.perH[what] = t.perH[what] && n == heads
	t.heads = max(t.heads, heads)
}

func (t *terms) String() string {
	if len(t.order) == 0 {
		return "0"
	}
	var parts []string
	for _, what := range t.order {
		n := t.count[what]
		perHead := strings.HasPrefix(what, "m") || strings.HasPrefix(what, "(") || strings.HasPrefix(what, "B") || strings.HasPrefix(what, "d")
		switch {
		case perHead && t.heads > 0 && n == t.heads:
			parts = append(parts, "H "+what)
		case perHead && t.perH[what]:
			parts = append(parts, fmt.Sprintf("%d H %s", n/t.heads, what))
		case n == 1:
			parts = append(parts, what)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	return strings.Join(parts, " + ")
}

// party is one player's side of an exchange.
type party struct {
	*cut
	self protocol.Player
	port *protocol.Port
	in   stream
	rows *queries
	row  func(h, k int) int
	e    map[int]Ints // the other player's embedded tokens
	resi map[int]Ints // residuals at the reads
}

// play runs one player's code. The result holds, for each read that this player
// must know, the heads' averages and the residual (or, when the player knows the
// whole embedding, that).
func (x *cut) play(port *protocol.Port, in stream) ([][]Average, []Ints, error) {
	p := &party{cut: x, self: port.Self(), port: port, in: in, e: map[int]Ints{}, resi: map[int]Ints{}}
	reads := make([]int, len(x.reads))
	for k, d := range x.reads {
		reads[k] = d.pos
	}
	p.rows, p.row = x.l.rowsOf(reads)
	if err := p.exchangeQueries(); err != nil {
		return nil, nil, err
	}
	into, err := p.reduce()
	if err != nil {
		return nil, nil, err
	}
	averages, residual := make([][]Average, len(x.reads)), make([]Ints, len(x.reads))
	for k, d := range x.reads {
		if !d.by[p.self] {
			continue
		}
		for h := range x.l.Heads {
			averages[k] = append(averages[k], x.l.averageOf(into, p.row(h, k)))
		}
		residual[k] = p.resi[d.pos]
	}
	return averages, residual, nil
}

func (p *party) label(k int, format string, args ...any) string {
	text := fmt.Sprintf(format, args...)
	if k >= 0 && len(p.reads) > 1 {
		text = fmt.Sprintf("position %d, %s", p.reads[k].pos, text)
	}
	return p.prefix + text
}

// exchangeQueries makes every query known to who needs it.
func (p *party) exchangeQueries() error {
	l := p.l
	for k, d := range p.reads {
		owner := p.split.Of(d.pos)
		e := NewInts(l.Embed, l.wideEmbed)
		known := owner == tasks.Public || owner == p.self
		if known {
			if err := p.in.at(d.pos, e); err != nil {
				return err
			}
		}
		switch {
		case owner == tasks.Public:
		case p.sent[d.pos]:
			if known {
				p.send(p.label(k, "embedded token"), e)
			} else {
				e, known = p.receive(l.Embed, l.wideEmbed), true
				p.e[d.pos] = e
			}
		}
		for h := range l.Heads {
			if known || l.Queries[h] != OnToken {
				if r := p.row(h, k); p.rows.q[r].Len() == 0 {
					if err := l.ask(p.rows, r, e); err != nil {
						return err
					}
				}
			}
		}
		p.resi[d.pos] = e
		if owner == tasks.Public || p.sent[d.pos] {
			continue
		}
		if p.asks(k, 1-owner) {
			for h := range l.Heads {
				if l.Queries[h] != OnToken {
					continue
				}
				r := p.row(h, k)
				if owner == p.self {
					p.send(p.label(k, "head %d: query", h+1), p.rows.q[r])
				} else {
					p.rows.q[r] = p.receive(l.Width, l.unit.wideLists())
					if err := check("query", h, d.pos, p.rows.q[r], l.q); err != nil {
						return err
					}
				}
			}
		}
		if p.wantsResidual(k, 1-owner) {
			if owner == p.self {
				p.send(p.label(k, "residual"), e.Slice(0, p.residual))
			} else {
				p.resi[d.pos] = p.receive(p.residual, l.wideEmbed)
			}
		}
	}
	return nil
}

func (p *party) send(label string, v Ints) {
	var w protocol.Packer
	v.pack(&w, p.l.P)
	p.port.Send(label, w.Word())
}

func (p *party) receive(n int, wide bool) Ints {
	v := NewInts(n, wide)
	v.unpack(p.port.Recv(1-p.self, protocol.Bits(n*p.l.P)).Unpack(), p.l.P)
	return v
}

// mine are this player's tokens that the other cannot use; common are all others
// that this player can: public ones, the blank, and embedded tokens of either.
func (p *party) mine() source {
	s := p.in.src
	s.keep = func(pos int) bool { return p.split.Of(pos) == p.self && !p.sent[pos] }
	return s
}

func (p *party) common() []source {
	s := p.in.src
	s.keep = func(pos int) bool { return p.split.Of(pos) != p.self || p.sent[pos] }
	s.blank = p.l.Blank
	if len(p.e) == 0 {
		return []source{s}
	}
	var pos []int
	for i := range p.e {
		pos = append(pos, i)
	}
	sort.Ints(pos)
	return []source{s, computed(pos, p.e).src}
}

// reduce forms the sums of every row that this player must know.
func (p *party) reduce() (*tally, error) {
	l := p.l
	n := len(p.rows.head)
	if l.Arithmetic == WithFold {
		return p.reduceFold()
	}
	groups := p.groups()
	var own, rest []int // rows to weigh over mine and over common
	for _, g := range groups {
		_, sends := p.sums(g, p.self)
		for _, h := range g.heads {
			r := p.row(h, max(g.k, 0))
			if p.rows.q[r].Len() == 0 {
				continue
			}
			if g.by[p.self] || sends {
				own = append(own, r)
			}
			if g.by[p.self] || sends && l.Arithmetic != WithShift {
				rest = append(rest, r)
			}
		}
	}
	over := func(j sweepJob, mine, common bool) error {
		var errs error
		if mine {
			j.sel, j.src = own, p.mine()
			errs = l.unit.run(j)
		}
		if common && errs == nil {
			j.sel = rest
			for _, s := range p.common() {
				if j.src = s; errs == nil {
					errs = l.unit.run(j)
				}
			}
		}
		return errs
	}
	job := sweepJob{pass: passSum, rows: p.rows, tops: l.constants(n)}
	switch l.Arithmetic {
	case WithMax:
		tops := make([]*big.Int, n)
		if err := over(sweepJob{pass: passMax, rows: p.rows, tops: tops}, true, false); err != nil {
			return nil, err
		}
		p.sendFirst(groups, func(g group, h, r int) {
			p.number(p.label(g.k, "head %d: maximum", h+1), new(big.Int).Sub(tops[r], l.scoreLow()), l.scoreBits())
		})
		if err := over(sweepJob{pass: passMax, rows: p.rows, tops: tops}, false, true); err != nil {
			return nil, err
		}
		p.recvFirst(groups, func(g group, r int) {
			t := p.port.Recv(1-p.self, protocol.Bits(l.scoreBits())).Unpack().Big(l.scoreBits())
			if t.Add(t, l.scoreLow()); tops[r] == nil || tops[r].Cmp(t) < 0 {
				tops[r] = t
			}
		})
		job.tops = tops
	case WithRounded:
		norms := newTally(n, 0, l.wideSums)
		if err := over(sweepJob{pass: passNorm, rows: p.rows, tops: job.tops, into: norms}, true, false); err != nil {
			return nil, err
		}
		p.sendFirst(groups, func(g group, h, r int) {
			p.number(p.label(g.k, "head %d: normaliser", h+1), norms.average(r).Normaliser(), l.normaliserBits(p.hidden(p.self, g.k)))
		})
		if err := over(sweepJob{pass: passNorm, rows: p.rows, tops: job.tops, into: norms}, false, true); err != nil {
			return nil, err
		}
		p.recvFirst(groups, func(g group, r int) {
			width := l.normaliserBits(p.hidden(1-p.self, g.k))
			norms.addBig(r, -1, p.port.Recv(1-p.self, protocol.Bits(width)).Unpack().Big(width))
		})
		job.pass, job.norms = passProb, norms.normalisers()
	}
	job.into = newTally(n, l.Values, l.wideSums)
	if err := over(job, true, false); err != nil {
		return nil, err
	}
	for _, g := range groups {
		if a, ok := p.sums(g, p.self); ok {
			for _, h := range g.heads {
				p.sendSums(g, h, job.into, p.row(h, max(g.k, 0)), a)
			}
		}
	}
	if err := over(job, false, true); err != nil {
		return nil, err
	}
	for _, g := range groups {
		if a, ok := p.sums(g, 1-p.self); ok {
			for _, h := range g.heads {
				p.recvSums(job.into, p.row(h, max(g.k, 0)), a)
			}
		}
	}
	return job.into, nil
}

func (p *party) sendFirst(groups []group, put func(g group, h, r int)) {
	for _, g := range groups {
		if p.first(g, p.self) {
			for _, h := range g.heads {
				put(g, h, p.row(h, max(g.k, 0)))
			}
		}
	}
}

func (p *party) recvFirst(groups []group, get func(g group, r int)) {
	for _, g := range groups {
		if p.first(g, 1-p.self) {
			for _, h := range g.heads {
				get(g, p.row(h, max(g.k, 0)))
			}
		}
	}
}

func (p *party) number(label string, x *big.Int, width int) {
	var w protocol.Packer
	w.Big(x, width)
	p.port.Send(label, w.Word())
}

// Numerators travel one a word while there are few, else in bundles.
const (
	singly = 64
	bundle = 4096
)

func bundles(dv int) int {
	if dv <= singly {
		return 1
	}
	return bundle
}

func (p *party) sendSums(g group, h int, t *tally, r, a int) {
	l := p.l
	if l.Arithmetic != WithRounded {
		p.number(p.label(g.k, "head %d: normaliser", h+1), t.average(r).Normaliser(), l.normaliserBits(a))
	}
	width, low := l.numeratorBits(a), l.numeratorLow(a)
	for c, step := 0, bundles(l.Values); c < l.Values; c += step {
		end := min(c+step, l.Values)
		label := fmt.Sprintf("numerator %d", c+1)
		if step > 1 {
			label = fmt.Sprintf("numerators %d..%d", c+1, end)
		}
		var w protocol.Packer
		t.pack(&w, r, c, end, width, low)
		p.port.Send(p.label(g.k, "head %d: %s", h+1, label), w.Word())
	}
}

func (p *party) recvSums(t *tally, r, a int) {
	l, other := p.l, 1-p.self
	if l.Arithmetic != WithRounded {
		width := l.normaliserBits(a)
		t.addBig(r, -1, p.port.Recv(other, protocol.Bits(width)).Unpack().Big(width))
	}
	width, low := l.numeratorBits(a), l.numeratorLow(a)
	for c, step := 0, bundles(l.Values); c < l.Values; c += step {
		end := min(c+step, l.Values)
		t.unpack(p.port.Recv(other, protocol.Bits((end-c)*width)).Unpack(), r, c, end, width, low)
	}
}

// addBig adds x to numerator c of row r, or to its normaliser (c = -1).
func (t *tally) addBig(r, c int, x *big.Int) {
	switch {
	case t.zBig != nil && c < 0:
		t.zBig[r].Add(t.zBig[r], x)
	case t.zBig != nil:
		t.nBig[r*t.dv+c].Add(t.nBig[r*t.dv+c], x)
	case c < 0:
		t.z[r] += x.Int64()
	default:
		t.n[r*t.dv+c] += x.Int64()
	}
}

// pack writes numerators lo..hi-1 of row r, offset by the least possible one.
func (t *tally) pack(w *protocol.Packer, r, lo, hi, width int, low *big.Int) {
	if t.nBig == nil && width <= 62 && low.IsInt64() {
		for _, x := range t.n[r*t.dv+lo : r*t.dv+hi] {
			w.Uint(uint64(x-low.Int64()), width)
		}
		return
	}
	for c := lo; c < hi; c++ {
		w.Big(new(big.Int).Sub(t.average(r).Numerator(c), low), width)
	}
}

// unpack adds what pack wrote.
func (t *tally) unpack(u *protocol.Unpacker, r, lo, hi, width int, low *big.Int) {
	if t.nBig == nil && width <= 62 && low.IsInt64() {
		into := t.n[r*t.dv+lo : r*t.dv+hi]
		for c := range into {
			into[c] += int64(u.Uint(width)) + low.Int64()
		}
		return
	}
	for c := lo; c < hi; c++ {
		x := u.Big(width)
		t.addBig(r, c, x.Add(x, low))
	}
}

// Compile turns the stack into a two-party protocol, layer by layer.
func (m *stack) Compile(job Job) (*Program, error) {
	if err := checkJob(m.s.Shape, job); err != nil {
		return nil, err
	}
	needs := m.needs(job)
	cuts := make([]*cut, len(needs))
	prog := &Program{}
	var texts []string
	for k, l := range m.s.Layers {
		residual, prefix := 0, ""
		if k == len(cuts)-1 {
			residual = m.s.Residual
		}
		if len(cuts) > 1 {
			prefix = fmt.Sprintf("layer %d: ", k+1)
		}
		cuts[k] = newCut(l, job.Split, needs[k], residual, prefix)
		c, text := cuts[k].cost()
		prog.Bits[0], prog.Bits[1] = prog.Bits[0]+c[0], prog.Bits[1]+c[1]
		if text != "0" {
			texts = append(texts, prefix+text)
		}
	}
	if prog.Formula = strings.Join(texts, "; "); prog.Formula == "" {
		prog.Formula = "0"
	}
	prog.Player = func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
		return func(port *protocol.Port) map[int]tasks.Value {
			out := map[int]tasks.Value{}
			err := m.forward(job, m.stream(h), func(k int, _ *AttentionLayer, _ []need, in stream) ([][]Average, []Ints, error) {
				return cuts[k].play(port, in)
			}, func(k int, v tasks.Value) { out[job.Read[k]] = v })
			if err != nil {
				port.Fail(err)
			}
			return out
		}
	}
	return prog, nil
}

// stream is a player's half as the first layer's input.
func (m *stack) stream(h tasks.Half) stream {
	return stream{
		source{
			n:   len(h.Visible()),
			pos: func(k int) int { return h.Visible()[k] },
			embed: func(k int, e Ints) error {
				pos, t := h.At(k)
				return m.embed(pos, t, e)
			},
		},
		func(pos int, e Ints) error { return m.embed(pos, h.Token(pos), e) },
	}
}
