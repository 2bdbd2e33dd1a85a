package script

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions/validate"
)

// Subject makes the file's reduction at size n ready for validation. A map that
// breaks its obligations already here is a *validate.Violation.
func (f *File) Subject(n int) (*validate.Subject, error) {
	for _, fn := range []string{"alice", "bob", "answer"} {
		if !f.Defines(fn) {
			return nil, errorf("%s: no reduction: def %s is missing", f.Name, fn)
		}
	}
	p, err := f.Problem()
	if err != nil {
		return nil, err
	}
	if n < 1 || n > 1<<16 {
		return nil, fmt.Errorf("script: %s: n = %d is outside 1..%d", f.Name, n, 1<<16)
	}
	r := &reduction{file: f, n: n, problem: p, places: map[protocol.Player][]int{}, known: map[string]tasks.Token{}}
	if err := r.findPlaces(); err != nil {
		return nil, err
	}
	if err := r.findShape(); err != nil {
		return nil, err
	}
	s := &validate.Subject{
		Name: f.Name, Size: n, Shape: r.shape, Split: r.split, Problem: p,
		Alice: func(x protocol.Word) ([]tasks.Token, error) { return r.write("alice", protocol.Alice, x, bits(x)) },
		Bob: func(y protocol.Word) ([]tasks.Token, error) {
			return r.write("bob", protocol.Bob, y, argumentY(p, n, y))
		},
		Want: r.want, Outputs: r.outputs, Answer: r.answer,
	}
	if s.Public, err = r.tokens(tasks.Public, r.public, nil, nil); err != nil {
		return nil, err
	}
	s.Reads, err = r.probe(s)
	return s, err
}

// reduction is a file's reduction at one size.
type reduction struct {
	file    *File
	n       int
	problem *problems.Problem
	public  json.RawMessage
	places  map[protocol.Player][]int // increasing
	split   tasks.Split
	shape   tasks.Shape
	params  json.RawMessage // as given to the user's own task

	mu      sync.Mutex
	rows    map[protocol.Word][]Entry // of the user's own problem
	names   []json.RawMessage         // the user's own tokens, by number
	numbers map[string]int
	known   map[string]tasks.Token // tokens of ours, as the file writes them

	walking sync.RWMutex
	tree    node // of answer
}

// findPlaces asks for the positions once, at all-zero inputs; every other input
// must use the same.
func (r *reduction) findPlaces() error {
	f := r.file
	r.public = json.RawMessage(`{"dict":[]}`)
	var err error
	if f.Defines("public") {
		if r.public, err = f.call("public", number(r.n)); err != nil {
			return err
		}
	}
	x0, y0 := r.problem.X(r.n, 0), r.problem.Y(r.n, 0)
	alice, err := f.call("alice", number(r.n), bits(x0))
	if err != nil {
		return err
	}
	bob, err := f.call("bob", number(r.n), argumentY(r.problem, r.n, y0))
	if err != nil {
		return err
	}
	owner := map[int]protocol.Player{}
	for _, part := range []struct {
		who protocol.Player
		fn  string
		raw json.RawMessage
	}{{tasks.Public, "public", r.public}, {protocol.Alice, "alice", alice}, {protocol.Bob, "bob", bob}} {
		items, ok := pairs(part.raw)
		if !ok {
			return errorf("%s: %s(%d, ...) returned %s: want a dictionary position -> token", f.Name, part.fn, r.n, short(part.raw))
		}
		for _, kv := range items {
			i, err := strconv.Atoi(string(kv[0]))
			if err != nil || i < 1 || i > tasks.MaxN {
				return &validate.Violation{Obligation: validate.OncePlaces, Detail: fmt.Sprintf("%s uses the position %s; positions count from 1", part.fn, short(kv[0]))}
			}
			if other, taken := owner[i]; taken {
				obligation := validate.OncePlaces
				if other == tasks.Public {
					obligation = validate.FixedPublic
				}
				return &validate.Violation{Obligation: obligation, Position: i, Detail: fmt.Sprintf("%s writes a position that another function writes too", part.fn)}
			}
			owner[i] = part.who
		}
	}
	r.split.Owner = make([]protocol.Player, len(owner))
	for i := range r.split.Owner {
		who, ok := owner[i+1]
		if !ok {
			return &validate.Violation{Obligation: validate.OncePlaces, Position: i + 1, Detail: fmt.Sprintf("nobody writes it, but %d is written", slices.Max(slices.Collect(maps.Keys(owner))))}
		}
		r.split.Owner[i] = who
	}
	if len(owner) == 0 {
		return &validate.Violation{Obligation: validate.OncePlaces, Detail: "no position is written at all"}
	}
	for _, who := range []protocol.Player{tasks.Public, protocol.Alice, protocol.Bob} {
		r.places[who] = r.split.Positions(who)
	}
	return nil
}

func short(raw json.RawMessage) string {
	if len(raw) > 80 {
		return string(raw[:80]) + " ..."
	}
	return string(raw)
}

// findShape settles the task and its sizes.
func (r *reduction) findShape() error {
	f := r.file
	r.params = json.RawMessage(`{"dict":[]}`)
	if f.Defines("params") {
		var err error
		if r.params, err = f.call("params", number(r.n)); err != nil {
			return err
		}
	}
	items, ok := pairs(r.params)
	if !ok {
		return errorf("%s: params(%d) returned %s: want a dictionary name -> number", f.Name, r.n, short(r.params))
	}
	set := tasks.Params{}
	for _, kv := range items {
		var name string
		var v float64
		if json.Unmarshal(kv[0], &name) != nil || json.Unmarshal(kv[1], &v) != nil {
			return errorf("%s: params(%d): %s: %s: want a name and a number", f.Name, r.n, short(kv[0]), short(kv[1]))
		}
		set[name] = v
	}
	N := len(r.split.Owner)
	if f.Defines("task") {
		r.shape = tasks.Shape{Task: r.ownTask(), N: N, Params: set}
		r.numbers = map[string]int{}
		return nil
	}
	name, ok := f.text("task")
	if !ok {
		return errorf("%s: no task: write task = \"match3\", or def task(tokens, params)", f.Name)
	}
	t, err := tasks.Catalog().Get(name)
	if err != nil {
		return errorf("%s: task: %v; known: %v", f.Name, err, tasks.Catalog().Names())
	}
	if r.shape, err = t.Shape(N, set); err != nil {
		return errorf("%s: params(%d), N = %d: %v", f.Name, r.n, N, err)
	}
	return nil
}

// ownTask is the user's function as a task. Its tokens may be anything; they are
// kept by number.
func (r *reduction) ownTask() *tasks.Task {
	return &tasks.Task{
		Name: "task of " + r.file.Name, Doc: "a user's task",
		CheckToken: func(tasks.Shape, int, tasks.Token) error { return nil },
		FormatToken: func(_ tasks.Shape, t tasks.Token) any {
			r.mu.Lock()
			defer r.mu.Unlock()
			if ordinary, err := plain(r.names[t.X]); err == nil {
				return ordinary
			}
			return r.names[t.X]
		},
		ParseToken: func(_ tasks.Shape, raw json.RawMessage) (tasks.Token, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			k, ok := r.numbers[string(raw)]
			if !ok {
				k = len(r.names)
				r.numbers[string(raw)] = k
				r.names = append(r.names, raw)
			}
			return tasks.Token{X: k}, nil
		},
	}
}

// write calls an encoder and checks that it uses its own positions, all of them.
func (r *reduction) write(fn string, who protocol.Player, input protocol.Word, arg json.RawMessage) ([]tasks.Token, error) {
	raw, err := r.file.call(fn, number(r.n), arg)
	if err != nil {
		return nil, err
	}
	x, y := r.problem.Domain(r.n, who).JSON(input), any(nil)
	if who == protocol.Bob {
		x, y = nil, x
	}
	return r.tokens(who, raw, x, y)
}

func (r *reduction) tokens(who protocol.Player, raw json.RawMessage, x, y any) ([]tasks.Token, error) {
	items, ok := pairs(raw)
	if !ok {
		return nil, &validate.Violation{Obligation: validate.Defined, X: x, Y: y, Detail: fmt.Sprintf("%s returned %s: want a dictionary position -> token", r.file.Name, short(raw))}
	}
	places := r.places[who]
	toks := make([]tasks.Token, len(places))
	written := make([]bool, len(places))
	for _, kv := range items {
		i, err := strconv.Atoi(string(kv[0]))
		k, mine := slices.BinarySearch(places, i)
		if err != nil || !mine {
			obligation := validate.FixedPlaces
			if err == nil && i >= 1 && i <= len(r.split.Owner) && r.split.Of(i) == tasks.Public {
				obligation = validate.FixedPublic
			}
			return nil, &validate.Violation{Obligation: obligation, X: x, Y: y, Position: i, Detail: fmt.Sprintf("at all-zero input the positions are %v", trim(places))}
		}
		if toks[k], err = r.token(kv[1]); err != nil {
			return nil, &validate.Violation{Obligation: validate.InRange, X: x, Y: y, Position: i, Token: kv[1], Detail: err.Error()}
		}
		written[k] = true
	}
	if k := slices.Index(written, false); k >= 0 {
		return nil, &validate.Violation{Obligation: validate.FixedPlaces, X: x, Y: y, Position: places[k], Detail: "the position is not written here, but is at all-zero input"}
	}
	return toks, nil
}

func trim(places []int) string {
	if len(places) > 12 {
		return fmt.Sprint(places[:12]) + " ..."
	}
	return fmt.Sprint(places)
}

func (r *reduction) token(raw json.RawMessage) (tasks.Token, error) {
	if r.file.Defines("task") {
		return r.shape.Task.ParseToken(r.shape, raw)
	}
	r.mu.Lock()
	t, ok := r.known[string(raw)]
	r.mu.Unlock()
	if ok {
		return t, nil
	}
	ordinary, err := plain(raw)
	if err != nil {
		return tasks.Token{}, err
	}
	if t, err = r.shape.Task.ParseToken(r.shape, ordinary); err != nil {
		return tasks.Token{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) > 1<<12 {
		clear(r.known)
	}
	r.known[string(raw)] = t
	return t, nil
}

// want evaluates the problem; of a user's own function whole rows are kept while
// the matrix is small.
func (r *reduction) want(x, y protocol.Word) (want protocol.Value, inside bool, err error) {
	if r.problem.Words != nil || r.problem.F != nil {
		want, inside = r.problem.Value(r.n, x, y)
		return want, inside, nil
	}
	if r.problem.XBits(r.n)+r.problem.YBits(r.n) > 26 {
		row, err := r.file.Row(r.problem, r.n, x, []protocol.Word{y})
		if err != nil {
			return want, false, err
		}
		return row[0].Is, row[0].Defined, nil
	}
	r.mu.Lock()
	row, ok := r.rows[x]
	r.mu.Unlock()
	if !ok {
		ys := make([]protocol.Word, r.problem.Ys(r.n))
		for j := range ys {
			ys[j] = r.problem.Y(r.n, j)
		}
		if row, err = r.file.Row(r.problem, r.n, x, ys); err != nil {
			return want, false, err
		}
		r.mu.Lock()
		if r.rows == nil || len(r.rows) > 64 {
			r.rows = map[protocol.Word][]Entry{} // rows are visited once, a few at a time
		}
		r.rows[x] = row
		r.mu.Unlock()
	}
	e := row[y.Unpack().Uint(int(y.Len()))]
	return e.Is, e.Defined, nil
}

// outputs evaluates the task. A user's own gives all positions at once.
func (r *reduction) outputs(seq []tasks.Token, read []int) ([]tasks.Value, error) {
	if !r.file.Defines("task") {
		return r.shape.Eval(seq, read), nil
	}
	raws := make([]json.RawMessage, len(seq))
	r.mu.Lock()
	for i, t := range seq {
		raws[i] = r.names[t.X]
	}
	r.mu.Unlock()
	v, err := r.file.call("task", list(raws...), r.params)
	if err != nil {
		return nil, err
	}
	var all []json.RawMessage
	if json.Unmarshal(v, &all) != nil || len(all) != len(seq) {
		return nil, errorf("%s: task returned %s: want a list of %d outputs, one per position", r.file.Name, short(v), len(seq))
	}
	out := make([]tasks.Value, len(read))
	for k, pos := range read {
		if out[k], err = r.file.value(r.shape, all[pos-1]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// node is a place in the decision tree that answer is: it reads an output, or it
// answers.
type node struct {
	known bool
	pos   int              // the output it reads; 0: it answers
	is    protocol.Value   // the answer
	next  map[string]*node // by the output's value
	// The way here: the place before, and the output that it read, for the file.
	from *node
	seen json.RawMessage
}

// answer walks the tree, asking the file only at places where it has not been.
func (r *reduction) answer(_ protocol.Word, output func(pos int) (tasks.Value, error)) (protocol.Value, error) {
	for at := &r.tree; ; {
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
	r.walking.RLock()
	defer r.walking.RUnlock()
	if !at.known {
		return at, nil, is, nil
	}
	var key [64]byte
	for at.pos != 0 {
		if v, err = output(at.pos); err != nil {
			return nil, nil, is, err
		}
		next := at.next[string(appendKey(key[:0], v))]
		if next == nil || !next.known {
			return at, v, is, nil
		}
		at = next
	}
	return nil, nil, at.is, nil
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
		key := string(appendKey(nil, v))
		next := at.next[key]
		if next == nil {
			next = &node{from: at, seen: list(number(at.pos), outputValue(r.shape, v))}
			at.next[key] = next
		}
		at = next
	}
	if at.known { // another worker was here first
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
	args := list(number(r.n), known, number(r.shape.N))
	return r.file.proc.calls("answer", []json.RawMessage{args}, func(_ int, rep reply) error {
		switch {
		case rep.Need != nil:
			at.pos, at.next = *rep.Need, map[string]*node{}
		case rep.Error != "":
			return errorf("%s", rep.Error)
		default:
			e, err := entry(rep.Value)
			if err != nil || !e.Defined {
				return errorf("%s: answer returned %s: want a boolean, an integer, a string or a list of such", r.file.Name, short(rep.Value))
			}
			at.is = e.Is
		}
		at.known = true
		return nil
	})
}

// probe finds the positions that answer reads: on the first input, and on a few
// more, since an answer may stop early on some. What goes wrong on those is left to
// validation.
func (r *reduction) probe(s *validate.Subject) ([]int, error) {
	rng := rand.New(rand.NewPCG(1, 0))
	var reads []int
	for k := range 16 {
		x, y := r.problem.X(r.n, 0), r.problem.Y(r.n, 0)
		if k > 0 {
			x, y = r.problem.RandomX(r.n, rng), r.problem.RandomY(r.n, rng)
		}
		seq, err := s.Encode(x, y)
		if err == nil {
			_, err = r.answer(y, func(pos int) (tasks.Value, error) {
				if at, seen := slices.BinarySearch(reads, pos); !seen {
					reads = slices.Insert(reads, at, pos)
				}
				v, err := r.outputs(seq, []int{pos})
				if err != nil {
					return nil, err
				}
				return v[0], nil
			})
		}
		if err != nil && k == 0 {
			return nil, err
		}
	}
	return reads, nil
}

// familyBytes is what the functions of a file may write at one size before larger
// ones are refused to a search over sizes.
const familyBytes = 1 << 21

// Family returns Subject for a search over sizes: each is made once, and none above
// one at which the file wrote very much.
func (f *File) Family() func(n int) (*validate.Subject, error) {
	made := map[int]*validate.Subject{}
	most := 1 << 16
	return func(n int) (*validate.Subject, error) {
		if s, ok := made[n]; ok {
			return s, nil
		}
		if n > most {
			return nil, fmt.Errorf("script: %s: sizes above n = %d write too much to be tried", f.Name, most)
		}
		before := f.proc.traffic
		s, err := f.Subject(n)
		if err != nil {
			return nil, err
		}
		if f.proc.traffic-before > familyBytes {
			most = n
		}
		made[n] = s
		return s, nil
	}
}

// Beyond tries the map at a few larger sizes, where nobody has validated it, and
// says where it is not even defined.
func (f *File) Beyond(n int) []string {
	for _, larger := range []int{n + 1, n + 2, 2*n + 1, 4*n + 3} {
		s, err := f.Subject(larger)
		if err == nil {
			for _, fill := range []byte{'0', '1'} {
				x, _ := protocol.ParseWord(string(slices.Repeat([]byte{fill}, s.Problem.XBits(larger))))
				y := s.Problem.Y(larger, 0)
				if s.Problem.Strings(larger) {
					y, _ = protocol.ParseWord(string(slices.Repeat([]byte{fill}, s.Problem.YBits(larger))))
				}
				if err == nil {
					err = s.Defined(x, y)
				}
			}
		}
		if err != nil {
			return []string{fmt.Sprintf("the map is not defined at n = %d: %v", larger, err)}
		}
	}
	return nil
}
