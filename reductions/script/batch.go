package script

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.starlark.net/starlark"
)

// batch asks for one value each of many inputs: of one function, or of task and answer.
// Tokens and members are kept here by number, in the order in which they are
// sent; so a batch is a list of numbers.
type batch struct {
	Tokens  []json.RawMessage `json:"tokens,omitempty"`  // that are new
	Members []json.RawMessage `json:"members,omitempty"` // that are new: what players hold, lists of positions
	Forget  bool              `json:"forget,omitempty"`  // all members before these
	Count   int               `json:"count"`
	Lead    json.RawMessage   `json:"lead"` // the first arguments of each call, a list: the size n
	// Ins are the numbers of what the players hold, for each input; Joined: the function
	// takes them in one list.
	Ins    varints `json:"ins,omitempty"`
	Joined bool    `json:"joined,omitempty"`
	// Seqs are the tokens of each input, where task and answer are asked for; then Ins is
	// what answer takes, and Places, where read declares them, one list for each input.
	Seqs   varints                    `json:"seqs,omitempty"`
	Places varints                    `json:"places,omitempty"`
	Params json.RawMessage            `json:"params,omitempty"`
	Set    map[string]json.RawMessage `json:"set,omitempty"` // of answer; that of task stands in the request
}

// varints are numbers, in few bytes each.
type varints []byte

func (v *varints) add(k int) { *v = binary.AppendUvarint(*v, uint64(k)) }

// all reads n numbers, below most each.
func (v varints) all(n, most int) ([]uint32, error) {
	list := make([]uint32, 0, n)
	for at := 0; at < len(v); {
		k, width := binary.Uvarint(v[at:])
		if width <= 0 || k >= uint64(most) {
			return nil, fmt.Errorf("script: internal: number %d of %d", k, most)
		}
		list, at = append(list, uint32(k)), at+width
	}
	if n > 0 && len(list)%n != 0 {
		return nil, fmt.Errorf("script: internal: %d numbers for %d inputs", len(list), n)
	}
	return list, nil
}

// held is a value that many calls get, frozen. Where calls change what they are given, each
// gets its own.
type held struct {
	value   starlark.Value
	mutable bool
}

func hold(raw json.RawMessage) (held, error) {
	v, err := decode(raw)
	if err == nil {
		v.Freeze()
	}
	return held{v, err == nil && mutable(v)}, err
}

// given is the value for one call, which may change it where it is its own.
func (h held) given(own bool) starlark.Value {
	if own && h.mutable {
		return fresh(h.value)
	}
	return h.value
}

// mutable says whether a call could change a value.
func mutable(v starlark.Value) bool {
	switch v := v.(type) {
	case *starlark.List, *starlark.Dict:
		return true
	case *starlark.Set: // which a task may put out
		return true
	case starlark.Tuple:
		for _, e := range v {
			if mutable(e) {
				return true
			}
		}
	}
	return false
}

// fresh copies what could be changed.
func fresh(v starlark.Value) starlark.Value {
	switch v := v.(type) {
	case *starlark.List:
		items := make([]starlark.Value, v.Len())
		for k := range items {
			items[k] = fresh(v.Index(k))
		}
		return starlark.NewList(items)
	case starlark.Tuple:
		items := make(starlark.Tuple, len(v))
		for k := range items {
			items[k] = fresh(v[k])
		}
		return items
	case *starlark.Dict:
		d := starlark.NewDict(v.Len())
		for _, kv := range v.Items() {
			d.SetKey(kv[0], fresh(kv[1])) // keys are hashable already
		}
		return d
	case *starlark.Set:
		s := starlark.NewSet(v.Len())
		for e := range v.Elements() {
			s.Insert(e) // members are hashable already
		}
		return s
	}
	return v
}

// callEffort is what a call costs beside its own steps, in such steps.
const callEffort = 256

// stride is how many inputs a worker takes at once.
const stride = 16

// beatEvery is how often a batch shows that it goes on.
const beatEvery = 100 * time.Millisecond

// ready is a batch whose parts are Starlark values.
type ready struct {
	c                 *child
	fn, answer        *starlark.Function // answer: of task
	lead              starlark.Tuple
	params            starlark.Value
	ofFn, ofAnswer    []starlark.Tuple // arguments by name
	beside            string           // the arguments of answer that all inputs share
	count             int
	ins, seqs, places []uint32
	joined            bool

	mu      sync.Mutex
	numbers map[string]uint32 // of results
	results []json.RawMessage
	values  []uint32
	calls   atomic.Int64 // of Starlark functions
	effort  atomic.Int64
	looked  map[int]bool
	failed  int // the smallest input that failed
	failure reply
}

// prepare reads a batch.
func (c *child) prepare(req request) (*ready, error) {
	in := req.Batch
	if in.Forget {
		c.members, c.asked = nil, nil // these go by the numbers of members
	}
	for _, part := range []struct {
		to  *[]held
		new []json.RawMessage
	}{{&c.tokens, in.Tokens}, {&c.members, in.Members}} {
		for _, raw := range part.new {
			h, err := hold(raw)
			if err != nil {
				return nil, err
			}
			*part.to = append(*part.to, h)
		}
	}
	r := &ready{c: c, params: starlark.None, count: in.Count, joined: in.Joined, numbers: map[string]uint32{}, values: make([]uint32, in.Count), looked: map[int]bool{}, failed: in.Count}
	var known bool
	if r.fn, known = c.globals[req.Fn].(*starlark.Function); !known {
		return nil, fmt.Errorf("script: internal: no function %s", req.Fn)
	}
	r.answer, _ = c.globals["answer"].(*starlark.Function)
	var err error
	read := func(to *[]uint32, from varints, most int) {
		if err == nil {
			*to, err = from.all(in.Count, most)
		}
	}
	read(&r.ins, in.Ins, len(c.members))
	read(&r.seqs, in.Seqs, len(c.tokens))
	read(&r.places, in.Places, len(c.members))
	if err != nil {
		return nil, err
	}
	if r.lead, err = decodeAll(in.Lead); err != nil {
		return nil, err
	}
	if len(r.seqs) > 0 {
		c.tasked.with(fmt.Sprintf("%s %q", in.Params, req.Set))
		r.beside = fmt.Sprintf("%s %q", in.Lead, in.Set)
		for k := range c.asked {
			c.asked[k].with(r.beside)
		}
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
	for len(c.asked) < workers {
		c.asked = append(c.asked, asked{})
	}
	watch := c.watch()
	defer watch.end()
	for w := range workers {
		wait.Go(func() {
			defer pulse.end(w)
			e := r.evaluator(&c.asked[w])
			watch.add(e)
			defer e.leave()
			for {
				from := int(next.Add(stride)) - stride
				if from >= r.count || from > r.stop() {
					return
				}
				for k := from; k < min(from+stride, r.count); k++ {
					if bad := e.one(k); bad != nil {
						r.fail(k, *bad)
						return
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
	if r.failed < r.count {
		return r.failure
	}
	out := reply{Results: r.results, Calls: int(r.calls.Load()), Effort: r.effort.Load()}
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

// stop is the smallest input that failed; none after it matters.
func (r *ready) stop() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

func (r *ready) fail(k int, bad reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k < r.failed {
		r.failed, r.failure = k, bad
	}
}

// evaluator is what one worker has of its own.
type evaluator struct {
	*ready
	thread  *starlark.Thread
	own     bool  // a call has changed what it was given
	spent   int64 // the effort of the last call
	calling int64
	running atomic.Int64 // the number of the call that runs; 0: none does
	asked   *asked
	key     []byte // of a sequence
	outs    outputs
	args    starlark.Tuple
	text    bytes.Buffer
	known   map[string]uint32
}

func (r *ready) evaluator(a *asked) *evaluator {
	e := &evaluator{ready: r, thread: thread(), asked: a, known: map[string]uint32{}}
	e.outs.looked = map[int]bool{}
	return e
}

// leave hands in which positions were read.
func (e *evaluator) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.outs.looked {
		e.ready.looked[i] = true
	}
}

// part is what input k has of a list.
func (r *ready) part(list []uint32, k int) []uint32 {
	n := len(list) / r.count
	return list[k*n : (k+1)*n]
}

// one evaluates input number k; nil: it has a value.
func (e *evaluator) one(k int) *reply {
	fn, get := e.fn, e.plain
	if len(e.seqs) > 0 {
		fn, get = e.answer, e.ofTask
	}
	v, err := get(k)
	if err != nil {
		bad := explain(err)
		bad.Error += e.on(k)
		return &bad
	}
	e.effort.Add(e.spent)
	e.text.Reset()
	if err := written(fn.Name())(&e.text, v); err != nil {
		bad := unwritten(fn, err)
		bad.Error += e.on(k)
		return &bad
	}
	id, ok := e.known[string(e.text.Bytes())]
	if !ok {
		id = e.numbered(e.text.String())
		e.known[e.text.String()] = id
	}
	e.values[k] = id
	return nil
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
	text := ""
	if ins := r.part(r.ins, k); len(ins) > 0 {
		text += ", on " + told(r.c.members, ins)
	}
	if seq := r.part(r.seqs, k); len(seq) > 0 {
		text += ", with the tokens " + told(r.c.tokens, seq)
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

// call calls a function on the arguments that take adds behind the lead: on frozen ones,
// until some call wants to change what it is given.
func (e *evaluator) call(fn *starlark.Function, named []starlark.Tuple, lead starlark.Tuple, take func()) (v starlark.Value, err error) {
	e.calls.Add(1)
	for try := range 2 {
		e.args = append(e.args[:0], lead...)
		take()
		limit(e.thread)
		before := e.thread.ExecutionSteps()
		e.calling++
		e.running.Store(e.calling)
		v, err = starlark.Call(e.thread, fn, e.args, named)
		e.running.Store(0) // while this worker waits for another one
		e.spent = callEffort + int64(e.thread.ExecutionSteps()-before)
		if e.own || try > 0 || !changed(err) {
			break
		}
		e.own = true
	}
	return v, err
}

func (e *evaluator) plain(k int) (starlark.Value, error) {
	ins := e.part(e.ins, k)
	return e.call(e.fn, e.ofFn, e.lead, func() {
		if !e.joined {
			e.take(ins)
			return
		}
		all := make([]starlark.Value, len(ins))
		for i, id := range ins {
			all[i] = e.c.members[id].given(e.own)
		}
		e.args = append(e.args, starlark.NewList(all))
	})
}

// take adds what players hold to the arguments.
func (e *evaluator) take(ins []uint32) {
	for _, id := range ins {
		e.args = append(e.args, e.c.members[id].given(e.own))
	}
}

// ofTask is answer on what task gives, which is asked once for each sequence.
func (e *evaluator) ofTask(k int) (starlark.Value, error) {
	seq := e.part(e.seqs, k)
	all, effort, err := e.c.tasked.once(seq, &e.key, func() (starlark.Indexable, int64, error) {
		all, err := e.task(seq)
		return all, e.spent, err
	})
	if err != nil {
		return nil, err
	}
	e.effort.Add(effort) // also where it is kept: what is counted does not hang on that
	e.outs.all, e.outs.most = all, len(seq)
	if len(e.places) > 0 {
		e.outs.places, e.outs.declared = e.outs.places[:0], true
		for v := range starlark.Elements(e.c.members[e.places[k]].value.(starlark.Iterable)) {
			i, _ := starlark.AsInt32(v)
			e.outs.places = append(e.outs.places, i)
		}
	}
	root := e.asked.root(e.ready, k, len(seq))
	if v, effort, known := e.asked.walk(root, &e.outs); known {
		e.spent = effort
		return v, nil
	}
	v, err := e.call(e.answer, e.ofAnswer, e.lead, func() {
		e.take(e.part(e.ins, k))
		e.outs.own, e.outs.trail = e.own, e.outs.trail[:0]
		e.args = append(e.args, &e.outs)
	})
	if err == nil {
		e.asked.learn(root, &e.outs, v, e.spent)
	}
	return v, err
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

// tasked keeps what task gave, by the numbers of the tokens, with the same arguments
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

// once is what ask gives for a sequence, which is asked once while that is kept. key is
// room for its text.
func (t *tasked) once(seq []uint32, key *[]byte, ask func() (starlark.Indexable, int64, error)) (starlark.Indexable, int64, error) {
	*key = (*key)[:0]
	for _, id := range seq {
		*key = binary.LittleEndian.AppendUint32(*key, id)
	}
	t.mu.Lock()
	g, known := t.by[string(*key)]
	if !known {
		if t.size += len(seq); t.size > taskedMost {
			clear(t.by)
			t.size = len(seq)
		}
		g = &given{}
		t.by[string(*key)] = g
	}
	t.mu.Unlock()
	g.once.Do(func() {
		if g.all, g.effort, g.err = ask(); g.err == nil {
			g.all.Freeze()
		}
	})
	return g.all, g.effort, g.err
}
