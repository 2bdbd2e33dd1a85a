package script

import (
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"time"

	"go.starlark.net/starlark"
)

// asked keeps what answer gave, for one worker. A file's functions always do the same, so
// answer is a decision tree over the outputs that it reads: one tree for each input of
// the answering player that it gets, and each list of positions that it may read.
type asked struct {
	beside string // the other arguments
	roots  map[string]*reads
	size   int // places that are kept
	key    []byte
}

// reads is a place of such a tree: an output is read there, or the answer is known.
type reads struct {
	known  bool
	pos    int               // the output that is read; 0: answer has returned
	next   map[string]*reads // by that output
	value  starlark.Value    // frozen
	effort int64             // of the call
}

const (
	// askedMost bounds the places that are kept.
	askedMost = 1 << 16
	// trailMost is the most outputs that an answer which is kept has read.
	trailMost = 16
)

// with forgets what was answered with other arguments.
func (a *asked) with(beside string) {
	if a.roots == nil || a.beside != beside || a.size > askedMost {
		a.beside, a.roots, a.size = beside, map[string]*reads{}, 0
	}
}

// root is the tree for input number k of a batch, whose sequences have N tokens.
func (a *asked) root(r *ready, k, N int) *reads {
	if a.roots == nil || a.size > askedMost {
		a.with(r.beside)
	}
	a.key = binary.LittleEndian.AppendUint32(a.key[:0], uint32(N))
	for _, id := range r.part(r.ins, k) {
		a.key = binary.LittleEndian.AppendUint32(a.key, id)
	}
	if len(r.places) > 0 {
		a.key = binary.LittleEndian.AppendUint32(append(a.key, 'p'), r.places[k])
	}
	at := a.roots[string(a.key)]
	if at == nil {
		at = &reads{}
		a.roots[string(a.key)] = at
		a.size++
	}
	return at
}

// step goes from a place at which an output is read to the next one; nil: the output is
// nothing that can be compared quickly.
func (a *asked) step(at *reads, o *outputs) *reads {
	o.looks(at.pos)
	var ok bool
	if a.key, ok = appendValue(a.key[:0], plainOutput(o.all.Index(at.pos-1))); !ok {
		return nil
	}
	next := at.next[string(a.key)]
	if next == nil {
		next = &reads{}
		at.next[string(a.key)] = next
		a.size++
	}
	return next
}

// walk is what answer gives on these outputs, where that is known.
func (a *asked) walk(at *reads, o *outputs) (v starlark.Value, effort int64, known bool) {
	for at != nil && at.known {
		if at.pos == 0 {
			return at.value, at.effort, true
		}
		at = a.step(at, o)
	}
	return nil, 0, false
}

// learn keeps what answer gave, and what it read on the way.
func (a *asked) learn(at *reads, o *outputs, v starlark.Value, effort int64) {
	if len(o.trail) > trailMost {
		return
	}
	for _, pos := range o.trail {
		if !at.known {
			at.known, at.pos, at.next = true, pos, map[string]*reads{}
		}
		if at = a.step(at, o); at == nil {
			return
		}
	}
	v.Freeze()
	at.known, at.value, at.effort = true, v, effort
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
					e.thread.Cancel(tooLong(limit))
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
	if len(o.trail) <= trailMost && !slices.Contains(o.trail, i) {
		o.trail = append(o.trail, i)
	}
}
