package attention

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// party is one player's side of an exchange.
type party struct {
	*cut
	ctx  context.Context
	self protocol.Player
	port *protocol.Port // nil: uncut
	in   stream
	rows *queries
	row  func(h, k int) int
	e    map[int]Ints // the other player's embedded tokens
	resi map[int]Ints // residuals at the reads
}

// play runs one player's code. The result holds, for each read that this player
// must know, the heads' averages and the residual (or, when the player knows the
// whole embedding, that).
func (x *cut) play(ctx context.Context, self protocol.Player, port *protocol.Port, in stream) ([][]Average, []Ints, error) {
	p := &party{cut: x, ctx: ctx, self: self, port: port, in: in, e: map[int]Ints{}, resi: map[int]Ints{}}
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
				if err := p.send(p.label(k, "embedded token"), e, l.EmbedRange); err != nil {
					return err
				}
			} else {
				e, known = p.receive(l.Embed, l.wideEmbed, l.EmbedRange), true
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
					if err := p.send(p.label(k, "head %d: query", h+1), p.rows.q[r], l.QueryRange); err != nil {
						return err
					}
				} else {
					p.rows.q[r] = p.receive(l.Width, l.unit.wideLists(), l.QueryRange)
					if err := check("query", h, d.pos, p.rows.q[r], l.q); err != nil {
						return err
					}
				}
			}
		}
		if p.wantsResidual(k, 1-owner) {
			if owner == p.self {
				if err := p.send(p.label(k, "residual"), e.Slice(0, p.residual), nil); err != nil {
					return err
				}
			} else {
				p.resi[d.pos] = p.receive(p.residual, l.wideEmbed, nil)
			}
		}
	}
	return nil
}

func (p *party) send(label string, v Ints, ranges []Range) error {
	var w protocol.Packer
	if err := v.packIn(&w, ranges, p.l.P); err != nil {
		return err
	}
	p.port.Send(label, w.Word())
	return nil
}

func (p *party) receive(n int, wide bool, ranges []Range) Ints {
	v := NewInts(n, wide)
	v.unpackIn(p.port.Recv(1-p.self, protocol.Bits(widthOf(ranges, n, p.l.P))).Unpack(), ranges, p.l.P)
	return v
}

// mine are this player's tokens that the other cannot use; common are all others
// that this player can: public ones, the blank, and embedded tokens of either. Uncut, all
// are mine.
func (p *party) mine() source {
	s := p.in.src
	if p.port == nil {
		s.blank = p.l.Blank
		return s
	}
	s.keep = func(pos int) bool { return p.split.Of(pos) == p.self && !p.sent[pos] }
	return s
}

func (p *party) common() []source {
	if p.port == nil {
		return nil
	}
	s := p.in.src
	s.keep = func(pos int) bool { return p.split.Of(pos) != p.self || p.sent[pos] }
	s.blank = p.l.Blank
	if len(p.e) == 0 {
		return []source{s}
	}
	pos := slices.Sorted(maps.Keys(p.e))
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
			errs = l.unit.run(p.ctx, j)
		}
		if common && errs == nil {
			j.sel = rest
			for _, s := range p.common() {
				if j.src = s; errs == nil {
					errs = l.unit.run(p.ctx, j)
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
	exchange := func(from protocol.Player) error {
		for _, g := range groups {
			if a, ok := p.sums(g, from); ok {
				for _, h := range g.heads {
					if err := p.exchange(g, h, job.into, p.row(h, max(g.k, 0)), a, from); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}
	if err := exchange(p.self); err != nil {
		return nil, err
	}
	if err := over(job, false, true); err != nil {
		return nil, err
	}
	return job.into, exchange(1 - p.self)
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

// exchange sends or receives a head's sums over a tokens: the normaliser where it is not known,
// then the numerators, in their exact ranges where Slots declares them.
func (p *party) exchange(g group, h int, t *tally, r, a int, from protocol.Player) error {
	l := p.l
	switch known := l.exact() && l.Equal; {
	case l.Arithmetic == WithRounded:
	case known && from != p.self:
		t.addBig(r, -1, new(big.Int).Lsh(big.NewInt(int64(a)), uint(l.F)))
	case known:
	case from == p.self:
		p.number(p.label(g.k, "head %d: normaliser", h+1), t.average(r).Normaliser(), l.normaliserBits(a))
	default:
		width := l.normaliserBits(a)
		t.addBig(r, -1, p.port.Recv(from, protocol.Bits(width)).Unpack().Big(width))
	}
	width, low := l.numeratorBits(a), l.numeratorLow(a)
	var ranges []Range
	if l.exact() {
		ranges = p.numerators(from, g.k, h)
	}
	for c, step := 0, bundles(l.Values); c < l.Values; c += step {
		end := min(c+step, l.Values)
		bits := (end - c) * width
		if ranges != nil {
			bits = widthOf(ranges[c:end], 0, 0)
		}
		switch {
		case bits == 0:
		case from != p.self && ranges == nil:
			t.unpack(p.port.Recv(from, protocol.Bits(bits)).Unpack(), r, c, end, width, low)
		case from != p.self:
			l.unpackSlots(p.port.Recv(from, protocol.Bits(bits)).Unpack(), t, r, c, ranges[c:end])
		default:
			var w protocol.Packer
			if ranges == nil {
				t.pack(&w, r, c, end, width, low)
			} else if err := l.packSlots(&w, t, r, c, ranges[c:end]); err != nil {
				return fmt.Errorf("models: attention: head %d: %w", h+1, err)
			}
			label := fmt.Sprintf("numerator %d", c+1)
			if step > 1 {
				label = fmt.Sprintf("numerators %d..%d", c+1, end)
			}
			p.port.Send(p.label(g.k, "head %d: %s", h+1, label), w.Word())
		}
	}
	return nil
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
