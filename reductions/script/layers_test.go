package script

import (
	"math/rand/v2"
	"strings"
	"testing"

	"crosscut/models/run"
	"crosscut/models/tasks"
)

// twice reads the sequence twice: the first pass counts, the second, backwards, brings the
// count to every position, and the third adds.
const twice = `
layers = 3
def state_bits(n, layer): return 0 if layer == 2 else 8
def back_bits(n, layer): return 8 if layer == 2 else 0
def init(n, layer): return 0
def step(n, layer, state, position, value):
    if layer == 1: return state + value
    return 0 if layer == 2 else (state + value[1]) % 256
def back(n, layer, state, position, value): return value[0] if position == n else state
def emit(n, layer, state, back, position, value):
    if layer == 1: return (state, value)
    return (back, value[1])
def output(n, state, back, position, value): return 1 if (value[0] + state) % 2 else 0
`

// deep is two layers of attention with two heads; what the first gives is rounded.
const deep = `
layers = 2
heads = 2
p = 12
f = 6
def query(n, layer, position, token, head): return [1]
def key(n, layer, position, token, head): return [0 if head == 1 else -(position % 3)]
def value(n, layer, position, token, head): return [token] if layer == 1 else [token[1] + head]
def emit(n, layer, fraction, position, token): return [token, fraction[0][0][0] // fraction[0][0][1], fraction[1][0][0] // fraction[1][0][1]]
def output(n, fraction, position, token): return 1 if (fraction[0][0][0] + token[2]) % 3 == 0 else 0
`

// A user's stacks are cut and metered like one layer, on every split, read and answer.
func TestUsersStacks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, source := range map[string]string{"three passes": twice, "two layers of attention": deep} {
		f := parse(t, source)
		for _, n := range []int{1, 2, 5} {
			sh, err := tasks.Match2.Shape(n, nil)
			if err != nil {
				t.Fatal(err)
			}
			m, err := f.Machine(sh)
			if err != nil {
				t.Fatal(err)
			}
			for _, split := range []string{"half", "prefix:1"} {
				for _, answer := range []string{"bob", "owner"} {
					job, err := run.ParseJob(sh, split, "all", answer)
					if err != nil {
						t.Fatal(err)
					}
					r, err := run.Do(t.Context(), m, job, sh.Task.Generate(sh, rng))
					if err != nil {
						t.Fatalf("%s, N = %d: %v", name, n, err)
					}
					if !r.Agree { // Do itself compares the meter with the formula
						t.Errorf("%s, N = %d, %s, %s: %+v", name, n, split, answer, r)
					}
				}
			}
		}
	}
}

// Faults of stacks, among them every way to hide tokens from the meter, are refused.
func TestBadStacks(t *testing.T) {
	for _, tc := range []struct{ name, source, old, new, want string }{
		{"tokens kept outside the state", "keep = []\n" + twice, "return state + value\n", "return keep.append(value) or 0\n", "frozen"},
		{"tokens kept in a default", twice, "def step(n, layer, state, position, value):\n", "def step(n, layer, state, position, value, keep = []):\n    keep.append(value)\n", "frozen"},
		{"more than the state holds", twice, "return state + value\n", "return state * 256 + 255 + value\n", "at most 8 bits"},
		{"no emit", twice, "def emit", "def emits", "lacks def emit"},
		{"too many layers", twice, "layers = 3", "layers = 300", "layers = 300"},
		{"an emitted number that is too large", deep, "return [token, fraction", "return [token << 12, fraction", "does not fit p = 12"},
		{"emitted lists of two lengths", deep, "return [token, fraction", "return [token] + [0] * (position // 2) + [fraction", "at position 1"},
		{"no layer among the arguments", deep, "def key(n, layer, position, token, head)", "def key(n, position, token, head)", "key takes 4 arguments"},
	} {
		f := parse(t, strings.Replace(tc.source, tc.old, tc.new, 1))
		sh, err := tasks.Match2.Shape(5, nil)
		if err != nil {
			t.Fatal(err)
		}
		m, err := f.Machine(sh)
		if err == nil {
			job, e := run.ParseJob(sh, "half", "all", "")
			if e != nil {
				t.Fatal(e)
			}
			_, err = run.Do(t.Context(), m, job, sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1))))
		}
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", tc.name, err, tc.want)
		}
	}
}

// Outputs of one's own task may be strings and tuples: they are compared exactly, and
// cannot be sent.
func TestOutputsOfAnyKind(t *testing.T) {
	f := parse(t, `
def inputs(n): return {"x": words(n, 3), "y": numbers(1, n)}
def problem(n, x, y): return "v%d" % x[y - 1]
def task(tokens, params): return [("v%d" % tokens[tokens[-1] - 1], 1) for _ in tokens]
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return {n + 1: y}
def read(n): return [n + 1]
def answer(n, outputs): return outputs[n + 1][0]
`)
	in, err := f.Instance(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	const model = `
def state_bits(n): return 2 * n
def init(n): return 0
def step(n, state, position, token): return state + ((token % 4) << (2 * (position - 1)))
def output(n, state, position, token): return ("v%d" % ((state >> (2 * (token - 1))) % 4), 1)
`
	rng := rand.New(rand.NewPCG(1, 1))
	for name, c := range map[string]struct {
		source, answer string
		right          bool
		want           string
	}{
		"right":           {model, "bob", true, ""},
		"a list":          {strings.NewReplacer("return (", "return [", ", 1)\n", ", 1]\n").Replace(model), "bob", false, ""},
		"another string":  {strings.Replace(model, "\"v%d\"", "\"w%d\"", 1), "bob", false, ""},
		"it must be sent": {model, "alice", false, "would have to be sent"},
	} {
		m, err := parse(t, c.source).Machine(in.Shape)
		if err != nil {
			t.Fatal(err)
		}
		job, err := run.ParseJob(in.Shape, "prefix:2", "3", c.answer)
		if err != nil {
			t.Fatal(err)
		}
		r, err := run.Do(t.Context(), m, job, in.Shape.Task.Generate(in.Shape, rng))
		switch {
		case c.want != "":
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want %q", name, err, c.want)
			}
		case err != nil || !r.Agree || r.Correct != c.right:
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}
