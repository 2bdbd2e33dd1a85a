package script

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync/atomic"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions/validate"
)

// outputsKept bounds the outputs that are kept of sequences that were asked for one by one.
const outputsKept = 1 << 16

// outputs are those of a user's own task at some positions.
func (r *reduction) outputs(seq []tasks.Token, read []int) (out []tasks.Value, err error) {
	var key []byte
	for _, t := range seq {
		key = binary.AppendUvarint(key, uint64(t.X))
	}
	r.mu.Lock()
	all, known := r.evaluated[string(key)]
	r.mu.Unlock()
	if !known {
		if all, err = r.evaluate(seq); err != nil {
			return nil, err
		}
		r.mu.Lock()
		if len(r.evaluated)*len(seq) > outputsKept {
			clear(r.evaluated)
		}
		r.evaluated[string(key)] = all
		r.mu.Unlock()
	}
	for _, pos := range read {
		out = append(out, r.file.ownOutput(all[pos-1]))
	}
	return out, nil
}

// evaluate calls a user's own task, which gives all positions at once.
func (r *reduction) evaluate(seq []tasks.Token) (all []json.RawMessage, err error) {
	raws := make([]json.RawMessage, len(seq))
	for i, t := range seq {
		raws[i] = r.file.kept.at(t.X)
	}
	v, err := r.file.call("task", list(raws...), r.params)
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(v, &all) != nil || len(all) != len(seq) {
		return nil, hinted(outputsHint, "%s: task returned %s: want a list of %d outputs, one per position", r.file.at("task"), short(v), len(seq))
	}
	return all, nil
}

// answers is answer on the outputs of the user's own task, for many inputs.
func (r *reduction) answers(in *validate.Inputs) (all validate.Values, err error) {
	f, last := r.file, int(r.last())
	ys := in.Words[last]
	var places [][]int
	if f.Defines("read") {
		if places, err = r.readsAt(ys...); err != nil {
			return all, err
		}
	}
	req := f.request("task")
	req.Batch = &batch{Lead: list(number(r.n)), Params: r.params, Set: f.request("answer").Set, Takes: f.arity("answer") == 3}
	for _, who := range r.split.Owner {
		if who == tasks.Public {
			who = r.last() + 1
		}
		req.Batch.Lay.add(int(who))
	}
	got, looked, err := many(f, req, in.At, in.Counts(), func(b *batch, h *members) {
		b.Rows = make([]varints, len(r.sides)+1)
		b.Rows[last+1].add(h.row(member{n: r.n, who: nobody}, r.publics))
		for who, words := range in.Words {
			for k, w := range words {
				b.Rows[who].add(h.row(member{n: r.n, who: who, in: w}, in.Toks[who][k]))
			}
		}
		for k, y := range ys {
			if b.Takes {
				b.Held[last].add(h.value(member{n: r.n, who: last, in: y}, func() json.RawMessage { return r.sides[last].raw(y) }))
			}
			if places != nil {
				of := member{n: r.n, who: nobody}
				if f.arity("read") == 2 {
					of.in = y
				}
				b.Places.add(h.value(of, func() json.RawMessage { return positions(places[k]) }))
			}
		}
	}, func(_ int, raw json.RawMessage) (protocol.Value, error) { return r.given(raw) })
	r.walking.Lock()
	defer r.walking.Unlock()
	for _, i := range looked {
		r.look(i)
	}
	return validate.Values{All: got.all, At: got.of}, err
}

// ownOutput is an output of the user's task: a number where it is one of at most 53
// bits or a truth value, else the number of what it is, marked by a second coordinate.
func (f *File) ownOutput(raw json.RawMessage) tasks.Value {
	switch c := raw[0]; {
	case c == 't':
		return tasks.Value{1}
	case c == 'f':
		return tasks.Value{0}
	case c == '-' || '0' <= c && c <= '9':
		if x, err := strconv.ParseFloat(string(raw), 64); err == nil && math.Abs(x) <= 1<<53 {
			return tasks.Value{x}
		}
	}
	return tasks.Value{float64(f.kept.number(raw)), 1}
}

// output writes an output as answer sees it.
func (r *reduction) output(v tasks.Value) json.RawMessage {
	if r.file.Defines("task") && len(v) == 2 {
		return r.file.kept.at(int(v[0]))
	}
	return outputValue(r.shape, v)
}

// node is a place in the decision tree that answer is: it reads an output, or it
// answers. Many workers walk the tree while r.walking guards its growth.
type node struct {
	found atomic.Pointer[place] // what is known of it; nil: nothing yet
	y     protocol.Word         // of the answering player
	// The way here: the place before, and the output that it read, for the file.
	from *node
	seen json.RawMessage
}

// place is what is known of a node; its ways on grow.
type place struct {
	pos  int                   // the output it reads; 0: it answers
	is   protocol.Value        // the answer
	few  atomic.Pointer[[]way] // the first ways on by an output of one number
	next map[string]*node      // all ways, by the output's value; guarded by r.walking
}

// way leads on by an output.
type way struct {
	by float64
	to *node
}

// fewWays is how many ways from a place are searched one by one.
const fewWays = 16

// after is the node that an output leads to, or nil.
func (r *reduction) after(p *place, v tasks.Value) *node {
	if few := p.few.Load(); few != nil && len(v) == 1 {
		for _, w := range *few {
			if w.by == v[0] {
				return w.to
			}
		}
	}
	var room [64]byte
	key := appendKey(room[:0], v)
	r.walking.RLock()
	defer r.walking.RUnlock()
	return p.next[string(key)]
}

// maxRoots bounds the trees that are kept.
const maxRoots = 1 << 16

// root is the tree of one input of the answering player: one for all, where answer does not
// look at that.
func (r *reduction) root(y protocol.Word) *node {
	if !r.byY {
		return &r.tree
	}
	r.walking.RLock()
	at := r.roots[y]
	r.walking.RUnlock()
	if at != nil {
		return at
	}
	r.walking.Lock()
	defer r.walking.Unlock()
	if at = r.roots[y]; at == nil {
		if len(r.roots) >= maxRoots {
			clear(r.roots)
		}
		at = &node{y: y}
		r.roots[y] = at
	}
	return at
}

// found lists the positions that answer has read so far.
func (r *reduction) found() []int {
	r.walking.RLock()
	defer r.walking.RUnlock()
	return slices.Clone(r.looked)
}

// declaredReads is the union of what read gives, over all inputs of the answering
// player where it is given that and they are few, else over some.
func (r *reduction) declaredReads() (places []int, all bool, err error) {
	d := r.sides[r.last()].domain
	ys := []protocol.Word{d.Nth(0)}
	if all = true; r.file.arity("read") == 2 {
		const most = 1 << 12
		n := d.Len()
		if all = n > 0 && n <= most; all {
			for k := 1; k < n; k++ {
				ys = append(ys, d.Nth(k))
			}
		} else {
			rng := rand.New(rand.NewPCG(1, 4))
			for range 256 {
				ys = append(ys, d.Random(rng))
			}
		}
	}
	lists, err := r.readsAt(ys...)
	if err != nil {
		return nil, false, err
	}
	seen := map[int]bool{}
	for _, at := range lists {
		for _, i := range at {
			seen[i] = true
		}
	}
	return slices.Sorted(maps.Keys(seen)), all, nil
}

// readsAt is what the file's read gives for inputs of the answering player, all asked at once.
func (r *reduction) readsAt(ys ...protocol.Word) ([][]int, error) {
	f, each := r.file, r.file.arity("read") == 2
	if !each {
		ys = make([]protocol.Word, len(ys)) // the same for all
	}
	lists, found, asked := make([][]int, len(ys)), map[protocol.Word][]int{}, []protocol.Word{}
	r.mu.Lock()
	for _, y := range ys {
		at, ok := r.allowed[y]
		if _, seen := found[y]; !ok && !seen {
			asked = append(asked, y)
		}
		found[y] = at
	}
	r.mu.Unlock()
	args := func(y protocol.Word) []json.RawMessage {
		if !each {
			return []json.RawMessage{number(r.n)}
		}
		return []json.RawMessage{number(r.n), r.sides[r.last()].raw(y)}
	}
	got := values[[]int]{all: make([][]int, 1), of: make([]uint32, 1)}
	switch {
	case len(asked) == 1: // also where read takes n alone: a batch is of what somebody holds
		raw, err := f.call("read", args(asked[0])...)
		if err != nil {
			return nil, err
		}
		if got.all[0], err = r.placesOf(raw, args(asked[0])); err != nil {
			return nil, err
		}
	case len(asked) > 1:
		req, err := f.request("read"), error(nil)
		req.Batch = &batch{Lead: list(number(r.n))}
		got, _, err = many(f, req, nil, []int{len(asked)}, func(b *batch, h *members) {
			for _, y := range asked {
				b.Held[0].add(h.value(member{n: r.n, who: int(r.last()), in: y}, func() json.RawMessage { return r.sides[r.last()].raw(y) }))
			}
		}, func(k int, raw json.RawMessage) ([]int, error) { return r.placesOf(raw, args(asked[k])) })
		if err != nil {
			return nil, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.allowed == nil || len(r.allowed)+len(asked) > maxRoots {
		r.allowed = map[protocol.Word][]int{}
	}
	for k, y := range asked {
		found[y] = got.all[got.of[k]]
		r.allowed[y] = found[y]
	}
	for k, y := range ys {
		lists[k] = found[y]
	}
	return lists, nil
}

// placesOf are the positions that read returned for some arguments, in order.
func (r *reduction) placesOf(raw json.RawMessage, args []json.RawMessage) (at []int, err error) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil || items == nil { // None too
		items = []json.RawMessage{raw}
	}
	at = make([]int, len(items))
	for k, item := range items {
		if at[k], err = strconv.Atoi(string(item)); err != nil || at[k] < 1 || at[k] > r.shape.N {
			return nil, hinted("want a list of positions in 1..N, such as [n + 2]", "%s: read%s returned %s; the positions are 1..%d", r.file.at("read"), bracketed(list(args...)), short(raw), r.shape.N)
		}
	}
	slices.Sort(at)
	return slices.Compact(at), nil
}

// answer walks the tree, asking the file only at places where it has not been.
func (r *reduction) answer(y protocol.Word, output func(pos int) (tasks.Value, error)) (protocol.Value, error) {
	for at := r.root(y); ; {
		end, v, is, err := r.walk(at, output)
		if end == nil || err != nil {
			return is, err
		}
		if at, err = r.grow(end, v); err != nil {
			return protocol.Value{}, err
		}
	}
}

// walk follows known places from one on. Where it comes to an answer, end is nil;
// else end is the last known place and v the output that leads out of the tree, or
// the root, which is not known yet.
func (r *reduction) walk(at *node, output func(pos int) (tasks.Value, error)) (end *node, v tasks.Value, is protocol.Value, err error) {
	here := at.found.Load()
	if here == nil {
		return at, nil, is, nil
	}
	for here.pos != 0 {
		if v, err = output(here.pos); err != nil {
			return nil, nil, is, err
		}
		next := r.after(here, v)
		if next == nil {
			return at, v, is, nil
		}
		there := next.found.Load()
		if there == nil {
			return at, v, is, nil
		}
		at, here = next, there
	}
	return nil, nil, here.is, nil
}

// appendKey writes an output so that equal ones look alike.
func appendKey(key []byte, v tasks.Value) []byte {
	for _, x := range v {
		key = binary.LittleEndian.AppendUint64(key, math.Float64bits(x+0)) // -0 is 0
	}
	return key
}

// grow adds the place that an output leads to, and asks the file what it is; with
// no output it asks at the root.
func (r *reduction) grow(at *node, v tasks.Value) (*node, error) {
	r.walking.Lock()
	defer r.walking.Unlock()
	if v != nil {
		here, key := at.found.Load(), string(appendKey(nil, v))
		next := here.next[key]
		if next == nil {
			next = &node{from: at, y: at.y, seen: list(number(here.pos), r.output(v))}
			if few := here.few.Load(); len(v) == 1 && (few == nil || len(*few) < fewWays) {
				more := []way{{v[0], next}}
				if few != nil {
					more = append(more, *few...)
				}
				here.few.Store(&more)
			}
			here.next[key] = next
		}
		at = next
	}
	if at.found.Load() != nil { // another worker was here first
		return at, nil
	}
	var seen []json.RawMessage
	for back := at; back.from != nil; back = back.from {
		seen = append(seen, back.seen)
	}
	slices.Reverse(seen)
	return at, r.ask(at, seen)
}

func (r *reduction) ask(at *node, seen []json.RawMessage) error {
	known := slices.Concat(json.RawMessage(`{"dict":`), list(seen...), json.RawMessage(`}`))
	args := []json.RawMessage{number(r.n)}
	if r.file.arity("answer") == 3 {
		args = append(args, r.sides[r.last()].raw(at.y))
	}
	places := json.RawMessage("null")
	if r.file.Defines("read") {
		allowed, err := r.readsAt(at.y)
		if err != nil {
			return err
		}
		places = positions(allowed[0])
	}
	call := list(append(args, known, number(r.shape.N), places)...)
	req := r.file.request("answer")
	req.Args = call
	rep, err := r.file.proc.do(req)
	if err != nil {
		return err
	}
	found := &place{}
	if rep.Need != nil {
		found.pos, found.next = *rep.Need, map[string]*node{}
		r.look(found.pos)
	} else if found.is, err = r.given(rep.Value); err != nil {
		return err
	}
	at.found.Store(found)
	return nil
}

// given reads what answer returned; None is for inputs outside the promise.
func (r *reduction) given(raw json.RawMessage) (protocol.Value, error) {
	is, err := value(raw)
	if err != nil || is.Kind() == protocol.OneOf {
		return is, hinted("return what problem returns", "%s: answer returned %s: want a boolean, an integer, a string or a list of such", r.file.at("answer"), short(raw))
	}
	return is, nil
}

// look notes a position that answer reads. r.walking is held.
func (r *reduction) look(pos int) {
	if k, seen := slices.BinarySearch(r.looked, pos); !seen {
		r.looked = slices.Insert(r.looked, k, pos)
	}
}

// positions writes a list of them.
func positions(all []int) json.RawMessage {
	items := make([]json.RawMessage, len(all))
	for k, i := range all {
		items[k] = number(i)
	}
	return list(items...)
}

// probe finds the positions that answer reads: on the first input, and on a few
// more, since an answer may stop early on some. What goes wrong on those is left to
// validation.
func (r *reduction) probe(s *validate.Subject) ([]int, error) {
	rng := rand.New(rand.NewPCG(1, 0))
	for k := range 16 {
		in := make([]protocol.Word, len(r.sides))
		for who, side := range r.sides {
			if in[who] = side.domain.Nth(0); k > 0 {
				in[who] = side.domain.Random(rng)
			}
		}
		if err := s.Defined(in...); err != nil && k == 0 {
			return nil, err
		}
	}
	return r.found(), nil
}
