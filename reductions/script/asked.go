package script

import (
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"time"

	"go.starlark.net/starlark"
)

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
	if i >= len(o.looked) {
		o.looked, o.seen = slices.Grow(o.looked, i+1)[:i+1], slices.Grow(o.seen, i+1)[:i+1]
	}
	if o.looked[i] = true; o.seen[i] != o.note.call {
		o.seen[i] = o.note.call
		o.note.add(spot{part: outputAt, at: int32(i)})
	}
}
