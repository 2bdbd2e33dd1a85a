// Package script runs users' own problems, tasks, reductions and models, written
// in Starlark: a deterministic dialect of Python without files or network.
// docs/starlark.md describes the files. A user's code runs in a child process.
package script

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// maxSource bounds a user's file, in bytes.
const maxSource = 1 << 20

// File is a loaded file with the process that runs it. Close it after use.
type File struct {
	Name   string
	proc   *process
	funcs  []string
	consts map[string]json.RawMessage
}

// Load reads a file and runs its top level. Errors name file and line.
func Load(ctx context.Context, path string, limits Limits) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	defer f.Close()
	source, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	if err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	if len(source) > maxSource {
		return nil, fmt.Errorf("script: %s: larger than %d bytes", path, maxSource)
	}
	return Parse(ctx, filepath.Base(path), string(source), limits)
}

// Parse is Load for a file that is in memory.
func Parse(ctx context.Context, name, source string, limits Limits) (*File, error) {
	p, r, err := start(ctx, name, source, limits)
	if err != nil {
		return nil, err
	}
	return &File{Name: name, proc: p, funcs: r.Names, consts: r.Consts}, nil
}

// Close ends the file's process.
func (f *File) Close() { f.proc.close() }

// Defines says whether the file has a function of this name.
func (f *File) Defines(name string) bool { return slices.Contains(f.funcs, name) }

// text returns a constant that is a string.
func (f *File) text(name string) (string, bool) {
	var s string
	raw, ok := f.consts[name]
	return s, ok && json.Unmarshal(raw, &s) == nil
}

// many calls one function for many argument lists and passes on the values.
func (f *File) many(fn string, args []json.RawMessage, each func(k int, value json.RawMessage) error) error {
	return f.proc.calls(fn, args, func(k int, r reply) error {
		if r.Error != "" {
			return errorf("%s", r.Error)
		}
		return each(k, r.Value)
	})
}

// call calls one function once.
func (f *File) call(fn string, args ...json.RawMessage) (json.RawMessage, error) {
	var value json.RawMessage
	err := f.many(fn, []json.RawMessage{list(args...)}, func(_ int, v json.RawMessage) error { value = v; return nil })
	return value, err
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

// Problem is the file's problem: one of ours by name, or its function. A function
// may return True or False, an integer, or None where the input is outside the
// promise. Row evaluates it.
func (f *File) Problem() (*problems.Problem, error) {
	if name, ok := f.text("problem"); ok {
		p, err := problems.Catalog().Get(name)
		if err != nil {
			return nil, errorf("%s: problem: %v; known: %v", f.Name, err, problems.Catalog().Names())
		}
		return p, nil
	}
	if !f.Defines("problem") {
		return nil, errorf("%s: no problem: write problem = \"disj\", or def problem(n, x, y)", f.Name)
	}
	return &problems.Problem{Name: "problem of " + f.Name, Doc: "a user's problem", Inputs: func(n int) []protocol.Domain {
		return []protocol.Domain{protocol.BitStrings(n), protocol.BitStrings(n)}
	}}, nil
}

// argumentsY writes y as the file's functions take it: a number from 1 for
// problems whose y is a position, else a list of bits.
func argumentY(p *problems.Problem, n int, y protocol.Word) json.RawMessage {
	if !p.Domain(n, protocol.Bob).Plain() {
		return number(int(y.Unpack().Uint(int(y.Len()))) + 1)
	}
	return bits(y)
}

// Entry is one value of a matrix: Defined is false outside the promise. Value is the
// integer that Is is, or a number for it where the problem has other values.
type Entry struct {
	Value   int
	Defined bool
	Is      protocol.Value
}

// Row evaluates the problem at one x for many y.
func (f *File) Row(p *problems.Problem, n int, x protocol.Word, ys []protocol.Word) ([]Entry, error) {
	row := make([]Entry, len(ys))
	if p.Words != nil {
		for j, y := range ys {
			if p.Holds(n, x, y) {
				row[j].Value = 1
			}
			row[j].Defined, row[j].Is = true, protocol.BoolValue(row[j].Value == 1)
		}
		return row, nil
	}
	args := make([]json.RawMessage, len(ys))
	for j, y := range ys {
		args[j] = list(number(n), bits(x), argumentY(p, n, y))
	}
	err := f.many("problem", args, func(j int, v json.RawMessage) error {
		var err error
		row[j], err = entry(v)
		if err != nil {
			return errorf("%s: problem(%d, %v, %v): %v", f.Name, n, x, y0(ys[j]), err)
		}
		return nil
	})
	return row, err
}

func y0(y protocol.Word) string { return y.String() }

func entry(v json.RawMessage) (Entry, error) {
	var is protocol.Value
	if err := json.Unmarshal(v, &is); err != nil {
		return Entry{}, fmt.Errorf("returned %s: want a boolean, an integer, a string, a list of such, or None", v)
	}
	return Entry{is.Int(), is.Kind() != protocol.None, is}, nil
}

// Matrix evaluates the problem on all inputs of size n, row by row.
func (f *File) Matrix(n int) ([][]Entry, error) {
	p, err := f.Problem()
	if err != nil {
		return nil, err
	}
	if n < 1 || p.XBits(n) > 16 || p.YBits(n) > 16 {
		return nil, fmt.Errorf("script: %s: a matrix for n = %d is too large: n is at most 16", f.Name, n)
	}
	ys := make([]protocol.Word, p.Ys(n))
	for j := range ys {
		ys[j] = p.Y(n, j)
	}
	rows := make([][]Entry, p.Xs(n))
	for i := range rows {
		if rows[i], err = f.Row(p, n, p.X(n, i), ys); err != nil {
			return nil, err
		}
	}
	numbered(rows)
	return rows, nil
}

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
