package fold

import (
	"context"
	"fmt"
	"math"
	"slices"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// engine runs a recurrent stack for one player, or uncut where port is nil. The
// two differ only in the spans they step: between spans the state crosses.
type engine[F, S any] struct {
	ctx    context.Context
	r      *Recurrent[F, S]
	plan   plan
	port   *protocol.Port
	tokens func(lo, hi int) []tasks.Token
}

// run gives what the stack gives out at the read positions this player holds.
func (e *engine[F, S]) run() map[int]F {
	if len(e.plan.read) == 0 {
		return nil
	}
	blocks := e.r.blocks()
	load := func(lo, hi int) func(int) F {
		toks := e.tokens(lo, hi)
		return func(pos int) F { return e.r.Embed(pos, toks[pos-lo]) }
	}
	for k, b := range blocks[:len(blocks)-1] {
		given := make([]F, e.r.Of.N+1)
		e.block(k, b, load, func(int) bool { return true }, func(pos int, f F) { given[pos] = f })
		load = func(int, int) func(int) F { return func(pos int) F { return given[pos] } }
	}
	wanted := make([]bool, e.r.Of.N+1)
	for _, i := range e.plan.read {
		wanted[i] = true
	}
	out := map[int]F{}
	last := len(blocks) - 1
	e.block(last, blocks[last], load, func(i int) bool { return wanted[i] }, func(pos int, f F) { out[pos] = f })
	return out
}

// block runs one block: load gives the inputs of a span, emit takes the outputs
// at the wanted positions of this player's spans.
func (e *engine[F, S]) block(k int, ls []Layer[F, S], load func(lo, hi int) func(int) F, want func(int) bool, emit func(int, F)) {
	lo, hi := e.r.ends(e.plan, e.r.blocks(), k)
	switch {
	case ls[0].Backward != nil:
		e.both(&ls[0], lo, hi, load, want, emit)
	case len(ls) == 1:
		causal(e, &ls[0].Forward, hi, load, want, emit)
	default:
		f := product(ls)
		causal(e, &f, hi, load, want, emit)
	}
}

// check ends a fold that is to stop.
func (e *engine[F, S]) check() {
	if err := e.ctx.Err(); err != nil {
		Abort(err)
	}
}

// mine says whether this player steps a span.
func (e *engine[F, S]) mine(s tasks.Run) bool { return e.port == nil || s.Owner == e.port.Self() }

// causal runs a fold over the spans up to position hi.
func causal[F, S, T any](e *engine[F, S], f *Fold[F, T], hi int, load func(lo, hi int) func(int) F, want func(int) bool, emit func(int, F)) {
	for c, sp := range e.plan.spans {
		if sp.Lo <= hi && e.mine(sp) {
			sweep(e, f, c, 1, hi, load, want, emit)
		}
	}
}

// sweep runs a fold over one span of this player, forward (step 1) or back (step -1), up to
// position end: takes the state from the span before, gives it to the span after.
func sweep[F, S, T any](e *engine[F, S], f *Fold[F, T], c, step, end int, load func(lo, hi int) func(int) F, want func(int) bool, emit func(int, F)) {
	sp, n := e.plan.spans[c], e.r.Of.N
	first, last, before, after, more, label := sp.Lo, min(sp.Hi, end), sp.Lo-1, sp.Hi, sp.Hi < end, "state after token %d"
	if step < 0 {
		first, last, before, after, more, label = sp.Hi, max(sp.Lo, end), n-sp.Hi, n-sp.Lo+1, sp.Lo > end, "backward state at token %d"
	}
	var s T
	if from := c - step; from < 0 || from == len(e.plan.spans) {
		s = f.Init()
	} else {
		s = receive(e.port, f, e.plan.spans[from].Owner, before)
	}
	in := load(min(first, last), max(first, last))
	for pos := first; pos != last+step; pos += step {
		e.check()
		x := in(pos)
		s = f.Step(s, pos, x)
		if want(pos) {
			emit(pos, f.Emit(s, pos, x))
		}
	}
	if more {
		send(e.port, f, after, s, fmt.Sprintf(label, last))
	}
}

// both runs a bidirectional layer. The c-th span of each direction is stepped in
// the same turn, so that at one cut the two states cross in one round.
func (e *engine[F, S]) both(l *Layer[F, S], lo, hi int, load func(lo, hi int) func(int) F, want func(int) bool, emit func(int, F)) {
	forward, backward := map[int]F{}, map[int]F{}
	spans := e.plan.spans
	for turn := range spans {
		if sp := spans[turn]; sp.Lo <= hi && e.mine(sp) {
			sweep(e, &l.Forward, turn, 1, hi, load, want, func(i int, f F) { forward[i] = f })
		}
		c := len(spans) - 1 - turn
		if sp := spans[c]; sp.Hi >= lo && e.mine(sp) {
			sweep(e, l.Backward, c, -1, lo, load, want, func(i int, f F) { backward[i] = f })
		}
	}
	for pos := lo; pos <= hi; pos++ {
		if f, ok := forward[pos]; ok {
			emit(pos, l.Join(pos, f, backward[pos]))
		}
	}
}

// send gives a state to the other player; a state of no bits needs no word.
func send[F, T any](port *protocol.Port, f *Fold[F, T], t int, s T, label string) {
	if f.Bits(t) == 0 {
		return
	}
	var w protocol.Packer
	f.Put(&w, t, s)
	if w.Len() != f.Bits(t) {
		port.Fail(fmt.Errorf("models: the state after %d positions was written in %d bits, not in %d", t, w.Len(), f.Bits(t)))
	}
	port.Send(label, w.Word())
}

func receive[F, T any](port *protocol.Port, f *Fold[F, T], from protocol.Player, t int) T {
	var w protocol.Word
	if n := f.Bits(t); n > 0 {
		w = port.Recv(from, n)
	}
	return f.Get(w.Unpack(), t)
}

// player is the code of the player who holds h.
func (r *Recurrent[F, S]) player(pl plan, job models.Job, h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
	return func(p *protocol.Port) map[int]tasks.Value {
		defer catch(func(err error) { p.Fail(err) })
		if r.Reach != nil {
			for _, i := range pl.read {
				if h.Sees(i) {
					if err := r.Reach(i, h.Token(i)); err != nil {
						p.Fail(err)
					}
				}
			}
		}
		alone := pl
		alone.spans = []tasks.Run{{Owner: h.Self, Lo: 1, Hi: r.Of.N}}
		alone.read = slices.DeleteFunc(slices.Clone(pl.read), func(i int) bool {
			return job.Answerer(i) != h.Self || !r.shared(pl, i)
		})
		e := engine[F, S]{ctx: p.Context(), r: r, plan: alone, tokens: h.Span} // what needs no word of the other
		out := map[int]tasks.Value{}
		for i, f := range e.run() {
			out[i] = r.Output(i, f)
		}
		if pl.lead == r.Of.N {
			return out
		}
		e.plan, e.port = pl, p
		given := e.run()
		c := r.codec()
		for _, i := range pl.read {
			owner, answers := pl.holder(i), job.Answerer(i)
			switch {
			case r.shared(pl, i):
			case owner == h.Self && answers == h.Self:
				out[i] = r.Output(i, given[i])
			case owner == h.Self:
				var w protocol.Packer
				c.Put(&w, r.Output(i, given[i]))
				p.Send(fmt.Sprintf("output %d", i), w.Word())
			case answers == h.Self:
				out[i] = c.Get(p.Recv(owner, c.Bits).Unpack())
			}
		}
		return out
	}
}

// RealCodec writes an output as float64 numbers: exact for every task.
func RealCodec(sh tasks.Shape) Codec {
	n := 1
	if sh.Task.Vector {
		n = sh.Int("d")
	}
	return Codec{
		Bits: protocol.Bits(64 * n),
		Put: func(w *protocol.Packer, v tasks.Value) {
			if len(v) != n && sh.Task.ParseOutput != nil {
				Abort(fmt.Errorf("models: an output of %s that is no number would have to be sent: read a position of who answers, or let owners answer", sh.Task.Name))
			}
			if len(v) != n {
				Abort(fmt.Errorf("models: an output of %d numbers where %s has %d", len(v), sh.Task.Name, n))
			}
			for _, x := range v {
				w.Uint(math.Float64bits(x), 64)
			}
		},
		Get: func(u *protocol.Unpacker) tasks.Value {
			v := make(tasks.Value, n)
			for c := range v {
				v[c] = math.Float64frombits(u.Uint(64))
			}
			return v
		},
	}
}

// SymbolCodec writes an output that is one of 0..n-1 in ceil(log2 n) bits.
func SymbolCodec(n int) Codec {
	width := protocol.Width(uint64(n))
	return Codec{
		Bits: protocol.Bits(width),
		Put: func(w *protocol.Packer, v tasks.Value) {
			if len(v) != 1 || !(v[0] >= 0 && v[0] < float64(n)) || v[0] != math.Trunc(v[0]) {
				Abort(fmt.Errorf("models: output %v is none of 0..%d", v, n-1))
			}
			w.Uint(uint64(v[0]), width)
		},
		Get: func(u *protocol.Unpacker) tasks.Value { return tasks.Value{float64(u.Uint(width))} },
	}
}
