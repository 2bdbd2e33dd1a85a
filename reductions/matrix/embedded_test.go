package matrix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol/bounds"
	"crosscut/reductions/rules"
)

func trialOf(t *testing.T, name string, set tasks.Params, read int) Trial {
	t.Helper()
	task, err := tasks.Catalog().Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return Trial{At: func(n int, spec string) (sh tasks.Shape, split tasks.Split, _ []int, err error) {
		if sh, err = task.Shape(n, set); err == nil {
			split, err = sh.ParseSplit(spec)
		}
		return sh, split, []int{read}, err
	}}
}

// TestBestSplit: match3 at N = 5 and M = 6.
func TestBestSplit(t *testing.T) {
	trial := trialOf(t, "match3", tasks.Params{"M": 6}, 1)
	best, tried, err := trial.Best(t.Context(), 5)
	if err != nil || best != "prefix:3" {
		t.Fatalf("%s, %v", best, err)
	}
	want := map[string][2]int{"half": {3, 3}, "prefix:1": {2, 3}, "prefix:2": {3, 3}, "prefix:3": {4, 3}, "prefix:4": {3, 2}}
	for _, x := range tried {
		if w, ok := want[x.Split]; !ok || x.Index == nil || x.Index.Alice != (bounds.Range{Lower: w[0], Upper: w[0]}) || x.Index.Bob != (bounds.Range{Lower: w[1], Upper: w[1]}) {
			t.Errorf("%s: %+v, want %v", x.Split, x.Index, w)
		}
		delete(want, x.Split)
	}
	if len(want) > 0 {
		t.Errorf("not tried: %v", want)
	}
	trial.Allow = func(e models.Effort) error {
		if e.Bytes > 5*36*36 {
			return errors.New("no more than that")
		}
		return nil
	}
	best, tried, err = trial.Best(t.Context(), 5)
	if err != nil || best != "half" || tried[3].Index != nil || tried[3].Why != "no more than that" {
		t.Errorf("only half is allowed: %s, %+v, %v", best, tried, err)
	}
	trial.Allow = func(models.Effort) error { return errors.New("nothing") }
	if _, _, err := trial.Best(t.Context(), 5); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("nothing is allowed: %v", err)
	}
	if _, err := trial.matrix(t.Context(), 12, "half"); err == nil || !strings.Contains(err.Error(), "entries") {
		t.Errorf("6^11 entries: %v", err)
	}
}

// resultOf is a cut with the problems inside its matrix, and nothing else.
func resultOf(t *testing.T, c *Cut) *Result {
	t.Helper()
	table, err := c.Tabulate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := table.Matrix(table.Rows)
	if err != nil {
		t.Fatal(err)
	}
	r := c.Result(t.Context(), table, nil)
	r.Analysed(&bounds.Report{Embedded: bounds.Embedded(t.Context(), m)})
	return r
}

// TestEmbeddedInputs: the inputs that an embedding names are the task's own tokens, and
// the task evaluated on them is the problem.
func TestEmbeddedInputs(t *testing.T) {
	c := cutOf(t, "match3", 5, tasks.Params{"M": 6}, "prefix:3")
	r := resultOf(t, c)
	index := false
	for _, e := range r.Embedded {
		if e.Problem != "index" || e.Holder != "alice" {
			continue
		}
		index = true
		for p, row := range e.RowInputs {
			for b, col := range e.ColInputs {
				var seq []tasks.Token
				for _, word := range strings.Fields(row + " " + col) {
					var x int
					if err := json.Unmarshal([]byte(word), &x); err != nil {
						t.Fatal(err)
					}
					seq = append(seq, tasks.Token{X: x})
				}
				if got := c.Shape.Task.Eval(c.Shape, seq, 1)[0]; got != float64(p>>b&1) {
					t.Errorf("%s, %s: %v, want bit %d of %d", row, col, got, b, p)
				}
			}
		}
		if len(e.RowInputs) != 16 || len(e.ColInputs) != 4 {
			t.Errorf("%d rows, %d columns", len(e.RowInputs), len(e.ColInputs))
		}
	}
	if !index {
		t.Error("no INDEX")
	}
}

// TestBinds: an INDEX of Alice's bounds what she alone says, one of Bob's nothing, and the
// rest whatever is a protocol.
func TestBinds(t *testing.T) {
	for _, c := range []struct {
		split, problem, holder string
		output                 int
		binds, not             string
	}{
		{"prefix:3", "index", "alice", 5, "recurrent", "attention"}, // token 5, the query, is Bob's
		{"prefix:3", "index", "alice", 1, "attention", "bapo"},
		{"prefix:3", "eq", "alice", 5, "attention", ""},
		{"prefix:3", "index", "bob", 0, "", "recurrent"},
		{"alice:1,3,bob:2,4-5", "index", "alice", 5, "tensor", "recurrent"}, // the state crosses twice
		{"alice:1,3,bob:2,4-5", "gt", "alice", 5, "recurrent", ""},
	} {
		found := false
		for _, e := range resultOf(t, cutOf(t, "match3", 5, tasks.Params{"M": 6}, c.split)).Embedded {
			if e.Problem != c.problem || e.Holder != c.holder {
				continue
			}
			found = true
			if c.output == 0 && len(e.Binds) > 0 {
				t.Errorf("%+v: %+v", c, e.Binds)
			}
			for _, b := range e.Binds {
				if b.Outputs[0] == c.output && (!slices.Contains(b.Rules, c.binds) || slices.Contains(b.Rules, c.not)) {
					t.Errorf("%+v: %v", c, b.Rules)
				}
			}
			if c.output > 0 && len(e.Binds) != 2 {
				t.Errorf("%+v: outputs at %+v", c, e.Binds)
			}
		}
		if !found {
			t.Errorf("%+v: not found", c)
		}
	}
}

// TestOneLayer: where architectures have layers, the sizes at which they are listed have one.
func TestOneLayer(t *testing.T) {
	layered := 0
	for r := range rules.Catalog().All() {
		s, err := r.With(models.Settings{Num: tasks.Params(nil).With(append(r.Examples, nil)[0])})
		if err != nil {
			t.Fatal(err)
		}
		if layers, has := s.Set.Num["layers"]; has {
			if layered++; layers != 1 {
				t.Errorf("%s: %v layers", r.Name, layers)
			}
		}
	}
	if layered == 0 {
		t.Error("no architecture has layers")
	}
}

// TestLonger sets what is said of N + 1 and N + 2 against what is found there.
func TestLonger(t *testing.T) {
	trial := trialOf(t, "match3", tasks.Params{"M": 4}, 1)
	said := map[string]int{}
	for _, spec := range []string{"half", "prefix:1", "alice:1-2,bob:3"} {
		r := resultOf(t, cutOf(t, "match3", 3, tasks.Params{"M": 4}, spec))
		r.Longer(t.Context(), trial, spec)
		for _, e := range r.Embedded {
			if strings.HasPrefix(spec, "alice") {
				if len(e.Longer) > 0 {
					t.Errorf("%s: %+v", spec, e.Longer)
				}
				continue
			}
			for d, l := range e.Longer {
				said[l.Larger]++
				best := 0
				for k := range d + 2 {
					at := spec
					if spec != "half" {
						at = fmt.Sprintf("prefix:%d", 1+k)
					}
					for _, f := range resultOf(t, cutOf(t, "match3", 4+d, tasks.Params{"M": 4}, at)).Embedded {
						if f.Problem == e.Problem && f.Holder == e.Holder {
							best = max(best, f.Size.Lower)
						}
					}
				}
				if l.N != 4+d || l.Size == nil || l.Size.Lower != best || (l.Larger == "yes") != (best > e.Size.Lower) {
					t.Errorf("%s, %s of %s: %+v, want %d", spec, e.Problem, e.Holder, l, best)
				}
			}
		}
	}
	if said["yes"] == 0 || said["no"] == 0 {
		t.Errorf("%v: too little to mean anything", said)
	}
	r := resultOf(t, cutOf(t, "match3", 5, tasks.Params{"M": 6}, "prefix:3"))
	r.Longer(t.Context(), trialOf(t, "match3", tasks.Params{"M": 6}, 1), "prefix:3")
	if got := fmt.Sprint(r.Embedded[0].Longer[0], "; ", r.Embedded[0].Longer[1]); got != "N = 6: 4 at prefix:3, no larger; N = 7: 4 at prefix:3, no larger" {
		t.Errorf("INDEX in match3: %s", got)
	}
	// What was not tried, or is not proved, is open.
	e := &Embedding{Embedding: bounds.Embedding{Problem: "gt", Holder: "alice", Size: bounds.Range{Lower: 4, Upper: 4}}}
	gt := func(low, high int) []bounds.Embedding {
		return []bounds.Embedding{{Problem: "gt", Holder: "alice", Size: bounds.Range{Lower: low, Upper: high}}}
	}
	for _, c := range []struct {
		found [][]bounds.Embedding
		want  string
	}{
		{[][]bounds.Embedding{gt(4, 4), gt(3, 3)}, "no"}, {[][]bounds.Embedding{gt(4, 5), gt(3, 3)}, "open"}, {[][]bounds.Embedding{gt(4, 4), nil}, "open"},
		{[][]bounds.Embedding{nil, gt(5, 9)}, "yes"}, {[][]bounds.Embedding{nil, nil}, "open"},
	} {
		if got := longest(e, 6, []string{"prefix:2", "prefix:3"}, c.found, nil); got.Larger != c.want {
			t.Errorf("%+v: %s, want %s", c.found, got.Larger, c.want)
		}
	}
}

// TestBestUntilStopped: what was not searched is not said.
func TestBestUntilStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	best, tried, err := trialOf(t, "match3", tasks.Params{"M": 6}, 1).Best(ctx, 5)
	if err == nil || best != "" || tried[0].Index != nil {
		t.Errorf("%q, %+v, %v", best, tried, err)
	}
}
