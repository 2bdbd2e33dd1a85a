// Package script runs users' own problems, tasks, reductions and models, written
// in Starlark: a deterministic dialect of Python without files or network.
// docs/starlark.md describes the files. A user's code runs in a child process.
package script

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"crosscut/internal/catalog"
	"crosscut/internal/strict"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions/validate"
)

// maxSource bounds a user's file, in bytes.
const maxSource = 1 << 20

// File is a loaded file with the process that runs it. Close it after use.
type File struct {
	Name   string
	proc   *process
	funcs  map[string]function
	consts map[string]json.RawMessage
	set    Settings
	sizes  map[int][]side // the inputs by size
	clash  error          // of the domains of two sizes
	kept   store
	held   members

	remembered sync.Mutex // of the lists that a model keeps
}

// Settings are the values of parameters besides n, by name.
type Settings map[string]json.RawMessage

// Load reads a file and runs its top level. Errors name file and line.
func Load(ctx context.Context, path string, limits Limits) (*File, error) {
	unread := func(err error) error {
		var of *os.PathError
		if errors.As(err, &of) {
			err = of.Err
		}
		return &Error{Msg: fmt.Sprintf("%s: %v", path, err), Help: "name a Starlark file; crosscut new reduction NAME writes one to start from", cause: err}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unread(err)
	}
	defer f.Close()
	source, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	if err != nil {
		return nil, unread(err)
	}
	if len(source) > maxSource {
		return nil, unread(fmt.Errorf("larger than %d bytes", maxSource))
	}
	return Parse(ctx, filepath.Base(path), string(source), limits)
}

// Parse is Load for a file that is in memory.
func Parse(ctx context.Context, name, source string, limits Limits) (*File, error) {
	source = strict.Text(source)
	if err := noText(name, source); err != nil {
		return nil, err
	}
	p, r, err := start(ctx, name, source, limits)
	if err != nil {
		return nil, err
	}
	f := &File{Name: name, proc: p, funcs: r.Funcs, consts: r.Consts, sizes: map[int][]side{}}
	for fn, want := range arguments {
		if _, text := f.text(fn); f.consts[fn] != nil && !(text && (fn == "problem" || fn == "task")) {
			f.Close()
			return nil, hinted("write def "+fn+"("+want[0]+")", "%s: %s = %s is no function", f.at(fn), fn, short(f.consts[fn]))
		}
	}
	if err := misfit(name, f.funcs); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// noText is an error where a source is no text: the interpreter ends at a byte 0, and reads other encodings as
// something else.
func noText(name, source string) error {
	for k, r := range source {
		why := "the byte 0 is no text"
		if _, size := utf8.DecodeRuneInString(source[k:]); r == utf8.RuneError && size == 1 {
			why = fmt.Sprintf("the byte %#x is not UTF-8", source[k])
		} else if r != 0 {
			continue
		}
		before := source[:k]
		return hinted("save the file as text in UTF-8", "%s:%d:%d: %s", name, 1+strings.Count(before, "\n"), utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:])+1, why)
	}
	return nil
}

// misfit is an error where a function of arguments takes others, or these in another order.
func misfit(name string, funcs map[string]function) error {
	for _, fn := range slices.Sorted(maps.Keys(arguments)) {
		got, is := funcs[fn]
		if !is {
			continue
		}
		at := fmt.Sprintf("%s:%d: def %s(%s)", name, got.Line, fn, strings.Join(got.Params, ", "))
		form := slices.IndexFunc(arguments[fn], func(w string) bool { return strings.Count(w, ", ")+1 == len(got.Params) })
		if form < 0 || fn == "problem" && slices.Equal(got.Params, []string{"x", "y"}) {
			return hinted("arguments go by their place; every other parameter needs a default, which --set changes: k = 4", "%s: %s takes (%s)", at, fn, strings.Join(arguments[fn], "), or ("))
		}
		want := strings.Split(arguments[fn][form], ", ")
		for k, p := range got.Params {
			if p != want[k] && slices.Contains(want, p) {
				return hinted("arguments go by their place; names of your own may stand there", "%s: %s takes (%s), in this order", at, fn, arguments[fn][form])
			}
		}
	}
	return nil
}

// arguments are the parameters that each function is called with.
var arguments = map[string][]string{
	"inputs": {"n"}, "problem": {"n, x, y", "n, xs"}, "params": {"n"}, "public": {"n"}, "alice": {"n, x"}, "bob": {"n, y"},
	"player": {"n, i, x"}, "rounds": {"n"}, "read": {"n", "n, y"}, "answer": {"n, outputs", "n, y, outputs"}, "needed": {"n"}, "task": {"tokens, params"},
}

// arity is the number of arguments that a function takes without its defaults.
func (f *File) arity(fn string) int { return len(f.funcs[fn].Params) }

// Set gives values to parameters besides n: numbers or strings. A name that nothing in
// the file takes is an error.
func (f *File) Set(values map[string]any) error {
	known, sizes, err := f.Parameters()
	if err != nil {
		return err
	}
	set := Settings{}
	for name, v := range values {
		if !known[name] {
			return hinted("write it into a function that uses it, with a default: def problem(n, x, y, "+name+" = 4)",
				"%s: flag --set: no function has a parameter %q; known: %v", f.Name, name, slices.Sorted(maps.Keys(known)))
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return errorf("%s: flag --set: %s: %v", f.Name, name, err)
		}
		if _, whole := v.(int); sizes[name] && !whole {
			return errorf("%s: flag --set: %s = %v: want a whole number", f.Name, name, v)
		}
		set[name] = raw
	}
	f.set = set
	clear(f.sizes)
	f.held = members{}
	return nil
}

// Parameters are the names that Set knows, and those of them that are sizes of the
// built-in problem.
func (f *File) Parameters() (known, sizes map[string]bool, err error) {
	p, builtin, err := f.builtin()
	if err != nil {
		return nil, nil, err
	}
	known, sizes = map[string]bool{}, map[string]bool{}
	for _, fn := range f.funcs {
		for name := range fn.Defaults {
			known[name] = true
		}
	}
	if builtin {
		for _, s := range p.Sizes {
			known[s.Name], sizes[s.Name] = true, true
		}
	}
	return known, sizes, nil
}

// Doubts says which functions nobody calls have almost the name of one that is looked for and absent, and which
// parameters have different defaults in two functions, and no value by --set.
func (f *File) Doubts() []string {
	var notes, absent []string
	for fn := range arguments {
		if !f.Defines(fn) && f.consts[fn] == nil {
			absent = append(absent, fn)
		}
	}
	slices.Sort(absent)
	for _, fn := range slices.Sorted(maps.Keys(f.funcs)) {
		if near := catalog.Nearest(fn, absent, 0.9); near != "" {
			notes = append(notes, fmt.Sprintf("%s: no part of a file is called %s; is it %s?", f.at(fn), fn, near))
		}
	}
	where := map[string]string{}
	for _, fn := range slices.Sorted(maps.Keys(f.funcs)) {
		for _, name := range slices.Sorted(maps.Keys(f.funcs[fn].Defaults)) {
			first, seen := where[name]
			if !seen {
				where[name] = fn
			} else if a, b := f.funcs[first].Defaults[name], f.funcs[fn].Defaults[name]; f.set[name] == nil && !bytes.Equal(a, b) {
				notes = append(notes, fmt.Sprintf("%s is %s in %s and %s in %s; --set %s= sets both", name, a, first, b, fn, name))
			}
		}
	}
	return notes
}

// Close ends the file's process.
func (f *File) Close() { f.proc.close() }

// Until ends the file's process at a time, in the middle of a call where need be.
func (f *File) Until(t time.Time) {
	f.proc.mu.Lock()
	defer f.proc.mu.Unlock()
	f.proc.until = t
}

// effort is what the file's functions have cost so far, for many inputs at once, in steps.
func (f *File) effort() int64 {
	f.proc.mu.Lock()
	defer f.proc.mu.Unlock()
	return f.proc.effort
}

// Defines says whether the file has a function of this name.
func (f *File) Defines(name string) bool { _, ok := f.funcs[name]; return ok }

// at is where a function stands, or a constant whose line begins with its name.
func (f *File) at(name string) string {
	line := f.funcs[name].Line
	for k, text := range strings.Split(f.proc.source, "\n") {
		if rest, is := strings.CutPrefix(text, name); line == 0 && is && strings.HasPrefix(strings.TrimSpace(rest), "=") {
			line = k + 1
		}
	}
	if line == 0 {
		return f.Name
	}
	return f.Name + ":" + strconv.Itoa(line)
}

// text returns a constant that is a string.
func (f *File) text(name string) (string, bool) {
	var s string
	raw, ok := f.consts[name]
	return s, ok && json.Unmarshal(raw, &s) == nil
}

// request is a call of one function, with the settings that it takes.
func (f *File) request(fn string) request {
	r := request{Fn: fn}
	for name, v := range f.set {
		if _, takes := f.funcs[fn].Defaults[name]; takes {
			if r.Set == nil {
				r.Set = map[string]json.RawMessage{}
			}
			r.Set[name] = v
		}
	}
	return r
}

// call calls one function once.
func (f *File) call(fn string, args ...json.RawMessage) (json.RawMessage, error) {
	req := f.request(fn)
	req.Args = list(args...)
	r, err := f.proc.do(req)
	return r.Value, err
}

// list writes an argument list.
func list(items ...json.RawMessage) json.RawMessage {
	return slices.Concat(json.RawMessage("["), bytes.Join(asBytes(items), []byte(",")), json.RawMessage("]"))
}

func asBytes(items []json.RawMessage) [][]byte {
	b := make([][]byte, len(items))
	for k, e := range items {
		b[k] = e
	}
	return b
}

func number(n int) json.RawMessage { return strconv.AppendInt(nil, int64(n), 10) }

// bits writes a word as a list of 0 and 1.
func bits(w protocol.Word) json.RawMessage {
	b := make([]byte, 0, 2*w.Len()+2)
	b = append(b, '[')
	for i := range int(w.Len()) {
		if i > 0 {
			b = append(b, ',')
		}
		if w.Bit(i) {
			b = append(b, '1')
		} else {
			b = append(b, '0')
		}
	}
	return append(b, ']')
}

// builtin is the problem of ours that the file names, at the sizes that are set.
func (f *File) builtin() (p *problems.Problem, named bool, err error) {
	name, named := f.text("problem")
	if !named {
		return nil, false, nil
	}
	p, err = problems.Catalog().Get(name)
	if err != nil {
		return nil, true, hinted("name one of those, or write def problem(n, x, y)", "%s: problem: %v; known: %v", f.at("problem"), err, problems.Catalog().Names())
	}
	sizes := map[string]int{}
	for _, s := range p.Sizes {
		var v int
		if raw, ok := f.set[s.Name]; ok && json.Unmarshal(raw, &v) == nil {
			sizes[s.Name] = v
		}
	}
	if p, err = p.With(sizes); err != nil {
		return nil, true, errorf("%s: %v", f.Name, err)
	}
	return p, true, nil
}

// Problem is the file's problem: one of ours by name, or its function. A function
// may return True or False, an integer, a string, a list of such, one_of several, or
// None where the input is outside the promise. It has neither F nor Words: values
// evaluates it. Inputs is for sizes at which inputs was called.
func (f *File) Problem() (*problems.Problem, error) {
	p, named, err := f.builtin()
	if err != nil {
		return nil, err
	}
	if named {
		if f.Defines("inputs") {
			return nil, hinted("leave def inputs out, or write def problem", "%s: problem = %q has its own inputs", f.at("inputs"), p.Name)
		}
		return p, nil
	}
	if !f.Defines("problem") {
		return nil, hinted("write problem = \"disj\", or def problem(n, x, y)", "%s: no problem", f.Name)
	}
	return &problems.Problem{Name: "problem of " + f.Name, Doc: "a user's problem", Inputs: func(n int) []protocol.Domain {
		var list []protocol.Domain
		for _, s := range f.sizes[n] {
			list = append(list, s.domain)
		}
		return list
	}}, nil
}

// values evaluates the file's own problem on inputs.
func (f *File) values(p *problems.Problem, n int, in *validate.Inputs) (all validate.Values, err error) {
	sides, err := f.inputs(p, n)
	if err != nil {
		return all, err
	}
	joined := f.arity("problem") == 2
	req := f.request("problem")
	req.Batch = &batch{Lead: list(number(n)), Joined: joined}
	got, _, err := many(f, req, in.At, in.Counts(), func(b *batch, h *members) {
		for who, words := range in.Words {
			for _, w := range words {
				b.Held[who].add(h.value(member{n: n, who: who, in: w}, func() json.RawMessage { return sides[who].raw(w) }))
			}
		}
	}, func(j int, raw json.RawMessage) (protocol.Value, error) {
		v, err := value(raw)
		if err == nil {
			return v, nil
		}
		var raws []json.RawMessage
		for who, w := range in.Get(j) {
			raws = append(raws, sides[who].raw(w))
		}
		args := slices.Concat([]json.RawMessage{number(n)}, raws)
		if joined {
			args = []json.RawMessage{number(n), list(raws...)}
		}
		return v, hinted("answers are compared exactly: a // b for a / b, a list for a dictionary; None stands alone, outside the promise",
			"%s: problem%s returned %s: want a boolean, an integer, a string, a list of such, one_of several, or None", f.at("problem"), bracketed(list(args...)), short(raw))
	})
	return validate.Values{All: got.all, At: got.of}, err
}

// bracketed writes an argument list as a call.
func bracketed(args json.RawMessage) string {
	return "(" + short(bytes.TrimSuffix(bytes.TrimPrefix(args, []byte("[")), []byte("]"))) + ")"
}

// value reads a value of the problem.
func value(raw json.RawMessage) (is protocol.Value, err error) {
	if err := json.Unmarshal(raw, &is); err != nil {
		return is, err
	}
	switch is.Kind() {
	case protocol.None:
		return is, nil
	case protocol.OneOf:
		for k := range is.Len() {
			if !plainValue(is.At(k)) {
				return is, errors.New("one of several is not plain")
			}
		}
		return is, nil
	}
	if !plainValue(is) {
		return is, errors.New("None or one_of inside a list")
	}
	return is, nil
}

// Entry is one value of a matrix: Defined is false outside the promise. Value is the
// integer that Is is, or a number for it where the problem has other values.
type Entry struct {
	Value   int
	Defined bool
	Is      protocol.Value
}

// maxMatrix bounds the entries of a matrix, each of which the file is asked for.
const maxMatrix = 1 << 24

// problemAt is the problem, with its players' inputs at size n.
func (f *File) problemAt(n int) (p *problems.Problem, sides []side, err error) {
	if p, err = f.Problem(); err != nil {
		return nil, nil, err
	}
	if n < 1 || n > maxSize {
		return nil, nil, hinted("sizes count from 1: --n 3", "%s: n = %d is outside 1..%d", f.Name, n, maxSize)
	}
	sides, err = f.inputs(p, n)
	return p, sides, err
}

// Matrix evaluates the problem on all inputs of size n, row by row; allow is asked before how much memory that
// may take.
func (f *File) Matrix(n int, allow ...func(bytes uint64) error) ([][]Entry, error) {
	p, sides, err := f.problemAt(n)
	if err != nil {
		return nil, err
	}
	if len(sides) != 2 {
		return nil, hinted("validate --file says what its players need", "%s: a matrix has two sides; this problem has %d players", f.at("inputs"), len(sides))
	}
	xs, ys := sides[0].domain, sides[1].domain
	if xs.Bits() > 16 || ys.Bits() > 16 || xs.Len()*ys.Len() > maxMatrix && p.Words == nil {
		return nil, hinted("take a smaller --n", "%s: a matrix for n = %d has %v rows and %v columns: at most 2^16 of each, and 2^24 entries", f.Name, n, xs.Count(), ys.Count())
	}
	for _, fits := range allow {
		if err := fits(uint64(xs.Len()) * uint64(ys.Len()) * uint64(reflect.TypeFor[Entry]().Size())); err != nil {
			return nil, err
		}
	}
	const together = 1 << 16 // entries
	all := make([]protocol.Word, ys.Len())
	for j := range all {
		all[j] = ys.Nth(j)
	}
	var rows [][]Entry
	for step := max(1, together/len(all)); len(rows) < xs.Len(); {
		in := &validate.Inputs{Words: [][]protocol.Word{nil, all}}
		for i := range min(step, xs.Len()-len(rows)) {
			in.Words[0] = append(in.Words[0], xs.Nth(len(rows)+i))
		}
		more, err := f.rows(p, n, in)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	numbered(rows)
	return rows, nil
}

// rows evaluates the problem on some rows of its matrix.
func (f *File) rows(p *problems.Problem, n int, in *validate.Inputs) ([][]Entry, error) {
	value := func(k int) protocol.Value {
		v, _ := p.Value(n, in.Get(k)...)
		return v
	}
	if !builtin(p) {
		values, err := f.values(p, n, in)
		if err != nil {
			return nil, err
		}
		value = values.Of
	}
	rows := make([][]Entry, len(in.Words[0]))
	for i := range rows {
		rows[i] = make([]Entry, len(in.Words[1]))
		for j := range rows[i] {
			k := i*len(rows[i]) + j
			v := value(k)
			if v.Kind() == protocol.OneOf {
				both, d := in.Get(k), p.Domains(n)
				return nil, hinted("validate --file computes its one-way cost", "%s: problem%v is %v: a relation is no matrix", f.at("problem"), []any{n, d[0].JSON(both[0]), d[1].JSON(both[1])}, v)
			}
			rows[i][j] = Entry{v.Int(), v.Kind() != protocol.None, v}
		}
	}
	return rows, nil
}

// builtin says that a problem is one of ours.
func builtin(p *problems.Problem) bool { return p.Words != nil || p.F != nil }

// numbered gives each value a number, in the order in which they are met, where some
// are no integers of 64 bits.
func numbered(rows [][]Entry) {
	numbers, integers := map[string]int{}, true
	for _, row := range rows {
		for _, e := range row {
			integers = integers && (!e.Defined || e.Is.Equal(protocol.IntValue(e.Value)))
		}
	}
	for i := 0; i < len(rows) && !integers; i++ {
		for j, e := range rows[i] {
			if !e.Defined {
				continue
			}
			key := e.Is.Key()
			if _, known := numbers[key]; !known {
				numbers[key] = len(numbers)
			}
			rows[i][j].Value = numbers[key]
		}
	}
}

// outputValue writes a task's value as answer sees it: an integer where it is one,
// a list for vectors.
func outputValue(sh tasks.Shape, v tasks.Value) json.RawMessage {
	one := func(x float64) json.RawMessage {
		if x == float64(int64(x)) && !sh.Task.Vector {
			return strconv.AppendInt(nil, int64(x), 10)
		}
		raw, err := json.Marshal(x)
		if err != nil {
			panic(err) // outputs are finite
		}
		if !bytes.ContainsAny(raw, ".eE") {
			raw = append(raw, ".0"...)
		}
		return raw
	}
	if !sh.Task.Vector {
		return one(v[0])
	}
	items := make([]json.RawMessage, len(v))
	for k, x := range v {
		items[k] = one(x)
	}
	return list(items...)
}
