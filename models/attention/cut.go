package attention

import (
	"fmt"
	"strings"

	"crosscut/models"
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
	l        *Layer
	split    tasks.Split
	reads    []need
	residual int // numbers of the embedding that the map after the layer reads
	prefix   string

	how    [2]transport
	sent   []bool             // sent[pos]: travels as an embedded token
	ranges map[[3]int][]Range // of numerators, by player, read and head

	own    func(p protocol.Player, k int) int // tokens of p that read k sees (k < 0: a shared row)
	hidden func(p protocol.Player, k int) int // those the other player cannot use
	public func(k int) bool                   // whether read k sees public tokens or the blank
}

// newCut plans the exchange, choosing for each player the cheaper transport.
func newCut(l *Layer, split tasks.Split, reads []need, residual int, prefix string) *cut {
	x := &cut{l: l, split: split, reads: reads, residual: residual, prefix: prefix}
	x.own = x.memo(x.held)
	x.public = func(k int) bool { return l.Blank || x.own(tasks.Public, k) > 0 }
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

// uncut is the plan of one player who sees every token: nothing is hidden, so nothing crosses.
func uncut(l *Layer, split tasks.Split, reads []need) *cut {
	none := func(protocol.Player, int) int { return 0 }
	return &cut{l: l, split: split, reads: reads, sent: make([]bool, l.n+1), own: none, hidden: none}
}

// memo returns a memoised count, for player p, of positions that read k sees. Without a mask
// all reads see the same.
func (x *cut) memo(count func(p protocol.Player, k int) int) func(p protocol.Player, k int) int {
	memo := map[[2]int]int{}
	return func(p protocol.Player, k int) int {
		if x.l.Mask == nil {
			k = -1
		}
		key := [2]int{int(p), k}
		n, known := memo[key]
		if !known {
			n = count(p, k)
			memo[key] = n
		}
		return n
	}
}

// sees says whether read k sees a position; k = -1: any that is there.
func (x *cut) sees(k, i int) bool { return k < 0 || x.l.sees(x.reads[k].pos, i) }

// held counts the positions of an owner that read k sees.
func (x *cut) held(owner protocol.Player, k int) (n int) {
	for i := 1; i <= x.l.n; i++ {
		if x.split.Of(i) == owner && x.sees(k, i) {
			n++
		}
	}
	return n
}

func (x *cut) choose(how [2]transport) {
	x.how = how
	x.sent = make([]bool, x.l.n+1)
	var sent []int
	for k, d := range x.reads {
		s := x.split.Of(d.pos)
		if s != tasks.Public && how[s] == byToken && !x.sent[d.pos] && (x.asks(k, 1-s) || x.wantsResidual(k, 1-s)) {
			x.sent[d.pos], sent = true, append(sent, d.pos)
		}
	}
	x.hidden = x.memo(func(p protocol.Player, k int) int {
		n := x.own(p, k)
		for _, i := range sent {
			if x.split.Of(i) == p && x.sees(k, i) {
				n--
			}
		}
		return n
	})
	x.ranges = map[[3]int][]Range{}
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
			c[s] += protocol.Bits(l.embedBits())
			text := fmt.Sprintf("%d p", l.Embed)
			if l.EmbedRange != nil {
				text = fmt.Sprintf("E (%d numbers, each by its range)", l.Embed)
			}
			t.add(text, 1, 1)
			continue
		}
		if x.asks(k, r) {
			c[s] += protocol.Bits(x.onToken() * l.queryBits())
			text := "m p"
			if l.QueryRange != nil {
				text = "B_q"
			}
			t.add(text, x.onToken(), l.Heads)
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
			if l.exact() {
				text := "(sum of B_c)"
				if !l.Equal {
					text = "(B_Z + sum of B_c)"
					c[p] += protocol.Bits(len(g.heads) * l.normaliserBits(a))
				}
				for _, h := range g.heads {
					c[p] += protocol.Bits(widthOf(x.numerators(p, g.k, h), 0, 0))
				}
				t.add(text, len(g.heads), l.Heads)
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

// Compile turns the stack into a two-party protocol, layer by layer.
func (m *Machine) Compile(job models.Job) (*models.Program, error) {
	if err := job.Check(m.Stack.Shape); err != nil {
		return nil, err
	}
	needs := m.needs(job)
	cuts := make([]*cut, len(needs))
	prog := &models.Program{}
	var texts []string
	for k, l := range m.Stack.Layers {
		if err := l.fits(len(needs[k])); err != nil {
			return nil, err
		}
		residual, prefix := 0, ""
		if k == len(cuts)-1 {
			residual = m.Stack.Residual
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
			err := m.forward(job, m.stream(h), func(k int, _ *Layer, _ []need, in stream) ([][]Average, []Ints, error) {
				return cuts[k].play(port.Context(), port.Self(), port, in)
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
func (m *Machine) stream(h tasks.Half) stream {
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
