package script

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// request is what the parent sends, one JSON object a line: first the file, then
// calls of one function, or of the same for many inputs.
type request struct {
	Name   string          `json:"name,omitempty"` // of the file, for messages
	Source string          `json:"source,omitempty"`
	Memory uint64          `json:"memory,omitempty"` // bytes
	Call   time.Duration   `json:"call,omitempty"`   // of one call, besides mostSteps
	Fn     string          `json:"fn,omitempty"`
	Args   json.RawMessage `json:"args,omitempty"` // a list
	// Set holds arguments by name that every call gets besides.
	Set   map[string]json.RawMessage `json:"set,omitempty"`
	Batch *batch                     `json:"batch,omitempty"` // instead of Args
}

// function is what a file says of one of its functions.
type function struct {
	Line     int                        `json:"line"`
	Params   []string                   `json:"params"` // those without defaults, in order
	Defaults map[string]json.RawMessage `json:"defaults,omitempty"`
}

// reply answers the file, a call, or a batch.
type reply struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
	// Results are the different values of a batch, Values the number of each input's.
	Results []json.RawMessage   `json:"results,omitempty"`
	Values  varints             `json:"values,omitempty"`
	Beat    bool                `json:"beat,omitempty"`   // no reply: the batch goes on, or the file itself at Line
	Calls   int                 `json:"calls,omitempty"`  // of functions, in a batch
	Effort  int64               `json:"effort,omitempty"` // of a batch, in steps of Starlark; the same whatever is kept and whoever works
	Looked  []int               `json:"looked,omitempty"` // positions that answer read in a batch
	Need    *int                `json:"need,omitempty"`   // answer read this position, whose output it was not given
	Col     int                 `json:"col,omitempty"`    // of the place where the error is
	Line    int                 `json:"line,omitempty"`
	Hint    string              `json:"hint,omitempty"`
	Funcs   map[string]function `json:"funcs,omitempty"`
	Consts  map[string]json.RawMessage
}

// ServeChild runs a user's file in this process: it reads requests from r and
// writes replies to w until r ends. It is the body of the hidden command that
// the parent starts; the parent ends it when it takes too long or too much.
func ServeChild(r io.Reader, w io.Writer) error {
	in := bufio.NewReaderSize(r, 1<<16)
	out := bufio.NewWriterSize(w, 1<<16)
	c := &child{}
	dec, enc := json.NewDecoder(in), json.NewEncoder(out)
	c.idle.Lock()
	defer c.idle.Unlock()
	for {
		var req request
		if err := dec.Decode(&req); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		c.idle.Unlock()
		beat := func() error {
			if err := enc.Encode(reply{Beat: true}); err != nil {
				return err
			}
			return out.Flush()
		}
		var r reply
		switch {
		case req.Fn == "":
			r = c.load(req, func(line int) {
				_ = enc.Encode(reply{Beat: true, Line: line})
				_ = out.Flush() // what is wrong shows where the file itself is answered
			})
		case req.Batch != nil:
			r = c.batch(req, beat)
		default:
			r = c.call(req.Fn, req.Args, req.Set)
		}
		err := enc.Encode(r)
		if err == nil {
			err = out.Flush()
		}
		if c.idle.Lock(); err != nil {
			return err
		}
	}
}

type child struct {
	idle      sync.Mutex // held while no request is worked on
	globals   starlark.StringDict
	name      string                   // of the file
	limit     time.Duration            // of one call; 0: none
	tokens    []held                   // by number, for batches
	members   []held                   // likewise
	written   [][]uint32               // rows of tokens, likewise
	numbering numbering                // of what members consist of
	gets      map[string]*atomic.Int32 // how functions get lists, in batches
}

// options are Starlark's defaults: no recursion, no while, no load.
var options = &syntax.FileOptions{Set: true, TopLevelControl: true}

func thread() *starlark.Thread {
	t := &starlark.Thread{
		Name:  "user",
		Print: func(_ *starlark.Thread, msg string) { fmt.Fprintln(os.Stderr, msg) },
	}
	limit(t)
	return t
}

// limit gives a thread the steps of one more call.
func limit(t *starlark.Thread) {
	if mostSteps > 0 {
		t.SetMaxExecutionSteps(t.ExecutionSteps() + mostSteps)
		t.OnMaxSteps = func(t *starlark.Thread) { t.Cancel(fmt.Sprintf("took more than %d steps", mostSteps)) }
	}
}

// clock ends what runs in a thread when that takes too long, with the line that it is at.
// A built-in function does not hear of it: the parent ends the process a little later.
func (c *child) clock(t *starlark.Thread) *time.Timer {
	if c.limit <= 0 {
		return time.NewTimer(time.Hour)
	}
	return time.AfterFunc(c.limit, func() { t.Cancel(tooLong(c.limit)) })
}

func tooLong(limit time.Duration) string { return fmt.Sprintf("took more than %v", limit) }

// load runs the file itself, and says at which line it is.
func (c *child) load(req request, at func(line int)) reply {
	if req.Memory > 0 && mostSteps == 0 {
		go c.watchMemory(req.Memory)
		debug.SetGCPercent(200)
		debug.SetMemoryLimit(int64(req.Memory / 4 * 3))
	}
	var err error
	c.name, c.limit = req.Name, req.Call
	t := thread()
	defer c.clock(t).Stop()
	c.globals, err = told(t, req, at)
	if err != nil {
		r := explain(err)
		r.Funcs = heads(req)
		return r
	}
	c.globals.Freeze()
	r := reply{Consts: map[string]json.RawMessage{}, Funcs: map[string]function{}}
	for name, v := range c.globals {
		if f, ok := v.(*starlark.Function); ok {
			r.Funcs[name] = describe(f)
			continue
		}
		if _, ok := v.(starlark.Callable); ok {
			continue
		}
		var b bytes.Buffer
		if encode(&b, v) == nil {
			r.Consts[name] = b.Bytes()
		}
	}
	return r
}

// told runs a file in which at is called before every statement that might take long.
func told(t *starlark.Thread, req request, at func(line int)) (starlark.StringDict, error) {
	const name = " at" // nobody can write it
	f, err := options.Parse(req.Name, req.Source, 0)
	if err != nil {
		return nil, err
	}
	var all []syntax.Stmt
	for _, stmt := range f.Stmts {
		pos, _ := stmt.Span()
		if _, def := stmt.(*syntax.DefStmt); !def {
			line := &syntax.Literal{Token: syntax.INT, TokenPos: pos, Value: int64(pos.Line)}
			all = append(all, &syntax.ExprStmt{X: &syntax.CallExpr{Fn: &syntax.Ident{Name: name, NamePos: pos}, Lparen: pos, Args: []syntax.Expr{line}, Rparen: pos}})
		}
		all = append(all, stmt)
	}
	f.Stmts = all
	known := predeclared()
	known[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		line, err := starlark.AsInt32(args[0])
		at(line)
		return starlark.None, err
	})
	prog, err := starlark.FileProgram(f, known.Has)
	if err != nil {
		return nil, err
	}
	return prog.Init(t, known)
}

// exitMemory is the status with which the child ends itself when it holds too
// much, on systems where the parent cannot see that.
const exitMemory = 77

// ballast is never touched, and so takes no memory, but counts as such where the collector
// decides when it runs: calls leave much behind and keep little.
var ballast []byte

// watchMemory ends the process where it holds too much while it works.
func (c *child) watchMemory(limit uint64) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for ; ; time.Sleep(5 * time.Millisecond) {
		c.idle.Lock()
		metrics.Read(sample)
		c.idle.Unlock()
		switch held := sample[0].Value.Uint64(); {
		case held > limit:
			os.Exit(exitMemory)
		case held > 4<<20 && ballast == nil: // many processes end before
			ballast = make([]byte, min(32<<20, limit/16))
		}
	}
}

// describe is a function's signature.
func describe(f *starlark.Function) function {
	d := function{Line: int(f.Position().Line), Defaults: map[string]json.RawMessage{}, Params: []string{}}
	for k := range f.NumParams() {
		name, _ := f.Param(k)
		def := f.ParamDefault(k)
		if def == nil {
			d.Params = append(d.Params, name)
			continue
		}
		var b bytes.Buffer
		if encode(&b, def) == nil {
			d.Defaults[name] = b.Bytes()
		}
	}
	return d
}

// heads are the signatures that a file writes, where it is understood so far, without defaults: a parameter that
// is missing leaves a name undefined.
func heads(req request) map[string]function {
	tree, err := options.Parse(req.Name, req.Source, 0)
	if err != nil {
		return nil
	}
	all := map[string]function{}
	for _, stmt := range tree.Stmts {
		if def, is := stmt.(*syntax.DefStmt); is {
			f := function{Line: int(def.Def.Line)}
			for _, p := range def.Params {
				if id, plain := p.(*syntax.Ident); plain {
					f.Params = append(f.Params, id.Name)
				}
			}
			all[def.Name.Name] = f
		}
	}
	return all
}

// named reads arguments by name.
func named(set map[string]json.RawMessage) (list []starlark.Tuple, err error) {
	for name, raw := range set {
		v, err := decode(raw)
		if err != nil {
			return nil, err
		}
		list = append(list, starlark.Tuple{starlark.String(name), v})
	}
	return list, nil
}

func (c *child) call(fn string, raw json.RawMessage, set map[string]json.RawMessage) reply {
	args, err := decodeAll(raw)
	if err != nil {
		return reply{Error: err.Error()}
	}
	byName, err := named(set)
	if err != nil {
		return reply{Error: err.Error()}
	}
	var outs *outputs
	if fn == "answer" { // n, perhaps y, the known outputs, N, and the positions that may be read or None
		k := len(args) - 3
		outs = &outputs{known: args[k].(*starlark.Dict)}
		if allowed, ok := args[k+2].(*starlark.List); ok {
			outs.declared = true
			for v := range allowed.Elements() {
				i, _ := starlark.AsInt32(v)
				outs.places = append(outs.places, i)
			}
		} else {
			outs.most, _ = starlark.AsInt32(args[k+1])
		}
		args = append(args[:k:k], outs)
	}
	t := thread()
	defer c.clock(t).Stop()
	v, err := starlark.Call(t, c.globals[fn], args, byName)
	if outs != nil && outs.need != nil {
		return reply{Need: outs.need}
	}
	if err != nil {
		return explain(err)
	}
	var b bytes.Buffer
	if err := written(fn)(&b, v); err != nil {
		if f, ok := c.globals[fn].(*starlark.Function); ok {
			return unwritten(f, err)
		}
		return reply{Error: fmt.Sprintf("%s: %v", fn, err)}
	}
	return reply{Value: b.Bytes()}
}

// written is how what a function returned is written.
func written(fn string) func(*bytes.Buffer, starlark.Value) error {
	switch fn {
	case "public", "alice", "bob", "player", "task": // tokens and outputs go back into the file
		return tupled
	case "output", "emit":
		return whole
	}
	return encode
}

// unwritten says that what a function returned cannot cross.
func unwritten(f *starlark.Function, err error) reply {
	at := f.Position()
	return reply{Error: fmt.Sprintf("%s: in %s: %v", at, f.Name(), err), Line: int(at.Line), Col: int(at.Col)}
}

// explain writes an error in one line that begins with the place in the user's
// file: the innermost frame that is not a built-in.
func explain(err error) reply {
	var eval *starlark.EvalError
	var undefined resolve.ErrorList
	var bad syntax.Error
	r := reply{Error: oneLine(err.Error())}
	at := func(pos syntax.Position) { r.Line, r.Col = int(pos.Line), int(pos.Col) }
	switch {
	case errors.As(err, &eval):
		eval.Msg = strings.TrimPrefix(eval.Msg, "Starlark computation cancelled: ")
		r.Error = oneLine(eval.Msg)
		for k := len(eval.CallStack) - 1; k >= 0; k-- {
			if f := eval.CallStack[k]; f.Pos.Line > 0 {
				r.Error = fmt.Sprintf("%s: in %s: %s", f.Pos, f.Name, oneLine(eval.Msg))
				at(f.Pos)
				break
			}
		}
		if name, _, _ := strings.Cut(eval.Msg, "("); predeclared().Has(name) && strings.Contains(domainNames(), name+"(") {
			r.Hint = "the domains are " + domainNames()
		}
	case errors.As(err, &undefined) && len(undefined) > 0:
		first := undefined[0]
		r.Error = oneLine(first.Error())
		at(first.Pos)
		if name, is := strings.CutPrefix(first.Msg, "undefined: "); is {
			name, _, _ = strings.Cut(name, " ")
			r.Hint = undefinedHint(name)
		}
	case errors.As(err, &bad):
		at(bad.Pos)
	}
	return r
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 300 {
		s = string(r[:300]) + " ..."
	}
	return s
}

// outputs is what answer sees: position -> value, of which only the positions
// that it reads are ever computed. Reading one that is not known ends the call
// with the position that is needed; so answer is a decision tree over outputs,
// which the parent grows and remembers.
type outputs struct {
	known    *starlark.Dict
	places   []int // that may be read, where that is declared; else 1..most
	declared bool  // by read
	most     int
	need     *int

	all    starlark.Indexable // all outputs, where they are known; frozen
	own    bool               // answer gets its own copies
	looked []bool             // positions read so far
	seen   []uint32           // when each was read last, as a number of a call
	note   *trail             // of the call that runs
}

// may says whether a position may be read.
func (o *outputs) may(i int) bool {
	if o.declared {
		return slices.Contains(o.places, i)
	}
	return 1 <= i && i <= o.most
}

// readable are the positions that may be read.
func (o *outputs) readable() []int {
	if o.declared {
		return o.places
	}
	all := make([]int, o.most)
	for k := range all {
		all[k] = k + 1
	}
	return all
}

// plainOutput is an output as answer sees it: truth values and whole numbers are
// integers.
func plainOutput(v starlark.Value) starlark.Value {
	switch v := v.(type) {
	case starlark.Bool:
		if v {
			return starlark.MakeInt(1)
		}
		return starlark.MakeInt(0)
	case starlark.Float:
		if f := float64(v); f == math.Trunc(f) && math.Abs(f) <= 1<<53 {
			return starlark.MakeInt64(int64(f))
		}
	}
	return v
}

var errNeed = errors.New("an output is needed")

func (o *outputs) String() string        { return "outputs" }
func (o *outputs) Type() string          { return "outputs" }
func (o *outputs) Freeze()               {}
func (o *outputs) Truth() starlark.Bool  { return true }
func (o *outputs) Hash() (uint32, error) { return 0, errors.New("unhashable: outputs") }

// Get implements starlark.Mapping, for outputs[i] and outputs.get(i).
func (o *outputs) Get(k starlark.Value) (starlark.Value, bool, error) {
	i, err := starlark.AsInt32(k)
	if err != nil || !o.may(i) {
		if _, number := k.(starlark.Int); !number {
			return nil, false, fmt.Errorf("outputs has no position %s: positions are numbers", k)
		}
		if o.declared {
			return nil, false, fmt.Errorf("outputs[%s] is not among the positions that read declares, %v", k, trim(o.places))
		}
		return nil, false, fmt.Errorf("outputs has no position %s: positions are 1..%d", k, o.most)
	}
	if o.all != nil {
		o.looks(i)
		v := o.all.Index(i - 1)
		if o.own && mutable(v) {
			v = fresh(v)
		}
		return plainOutput(v), true, nil
	}
	if v, ok, err := o.known.Get(k); ok || err != nil {
		return v, ok, err
	}
	o.need = &i
	return nil, false, errNeed
}

// Len, Iterate and Items make outputs look like a dictionary of all positions that may
// be read.
func (o *outputs) Len() int { return len(o.readable()) }

func (o *outputs) Iterate() starlark.Iterator {
	var all []starlark.Value
	for _, i := range o.readable() {
		all = append(all, starlark.MakeInt(i))
	}
	return starlark.NewList(all).Iterate()
}

func (o *outputs) Attr(name string) (starlark.Value, error) {
	method := func(f func(args starlark.Tuple) (starlark.Value, error)) (starlark.Value, error) {
		return starlark.NewBuiltin(name, func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return f(args)
		}), nil
	}
	all := func(item func(k, v starlark.Value) starlark.Value) func(starlark.Tuple) (starlark.Value, error) {
		return func(starlark.Tuple) (starlark.Value, error) {
			var list []starlark.Value
			for _, i := range o.readable() {
				k := starlark.MakeInt(i)
				v, _, err := o.Get(k)
				if err != nil {
					return nil, err
				}
				list = append(list, item(k, v))
			}
			return starlark.NewList(list), nil
		}
	}
	switch name {
	case "get":
		return method(func(args starlark.Tuple) (starlark.Value, error) {
			if len(args) < 1 || len(args) > 2 {
				return nil, fmt.Errorf("get takes a position and a default")
			}
			v, _, err := o.Get(args[0])
			return v, err
		})
	case "keys":
		return method(all(func(k, _ starlark.Value) starlark.Value { return k }))
	case "values":
		return method(all(func(_, v starlark.Value) starlark.Value { return v }))
	case "items":
		return method(all(func(k, v starlark.Value) starlark.Value { return starlark.Tuple{k, v} }))
	}
	return nil, nil
}

func (o *outputs) AttrNames() []string { return []string{"get", "items", "keys", "values"} }
