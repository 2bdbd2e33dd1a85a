package attention

import (
	"math/big"
	"sort"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// The left fold: the state of an online softmax travels from owner to owner in
// the order of the tokens. Public tokens are folded by whoever holds the state.

// batch is the groups whose state takes the same way.
type batch struct {
	groups []group
	owners []protocol.Player // of the segments, alternating
	begin  []int             // first position of each segment; the last ends with the blank
	// transfers[t] is who hands the state over after segment t; the last one only
	// goes where the other player needs the result.
	transfers []protocol.Player
}

func (x *cut) batches() []batch {
	groups := x.groups()
	if x.l.Mask == nil {
		if len(groups) == 0 {
			return nil
		}
		return []batch{x.segment(groups, func(int) bool { return true })}
	}
	var bs []batch
	for _, g := range groups {
		i := x.reads[g.k].pos
		bs = append(bs, x.segment([]group{g}, func(j int) bool { return x.l.sees(i, j) }))
	}
	return bs
}

func (x *cut) segment(groups []group, sees func(j int) bool) batch {
	b := batch{groups: groups}
	for j := 1; j <= x.l.n; j++ {
		o := x.split.Of(j)
		if o == tasks.Public || !sees(j) {
			continue
		}
		if n := len(b.owners); n == 0 || b.owners[n-1] != o {
			b.owners = append(b.owners, o)
			b.begin = append(b.begin, j)
		}
	}
	if len(b.begin) > 0 {
		b.begin[0] = 1
	}
	b.transfers = b.owners
	return b
}

// reduceFold passes the states along and returns those that this player needs.
func (p *party) reduceFold() (*tally, error) {
	l := p.l
	n := len(p.rows.head)
	into, tops := newTally(n, l.Values, l.wideSums), make([]*big.Int, n)
	run := func(b batch, lo, hi int) error {
		var sel []int
		for _, g := range b.groups {
			for _, h := range g.heads {
				sel = append(sel, p.row(h, max(g.k, 0)))
			}
		}
		src := p.in.src.between(lo, hi)
		src.blank = l.Blank && hi > l.n
		return l.unit.run(p.ctx, sweepJob{pass: passFold, rows: p.rows, sel: sel, src: src, tops: tops, into: into})
	}
	for _, b := range p.batches() {
		if len(b.owners) == 0 { // nothing private: whoever needs it folds alone
			alone := b
			alone.groups = nil
			for _, g := range b.groups {
				if g.by[p.self] {
					alone.groups = append(alone.groups, g)
				}
			}
			if err := run(alone, 1, l.n+1); err != nil {
				return nil, err
			}
			continue
		}
		for t, owner := range b.owners {
			last := t == len(b.owners)-1
			if owner == p.self {
				end := l.n + 1
				if !last {
					end = b.begin[t+1] - 1
				}
				if err := run(b, b.begin[t], end); err != nil {
					return nil, err
				}
			}
			for _, g := range b.groups {
				if last && !g.by[1-owner] {
					continue
				}
				for _, h := range g.heads {
					r := p.row(h, max(g.k, 0))
					if owner == p.self {
						p.sendState(g, h, into, r, tops[r])
					} else {
						tops[r] = p.recvState(into, r)
					}
				}
			}
		}
	}
	return into, nil
}

// A state is a maximum, a normaliser and d_v numerators of p_acc bits each.

func (p *party) sendState(g group, h int, t *tally, r int, top *big.Int) {
	l := p.l
	var w protocol.Packer
	w.Big(new(big.Int).Sub(top, l.scoreLow()), l.foldBits)
	w.Big(t.average(r).Normaliser(), l.foldBits)
	t.pack(&w, r, 0, l.Values, l.foldBits, l.numeratorLow(l.n+1))
	p.port.Send(p.label(g.k, "head %d: state", h+1), w.Word())
}

func (p *party) recvState(t *tally, r int) *big.Int {
	l := p.l
	u := p.port.Recv(1-p.self, protocol.Bits((l.Values+2)*l.foldBits)).Unpack()
	top := u.Big(l.foldBits)
	t.clear(r)
	t.addBig(r, -1, u.Big(l.foldBits))
	t.unpack(u, r, 0, l.Values, l.foldBits, l.numeratorLow(l.n+1))
	return top.Add(top, l.scoreLow())
}

// clear sets row r to 0.
func (t *tally) clear(r int) {
	if t.zBig != nil {
		t.zBig[r].SetInt64(0)
		for _, x := range t.nBig[r*t.dv : (r+1)*t.dv] {
			x.SetInt64(0)
		}
		return
	}
	t.z[r] = 0
	clear(t.n[r*t.dv : (r+1)*t.dv])
}

// between is the part of a source at positions lo..hi.
func (s source) between(lo, hi int) source {
	a := sort.Search(s.n, func(k int) bool { return s.pos(k) >= lo })
	b := sort.Search(s.n, func(k int) bool { return s.pos(k) > hi })
	pos, embed := s.pos, s.embed
	s.n = max(b-a, 0)
	s.pos = func(k int) int { return pos(a + k) }
	s.embed = func(k int, e Ints) error { return embed(a+k, e) }
	return s
}
