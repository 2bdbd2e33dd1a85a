package script

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"crosscut/reductions/rules"
	"crosscut/reductions/validate"
	"crosscut/report"
)

// ofTables is a problem of two players who hold tables, of n rows and values.
const ofTables = `
def inputs(n): return {"x": tables(n, n), "y": tables(n, n)}
def f(x, y): return %s
def problem(n, x, y): return f(x, y)
def task(tokens, params): return [f(tokens[0], tokens[1])] * 2
def alice(n, x): return {1: x}
def bob(n, y): return {2: y}
def read(n): return [2]
def answer(n, outputs): return outputs[2]
def needed(n): return {"bits": %d, "setting": "%s deterministic", "basis": "proved", "source": "here"}
`

// What pointers lead to costs a word for each pointer: entries of a table are said. None of these is found by halving
// lines, or by telling those apart that need it.
func TestDeclaredNeedOfPointers(t *testing.T) {
	t.Parallel()
	const three = `
def inputs(n): return [tables(n, n) for _ in range(3)]
def f(xs): return xs[2][xs[0][xs[1][xs[2][0] - 1] - 1] - 1]
def problem(n, xs): return f(xs)
def task(tokens, params): return [f(tokens)] * 3
def player(n, i, x): return {i: x}
def read(n): return [3]
def answer(n, outputs): return outputs[3]
def needed(n): return {"bits": %d, "setting": "%s, 3 players", "basis": "proved", "source": "here"}
`
	two := func(problem string) string {
		return strings.Replace(strings.Replace(ofTables, "%s", problem, 1), "%s deterministic", "%s", 1)
	}
	for _, tc := range []struct {
		source, setting string
		n, enough       int // bits, and no fewer were found
	}{
		{two("x[y[x[0] - 1] - 1]"), "two-way deterministic", 4, 6},
		{two("x[y[x[0] - 1] - 1]"), "3 rounds deterministic", 4, 6},
		{two("x[y[x[0] - 1] - 1]"), "two-way randomised, error 1/3", 4, 6},
		{two("y[x[y[x[0] - 1] - 1] - 1]"), "two-way deterministic", 4, 6},
		{three, "two-way deterministic", 3, 6},
	} {
		s, err := parse(t, fmt.Sprintf(tc.source, tc.enough+1, tc.setting)).Subject(tc.n)
		if err != nil {
			t.Fatal(err)
		}
		r, err := validate.Run(t.Context(), s, validate.Options{Budget: 1 << 9})
		if err != nil {
			t.Fatal(err)
		}
		if r.Violation == nil || !strings.Contains(r.Violation.Detail, fmt.Sprintf("and %d are enough", tc.enough)) {
			t.Errorf("%s: %+v", tc.setting, r.Violation)
		}
	}
}

// What follows from a declared need says so where nothing shows that it is right: not where a bound that was computed
// meets it, or a search through all protocols ends.
func TestDeclaredNeedThatIsNotProved(t *testing.T) {
	t.Parallel()
	const three = `
def inputs(n): return [bits(3), numbers(0, 2), bits(1)]
def f(xs): return xs[0][xs[1]]
def problem(n, xs): return f(xs)
def task(tokens, params): return [f(tokens)] * 3
def player(n, i, x): return {i: x}
def read(n): return [3]
def answer(n, outputs): return outputs[3]
def needed(n): return {"bits": %d, "setting": "%s deterministic, 3 players", "basis": "proved", "source": "here"}
`
	pointers, equal := strings.Replace(ofTables, "%s", "x[y[x[0] - 1] - 1]", 1), strings.Replace(ofTables, "%s", "x == y", 1)
	for _, tc := range []struct {
		source  string
		bits    int
		setting string
		rule    string
		noted   string
	}{
		{pointers, 8, "2 rounds", "kernel-attention layers=2 H=1 features=1 m=1 p=1", "its need is declared, not proved here: no protocol that was tried at n = 4 costs less than 8 bits, and 5 are what was computed to be needed"},
		{equal, 8, "2 rounds", "kernel-attention layers=2 H=1 features=1 m=1 p=1", ""},
		{equal, 8, "two-way", "attention H=1 d=1 d_v=1 m=1 p=2 f=1 layers=1", ""},
		{pointers, 8, "one-way", "recurrent layers=1 m=1 p=2", ""}, // 256 rows
		{three, 4, "one-way", "recurrent layers=1 m=1 p=1", ""},    // the cuts show 3, a search through all protocols 4
	} {
		s, err := parse(t, fmt.Sprintf(tc.source, tc.bits, tc.setting)).Subject(4)
		if err != nil {
			t.Fatal(err)
		}
		r, err := validate.Run(t.Context(), s, validate.Options{Budget: 1 << 9})
		if err != nil || r.Verdict != report.Meets {
			t.Fatalf("%+v: %v, %+v", tc, err, r.Violation)
		}
		a, err := rules.Parse(tc.rule)
		if err != nil {
			t.Fatal(err)
		}
		list, err := validate.Consequences(t.Context(), s, func(int) (*validate.Subject, error) { return nil, errors.ErrUnsupported }, a)
		if err != nil {
			t.Fatal(err)
		}
		if c := list[0]; c.Vacuous || *c.Needed != tc.bits || strings.Contains(c.Note, "declared,") != (tc.noted != "") || !strings.Contains(c.Note, tc.noted) {
			t.Errorf("%+v: vacuous %v, %d of %d bits: %q", tc, c.Vacuous, *c.Bits, *c.Needed, c.Note)
		}
	}
}
