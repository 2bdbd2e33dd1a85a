package script

import (
	"bytes"
	"encoding/binary"
	"math"
	"sync"
	"time"

	"go.starlark.net/starlark"
)

// tasked keeps what task gave, by the numbers of the rows of tokens, with the same arguments
// besides.
type tasked struct {
	mu     sync.Mutex
	beside string // those arguments
	by     map[string]*given
	size   int // outputs that are kept
}

type given struct {
	once   sync.Once
	all    starlark.Indexable // frozen
	effort int64
	err    error
}

// taskedMost bounds the outputs that are kept.
const taskedMost = 1 << 18

// with forgets what was given with other arguments.
func (t *tasked) with(beside string) {
	if t.by == nil || t.beside != beside {
		t.beside, t.by, t.size = beside, map[string]*given{}, 0
	}
}

// once is what ask gives for a sequence of so many tokens, which is asked once while that is
// kept.
func (t *tasked) once(key []byte, size int, ask func() (starlark.Indexable, int64, error)) (starlark.Indexable, int64, error) {
	t.mu.Lock()
	g, known := t.by[string(key)]
	if !known {
		if t.size += size; t.size > taskedMost {
			clear(t.by)
			t.size = size
		}
		g = &given{}
		t.by[string(key)] = g
	}
	t.mu.Unlock()
	g.once.Do(func() {
		if g.all, g.effort, g.err = ask(); g.err == nil {
			g.all.Freeze()
		}
	})
	return g.all, g.effort, g.err
}

// asked keeps what answer or problem gave, for one worker. A file's functions always do the
// same, so each is a decision tree over what it reads: outputs, or places of the lists that
// the players hold. There is one tree for each value of all else that it gets.
type asked struct {
	beside       string // the other arguments
	roots        map[string]*reads
	size         int // places that are kept
	key          []byte
	hits, misses int
	off          bool // nothing is kept, since too little is met again
	numbering    numbering
}

// reads is a place of such a tree: something is read there, or what is given is known.
type reads struct {
	known  bool
	place  int    // what is read; 0: nothing more is
	few    []next // by the number of that
	many   map[uint32]*reads
	text   []byte // what is given
	effort int64  // of the call
}

type next struct {
	number uint32
	to     *reads
}

const (
	// askedMost bounds the places that are kept.
	askedMost = 1 << 16
	// trailMost is the most places that a call which is kept has read.
	trailMost = 48
	// askedTried is after how many calls it is seen whether anything is met again.
	askedTried = 1 << 10
	// fewNext is how many ways from a place are searched one by one.
	fewNext = 8
)

// with forgets what was given with other arguments.
func (a *asked) with(beside string) {
	if a.roots != nil && a.beside == beside && a.size <= askedMost {
		return
	}
	a.off = a.beside == beside && a.size > askedMost && a.hits < a.misses
	a.beside, a.roots, a.size, a.numbering = beside, map[string]*reads{}, 0, numbering{}
	a.hits, a.misses = 0, 0
}

// root is the tree for all else that a function gets, which a.key names.
func (a *asked) root() *reads {
	if a.size > askedMost {
		a.with(a.beside)
	}
	at := a.roots[string(a.key)]
	if at == nil {
		at = &reads{}
		a.roots[string(a.key)] = at
		a.size++
	}
	return at
}

// placed is what a function reads at a place, as a number; not ok: it is nothing that can
// be compared quickly.
type placed interface {
	number(place int) (id uint32, ok bool)
}

// step goes from a place to the next one, which is made where it is missing; nil: there is none.
func (a *asked) step(at *reads, of placed) *reads {
	id, ok := of.number(at.place)
	for _, n := range at.few {
		if n.number == id {
			return n.to
		}
	}
	to := at.many[id]
	switch {
	case !ok:
		return nil
	case to != nil:
		return to
	}
	to = &reads{}
	a.size++
	if len(at.few) < fewNext {
		at.few = append(at.few, next{id, to})
	} else {
		if at.many == nil {
			at.many = map[uint32]*reads{}
		}
		at.many[id] = to
	}
	return to
}

// walk is what is given on what stands there, where that is known.
func (a *asked) walk(at *reads, of placed) (text []byte, effort int64, known bool) {
	for at != nil && at.known {
		if at.place == 0 {
			a.hits++
			return at.text, at.effort, true
		}
		at = a.step(at, of)
	}
	a.misses++
	if a.misses == askedTried && a.hits < askedTried/8 {
		a.off = true
		clear(a.roots)
	}
	return nil, 0, false
}

// learn keeps what was given, and what was read on the way.
func (a *asked) learn(at *reads, of placed, on trail, text []byte, effort int64) {
	if len(on) > trailMost {
		return
	}
	for _, place := range on {
		at.known, at.place = true, place
		if at = a.step(at, of); at == nil {
			return
		}
	}
	at.known, at.text, at.effort = true, bytes.Clone(text), effort
}

// slots are the lists of an input, as numbers.
type slots [][]uint32

func (s slots) number(place int) (uint32, bool) {
	return s[place>>slotBits-1][place&(1<<slotBits-1)], true
}

// keptOutputs are outputs of which what answer gives is kept.
type keptOutputs struct {
	*outputs
	*numbering
}

func (k keptOutputs) number(pos int) (id uint32, ok bool) {
	k.looks(pos)
	k.key, ok = appendValue(k.key[:0], plainOutput(k.all.Index(pos-1)))
	return k.keyed(ok), ok
}

// appendValue writes a value so that two that a function could tell apart differ; not ok:
// of such values nothing is kept.
func appendValue(key []byte, v starlark.Value) (_ []byte, ok bool) {
	sized := func(kind byte, n int) []byte { return binary.LittleEndian.AppendUint32(append(key, kind), uint32(n)) }
	switch v := v.(type) {
	case starlark.NoneType:
		return append(key, 'n'), true
	case starlark.Int:
		if small, ok := v.Int64(); ok {
			return binary.LittleEndian.AppendUint64(append(key, 'i'), uint64(small)), true
		}
		text := v.String()
		return append(sized('I', len(text)), text...), true
	case starlark.Bool:
		if v {
			return append(key, 'T'), true
		}
		return append(key, 'F'), true
	case starlark.Float:
		return binary.LittleEndian.AppendUint64(append(key, 'f'), math.Float64bits(float64(v))), true
	case starlark.String:
		return append(sized('s', len(v)), v...), true
	case starlark.Tuple, *starlark.List:
		list, kind := v.(starlark.Indexable), byte('(')
		if _, is := v.(*starlark.List); is {
			kind = '['
		}
		key, ok = sized(kind, list.Len()), true
		for k := 0; k < list.Len() && ok; k++ {
			key, ok = appendValue(key, list.Index(k))
		}
		return key, ok
	}
	return key, false
}

// watch ends calls of a batch that take too long, with the line that they are at. A built-in
// function does not hear of it: the parent ends the process a little later.
type watch struct {
	mu   sync.Mutex
	all  []*evaluator
	seen []int64     // the call of each that ran when it was looked at last
	from []time.Time // and since when it was seen to run
	done chan struct{}
}

func (c *child) watch() *watch {
	w := &watch{done: make(chan struct{})}
	if c.limit > 0 {
		go w.run(c.limit)
	}
	return w
}

func (w *watch) add(e *evaluator) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all, w.seen, w.from = append(w.all, e), append(w.seen, 0), append(w.from, time.Time{})
}

func (w *watch) end() { close(w.done) }

func (w *watch) run(limit time.Duration) {
	tick := time.NewTicker(max(time.Millisecond, min(limit/8, 100*time.Millisecond)))
	defer tick.Stop()
	for {
		select {
		case <-w.done:
			return
		case now := <-tick.C:
			w.mu.Lock()
			for k, e := range w.all {
				if call := e.running.Load(); call != w.seen[k] {
					w.seen[k], w.from[k] = call, now
				} else if call != 0 && now.Sub(w.from[k]) >= limit {
					e.thread.Load().Cancel(tooLong(limit))
				}
			}
			w.mu.Unlock()
		}
	}
}

// looks notes that a position is read.
func (o *outputs) looks(i int) {
	if !o.looked[i] {
		o.looked[i] = true
	}
	o.trail.add(i)
}
