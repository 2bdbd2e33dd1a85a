package script

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"go.starlark.net/starlark"
)

// evaluator is what one worker has of its own.
type evaluator struct {
	*ready
	thread  atomic.Pointer[starlark.Thread]
	gets    int32 // how the call that runs gets lists
	trail   trail // of that
	spent   int64 // the effort of the last call
	total   int64 // and of all inputs
	calling int64
	running atomic.Int64 // the number of the call that runs; 0: none does
	outs    outputs
	args    starlark.Tuple
	text    bytes.Buffer       // what problem, answer or a writer gave
	all     starlark.Indexable // what task gave
	known   map[string]uint32
	outputs numbering

	// Of cut: whether the places of the trail are those that a call reads in their order, the
	// numbers at a place, and the boxes that are left.
	steady bool
	kinds  []kind
	kindOf map[uint32]int32
	of     []int32
	parts  []*box
}

func (r *ready) evaluator() *evaluator {
	e := &evaluator{ready: r, known: map[string]uint32{}, kindOf: map[uint32]int32{}}
	e.thread.Store(thread())
	e.outs.note = &e.trail
	return e
}

// fault is what is said of an error on input k.
func (e *evaluator) fault(err error, k int) reply {
	bad := explain(err)
	if w := new(unwritable); errors.As(err, &w) {
		bad = unwritten(w.fn, w.error)
	}
	bad.Error += e.on(k)
	return bad
}

// unwritable says that a value cannot be handed on.
type unwritable struct {
	error
	fn *starlark.Function
}

// call calls a function on the arguments that take adds behind the lead: on traced lists, until
// a call does more than read them, on frozen ones, until some call wants to change what it is
// given, or else on its own.
func (e *evaluator) call(f *asked, lead starlark.Tuple, take func()) (v starlark.Value, err error) {
	e.calling++ // however often it is tried
	for {
		e.gets = f.gets.Load()
		e.trail.begin()
		e.args = append(e.args[:0], lead...)
		take()
		t := e.thread.Load()
		limit(t)
		before := t.ExecutionSteps()
		e.running.Store(e.calling)
		if e.gets == getsTraced {
			if v, err = attempt(t, f.fn, e.args, f.named); err == nil && f.lasts {
				v, err = untraced(v)
			}
		} else {
			v, err = starlark.Call(t, f.fn, e.args, f.named)
		}
		e.running.Store(0) // while this worker waits for another one
		e.spent = callEffort + int64(t.ExecutionSteps()-before)
		switch {
		case e.gets == getsTraced && err != nil && !late(err):
			f.gets.CompareAndSwap(getsTraced, getsFrozen)
			e.thread.Store(thread())
		case e.gets == getsFrozen && changed(err):
			f.gets.CompareAndSwap(getsFrozen, getsOwn)
		default:
			return v, err
		}
	}
}

// written writes what a function gave into e.text.
func (e *evaluator) written(f *asked, v starlark.Value, err error) error {
	e.text.Reset()
	if err == nil {
		if err = written(f.fn.Name())(&e.text, v); err != nil {
			err = &unwritable{err, f.fn}
		}
	}
	return err
}

// id is the number of the result in e.text.
func (e *evaluator) id() uint32 {
	id, ok := e.known[string(e.text.Bytes())]
	if !ok {
		text := e.text.String()
		id = e.numbered(text)
		e.known[text] = id
	}
	return id
}

// reads settles which places the call has read: those that were noted, or, where lists were
// not traced or too much was read, all that it was given.
func (e *evaluator) reads(all ...spot) {
	if e.steady = e.gets == getsTraced && !e.trail.long; !e.steady {
		e.trail.places = append(e.trail.places[:0], all...)
	}
}

// given is a stage: a function of what the players hold.
type given struct {
	*ready
	all []spot // that the function is given
}

func (r *ready) given(part int32) given {
	g := given{ready: r}
	for who := range r.held {
		g.all = append(g.all, spot{int32(who), part, 0})
	}
	return g
}

// whole is the box of all inputs.
func (r *ready) whole() *box {
	b := &box{}
	for _, n := range r.sizes {
		b.of = append(b.of, upTo(n))
	}
	return b
}

// upTo lists 0..n-1.
func upTo(n int) []uint32 {
	list := make([]uint32, n)
	for k := range list {
		list[k] = uint32(k)
	}
	return list
}

func (r *ready) input(of [][]uint32) (k int) {
	for d, list := range of {
		k = k*r.sizes[d] + int(list[0])
	}
	return k
}

// fill gives all inputs of members a result, and counts them. base is what comes before.
func (r *ready) fill(of [][]uint32, base int, id uint32) (inputs int) {
	base *= r.sizes[len(r.sizes)-len(of)]
	if len(of) == 1 {
		for _, m := range of[0] {
			r.values[base+int(m)] = id
		}
		return len(of[0])
	}
	for _, m := range of[0] {
		inputs += r.fill(of[1:], base+int(m), id)
	}
	return inputs
}

func (r *ready) dim(p spot) int {
	if r.at != nil {
		return 0
	}
	return int(p.player)
}

func (r *ready) number(_ *evaluator, m uint32, p spot) uint32 {
	if r.at != nil {
		m = r.at[int(m)*len(r.held)+int(p.player)]
	}
	return r.has(m, p)
}

// has is the number of what stands at a place of what a player holds, which is number at in
// that player's list.
func (r *ready) has(at uint32, p spot) uint32 {
	switch p.part {
	case allOf:
		return r.held[p.player][at]
	case allowedOf:
		return r.places[at]
	case rowAt:
		return r.c.written[r.rows[p.player][at]][p.at]
	case rowOf:
		return r.rows[p.player][at]
	case restOf:
		return r.c.members[r.held[p.player][at]].parts.rest
	}
	return r.c.members[r.held[p.player][at]].parts.lists[p.part][p.at]
}

// hand adds what a player holds to the arguments of a call.
func (e *evaluator) hand(who int, at uint32) {
	v := e.c.members[e.held[who][at]].given(e.gets == getsOwn)
	if e.gets == getsTraced {
		e.trail.add(spot{int32(who), restOf, 0})
		v, _ = e.trail.traced(v, int32(who), 0)
	}
	e.args = append(e.args, v)
}

func (g *given) ask(e *evaluator, k int) error {
	of := g.of(k)
	v, err := e.call(g.fn, g.lead, func() {
		from := len(e.args)
		for who, at := range of {
			e.hand(who, at)
		}
		if g.joined {
			all := slices.Clone(e.args[from:])
			e.args = append(e.args[:from], starlark.NewList(all))
		}
	})
	err = e.written(g.fn, v, err)
	e.reads(g.all...)
	return err
}

func (g *given) take(e *evaluator, b *box) {
	e.total += e.spent * int64(g.fill(b.of, 0, e.id()))
}

// tasked is a stage: task on the sequences that the players write.
type tasked struct {
	given
	leaves []leaf // of all workers
}

// leaf is what task gave for a box of inputs.
type leaf struct {
	of     [][]uint32
	all    starlark.Indexable // frozen
	effort int64
}

func (t *tasked) ask(e *evaluator, k int) error {
	seq := t.sequence(k)
	v, err := e.call(t.fn, nil, func() {
		tokens := make([]starlark.Value, len(seq))
		for i, id := range seq {
			tokens[i] = t.c.tokens[id].given(e.gets == getsOwn)
		}
		list := starlark.NewList(tokens)
		if e.gets == getsTraced {
			list.Freeze()
			e.args = append(e.args, e.trail.list(list, spot{}, t.tokens), t.params)
		} else {
			e.args = append(e.args, list, t.params)
		}
	})
	if err != nil {
		return err
	}
	e.reads(t.all...)
	out, ok := v.(starlark.Indexable)
	if _, text := v.(starlark.String); !ok || text || out.Len() != len(seq) {
		at := t.fn.fn.Position()
		return fmt.Errorf("%s:%d: task returned %s: want a list of %d outputs, one per position", t.c.name, at.Line, oneLine(v.String()), len(seq))
	}
	e.all = out
	return nil
}

func (t *tasked) take(e *evaluator, b *box) {
	e.all.Freeze()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leaves = append(t.leaves, leaf{b.of, e.all, e.spent})
}

// answering is a stage: answer on what task gave, and on what the last player holds, where it
// is given that. Its dimension is the pairs of these.
type answering struct {
	*tasked
	last  int // the player that answers
	pairs []pair
}

// pair is a leaf, and the number of what the last player holds in that player's list.
type pair struct {
	leaf  *leaf
	y     uint32
	first int // the smallest input
}

// one says that answer looks at what the last player holds.
func (a *answering) one() bool { return a.takes || len(a.places) > 0 }

func (t *tasked) answering() *answering {
	a := &answering{tasked: t, last: len(t.held) - 1}
	for k := range t.leaves {
		l := &t.leaves[k]
		end := l.of[len(l.of)-1]
		if !a.one() {
			end = end[:1]
		}
		first := t.input(l.of) - int(l.of[len(l.of)-1][0])
		for _, m := range end {
			p := pair{l, m, first + int(m)}
			if t.at != nil {
				p.y = t.at[int(m)*len(t.held)+a.last]
			}
			if p.first < int(t.failed.Load()) {
				a.pairs = append(a.pairs, p)
			}
		}
	}
	slices.SortFunc(a.pairs, func(p, q pair) int { return p.first - q.first })
	return a
}

func (a *answering) whole() *box {
	if len(a.pairs) == 0 {
		return nil
	}
	return &box{of: [][]uint32{upTo(len(a.pairs))}, first: a.pairs[0].first}
}

func (a *answering) input(of [][]uint32) int { return a.pairs[of[0][0]].first }
func (a *answering) dim(spot) int            { return 0 }

func (a *answering) number(e *evaluator, m uint32, p spot) uint32 {
	switch pair := &a.pairs[m]; p.part {
	case itself:
		return m
	case outputAt:
		return e.outputs.number(plainOutput(pair.leaf.all.Index(int(p.at) - 1)))
	default:
		return a.has(pair.y, p)
	}
}

func (a *answering) ask(e *evaluator, k int) error {
	at, _ := slices.BinarySearchFunc(a.pairs, k, func(p pair, k int) int { return p.first - k })
	p := &a.pairs[at]
	e.outs.all, e.outs.most = p.leaf.all, len(a.lay)
	if e.outs.declared = len(a.places) > 0; e.outs.declared {
		e.outs.places = e.outs.places[:0]
		for v := range starlark.Elements(a.c.members[a.places[p.y]].value.(starlark.Iterable)) {
			i, _ := starlark.AsInt32(v)
			e.outs.places = append(e.outs.places, i)
		}
	}
	v, err := e.call(a.answer, a.lead, func() {
		if e.outs.declared {
			e.trail.add(spot{int32(a.last), allowedOf, 0})
		}
		if a.takes {
			e.hand(a.last, p.y)
		}
		e.outs.own = e.gets == getsOwn
		e.args = append(e.args, &e.outs)
	})
	err = e.written(a.answer, v, err)
	switch {
	case e.trail.long:
		e.trail.places, e.steady = append(e.trail.places[:0], spot{part: itself}), false
	case e.gets == getsTraced || !a.takes: // outputs are always noted
		e.steady = true
	default:
		e.trail.places, e.steady = append(e.trail.places, spot{int32(a.last), allOf, 0}), false
	}
	return err
}

func (a *answering) take(e *evaluator, b *box) {
	id := e.id()
	for _, m := range b.of[0] {
		p := &a.pairs[m]
		of := p.leaf.of
		if a.one() {
			of = slices.Clone(of)
			of[len(of)-1] = []uint32{uint32(p.first % a.sizes[len(of)-1])}
		}
		e.total += (p.leaf.effort + e.spent) * int64(a.fill(of, 0, id))
	}
}
