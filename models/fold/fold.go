// Package fold is the left fold: a state stepped token by token, which is the message
// wherever the sequence changes hands.
package fold

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Fold is one direction of one recurrent layer: a state that is updated token by
// token in a stated order. Whatever rounding a step does, both sides of a cut do
// the same, so the message at a cut is the state and nothing else.
//
// F is what a position feeds in and gives out (a token, a vector of features), S
// the state. All functions depend on sizes, parameters and positions alone.
type Fold[F, S any] struct {
	// Bits is the exact size of the state after t positions were read, t = 0..N. It
	// is public: it depends on t, never on what was read.
	Bits func(t int) protocol.Bits
	Init func() S
	// Step reads the input at pos. It owns s and may change it in place.
	Step func(s S, pos int, in F) S
	// Emit is what the layer gives out at pos, from the state after pos was read. It
	// must not keep s, which the next Step changes.
	Emit func(s S, pos int, in F) F
	// Put writes s, the state after t positions, in exactly Bits(t) bits; Get reads
	// it back, equal in all that Step and Emit can see.
	Put func(w *protocol.Packer, t int, s S)
	Get func(r *protocol.Unpacker, t int) S
	// Copy makes a state that shares nothing with s that a Step changes; it may reuse
	// dst, which is given up. nil: a trip through Put and Get.
	Copy func(dst, s S) S
}

// Layer is a fold from position 1 on and, in a bidirectional layer, another one
// from position N back. Join makes one output of what the two give out at pos;
// it is needed just where Backward is.
type Layer[F, S any] struct {
	Forward  Fold[F, S]
	Backward *Fold[F, S]
	Join     func(pos int, forward, backward F) F
}

// Recurrent is a stack of recurrent layers with token-local maps before and
// after: RNNs, state-space models, linear attention, windows and caches, trained
// networks and users' programs. Layers that read forward only and follow each
// other are one fold whose state is the product of theirs, so a cut costs the sum
// of their states in one message; a bidirectional layer is a round in which
// both states cross.
type Recurrent[F, S any] struct {
	Of     tasks.Shape
	Sizes  tasks.Params
	Embed  func(pos int, t tasks.Token) F
	Layers []Layer[F, S]
	Output func(pos int, f F) tasks.Value
	// Out is the form of an output that must cross to whoever answers; the zero
	// value stands for 64 bits a number, which is exact for every task.
	Out Codec
	// State is the size of all states in words and letters: "D m p". At is that after
	// t positions where it differs: "D min(t, m) p"; empty: the same.
	State, At string
	// Reach refuses a read position whose output the reading order does not allow;
	// nil when every input is allowed. Its error should wrap errors.ErrUnsupported.
	Reach func(pos int, t tasks.Token) error
	// Grows is an order in N that the size is proved not to exceed, as [models.Grower] asks;
	// zero: none is written.
	Grows protocol.Growth
}

// Codec writes outputs in a fixed number of bits.
type Codec struct {
	Bits protocol.Bits
	Put  func(w *protocol.Packer, v tasks.Value)
	Get  func(r *protocol.Unpacker) tasks.Value
}

// Cell is the plain case: one causal layer whose output at a position is a
// function of the state after that position and of its token.
type Cell[S any] struct {
	Bits   func(t int) protocol.Bits
	Init   func() S
	Step   func(s S, pos int, t tasks.Token) S
	Output func(s S, pos int, t tasks.Token) tasks.Value
	Put    func(w *protocol.Packer, t int, s S)
	Get    func(r *protocol.Unpacker, t int) S
}

// Seen is what passes through a Cell: the token in, the output out.
type Seen struct {
	Token tasks.Token
	Value tasks.Value
}

// Recurrent makes the machine of a cell. The caller may still set the fields
// that have a zero value here.
func (c Cell[S]) Recurrent(sh tasks.Shape, sizes tasks.Params, state string) *Recurrent[Seen, S] {
	return &Recurrent[Seen, S]{
		Of: sh, Sizes: sizes, State: state,
		Embed: func(_ int, t tasks.Token) Seen { return Seen{Token: t} },
		Layers: []Layer[Seen, S]{{Forward: Fold[Seen, S]{
			Bits: c.Bits, Init: c.Init, Put: c.Put, Get: c.Get,
			Step: func(s S, pos int, in Seen) S { return c.Step(s, pos, in.Token) },
			Emit: func(s S, pos int, in Seen) Seen { return Seen{in.Token, c.Output(s, pos, in.Token)} },
		}}},
		Output: func(_ int, f Seen) tasks.Value { return f.Value },
	}
}

// Abort ends a fold with an error; for folds that run a user's program. It does
// not return.
func Abort(err error) { panic(aborted{err}) }

// aborted is an error, so that whoever recovers from one that was raised where nothing
// catches it can tell what went wrong.
type aborted struct{ err error }

func (a aborted) Error() string { return a.err.Error() }
func (a aborted) Unwrap() error { return a.err }

// catch turns Abort into a call of f; every other panic goes on.
func catch(f func(error)) {
	switch r := recover().(type) {
	case nil:
	case aborted:
		f(r.err)
	default:
		panic(r)
	}
}

// Shape is the shape the machine was built for.
func (r *Recurrent[F, S]) Shape() tasks.Shape { return r.Of }

// Params are the machine's sizes.
func (r *Recurrent[F, S]) Params() tasks.Params { return r.Sizes }

// Size is the largest state of every fold, summed over layers and directions.
func (r *Recurrent[F, S]) Size() (protocol.Bits, string) {
	var size protocol.Bits
	for _, l := range r.Layers {
		size += largest(l.Forward.Bits, r.Of.N)
		if l.Backward != nil {
			size += largest(l.Backward.Bits, r.Of.N)
		}
	}
	return size, r.State
}

func largest(f func(int) protocol.Bits, n int) protocol.Bits {
	var most protocol.Bits
	for t := range n + 1 {
		most = max(most, f(t))
	}
	return most
}

// Orders are Grows where one state crosses and nothing else: reading forward, Alice's tokens
// before Bob's, the outputs at his.
func (r *Recurrent[F, S]) Orders(job models.Job) models.Orders {
	alice, bob := job.Split.Positions(protocol.Alice), job.Split.Positions(protocol.Bob)
	once := len(alice) > 0 && len(bob) > 0 && alice[len(alice)-1] < bob[0] &&
		!slices.ContainsFunc(job.Read, func(i int) bool { return job.Split.Of(i) != protocol.Bob }) &&
		!slices.ContainsFunc(r.Layers, func(l Layer[F, S]) bool { return l.Backward != nil })
	if !once || job.Answer != models.ByBob {
		return models.Orders{}
	}
	return models.Carried(r.Grows, 1, job)
}

// CheckInput refuses inputs that the reading order cannot serve.
func (r *Recurrent[F, S]) CheckInput(seq []tasks.Token, read []int) error {
	if r.Reach == nil {
		return nil
	}
	for _, i := range read {
		if err := r.Reach(i, seq[i-1]); err != nil {
			return err
		}
	}
	return nil
}

// Whole evaluates the uncut model.
func (r *Recurrent[F, S]) Whole(ctx context.Context, seq []tasks.Token, read []int) (out []tasks.Value, err error) {
	if err := r.CheckInput(seq, read); err != nil {
		return nil, err
	}
	defer catch(func(e error) { out, err = nil, fmt.Errorf("models: %s: %w", r.Of.Task.Name, e) })
	pl := r.plan(tasks.Split{}, read)
	e := engine[F, S]{ctx: ctx, r: r, plan: pl, tokens: func(lo, hi int) []tasks.Token { return seq[lo-1 : hi] }}
	given := e.run()
	out = make([]tasks.Value, len(read))
	for k, i := range read {
		out[k] = r.Output(i, given[i])
	}
	return out, nil
}

// Compile cuts the model. Every split and every job has a protocol.
func (r *Recurrent[F, S]) Compile(job models.Job) (*models.Program, error) {
	if err := r.complete(); err != nil {
		return nil, err
	}
	pl := r.plan(job.Split, job.Read)
	bits, words := r.cost(pl, job)
	return &models.Program{
		Player:  func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value { return r.player(pl, job, h) },
		Bits:    bits,
		Formula: words,
	}, nil
}

// complete refuses a machine in which a function is missing.
func (r *Recurrent[F, S]) complete() error {
	if r.Embed == nil || r.Output == nil || len(r.Layers) == 0 {
		return errors.New("models: a recurrent model needs Embed, Output and a layer")
	}
	for k, l := range r.Layers {
		folds := []*Fold[F, S]{&l.Forward}
		if l.Backward != nil {
			folds = append(folds, l.Backward)
		}
		for _, f := range folds {
			if f.Bits == nil || f.Init == nil || f.Step == nil || f.Emit == nil || f.Put == nil || f.Get == nil {
				return fmt.Errorf("models: a function is missing in layer %d", k+1)
			}
		}
		if l.Backward != nil && l.Join == nil {
			return fmt.Errorf("models: layer %d reads both ways and has no Join", k+1)
		}
	}
	return nil
}

// codec is the form of outputs that cross.
func (r *Recurrent[F, S]) codec() Codec {
	if r.Out.Put != nil {
		return r.Out
	}
	return RealCodec(r.Of)
}

// blocks cuts the stack into runs of causal layers, each one fold, and single
// bidirectional layers.
func (r *Recurrent[F, S]) blocks() [][]Layer[F, S] {
	var bs [][]Layer[F, S]
	for k, l := range r.Layers {
		if k > 0 && l.Backward == nil && r.Layers[k-1].Backward == nil {
			bs[len(bs)-1] = append(bs[len(bs)-1], l)
			continue
		}
		bs = append(bs, []Layer[F, S]{l})
	}
	return bs
}

// fold is the block's product fold, for blocks of causal layers.
func product[F, S any](ls []Layer[F, S]) Fold[F, []S] {
	return Fold[F, []S]{
		Bits: func(t int) protocol.Bits {
			var n protocol.Bits
			for _, l := range ls {
				n += l.Forward.Bits(t)
			}
			return n
		},
		Init: func() []S {
			s := make([]S, len(ls))
			for k, l := range ls {
				s[k] = l.Forward.Init()
			}
			return s
		},
		Step: func(s []S, pos int, in F) []S {
			for k := range ls {
				f := &ls[k].Forward
				if k > 0 {
					in = ls[k-1].Forward.Emit(s[k-1], pos, in)
				}
				s[k] = f.Step(s[k], pos, in)
			}
			return s
		},
		Emit: func(s []S, pos int, in F) F {
			for k := range ls {
				in = ls[k].Forward.Emit(s[k], pos, in)
			}
			return in
		},
		Put: func(w *protocol.Packer, t int, s []S) {
			for k, l := range ls {
				l.Forward.Put(w, t, s[k])
			}
		},
		Get: func(u *protocol.Unpacker, t int) []S {
			s := make([]S, len(ls))
			for k, l := range ls {
				s[k] = l.Forward.Get(u, t)
			}
			return s
		},
		Copy: copyAll(ls),
	}
}

// copyAll copies the states of a product; nil where one of its folds cannot.
func copyAll[F, S any](ls []Layer[F, S]) func(dst, s []S) []S {
	if slices.ContainsFunc(ls, func(l Layer[F, S]) bool { return l.Forward.Copy == nil }) {
		return nil
	}
	return func(dst, s []S) []S {
		if len(dst) != len(s) {
			dst = make([]S, len(s))
		}
		for k, l := range ls {
			dst[k] = l.Forward.Copy(dst[k], s[k])
		}
		return dst
	}
}

// plan is what all players know of a run before it starts.
type plan struct {
	read  []int       // distinct read positions, increasing
	spans []tasks.Run // positions 1..N by who holds the state there
	lead  int         // positions 1..lead are public: all know a causal state there
}

// plan lays out a run. No split: one span, the uncut run.
func (r *Recurrent[F, S]) plan(split tasks.Split, read []int) plan {
	pl := plan{read: slices.Compact(slices.Sorted(slices.Values(read)))}
	if split.Owner == nil {
		pl.spans = []tasks.Run{{Owner: protocol.Bob, Lo: 1, Hi: r.Of.N}}
		return pl
	}
	for pl.lead < r.Of.N && split.Owner[pl.lead] == tasks.Public {
		pl.lead++
	}
	pl.spans = split.Runs()
	return pl
}

// holder is the player who has the state at position i.
func (pl plan) holder(i int) protocol.Player {
	k, _ := slices.BinarySearchFunc(pl.spans, i, func(s tasks.Run, i int) int { return cmp.Compare(s.Hi, i) })
	return pl.spans[k].Owner
}

// shared says whether every player can give out position i by itself: a causal
// stack whose first i tokens are public, or no private token at all.
func (r *Recurrent[F, S]) shared(pl plan, i int) bool {
	causal := !slices.ContainsFunc(r.Layers, func(l Layer[F, S]) bool { return l.Backward != nil })
	return pl.lead == r.Of.N || causal && i <= pl.lead
}

// ends are the first and last positions at which a block's output is needed:
// those that are read, and all of them below a bidirectional block.
func (r *Recurrent[F, S]) ends(pl plan, blocks [][]Layer[F, S], k int) (lo, hi int) {
	if len(pl.read) == 0 {
		return r.Of.N + 1, 0
	}
	lo, hi = pl.read[0], pl.read[len(pl.read)-1]
	for _, b := range blocks[k+1:] {
		lo = 1
		if b[0].Backward != nil {
			hi = r.Of.N
		}
	}
	return lo, hi
}

// several writes numbers, a few of them if they are many.
func several(ts []int) string {
	s := strings.Trim(fmt.Sprint(ts[:min(len(ts), 6)]), "[]")
	s = strings.ReplaceAll(s, " ", ", ")
	if len(ts) > 6 {
		s += fmt.Sprintf(", ... (%d in all)", len(ts))
	}
	return s
}

// cost is the formula: from sizes, split and read positions alone.
func (r *Recurrent[F, S]) cost(pl plan, job models.Job) (bits [2]protocol.Bits, words string) {
	if pl.lead == r.Of.N {
		return bits, "0: every token is public"
	}
	var ahead, back []int // the t of every state that crosses
	crossed := 0
	blocks := r.blocks()
	for k, b := range blocks {
		lo, hi := r.ends(pl, blocks, k)
		for c := 1; c < len(pl.spans); c++ {
			before, after := pl.spans[c-1], pl.spans[c]
			if after.Lo <= hi {
				for _, l := range b {
					bits[before.Owner] += l.Forward.Bits(before.Hi)
				}
				ahead = append(ahead, before.Hi)
			}
			if b[0].Backward != nil && before.Hi >= lo {
				bits[after.Owner] += b[0].Backward.Bits(r.Of.N - before.Hi)
				back = append(back, r.Of.N-before.Hi)
			}
		}
	}
	for _, i := range pl.read {
		if owner := pl.holder(i); !r.shared(pl, i) && owner != job.Answerer(i) {
			bits[owner] += r.codec().Bits
			crossed++
		}
	}
	var terms []string
	if len(ahead) > 0 {
		terms = append(terms, "S(t) at t = "+several(ahead))
	}
	if len(back) > 0 {
		terms = append(terms, "backward S(t) at t = "+several(back))
	}
	if crossed > 0 {
		terms = append(terms, fmt.Sprintf("%d outputs of %d bits", crossed, r.codec().Bits))
	}
	if len(terms) == 0 {
		return bits, "0: no state crosses before the last read position"
	}
	words = strings.Join(terms, " + ")
	if len(ahead)+len(back) > 0 {
		words += "; S(t) = " + cmp.Or(r.At, r.State)
	}
	return bits, words
}
