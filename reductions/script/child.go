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
	"runtime/metrics"
	"slices"
	"strings"
	"time"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// request is what the parent sends, one JSON object a line: first the file, then
// calls, each with the arguments of many calls of one function.
type request struct {
	Name   string            `json:"name,omitempty"` // of the file, for messages
	Source string            `json:"source,omitempty"`
	Memory uint64            `json:"memory,omitempty"` // bytes
	Fn     string            `json:"fn,omitempty"`
	Calls  []json.RawMessage `json:"calls,omitempty"` // each a list of arguments
	// Set holds arguments by name that every call gets besides.
	Set map[string]json.RawMessage `json:"set,omitempty"`
	// Inputs asks for the answers to many inputs of a user's own task; see inputs.
	Inputs *inputs `json:"inputs,omitempty"`
}

// inputs are sequences of tokens that go through the file's task and answer. Values
// are kept here by number, in the order in which they are sent.
type inputs struct {
	Values []json.RawMessage          `json:"values,omitempty"` // that are new
	N      json.RawMessage            `json:"n"`                // the size n
	Params json.RawMessage            `json:"params"`
	Set    map[string]json.RawMessage `json:"set,omitempty"` // of answer; that of task stands in the request
	// Seqs are the tokens by number. Places, where read declares them, and Ys, where
	// answer takes y, are the numbers of one value for each sequence.
	Seqs   [][]int `json:"seqs"`
	Ys     []int   `json:"ys,omitempty"`
	Places []int   `json:"places,omitempty"`
}

// function is what a file says of one of its functions.
type function struct {
	Line     int                        `json:"line"`
	Params   []string                   `json:"params"` // those without defaults, in order
	Defaults map[string]json.RawMessage `json:"defaults,omitempty"`
}

// reply answers the file, and each call, in order.
type reply struct {
	Value  json.RawMessage     `json:"value,omitempty"`
	Error  string              `json:"error,omitempty"`
	Looked []int               `json:"looked,omitempty"` // positions that answer read for the first time
	Need   *int                `json:"need,omitempty"`   // answer read this position, whose output it was not given
	Col    int                 `json:"col,omitempty"`    // of the place where the error is
	Line   int                 `json:"line,omitempty"`
	Hint   string              `json:"hint,omitempty"`
	Funcs  map[string]function `json:"funcs,omitempty"`
	Consts map[string]json.RawMessage
}

// ServeChild runs a user's file in this process: it reads requests from r and
// writes replies to w until r ends. It is the body of the hidden command that
// the parent starts; the parent ends it when it takes too long or too much.
func ServeChild(r io.Reader, w io.Writer) error {
	in := bufio.NewReaderSize(r, 1<<16)
	out := bufio.NewWriterSize(w, 1<<16)
	c := &child{}
	dec, enc := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var req request
		if err := dec.Decode(&req); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if req.Fn == "" {
			if err := enc.Encode(c.load(req)); err != nil {
				return err
			}
		}
		if in := req.Inputs; in != nil {
			if err := c.answers(req, func(r reply) error { return enc.Encode(r) }); err != nil {
				return err
			}
		}
		for _, args := range req.Calls {
			if err := enc.Encode(c.call(req.Fn, args, req.Set)); err != nil {
				return err
			}
			// A reply is a sign of life, so it may not wait for the batch to end.
			if len(req.Calls) > 1 && out.Buffered() < 1<<12 {
				continue
			}
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

type child struct {
	globals starlark.StringDict
	name    string                  // of the file
	values  []starlark.Value        // by number, for inputs
	looked  map[string]map[int]bool // positions that answer has read, by n
}

// options are Starlark's defaults: no recursion, no while, no load.
var options = &syntax.FileOptions{Set: true, TopLevelControl: true}

func thread() *starlark.Thread {
	t := &starlark.Thread{
		Name:  "user",
		Print: func(_ *starlark.Thread, msg string) { fmt.Fprintln(os.Stderr, msg) },
	}
	if mostSteps > 0 {
		t.SetMaxExecutionSteps(mostSteps)
		t.OnMaxSteps = func(t *starlark.Thread) { t.Cancel(fmt.Sprintf("took more than %d steps", mostSteps)) }
	}
	return t
}

func (c *child) load(req request) reply {
	if req.Memory > 0 && mostSteps == 0 {
		go watchMemory(req.Memory)
	}
	var err error
	c.name, c.looked = req.Name, map[string]map[int]bool{}
	c.globals, err = starlark.ExecFileOptions(options, thread(), req.Name, req.Source, predeclared())
	if err != nil {
		return explain(err)
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

// exitMemory is the status with which the child ends itself when it holds too
// much, on systems where the parent cannot see that.
const exitMemory = 77

func watchMemory(limit uint64) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for {
		metrics.Read(sample)
		if sample[0].Value.Uint64() > limit {
			os.Exit(exitMemory)
		}
		time.Sleep(5 * time.Millisecond)
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

// answers replies to each of many inputs with what answer returns.
func (c *child) answers(req request, reply_ func(reply) error) error {
	in := req.Inputs
	one := func() (start func(k int) reply, err error) {
		for _, raw := range in.Values {
			v, err := decode(raw)
			if err != nil {
				return nil, err
			}
			v.Freeze()
			c.values = append(c.values, v)
		}
		n, err := decode(in.N)
		if err != nil {
			return nil, err
		}
		params, err := decode(in.Params)
		if err != nil {
			return nil, err
		}
		ofTask, err := named(req.Set)
		if err != nil {
			return nil, err
		}
		ofAnswer, err := named(in.Set)
		if err != nil {
			return nil, err
		}
		params.Freeze()
		return func(k int) reply { return c.answered(k, in, n, params, ofTask, ofAnswer) }, nil
	}
	answer, err := one()
	for k := range in.Seqs {
		r := reply{}
		if err != nil {
			r.Error = err.Error()
		} else {
			r = answer(k)
		}
		if err := reply_(r); err != nil {
			return err
		}
	}
	return nil
}

// answered sends one sequence through task and answer.
func (c *child) answered(k int, in *inputs, n, params starlark.Value, ofTask, ofAnswer []starlark.Tuple) reply {
	seq := make([]starlark.Value, len(in.Seqs[k]))
	for i, id := range in.Seqs[k] {
		seq[i] = c.values[id]
	}
	v, err := starlark.Call(thread(), c.globals["task"], starlark.Tuple{starlark.NewList(seq), params}, ofTask)
	if err != nil {
		return explain(err)
	}
	out, ok := v.(starlark.Indexable)
	if _, text := v.(starlark.String); !ok || text || out.Len() != len(seq) {
		line := describe(c.globals["task"].(*starlark.Function)).Line
		return reply{Error: fmt.Sprintf("%s:%d: task returned %s: want a list of %d outputs, one per position", c.name, line, oneLine(v.String()), len(seq))}
	}
	if c.looked[string(in.N)] == nil {
		c.looked[string(in.N)] = map[int]bool{}
	}
	outs := &outputs{all: out, looked: c.looked[string(in.N)]}
	if in.Places != nil {
		outs.declared = true
		for v := range starlark.Elements(c.values[in.Places[k]].(starlark.Iterable)) {
			i, _ := starlark.AsInt32(v)
			outs.places = append(outs.places, i)
		}
	} else {
		for i := range seq {
			outs.places = append(outs.places, i+1)
		}
	}
	args := starlark.Tuple{n, outs}
	if in.Ys != nil {
		args = starlark.Tuple{n, c.values[in.Ys[k]], outs}
	}
	v, err = starlark.Call(thread(), c.globals["answer"], args, ofAnswer)
	r := reply{Looked: outs.first}
	if err != nil {
		r = explain(err)
		return r
	}
	var b bytes.Buffer
	if err := encode(&b, v); err != nil {
		return reply{Error: fmt.Sprintf("answer: %v", err)}
	}
	r.Value = b.Bytes()
	return r
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
			n, _ := starlark.AsInt32(args[k+1])
			for i := range n {
				outs.places = append(outs.places, i+1)
			}
		}
		args = append(args[:k:k], outs)
	}
	v, err := starlark.Call(thread(), c.globals[fn], args, byName)
	if outs != nil && outs.need != nil {
		return reply{Need: outs.need}
	}
	if err != nil {
		return explain(err)
	}
	var b bytes.Buffer
	write := encode
	switch fn {
	case "public", "alice", "bob", "player", "task": // tokens and outputs go back into the file
		write = tupled
	}
	if err := write(&b, v); err != nil {
		if f, ok := c.globals[fn].(*starlark.Function); ok {
			return reply{Error: fmt.Sprintf("%s: in %s: %v", f.Position(), fn, err), Line: int(f.Position().Line), Col: int(f.Position().Col)}
		}
		return reply{Error: fmt.Sprintf("%s: %v", fn, err)}
	}
	return reply{Value: b.Bytes()}
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
		r.Error = oneLine(eval.Msg)
		for k := len(eval.CallStack) - 1; k >= 0; k-- {
			if f := eval.CallStack[k]; f.Pos.Line > 0 {
				r.Error = fmt.Sprintf("%s: in %s: %s", f.Pos, f.Name, oneLine(eval.Msg))
				at(f.Pos)
				break
			}
		}
		if strings.Contains(eval.Msg, "called recursively") {
			r.Hint = "Starlark has no recursion: write a loop over something finite"
		}
	case errors.As(err, &undefined) && len(undefined) > 0:
		first := undefined[0]
		r.Error = oneLine(first.Error())
		at(first.Pos)
		if strings.Contains(first.Msg, "undefined") {
			r.Hint = "the domains are " + domainNames() + "; one_of([...]) is a relation's value"
		}
	case errors.As(err, &bad):
		at(bad.Pos)
		if strings.Contains(bad.Msg, "got '**'") {
			r.Hint = "Starlark has no powers: multiply in a loop, or write 1 << k for 2 to the k"
		}
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
	places   []int // that may be read
	declared bool  // by read
	need     *int

	all    starlark.Indexable // all outputs, where they are known
	looked map[int]bool       // positions read before
	first  []int              // positions read for the first time
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
	if err != nil || !slices.Contains(o.places, i) {
		if o.declared {
			return nil, false, fmt.Errorf("outputs[%s] is not among the positions that read declares, %v", k, trim(o.places))
		}
		return nil, false, fmt.Errorf("outputs has no position %s: positions are 1..%d", k, len(o.places))
	}
	if o.all != nil {
		if !o.looked[i] {
			o.looked[i] = true
			o.first = append(o.first, i)
		}
		return plainOutput(o.all.Index(i - 1)), true, nil
	}
	if v, ok, err := o.known.Get(k); ok || err != nil {
		return v, ok, err
	}
	o.need = &i
	return nil, false, errNeed
}

// Len, Iterate and Items make outputs look like a dictionary of all positions that may
// be read.
func (o *outputs) Len() int { return len(o.places) }

func (o *outputs) Iterate() starlark.Iterator {
	all := make([]starlark.Value, o.Len())
	for k, i := range o.places {
		all[k] = starlark.MakeInt(i)
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
			for _, i := range o.places {
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
