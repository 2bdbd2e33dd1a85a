package script

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"crosscut/reductions/validate"
)

// No worker's calls hide one that does not end: it alone holds up the beats.
func TestPulse(t *testing.T) {
	p := newPulse(2)
	for k, c := range []struct {
		worker int
		at     time.Duration
		beats  bool
	}{
		{0, beatEvery - 1, false},    // too early
		{0, beatEvery, false},        // the other has done nothing yet
		{1, 2 * beatEvery, true},     // both have
		{1, 3 * beatEvery, false},    // now the first is stuck
		{1, 90 * beatEvery, false},   // for long
		{0, 91 * beatEvery, true},    // and is not
		{0, 91*beatEvery + 1, false}, // too early
	} {
		if got := p.tick(c.worker, c.at); got != c.beats {
			t.Errorf("call %d: beats %v, want %v", k, got, c.beats)
		}
	}
	if p.rest(0, true); !p.tick(1, 92*beatEvery) || !p.tick(1, 93*beatEvery) {
		t.Error("a worker that has ended holds up the other")
	}
}

// inTime tries with more and more time for a call, until it is not that which is wrong, or as it is wanted, where LIMIT
// stands for that time: on a busy machine what comes before takes as long.
func inTime(want string, limits Limits, try func(Limits) error) (err error, wanted string) {
	for ; ; limits.Call *= 2 {
		err, wanted = try(limits), strings.Replace(want, "LIMIT", limits.Call.String(), 1)
		if err == nil || strings.Contains(err.Error(), wanted) || !strings.Contains(err.Error(), "took more than") || limits.Call > time.Minute {
			return err, wanted
		}
	}
}

// A batch has the limits of single calls, and its calls share nothing that one could
// change.
func TestBatch(t *testing.T) {
	t.Parallel()
	const file = `
problem = "eq"
def task(tokens, params): return [1 if tokens[0] == tokens[2] and tokens[1] == tokens[3] else 0] * 4
def alice(n, x): return {1 + i: [x[i]] for i in range(n)}
def bob(n, y): return {1 + n + i: [y[i]] for i in range(n)}
def read(n): return [1]
def answer(n, y, outputs): return outputs[1] == 1
`
	for _, c := range []struct{ old, new, want string }{
		{"problem = \"eq\"", "def problem(n, x, y):\n    x.extend(y)\n    y.clear()\n    return x[:n] == x[n:]", ""},
		{"def task(tokens, params): return", "def task(tokens, params):\n    for t in tokens: t.append(0)\n    return", ""},
		{"return outputs[1] == 1", "\n    y.append(1)\n    return outputs[1] == 1", ""},
		{"def answer(n, y, outputs): return", "def answer(n, y, outputs):\n    if y == [1, 0]:\n        for a in range(1 << 40): pass\n    return", "user.star:9:9: in answer: took more than LIMIT"},
		{"def answer(n, y, outputs): return", "def answer(n, y, outputs):\n    if y == [1, 0]: [0] * (1 << 28)\n    return", "needs more than 64 MB"},
		{"problem = \"eq\"", "def problem(n, x, y):\n    return x == y if x != [1, 1] else 1 // y[0]", "in problem: floored division by zero, on [1, 1], [0, 0]"},
		{"def task(tokens, params): return", "def task(tokens, params):\n    {}[len(tokens)]\n    return", "in task: key 4 not in dict, on [0, 0], with the tokens ["},
		{"problem = \"eq\"", "def problem(n, x, y):\n    return x == y if y[0] else [None]", "problem(2,[0,0],[0,0]) returned [None]"},
	} {
		limits := Limits{Call: time.Minute}
		switch {
		case strings.Contains(c.want, "LIMIT"):
			limits.Call = 10 * time.Millisecond
		case strings.Contains(c.want, "64 MB"):
			limits.Memory = 64 << 20
		}
		err, want := inTime(c.want, limits, func(limits Limits) error {
			f, err := Parse(context.Background(), "user.star", strings.Replace(file, c.old, c.new, 1), limits)
			if err != nil {
				return err
			}
			defer f.Close()
			s, err := f.Subject(2)
			if err == nil {
				_, err = validate.Run(context.Background(), s, validate.Options{Seed: 1})
			}
			return err
		})
		if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", c.new, err, want)
		}
	}
}

// Each half of a pair is written once, and task is called once for each sequence: here two
// inputs of Bob's share theirs.
func TestWork(t *testing.T) {
	const file = `
def inputs(n): return {"x": bits(n), "y": pairs(numbers(1, n), numbers(0, 1))}
def problem(n, x, y): return x[y[0] - 1] == y[1]
def task(tokens, params): return [[tokens[tokens[-1] - 1]]] * len(tokens)
def alice(n, x): return {1 + i: x[i] for i in range(n)}
def bob(n, y): return {n + 1: y[0]}
def read(n): return [n + 1]
def answer(n, y, outputs):
    out = outputs[n + 1]
    out.append(y[1])
    return out[0] == out[1] and len(out) == 2
`
	f, err := Parse(context.Background(), "user.star", file, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const n = 5
	s, err := f.Subject(n)
	if err != nil {
		t.Fatal(err)
	}
	before := maps.Clone(f.proc.calls)
	r, err := validate.Run(context.Background(), s, validate.Options{Seed: 1})
	if err != nil || !r.Exhaustive || r.Failures > 0 {
		t.Fatal(r, err)
	}
	const xs, ys, drawn = 1 << n, 2 * n, 2 // two more inputs of Bob show that the query, which is his, is not constant
	for fn, want := range map[string]int{"alice": xs, "bob": ys + drawn} {
		if got := f.proc.calls[fn] - before[fn]; got != want {
			t.Errorf("%s was called %d times, want %d", fn, got, want)
		}
	}
	// problem is asked once for each y and the bit that it reads; task, whose calls stand with
	// those of answer, once for each query and the bit that it reads, and answer once for each y
	// and output.
	for fn, want := range map[string]int{"problem": 2 * ys, "task": 2*n + 2*ys} {
		if got := f.proc.calls[fn] - before[fn]; got != want {
			t.Errorf("%s was called %d times, want %d", fn, got, want)
		}
	}
}

// Results are numbered by the inputs, whichever processor is done first: what is searched after that
// depends on their order.
func TestBatchOrder(t *testing.T) {
	t.Parallel()
	c := &child{}
	if r := c.load(request{Name: "user.star", Source: "def problem(n, x, y):\n    for a in range(1 << 16 if x < 8 else 0): pass\n    return -x"}, func(int) {}); r.Error != "" {
		t.Fatal(r.Error)
	}
	b := &batch{Lead: list(number(1)), Count: 64, Held: make([]varints, 2)}
	for k := range b.Count {
		b.Members = append(b.Members, number(k))
		b.Held[0].add(k)
	}
	b.Held[1].add(0)
	got := c.batch(request{Fn: "problem", Batch: b}, func() error { return nil })
	of, err := got.Values.all(len(got.Results))
	if err != nil || got.Error != "" || len(of) != b.Count {
		t.Fatal(err, got.Error, len(of))
	}
	for k, id := range of {
		if int(id) != k || string(got.Results[id]) != string(number(-k)) {
			t.Errorf("input %d has result number %d, %s", k, id, got.Results[id])
		}
	}
}
