package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions/validate"
)

// maxSize is the largest n.
const maxSize = 1 << 16

// Subject makes the file's reduction at size n ready for validation. A map that
// breaks its obligations already here is a *validate.Violation.
func (f *File) Subject(n int) (*validate.Subject, error) {
	writers, err := f.writers()
	if err != nil {
		return nil, err
	}
	if !f.Defines("answer") {
		return nil, hinted("write def answer(n, outputs): return outputs[1] == 1", "%s: no reduction: def answer is missing", f.Name)
	}
	p, sides, err := f.problemAt(n)
	if err != nil {
		return nil, err
	}
	f.inputsBeside(p, n, sides)
	if f.clash != nil {
		return nil, f.clash
	}
	if len(writers) == 2 && len(sides) != 2 {
		return nil, hinted("write def player(n, i, x)", "%s: alice and bob are two players, inputs(%d) has %d", f.at("alice"), n, len(sides))
	}
	r := &reduction{file: f, n: n, problem: p, sides: sides, writers: writers, places: map[protocol.Player][]int{}, known: map[string]tasks.Token{}, evaluated: map[string][]json.RawMessage{}, roots: map[protocol.Word]*node{}}
	r.byY = f.arity("answer") == 3 || f.arity("read") == 2
	if err := r.findPlaces(); err != nil {
		return nil, err
	}
	if err := r.findShape(); err != nil {
		return nil, err
	}
	s := &validate.Subject{
		Name: f.Name, Size: n, Shape: r.shape, Split: r.split, Problem: p,
		Write: r.write, Want: r.want, Answer: r.answer,
		AnswerUsesY: f.arity("answer") == 3, Found: r.found, Place: f.at("answer"),
	}
	if f.Defines("task") {
		s.Answers, s.Outputs, s.Effort = r.answers, r.outputs, f.effort
	} else {
		s.Outputs = func(seq []tasks.Token, read []int) ([]tasks.Value, error) { return r.shape.Eval(seq, read), nil }
	}
	if !builtin(p) {
		s.Wants = func(in *validate.Inputs) (validate.Values, error) { return f.values(p, n, in) }
	}
	if r.publics, err = r.tokens(tasks.Public, r.public, nil); err != nil {
		return nil, err
	}
	s.Public = r.publics
	if f.Defines("read") {
		s.ReadsVary = f.arity("read") == 2
		s.AnswerUsesY = s.AnswerUsesY || s.ReadsVary
		if s.Reads, s.Declared, err = r.declaredReads(); !s.Declared {
			s.Unread = "read was asked for some inputs only, and other positions may be read for others"
		}
	} else {
		s.Unread = "the reads were found on the inputs tried and are not declared: write def read(n)"
		s.Reads, err = r.probe(s)
	}
	if err != nil {
		return nil, err
	}
	if s.Rounds, err = f.rounds(n); err != nil {
		return nil, err
	}
	if s.Need, err = f.needed(n); err != nil {
		return nil, err
	}
	if s.Need != nil && max(2, s.Need.Setting.Players) != s.Players() {
		return nil, hinted("two players are not named; with k of them write \", k players\" behind the setting",
			"%s: needed(%d) says %q, but there are %d players", f.at("needed"), n, s.Need.Setting, s.Players())
	}
	return s, nil
}

// writers names the functions that write tokens: alice and bob, or player.
func (f *File) writers() ([]string, error) {
	switch {
	case f.Defines("player") && (f.Defines("alice") || f.Defines("bob")):
		return nil, hinted("keep alice and bob for two players, or player for any number", "%s: player stands beside alice or bob", f.at("player"))
	case f.Defines("player"):
		return []string{"player"}, nil
	}
	for _, fn := range []string{"alice", "bob"} {
		if !f.Defines(fn) {
			return nil, hinted("write def alice(n, x) and def bob(n, y), or for k players def player(n, i, x)", "%s: no reduction: def %s is missing", f.Name, fn)
		}
	}
	return []string{"alice", "bob"}, nil
}

// rounds is what the file says of the rounds of its players; 0: one pass.
func (f *File) rounds(n int) (int, error) {
	if !f.Defines("rounds") {
		return 0, nil
	}
	raw, err := f.call("rounds", number(n))
	if err != nil {
		return 0, err
	}
	r, err := strconv.Atoi(string(raw))
	if err != nil || r < 1 {
		return 0, hinted("a whole number, at least 1; leave rounds out for one pass", "%s: rounds(%d) returned %s", f.at("rounds"), n, short(raw))
	}
	return r, nil
}

// needed is the need that the file declares at size n, or nil.
func (f *File) needed(n int) (*validate.Need, error) {
	if !f.Defines("needed") {
		return nil, nil
	}
	raw, err := f.call("needed", number(n))
	if err != nil || string(raw) == "null" {
		return nil, err
	}
	bad := func(hint, format string, args ...any) error {
		return hinted(hint, "%s: needed(%d): %s", f.at("needed"), n, fmt.Sprintf(format, args...))
	}
	const form = `want {"bits": n, "setting": "one-way deterministic", "basis": "quoted", "source": "who, where"}`
	items, ok := pairs(raw)
	if !ok {
		return nil, bad(form, "returned %s", short(raw))
	}
	need := &validate.Need{By: "in " + f.Name}
	seen := map[string]bool{}
	for _, kv := range items {
		var key, text string
		if json.Unmarshal(kv[0], &key) != nil {
			return nil, bad(form, "the key %s", short(kv[0]))
		}
		seen[key] = true
		if key == "bits" {
			bits := strings.TrimSuffix(string(kv[1]), ".0")
			if need.Bits, err = strconv.Atoi(bits); err != nil || need.Bits < 0 {
				return nil, bad("a bound is a whole number of bits, at least 0 and below 2^63", "bits = %s", short(kv[1]))
			}
			continue
		}
		if json.Unmarshal(kv[1], &text) != nil || string(kv[1]) == "null" {
			return nil, bad(form, "%s = %s is no string", key, short(kv[1]))
		}
		switch key {
		case "setting":
			if need.Setting, err = protocol.ParseSetting(text); err != nil {
				return nil, bad(form, "%s", strings.TrimPrefix(err.Error(), "protocol: "))
			}
		case "basis":
			if need.Basis = problems.Basis(text); need.Basis != problems.Quoted && need.Basis != problems.Proved {
				return nil, bad("a need of a file is \"quoted\" from a source, or \"proved\" there; \"checked\" is what Crosscut computes itself", "basis = %q", text)
			}
		case "source":
			need.By = text
		default:
			return nil, bad(form, "the key %q", key)
		}
	}
	for _, key := range []string{"bits", "setting", "basis"} {
		if !seen[key] {
			return nil, bad(form, "%q is missing", key)
		}
	}
	if !seen["source"] {
		need.Basis = problems.Declared
	}
	return need, nil
}

// reduction is a file's reduction at one size.
type reduction struct {
	file    *File
	n       int
	problem *problems.Problem
	sides   []side   // of the players
	writers []string // alice and bob, or player
	public  json.RawMessage
	publics []tasks.Token             // these
	places  map[protocol.Player][]int // increasing
	split   tasks.Split
	shape   tasks.Shape
	params  json.RawMessage // as given to the user's own task

	mu        sync.Mutex
	known     map[string]tasks.Token       // tokens of ours, as the file writes them
	evaluated map[string][]json.RawMessage // what the user's own task gave for sequences, by the numbers of their tokens

	walking sync.RWMutex
	looked  []int                   // positions that answer read so far, increasing
	tree    node                    // of answer
	byY     bool                    // answer looks at the answering player's input
	roots   map[protocol.Word]*node // of answer: one for each such input, where it looks at that
	allowed map[protocol.Word][]int // the reads declared for that input
}

// last is the player that answers.
func (r *reduction) last() protocol.Player { return protocol.Player(len(r.sides) - 1) }

// writer is the function that writes a player's tokens, with its arguments before the input.
func (r *reduction) writer(who protocol.Player) (fn string, lead []json.RawMessage) {
	if len(r.writers) == 1 {
		return r.writers[0], []json.RawMessage{number(r.n), number(int(who) + 1)}
	}
	return r.writers[who], []json.RawMessage{number(r.n)}
}

// findPlaces asks for the positions once, at the first inputs; every other input
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
	type part struct {
		who      protocol.Player
		fn, name string
		raw      json.RawMessage
	}
	parts := []part{{tasks.Public, "public", "public", r.public}}
	for k, s := range r.sides {
		fn, lead := r.writer(protocol.Player(k))
		raw, err := f.call(fn, append(lead, s.raw(s.domain.Nth(0)))...)
		if err != nil {
			return err
		}
		name := fn
		if len(r.writers) == 1 {
			name += " " + strconv.Itoa(k+1)
		}
		parts = append(parts, part{protocol.Player(k), fn, name, raw})
	}
	broken := func(part part, position any, format string, args ...any) error {
		return hinted("the positions of public and of all players together are 1..N, each once", "%s: %s at n = %d: position %v: %s", f.at(part.fn), part.name, r.n, position, fmt.Sprintf(format, args...))
	}
	owner := map[int]part{}
	last := parts[0]
	for _, part := range parts {
		last = part
		items, ok := pairs(part.raw)
		if !ok {
			return hinted("want a dictionary position -> token", "%s: %s(%d, ...) returned %s", f.at(part.fn), part.fn, r.n, short(part.raw))
		}
		for _, kv := range items {
			i, err := strconv.Atoi(string(kv[0]))
			if err != nil || i < 1 || i > tasks.MaxN {
				return broken(part, short(kv[0]), "positions are numbers, and count from 1")
			}
			if other, taken := owner[i]; taken {
				return broken(part, i, "%s writes it too", other.name)
			}
			owner[i] = part
		}
	}
	r.split.Owner = make([]protocol.Player, len(owner))
	for i := range r.split.Owner {
		part, ok := owner[i+1]
		if !ok {
			return broken(last, i+1, "nobody writes it, but %d is written", slices.Max(slices.Collect(maps.Keys(owner))))
		}
		r.split.Owner[i] = part.who
	}
	if len(owner) == 0 {
		return broken(last, 1, "no position is written at all")
	}
	for _, p := range parts {
		r.places[p.who] = r.split.Positions(p.who)
	}
	return nil
}

// short is the beginning of a value as a file writes it.
func short(raw json.RawMessage) string {
	text := []rune(notation(raw).String())
	if len(text) > 80 {
		return string(text[:80]) + " ..."
	}
	return string(text)
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
		return hinted("want a dictionary name -> number", "%s: params(%d) returned %s", f.at("params"), r.n, short(r.params))
	}
	set := tasks.Params{}
	for _, kv := range items {
		var name string
		var v float64
		if json.Unmarshal(kv[0], &name) != nil || json.Unmarshal(kv[1], &v) != nil {
			return hinted("want {\"M\": 2 * n}, say", "%s: params(%d): %s: %s: want a name and a number", f.at("params"), r.n, short(kv[0]), short(kv[1]))
		}
		set[name] = v
	}
	N := len(r.split.Owner)
	if f.Defines("task") {
		r.shape = tasks.Shape{Task: r.ownTask(), N: N, Params: set}
		return nil
	}
	name, ok := f.text("task")
	if !ok {
		return hinted("write task = \"match3\", or def task(tokens, params)", "%s: no task", f.Name)
	}
	t, err := tasks.Catalog().Get(name)
	if err != nil {
		return hinted("name one of those, or write def task(tokens, params)", "%s: task: %v; known: %v", f.at("task"), err, tasks.Catalog().Names())
	}
	if r.shape, err = t.Shape(N, set); err != nil {
		return hinted("crosscut show "+name+" says which sizes it has", "%s: params(%d), N = %d: %v", f.at("params"), r.n, N, err)
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
			raw := r.file.kept.at(t.X)
			if ordinary, err := plain(raw); err == nil {
				return ordinary
			}
			return notation(raw)
		},
		ParseToken: func(_ tasks.Shape, raw json.RawMessage) (tasks.Token, error) {
			k, same := r.file.kept.token(raw)
			if !same {
				return tasks.Token{}, errorf("%s: the token %s is written as a list and as a tuple: write one of them", r.file.Name, short(untupled(raw)))
			}
			return tasks.Token{X: k}, nil
		},
	}
}

// write calls an encoder on many inputs and checks that it uses its own positions, all
// of them.
func (r *reduction) write(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
	side := r.sides[who]
	fn, lead := r.writer(who)
	req := r.file.request(fn)
	req.Batch = &batch{Lead: list(lead...)}
	got, _, err := many(r.file, req, nil, []int{len(ins)}, func(b *batch, h *members) {
		for _, in := range ins {
			b.Held[0].add(h.value(member{n: r.n, who: int(who), in: in}, func() json.RawMessage { return side.raw(in) }))
		}
	}, func(k int, raw json.RawMessage) ([]tasks.Token, error) {
		return r.tokens(who, raw, func() any { return side.domain.JSON(ins[k]) })
	})
	all := make([][]tasks.Token, len(got.of))
	for k, id := range got.of {
		all[k] = got.all[id]
	}
	return all, err
}

func (r *reduction) tokens(who protocol.Player, raw json.RawMessage, in func() any) ([]tasks.Token, error) {
	broken := func(obligation string, position int, token any, format string, args ...any) error {
		v := &validate.Violation{Obligation: obligation, Position: position, Token: token, Detail: fmt.Sprintf(format, args...)}
		if in != nil {
			v.Input(len(r.sides), who, in())
		}
		return v
	}
	items, ok := pairs(raw)
	if !ok {
		return nil, broken(validate.Defined, 0, nil, "%s returned %s: want a dictionary position -> token", r.file.Name, short(raw))
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
			return nil, broken(obligation, i, nil, "at the first input the positions are %v", trim(places))
		}
		var bad *Error
		if toks[k], err = r.token(kv[1]); errors.As(err, &bad) {
			return nil, err
		} else if err != nil {
			return nil, broken(validate.InRange, i, untupled(kv[1]), "%v", err)
		}
		written[k] = true
	}
	if k := slices.Index(written, false); k >= 0 {
		return nil, broken(validate.FixedPlaces, places[k], nil, "the position is not written here, but is at the first input")
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

// want evaluates the problem.
func (r *reduction) want(in ...protocol.Word) (want protocol.Value, inside bool, err error) {
	if builtin(r.problem) {
		want, inside = r.problem.Value(r.n, in...)
		return want, inside, nil
	}
	one := &validate.Inputs{}
	for _, w := range in {
		one.Words = append(one.Words, []protocol.Word{w})
	}
	v, err := r.file.values(r.problem, r.n, one)
	if err != nil {
		return want, false, err
	}
	want = v.Of(0)
	return want, want.Kind() != protocol.None, nil
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
