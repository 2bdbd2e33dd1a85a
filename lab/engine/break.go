package engine

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
)

// breakRequest asks for a failing input, as `crosscut falsify` does.
type breakRequest struct {
	Reduction string   `json:"reduction"`
	Model     string   `json:"model"`
	N         int      `json:"n"` // of the problem
	Set       settings `json:"set"`
	Seed      uint64   `json:"seed"`
}

type breakAnswer struct {
	Finding json.RawMessage `json:"finding"` // what the command prints
	Command string          `json:"command"`
	Params  map[string]any  `json:"params"`
	Size    amount          `json:"size"`
	Formula string          `json:"formula"` // of the message
	Owners  []string        `json:"owners"`
	Problem string          `json:"problem"`
	// Runs are those of the failing input and of its twin; empty when none was found.
	Runs []breakRun `json:"runs"`
	// Differ lists the positions at which the two inputs differ, from 1.
	Differ []int `json:"differ"`
}

// breakRun is one input, played.
type breakRun struct {
	X        string   `json:"x"`
	Y        string   `json:"y"`
	Tokens   []any    `json:"tokens"`
	Words    []string `json:"words"`
	Output   []any    `json:"output"`
	Expected []any    `json:"expected"`
	Correct  bool     `json:"correct"`
}

// What the Break room searches.
const (
	mostBreak    = 24
	mostMessages = 1 << 15
	mostPairs    = 1 << 11
	breakTime    = 1200 * time.Millisecond // then it answers with what was found
)

var _ = operate("break", func(ctx context.Context, q breakRequest) (any, error) {
	in, m, _, err := faced(q.Reduction, q.Model, q.N, q.Set, q.Seed)
	if err != nil {
		return nil, err
	}
	return broken(ctx, in, m, q.Seed, "crosscut falsify --reduction "+in.Name+" --model "+q.Model+" --n "+itoa(q.N)+q.Set.flags()+" --seed "+utoa(q.Seed))
})

// faced is a reduction at size n, and the model on its task; rest are the settings that are no
// sizes of the task.
func faced(reduction, model string, n int, s settings, seed uint64) (in *reductions.Instance, m models.Machine, rest models.Settings, err error) {
	r, err := get(reductions.Catalog(), reduction)
	if err != nil {
		return nil, nil, rest, err
	}
	if _, err := get(zoo.Catalog(), model); err != nil {
		return nil, nil, rest, err
	}
	if err := within("n", n, mostBreak); err != nil {
		return nil, nil, rest, err
	}
	set, err := s.models(seed)
	if err != nil {
		return nil, nil, rest, err
	}
	sizes, rest := set.ForTask(r.To)
	if in, err = r.Instance(n, 0, sizes); err != nil {
		return nil, nil, rest, err
	}
	m, err = zoo.Build(model, in.Shape, rest)
	return in, m, rest, err
}

// broken looks for an input on which a model fails, for a while, and plays it.
func broken(ctx context.Context, in *reductions.Instance, m models.Machine, seed uint64, command string) (any, error) {
	job := models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob}
	if err := priced(m, job); err != nil {
		return nil, err
	}
	soon, cancel := context.WithTimeout(ctx, breakTime)
	defer cancel()
	f, err := falsify.Find(soon, m, in, falsify.Options{Seed: seed, Messages: mostMessages, Pairs: mostPairs})
	if err != nil {
		return nil, err
	}
	size, formula := m.Size()
	a := &breakAnswer{Params: models.AllParams(m), Size: amount{int(size), formula}, Owners: owners(in.At), Problem: in.From.Name, Runs: []breakRun{}, Differ: []int{}}
	if a.Finding, err = encode(f); err != nil {
		return nil, err
	}
	a.Command = command
	prog, err := m.Compile(job)
	if err != nil {
		return nil, err
	}
	a.Formula = prog.Formula
	if f.Kind == falsify.None {
		return a, nil
	}
	inputs, points := [][]tasks.Token{f.Input}, []falsify.Point{f.At}
	if f.TwinAt != nil {
		inputs, points = append(inputs, f.Twin), append(points, *f.TwinAt)
	}
	for k, seq := range inputs {
		played, err := run.Do(ctx, m, job, seq)
		if err != nil {
			return nil, err
		}
		run := breakRun{
			X: points[k].X.String(), Y: in.From.ShowY(in.Size, points[k].Y), Words: list(wordsOf(played.Transcript)),
			Output: run.Values(in.Shape, played.Output), Expected: run.Values(in.Shape, played.Expected), Correct: played.Correct,
		}
		for p, t := range seq {
			run.Tokens = append(run.Tokens, in.Shape.Task.FormatToken(in.Shape, t))
			if k == 1 && !t.Equal(inputs[0][p]) {
				a.Differ = append(a.Differ, p+1)
			}
		}
		a.Runs = append(a.Runs, run)
	}
	if len(a.Runs) == 2 && !slices.Equal(a.Runs[0].Words, a.Runs[1].Words) {
		return nil, &Refusal{Bug, "internal error: twins with different words", "this is a bug of Crosscut"}
	}
	return a, nil
}

// shrink is one number of a model that the Break room lets go down, with its
// value in the default construction: the smallest that is proved to do. Min is the
// smallest with which anything is sent.
type shrink struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
	Min  int    `json:"min"`
	Full int    `json:"full"`
}

// leastWithMessage is the smallest value of a size from low on with which the model can
// be built and sends something; full when no smaller one is.
func leastWithMessage(model string, in *reductions.Instance, set models.Settings, size string, low, full int) int {
	set.Num = maps.Clone(set.Num)
	for v := low; v < full; v++ {
		set.Num[size] = float64(v)
		m, err := zoo.Build(model, in.Shape, set)
		if err != nil {
			continue
		}
		prog, err := m.Compile(models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob})
		if err == nil && prog.Total() > 0 {
			return v
		}
	}
	return full
}

// shrinkRequest asks what can be made smaller.
type shrinkRequest struct {
	Reduction string   `json:"reduction"`
	Model     string   `json:"model"`
	N         int      `json:"n"`
	Set       settings `json:"set"` // choices and task sizes that are fixed
}

var _ = operate("sizes", func(_ context.Context, q shrinkRequest) (any, error) {
	in, m, rest, err := faced(q.Reduction, q.Model, q.N, q.Set, 1)
	if err != nil {
		return nil, err
	}
	out := struct {
		N      int      `json:"N"`
		Sizes  []shrink `json:"sizes"`
		Needed *int     `json:"needed"`
	}{N: in.Shape.N, Sizes: []shrink{}}
	if need, ok := in.Needed(protocol.OneWay, protocol.Alice); ok {
		n := int(need.Bits)
		out.Needed = &n
	}
	c, err := builtBy(q.Model, in.Shape.Task.Name, m, rest)
	if err != nil {
		return nil, err
	}
	params := m.Params()
	for _, p := range c.Params {
		full, ok := params[p.Name]
		if !ok || p.Real || full <= p.Min || full > p.MostInLab() {
			continue
		}
		if least := leastWithMessage(q.Model, in, rest, p.Name, int(p.Min), int(full)); least < int(full) {
			out.Sizes = append(out.Sizes, shrink{p.Name, p.Doc, least, int(full)})
		}
	}
	return out, nil
})

// builtBy is the construction that built a machine: the one that it names, that
// was asked for, or the first that takes what was set.
func builtBy(model, task string, m models.Machine, set models.Settings) (*models.Construction, error) {
	name := set.Choice["construction"]
	if c, ok := m.(models.Chooser); ok && c.Choices()["construction"] != "" {
		name = c.Choices()["construction"]
	}
	if name != "" {
		return zoo.Constructions().Get(name)
	}
	_, rest := set.ForTask(m.Shape().Task)
	for _, c := range zoo.For(model, task) {
		takes := true
		for name := range rest.Num {
			takes = takes && slices.ContainsFunc(c.Params, func(p tasks.Param) bool { return p.Name == name })
		}
		if takes {
			return c, nil
		}
	}
	return nil, errors.New("engine: a machine without a construction")
}
