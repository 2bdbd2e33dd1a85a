package script

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
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

// beatEvery is how often a batch shows that it goes on.
const beatEvery = 100 * time.Millisecond

// ready is a batch whose parts are Starlark values.
type ready struct {
	c               *child
	fn, answer      *asked // answer: of task
	lead            starlark.Tuple
	params          starlark.Value
	count           int
	sizes           []int      // of each dimension: of the players, or one, of inputs that are listed
	held, rows      [][]uint32 // of each player, and of rows also the public one
	at, lay, places []uint32   // at is nil where the inputs are all there are of these members
	tokens          []spot     // of each position
	joined, takes   bool

	mu      sync.Mutex
	numbers map[string]uint32 // of results
	results []json.RawMessage
	values  []uint32
	failed  atomic.Int64 // the smallest input that failed
	failure reply
}

// asked is a function of the file, with arguments by name.
type asked struct {
	fn    *starlark.Function
	named []starlark.Tuple
	gets  *atomic.Int32 // how it gets lists
	lasts bool          // what it gives is read after the call
}

// How a function gets lists: first so that it is noted what it reads, where that is of use,
// frozen, where it does more with them than read, and as its own, where it changes them.
const (
	getsTraced = iota
	getsFrozen
	getsOwn
)

// function is a function of the file as it is asked in batches.
func (c *child) function(name string, set map[string]json.RawMessage) (*asked, error) {
	fn, known := c.globals[name].(*starlark.Function)
	if !known {
		return nil, fmt.Errorf("script: internal: no function %s", name)
	}
	if c.gets == nil {
		c.gets = map[string]*atomic.Int32{}
	}
	if c.gets[name] == nil {
		c.gets[name] = new(atomic.Int32)
		if name != "problem" && name != "task" && name != "answer" { // those that write tokens read all that they get
			c.gets[name].Store(getsFrozen)
		}
	}
	named, err := named(set)
	return &asked{fn: fn, named: named, gets: c.gets[name], lasts: name == "task"}, err
}

// prepare reads a batch.
func (c *child) prepare(req request) (*ready, error) {
	in := req.Batch
	if in.Forget {
		c.members, c.written, c.numbering = nil, nil, numbering{}
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
	r := &ready{c: c, params: starlark.None, count: in.Count, joined: in.Joined, takes: in.Takes, numbers: map[string]uint32{}, values: make([]uint32, in.Count)}
	r.failed.Store(int64(in.Count))
	var err error
	if r.fn, err = c.function(req.Fn, req.Set); err != nil {
		return nil, err
	}
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
	r.places, r.lay = read(in.Places, len(c.members)), read(in.Lay, len(in.Rows))
	all := 1
	for who, list := range r.held {
		n := len(list)
		if len(r.rows) > 0 {
			n = len(r.rows[who])
		}
		r.sizes = append(r.sizes, n)
		all *= n
	}
	if in.At != nil {
		r.at, r.sizes, all = read(in.At, math.MaxInt32), []int{in.Count}, len(in.At)
		all = len(r.at) / len(r.held)
	}
	if err == nil && all != r.count {
		err = fmt.Errorf("script: internal: %d inputs, not %d", all, r.count)
	}
	if err != nil {
		return nil, err
	}
	next := make([]int32, len(r.rows))
	for _, who := range r.lay {
		p := spot{int32(who), rowAt, next[who]}
		if next[who]++; int(who) == len(r.held) { // public
			p.player = nobody
		}
		r.tokens = append(r.tokens, p)
	}
	if len(r.rows) > 0 {
		if r.answer, err = c.function("answer", in.Set); err != nil {
			return nil, err
		}
	}
	if r.lead, err = decodeAll(in.Lead); err != nil {
		return nil, err
	}
	if len(in.Params) > 0 {
		if r.params, err = decode(in.Params); err != nil {
			return nil, err
		}
		r.params.Freeze()
	}
	return r, nil
}

// alone is the number of inputs of a batch below which one processor works.
const alone = 16

// batch evaluates a batch, on two processors. It beats while every worker gets on, so a
// single call has as long as it would have alone.
func (c *child) batch(req request, beat func() error) reply {
	r, err := c.prepare(req)
	if err != nil {
		return reply{Error: err.Error()}
	}
	if r.count >= alone { // else a second processor is woken for nothing
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	}
	watch := c.watch()
	defer watch.end()
	workers := make([]*evaluator, max(1, min(runtime.GOMAXPROCS(0), r.count)))
	for w := range workers {
		workers[w] = r.evaluator()
		watch.add(workers[w])
	}
	if len(r.rows) == 0 {
		g := r.given(allOf)
		r.settle(&g, r.whole(), workers, beat)
	} else {
		t := &tasked{given: r.given(rowOf)}
		r.settle(t, r.whole(), workers, beat)
		a := t.answering()
		r.settle(a, a.whole(), workers, beat)
	}
	if int(r.failed.Load()) < r.count {
		return r.failure
	}
	var out reply
	looked := map[int]bool{}
	for _, e := range workers {
		out.Calls, out.Effort = out.Calls+int(e.calling), out.Effort+e.total
		for i, read := range e.outs.looked {
			if read && !looked[i] {
				looked[i] = true
				out.Looked = append(out.Looked, i)
			}
		}
	}
	place := make([]int, len(r.results)) // by the first input that has it, whichever worker came first
	for _, k := range r.values {
		if place[k] == 0 {
			out.Results = append(out.Results, r.results[k])
			place[k] = len(out.Results)
		}
		out.Values.add(place[k] - 1)
	}
	return out
}

func (r *ready) fail(k int, bad reply) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if int64(k) < r.failed.Load() { // none after it matters
		r.failed.Store(int64(k))
		r.failure = bad
	}
}

// of says which of its list each player has at input k.
func (r *ready) of(k int) []uint32 {
	n := len(r.held)
	if r.at != nil {
		return r.at[k*n : (k+1)*n]
	}
	of := make([]uint32, n)
	for who := n - 1; who >= 0; who-- {
		of[who] = uint32(k % r.sizes[who])
		k /= r.sizes[who]
	}
	return of
}

// sequence is the tokens of input k.
func (r *ready) sequence(k int) []uint32 {
	of, seq := r.of(k), make([]uint32, len(r.tokens))
	for i, p := range r.tokens {
		row := r.rows[len(of)][0] // the public one
		if p.player != nobody {
			row = r.rows[p.player][of[p.player]]
		}
		seq[i] = r.c.written[row][p.at]
	}
	return seq
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
