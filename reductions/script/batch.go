package script

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.starlark.net/starlark"
)

// batch asks for one value each of many inputs: of one function, or of task and answer.
// Tokens, rows of them and what players hold are kept here by number, in the order in which
// they are sent; so a batch is a list of numbers.
type batch struct {
	Tokens  []json.RawMessage `json:"tokens,omitempty"`  // that are new
	Members []json.RawMessage `json:"members,omitempty"` // that are new: what players hold, lists of positions
	Written []varints         `json:"written,omitempty"` // that are new: rows of tokens
	Forget  bool              `json:"forget,omitempty"`  // all members and rows before these
	Count   int               `json:"count"`
	Lead    json.RawMessage   `json:"lead"` // the first arguments of each call, a list: the size n
	// Held are the numbers of what players hold, a list for each. At says which of these each
	// input has: a place in the list of each player, input after input.
	Held   []varints `json:"held"`
	At     varints   `json:"at,omitempty"`
	Joined bool      `json:"joined,omitempty"` // the function takes what they hold in one list
	// Rows are those that Held is written as, where task and answer are asked for, behind
	// them the public one; Lay is the list that each position is from. Then Takes says that
	// answer takes what the last player holds, and Places are the positions that may be read
	// for each of that, where read declares them.
	Rows   []varints                  `json:"rows,omitempty"`
	Lay    varints                    `json:"lay,omitempty"`
	Takes  bool                       `json:"takes,omitempty"`
	Places varints                    `json:"places,omitempty"`
	Params json.RawMessage            `json:"params,omitempty"`
	Set    map[string]json.RawMessage `json:"set,omitempty"` // of answer; that of task stands in the request
}

// varints are numbers, in few bytes each.
type varints []byte

func (v *varints) add(k int) { *v = binary.AppendUvarint(*v, uint64(k)) }

// all reads the numbers, below most each.
func (v varints) all(most int) ([]uint32, error) {
	list := make([]uint32, 0, len(v))
	for at := 0; at < len(v); {
		k, width := uint64(v[at]), 1
		if k >= 1<<7 {
			k, width = binary.Uvarint(v[at:])
		}
		if width <= 0 || k >= uint64(most) {
			return nil, fmt.Errorf("script: internal: number %d of %d", k, most)
		}
		list, at = append(list, uint32(k)), at+width
	}
	return list, nil
}

// callEffort is what a call costs beside its own steps, in such steps.
const callEffort = 256

// stride is how many inputs a worker takes at once.
const stride = 16

// beatEvery is how often a batch shows that it goes on.
const beatEvery = 100 * time.Millisecond

// ready is a batch whose parts are Starlark values.
type ready struct {
	c               *child
	fn, answer      *starlark.Function // answer: of task
	lead            starlark.Tuple
	params          starlark.Value
	ofFn, ofAnswer  []starlark.Tuple // arguments by name
	kept            []asked          // of each worker: what answer or problem gave; nil: none is kept
	count           int
	held, rows      [][]uint32
	at, lay, places []uint32
	joined, takes   bool

	mu      sync.Mutex
	numbers map[string]uint32 // of results
	results []json.RawMessage
	values  []uint32
	calls   int // of Starlark functions
	effort  int64
	looked  map[int]bool
	failed  atomic.Int64 // the smallest input that failed
	failure reply
}

// prepare reads a batch.
func (c *child) prepare(req request) (*ready, error) {
	in := req.Batch
	if in.Forget {
		c.members, c.written, c.asked, c.wanted, c.tasked, c.numbering = nil, nil, nil, nil, tasked{}, numbering{} // these go by the numbers of members and rows
	}
	for _, raw := range in.Tokens {
		h, err := hold(raw)
		if err != nil {
			return nil, err
		}
		c.tokens = append(c.tokens, h)
	}
	for _, raw := range in.Members {
		h, err := hold(raw)
		if err != nil {
			return nil, err
		}
		h.parts = c.numbering.parts(h.value)
		c.members = append(c.members, h)
	}
	r := &ready{c: c, params: starlark.None, count: in.Count, joined: in.Joined, takes: in.Takes, numbers: map[string]uint32{}, values: make([]uint32, in.Count), looked: map[int]bool{}}
	r.failed.Store(int64(in.Count))
	var known bool
	if r.fn, known = c.globals[req.Fn].(*starlark.Function); !known {
		return nil, fmt.Errorf("script: internal: no function %s", req.Fn)
	}
	r.answer, _ = c.globals["answer"].(*starlark.Function)
	var err error
	read := func(from varints, most int) (list []uint32) {
		if err == nil {
			list, err = from.all(most)
		}
		return list
	}
	for _, row := range in.Written {
		c.written = append(c.written, read(row, len(c.tokens)))
	}
	for _, part := range in.Held {
		r.held = append(r.held, read(part, len(c.members)))
	}
	for _, part := range in.Rows {
		r.rows = append(r.rows, read(part, len(c.written)))
	}
	r.at, r.places, r.lay = read(in.At, math.MaxInt32), read(in.Places, len(c.members)), read(in.Lay, len(in.Rows))
	if err == nil && len(r.at) != r.count*len(r.held) {
		err = fmt.Errorf("script: internal: %d numbers for %d inputs", len(r.at), r.count)
	}
	if err != nil {
		return nil, err
	}
	if r.lead, err = decodeAll(in.Lead); err != nil {
		return nil, err
	}
	keep := func(by *[]asked, set map[string]json.RawMessage) {
		for len(*by) < runtime.GOMAXPROCS(0) {
			*by = append(*by, asked{})
		}
		r.kept = *by
		for k := range r.kept {
			r.kept[k].with(fmt.Sprintf("%s %q", in.Lead, set))
		}
	}
	if len(r.rows) > 0 {
		c.tasked.with(fmt.Sprintf("%s %q %q", in.Params, req.Set, in.Lay))
		keep(&c.asked, in.Set)
	} else if req.Fn == "problem" {
		keep(&c.wanted, req.Set)
	}
	if len(in.Params) > 0 {
		if r.params, err = decode(in.Params); err != nil {
			return nil, err
		}
		r.params.Freeze()
	}
	if r.ofFn, err = named(req.Set); err != nil {
		return nil, err
	}
	r.ofAnswer, err = named(in.Set)
	return r, err
}

// batch evaluates a batch, on all processors. It beats while every worker gets on, so a
// single call has as long as it would have alone.
func (c *child) batch(req request, beat func() error) reply {
	r, err := c.prepare(req)
	if err != nil {
		return reply{Error: err.Error()}
	}
	workers := max(1, min(runtime.GOMAXPROCS(0), (r.count+stride-1)/stride))
	var next atomic.Int64
	var wait sync.WaitGroup
	var beating sync.Mutex
	started, pulse := time.Now(), newPulse(workers)
	watch := c.watch()
	defer watch.end()
	for w := range workers {
		wait.Go(func() {
			defer pulse.end(w)
			e := r.evaluator(w)
			watch.add(e)
			defer e.leave()
			for {
				from := int(next.Add(stride)) - stride
				if from >= r.count || from > int(r.failed.Load()) {
					return
				}
				for k := from; k < min(from+stride, r.count); k++ {
					before := e.calling
					if bad := e.one(k); bad != nil {
						r.fail(k, *bad)
						return
					}
					if e.calling == before && k%stride != 0 { // what was known takes no time
						continue
					}
					if pulse.tick(w, time.Since(started)) {
						beating.Lock()
						beat() // where nobody listens, the reply says so
						beating.Unlock()
					}
				}
			}
		})
	}
	wait.Wait()
	if int(r.failed.Load()) < r.count {
		return r.failure
	}
	out := reply{Results: r.results, Calls: r.calls, Effort: r.effort}
	for _, k := range r.values {
		out.Values.add(int(k))
	}
	for i := range r.looked {
		out.Looked = append(out.Looked, i)
	}
	return out
}

// pulse says when a batch may beat: not before every worker has finished a call since it
// beat last, so that no worker's calls hide one that does not end.
type pulse struct {
	last atomic.Int64   // when it beat, after the start
	done []atomic.Int64 // the calls of each worker
	mu   sync.Mutex
	seen []int64 // of these at the last beat
}

// ended is the count of a worker that has nothing left to do.
const ended = 1 << 62

func newPulse(workers int) *pulse {
	return &pulse{done: make([]atomic.Int64, workers), seen: make([]int64, workers)}
}

func (p *pulse) end(w int) { p.done[w].Store(ended) }

// tick counts a call of worker w, which ended at this time, and says whether to beat.
func (p *pulse) tick(w int, now time.Duration) bool {
	p.done[w].Add(1)
	if now-time.Duration(p.last.Load()) < beatEvery {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.done {
		if n := p.done[w].Load(); n == p.seen[w] && n != ended {
			return false
		}
	}
	for w := range p.done {
		p.seen[w] = p.done[w].Load()
	}
	p.last.Store(int64(now))
	return true
}

func (r *ready) fail(k int, bad reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if int64(k) < r.failed.Load() { // none after it matters
		r.failed.Store(int64(k))
		r.failure = bad
	}
}

// evaluator is what one worker has of its own.
type evaluator struct {
	*ready
	thread  atomic.Pointer[starlark.Thread]
	own     bool  // a call has changed what it was given
	tracing bool  // the call that runs gets traced lists
	trail   trail // of that
	slots   slots // of the input
	spent   int64 // the effort of the last call
	total   int64 // and of all
	calling int64
	running atomic.Int64 // the number of the call that runs; 0: none does
	asked   *asked
	key     []byte // of a sequence
	outs    outputs
	args    starlark.Tuple
	text    bytes.Buffer
	known   map[string]uint32
}

func (r *ready) evaluator(worker int) *evaluator {
	e := &evaluator{ready: r, known: map[string]uint32{}}
	if r.kept != nil {
		e.asked = &r.kept[worker]
	}
	e.thread.Store(thread())
	e.outs.looked = map[int]bool{}
	return e
}

// leave hands in what was counted, and which positions were read.
func (e *evaluator) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ready.calls, e.ready.effort = e.ready.calls+int(e.calling), e.ready.effort+e.total
	for i := range e.outs.looked {
		e.ready.looked[i] = true
	}
}

// of says which of its list each player has at input k.
func (r *ready) of(k int) []uint32 {
	n := len(r.held)
	return r.at[k*n : (k+1)*n]
}

// sequence is the tokens of input k.
func (r *ready) sequence(k int) []uint32 {
	at, next, seq := r.of(k), make([]int, len(r.rows)), make([]uint32, len(r.lay))
	for i, who := range r.lay {
		seq[i] = r.c.written[r.row(at, int(who))][next[who]]
		next[who]++
	}
	return seq
}

// row is the number of a row of an input: of a player, or behind those the public one.
func (r *ready) row(at []uint32, who int) uint32 {
	if who == len(at) {
		return r.rows[who][0]
	}
	return r.rows[who][at[who]]
}

// one evaluates input number k; nil: it has a value.
func (e *evaluator) one(k int) *reply {
	fn, get := e.fn, e.plain
	if len(e.rows) > 0 {
		fn, get = e.answer, e.ofTask
	}
	text, err := get(k)
	e.total += e.spent
	if err != nil {
		bad := explain(err)
		if w := new(unwritable); errors.As(err, &w) {
			bad = unwritten(fn, w.error)
		}
		bad.Error += e.on(k)
		return &bad
	}
	id, ok := e.known[string(text)]
	if !ok {
		id = e.numbered(string(text))
		e.known[string(text)] = id
	}
	e.values[k] = id
	return nil
}

// unwritable says that a value cannot be handed on.
type unwritable struct{ error }

// written writes what a function gave, until the next call of it.
func (e *evaluator) written(fn *starlark.Function, v starlark.Value, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	e.text.Reset()
	if err := written(fn.Name())(&e.text, v); err != nil {
		return nil, &unwritable{err}
	}
	return e.text.Bytes(), nil
}

// on says what input number k is: what the players hold, and the tokens that task got.
func (r *ready) on(k int) string {
	told := func(from []held, ids []uint32) string {
		var words []string
		for _, id := range ids {
			words = append(words, from[id].value.String())
		}
		return oneLine(strings.Join(words, ", "))
	}
	var ins []uint32
	for who, at := range r.of(k) {
		if len(r.rows) == 0 || r.takes && who == len(r.held)-1 {
			ins = append(ins, r.held[who][at])
		}
	}
	text := ""
	if len(ins) > 0 {
		text += ", on " + told(r.c.members, ins)
	}
	if len(r.rows) > 0 {
		text += ", with the tokens " + told(r.c.tokens, r.sequence(k))
	}
	return text
}

// numbered is the number of a result.
func (r *ready) numbered(text string) uint32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	id, ok := r.numbers[text]
	if !ok {
		id = uint32(len(r.results))
		r.numbers[text], r.results = id, append(r.results, json.RawMessage(text))
	}
	return id
}

// changed says that a call failed since what it was given is frozen.
func changed(err error) bool { return err != nil && strings.Contains(err.Error(), "frozen") }

// late says that a call ended since it took too long.
func late(err error) bool { return err != nil && strings.Contains(err.Error(), "took more than") }

// call calls a function on the arguments that take adds behind the lead: on traced lists,
// where it is tracing and until a call does more than read them, on frozen ones, until some
// call wants to change what it is given, or else on its own.
func (e *evaluator) call(fn *starlark.Function, named []starlark.Tuple, lead starlark.Tuple, take func()) (v starlark.Value, err error) {
	e.calling++ // however often it is tried
	for {
		e.args = append(e.args[:0], lead...)
		take()
		t := e.thread.Load()
		limit(t)
		before := t.ExecutionSteps()
		e.running.Store(e.calling)
		if e.tracing {
			v, err = attempt(t, fn, e.args, named)
		} else {
			v, err = starlark.Call(t, fn, e.args, named)
		}
		e.running.Store(0) // while this worker waits for another one
		e.spent = callEffort + int64(t.ExecutionSteps()-before)
		switch {
		case e.tracing && err != nil && !late(err):
			e.tracing, e.asked.off = false, true
			e.thread.Store(thread())
		case !e.tracing && !e.own && changed(err):
			e.own = true
		default:
			return v, err
		}
	}
}

func (e *evaluator) plain(k int) ([]byte, error) {
	var root *reads
	if a := e.asked; a != nil && !a.off && !e.own {
		a.key, e.slots = a.key[:0], e.slots[:0]
		for who, at := range e.of(k) {
			p := &e.c.members[e.held[who][at]].parts
			a.key, e.slots = binary.LittleEndian.AppendUint32(a.key, p.rest), append(e.slots, p.lists...)
		}
		root = a.root()
		if text, effort, known := a.walk(root, e.slots); known {
			e.spent = effort
			return text, nil
		}
	}
	e.tracing = root != nil
	v, err := e.call(e.fn, e.ofFn, e.lead, func() {
		from, slot := len(e.args), 0
		e.trail = e.trail[:0]
		for who, at := range e.of(k) {
			v := e.c.members[e.held[who][at]].given(e.own)
			if e.tracing {
				v, slot = e.trail.traced(v, slot)
			}
			e.args = append(e.args, v)
		}
		if e.joined {
			all := slices.Clone(e.args[from:])
			e.args = append(e.args[:from], starlark.NewList(all))
		}
	})
	text, err := e.written(e.fn, v, err)
	if err == nil && e.tracing {
		e.asked.learn(root, e.slots, e.trail, text, e.spent)
	}
	e.tracing = false
	return text, err
}

// ofTask is answer on what task gives, which is asked once for each sequence.
func (e *evaluator) ofTask(k int) ([]byte, error) {
	at := e.of(k)
	e.key = e.key[:0]
	for who := range e.rows {
		e.key = binary.LittleEndian.AppendUint32(e.key, e.row(at, who))
	}
	all, effort, err := e.c.tasked.once(e.key, len(e.lay), func() (starlark.Indexable, int64, error) {
		all, err := e.task(e.sequence(k))
		return all, e.spent, err
	})
	e.spent = 0
	if err != nil {
		return nil, err
	}
	e.total += effort // also where it is kept: what is counted does not hang on that
	e.outs.all, e.outs.most = all, len(e.lay)
	last := len(at) - 1
	y := at[last]
	if len(e.places) > 0 {
		e.outs.places, e.outs.declared = e.outs.places[:0], true
		for v := range starlark.Elements(e.c.members[e.places[y]].value.(starlark.Iterable)) {
			i, _ := starlark.AsInt32(v)
			e.outs.places = append(e.outs.places, i)
		}
	}
	a := e.asked
	a.key = binary.LittleEndian.AppendUint32(a.key[:0], uint32(len(e.lay)))
	if e.takes {
		a.key = binary.LittleEndian.AppendUint32(a.key, e.held[last][y])
	}
	if len(e.places) > 0 {
		a.key = binary.LittleEndian.AppendUint32(append(a.key, 'p'), e.places[y])
	}
	root, of := a.root(), keptOutputs{&e.outs, &a.numbering}
	if !a.off {
		if text, effort, known := a.walk(root, of); known {
			e.spent = effort
			return text, nil
		}
	}
	v, err := e.call(e.answer, e.ofAnswer, e.lead, func() {
		if e.takes {
			e.args = append(e.args, e.c.members[e.held[last][y]].given(e.own))
		}
		e.outs.own, e.outs.trail = e.own, e.outs.trail[:0]
		e.args = append(e.args, &e.outs)
	})
	text, err := e.written(e.answer, v, err)
	if err == nil && !a.off {
		a.learn(root, of, e.outs.trail, text, e.spent)
	}
	return text, err
}

// task is what task gives for one sequence.
func (e *evaluator) task(seq []uint32) (starlark.Indexable, error) {
	v, err := e.call(e.fn, e.ofFn, nil, func() {
		tokens := make([]starlark.Value, len(seq))
		for k, id := range seq {
			tokens[k] = e.c.tokens[id].given(e.own)
		}
		e.args = append(e.args, starlark.NewList(tokens), e.params)
	})
	if err != nil {
		return nil, err
	}
	out, ok := v.(starlark.Indexable)
	if _, text := v.(starlark.String); !ok || text || out.Len() != len(seq) {
		at := e.fn.Position()
		return nil, fmt.Errorf("%s:%d: task returned %s: want a list of %d outputs, one per position", e.c.name, at.Line, oneLine(v.String()), len(seq))
	}
	return out, nil
}
