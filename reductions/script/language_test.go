package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"crosscut/reductions/validate"
	"crosscut/report"
)

// lookup is the look-up of a value at a place that Bob holds, over any domain.
func lookup(x, y, place string) string {
	return fmt.Sprintf(`
def inputs(n, k = 3): return {"x": %s, "y": %s}
def problem(n, x, y, k = 3): return x[%s]
def task(tokens, params): return [tokens[0][tokens[1]]] * 2
def alice(n, x): return {1: x}
def bob(n, y): return {2: %s}
def read(n): return 2
def answer(n, outputs): return outputs[2]
`, x, y, place, place)
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Every domain is enumerated whole, and printed as the file sees it. The faulty version
// answers wrongly exactly at wrong; of the members for which it holds the smallest is
// found.
func TestDomains(t *testing.T) {
	for _, tc := range []struct {
		x, y, place string
		pairs       int64
		wrong, want string // Bob's place wrong when this holds of x; the smallest x and y
	}{
		{"bits(n)", "numbers(1, n)", "y - 1", 3 * 8, "x[0] == 1 and x[1] == 1", `"110" 1`},
		{"words(n, k)", "numbers(1, n)", "y - 1", 3 * 27, "x[1] == 2", `[0,2,0] 1`},
		{"tables(n, k)", "numbers(1, n)", "y - 1", 3 * 27, "x[2] == 3", `[1,1,3] 1`},
		{"subsets(2 * n, k)", "numbers(0, k - 1)", "y", 3 * 20, "x[0] == 3", `[3,4,5] 0`},
		{"subsets_up_to(2 * n, k)", "choices([0])", "y", 42, "len(x) == 2 and x[1] == 6", `[1,6] 0`},
		{"signed(4, 2)", "numbers(0, 3)", "y", 4 * 33, "x[3] == -1 and x[1] == 1", `[0,1,0,-1] 0`},
		{"permutations(n)", "numbers(1, n)", "y - 1", 18, "x[0] == 2", `[2,1,3] 1`},
		{"words(2, 2)", "pairs(numbers(0, 1), choices([\"a\", (1, 2)]))", "y[0]", 16, "x[1] == 1", `[0,1] [0,"a"]`},
	} {
		t.Run(tc.x, func(t *testing.T) {
			source := lookup(tc.x, tc.y, "("+tc.place+")")
			if strings.HasPrefix(tc.x, "subsets_up") { // of any length, so compare the lengths
				source = strings.NewReplacer("x[(y)]", "len(x)", "tokens[0][tokens[1]]", "len(tokens[0])").Replace(source)
			}
			r := check(t, parse(t, source), 3)
			if r.Verdict != report.Meets || r.Pairs.Int64() != tc.pairs || r.Checked != tc.pairs {
				t.Fatalf("%s of %v pairs, want %d; %+v", r.Verdict, r.Pairs, tc.pairs, r.Counterexample)
			}
			faulty := strings.Replace(source, "return {1: x}", "return {1: x if not ("+tc.wrong+") else [7] * 9}", 1)
			r = check(t, parse(t, faulty), 3)
			if r.Verdict != report.Errs || r.Counterexample == nil {
				t.Fatalf("not refuted: %+v", r)
			}
			if got := asJSON(t, r.Counterexample.X) + " " + asJSON(t, r.Counterexample.Y); got != tc.want {
				t.Errorf("counterexample %s, want %s", got, tc.want)
			}
		})
	}
}

func TestSet(t *testing.T) {
	f := parse(t, lookup("words(n, k)", "numbers(1, n)", "y - 1"))
	if err := f.Set(map[string]any{"k": 5}); err != nil {
		t.Fatal(err)
	}
	if r := check(t, f, 2); r.Pairs.Int64() != 2*25 || r.Verdict != report.Meets {
		t.Errorf("%+v", r)
	}
	if err := f.Set(map[string]any{"q": 5}); err == nil || !strings.Contains(err.Error(), `no function has a parameter "q"; known: [k]`) {
		t.Errorf("an unknown parameter: %v", err)
	}
	two := parse(t, strings.Replace(lookup("words(n, k)", "numbers(1, n)", "y - 1"), "x, y, k = 3", "x, y, k = 4", 1))
	if d := two.Doubts(); len(d) != 1 || !strings.Contains(d[0], "k is 3 in inputs and 4 in problem") {
		t.Errorf("two defaults: %q", d)
	}
	typo := parse(t, strings.Replace(lookup("words(n, k)", "numbers(1, n)", "y - 1"), "def read(", "def raed(", 1))
	if d := typo.Doubts(); len(d) != 1 || !strings.HasSuffix(d[0], "no part of a file is called raed; is it read?") {
		t.Errorf("a name that is almost read: %q", d)
	}
	// A problem of ours has its own sizes.
	ours := parse(t, strings.Replace(right, `"disj"`, `"sdisj"`, 1))
	if err := ours.Set(map[string]any{"a": 2}); err != nil {
		t.Error(err)
	}
	if err := ours.Set(map[string]any{"a": 1.5}); err == nil {
		t.Error("a size of 1.5 is accepted")
	}
}

// A relation accepts each of its values, and nothing else.
func TestRelation(t *testing.T) {
	const file = `
def inputs(n): return {"x": subsets(n, 2), "y": numbers(1, n)}
def problem(n, x, y): return one_of([e for e in x if e != y])
def task(tokens, params): return [ANSWER for _ in tokens]
def alice(n, x): return {1: x}
def bob(n, y): return {2: y}
def answer(n, outputs): return outputs[2]
`
	right := "tokens[0][0] if tokens[0][0] != tokens[1] else tokens[0][1]"
	if r := check(t, parse(t, strings.Replace(file, "ANSWER", right, 1)), 4); r.Verdict != report.Meets || r.Checked != 24 {
		t.Errorf("%+v", r)
	}
	r := check(t, parse(t, strings.Replace(file, "ANSWER", "tokens[0][0]", 1)), 4)
	if r.Verdict != report.Errs || r.Failures != 6 || asJSON(t, r.Counterexample.X) != "[1,2]" || asJSON(t, r.Counterexample.Y) != "1" || asJSON(t, r.Counterexample.Want) != `{"one_of":[2]}` {
		t.Errorf("%+v", r)
	}
}

// k players write in turn; the smallest failing input is over all of them.
const chase = `
def inputs(n): return [tables(n, n), tables(n, n), numbers(1, n)]
def problem(n, xs): return xs[0][xs[1][xs[2] - 1] - 1]
def task(tokens, params):
    at = tokens[-1]
    for t in reversed(tokens[:-1]):
        at = t[at - 1]
    return [at for _ in tokens]
def player(n, i, x): return {i + 1: x}
def public(n): return {1: range(1, n + 1)}
def read(n): return [4]
def answer(n, outputs): return outputs[4]
`

func TestPlayers(t *testing.T) {
	r := check(t, parse(t, chase), 3)
	if r.Verdict != report.Meets || r.Checked != 27*27*3 || !r.Exhaustive {
		t.Fatalf("%+v", r)
	}
	r = check(t, parse(t, strings.Replace(chase, "at = t[at - 1]", "at = t[at - 1 if at < 3 else 0]", 1)), 3)
	c := r.Counterexample
	// The walk must come to 3 with a table still to go through, the public identity.
	if r.Verdict != report.Errs || c == nil || c.X != nil || asJSON(t, c.Inputs) != "[[3,1,1],[1,1,1],1]" {
		t.Fatalf("%+v", c)
	}
	for _, tc := range []struct{ name, old, new, want string }{
		{"a hole", "{i + 1: x}", "{i + 1 + (1 if i == 3 else 0): x}", "position 4"},
		{"twice", "{i + 1: x}", "{i: x}", "position 1"},
		{"two of three", "def problem(n, xs)", "def problem(n, x, y): return x\ndef other(n, xs)", "problem(n, x, y) has two players"},
		{"no domains", "def inputs(n): return [tables(n, n), tables(n, n), numbers(1, n)]", "", "needs the domains"},
		{"beside alice", "def read", "def alice(n, x): return {}\ndef read", "player stands beside alice"},
	} {
		f := parse(t, strings.Replace(chase, tc.old, tc.new, 1))
		_, err := f.Subject(3)
		if e := (*Error)(nil); err == nil || validate.Refuted(err) != nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q (%v)", tc.name, err, tc.want, e)
		}
	}
}

// Bob answers: he may use his input, and read where it says.
const own = `
def problem(n, x, y): return x[0] if y[0] else 1 - x[0]
def task(tokens, params): return tokens
def alice(n, x): return {1: x[0], 2: 1 - x[0]}
def bob(n, y): return {3: 0}
def read(n, y): return [1] if y[0] else [2]
def answer(n, y, outputs): return outputs[1 if y[0] else 2]
`

func TestBobAnswers(t *testing.T) {
	if r := check(t, parse(t, own), 2); r.Verdict != report.Meets || r.Checked != 16 {
		t.Fatalf("%+v", r)
	}
	r := check(t, parse(t, strings.Replace(own, "return outputs[1 if y[0] else 2]", "return [o for o in outputs.values()][0] if y[1] == 0 else 0", 1)), 2)
	if r.Verdict != report.Errs || r.Counterexample.X != "00" || r.Counterexample.Y != "01" {
		t.Errorf("%+v", r.Counterexample)
	}
	for _, tc := range []struct{ name, old, new, want string }{
		{"a look elsewhere", "outputs[1 if y[0] else 2]", "outputs[1]", "outputs[1] is not among the positions that read declares, [2]"},
		{"get elsewhere", "outputs[1 if y[0] else 2]", "outputs.get(1, 0)", "outputs[1] is not among"},
		{"outside", "[1] if y[0]", "[4] if y[0]", "the positions are 1..3"},
		{"position 0", "[1] if y[0]", "[0] if y[0]", "the positions are 1..3"},
		{"no position", "[1] if y[0]", `["a"] if y[0]`, "the positions are 1..3"},
		{"None", "[1] if y[0]", `None if y[0]`, "read(2,[1,0]) returned None"},
	} {
		f := parse(t, strings.Replace(own, tc.old, tc.new, 1))
		s, err := f.Subject(2)
		if err == nil {
			_, err = validate.Run(context.Background(), s, validate.Options{})
		}
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "user.star:") {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
}

// What is wrong with a file is said with its line, its value and a hint.
func TestBadLanguage(t *testing.T) {
	for _, tc := range []struct{ name, source, want string }{
		{"unknown domain", strings.Replace(own, "def read", "def inputs(n): return {\"x\": strings(n), \"y\": bits(n)}\ndef read", 1), "undefined: strings"},
		{"no domain", strings.Replace(own, "def read", "def inputs(n): return {\"x\": [0, 1], \"y\": bits(n)}\ndef read", 1), "which is no domain"},
		{"one side", strings.Replace(own, "def read", "def inputs(n): return {\"x\": bits(n)}\ndef read", 1), "without y"},
		{"empty", strings.Replace(own, "def read", "def inputs(n): return {\"x\": bits(n), \"y\": numbers(2, 1)}\ndef read", 1), "numbers(2, 1): it has no member"},
		{"too many of too few", strings.Replace(own, "def read", "def inputs(n): return {\"x\": bits(n), \"y\": subsets(2, 3)}\ndef read", 1), "it has no member"},
		{"the same twice", strings.Replace(own, "def read", "def inputs(n): return {\"x\": bits(n), \"y\": choices([1, True])}\ndef read", 1), "stands there twice"},
		{"negative size", strings.Replace(own, "def read", "def inputs(n): return {\"x\": bits(-n), \"y\": bits(n)}\ndef read", 1), "outside 0.."},
		{"none right", strings.Replace(own, "return x[0] if", "return one_of([]) if", 1), "outside the promise, return None"},
		{"no exact value", strings.Replace(own, "return x[0] if", "return x[0] / 2 if", 1), "user.star:2: problem(2,"},
		{"a value for a function", strings.Replace(own, "def read", "read = 2\ndef unread", 1), "read = 2 is no function"},
		{"no n", strings.Replace(own, "def problem(n, x, y)", "def problem(x, y)", 1), "user.star:2: def problem(x, y): problem takes (n, x, y), or (n, xs)"},
		{"a parameter without default", strings.Replace(own, "def problem(n, x, y)", "def problem(n, x, y, k)", 1), "user.star:2: def problem(n, x, y, k): problem takes (n, x, y)"},
		{"a relation as an answer", strings.Replace(own, "return outputs[1 if y[0] else 2]", "return one_of([1, 2])", 1), "answer returned"},
		{"rounds", own + "def rounds(n): return 0\n", "rounds(2) returned 0"},
		{"a negative need", own + `def needed(n): return {"bits": -1, "setting": "one-way deterministic", "basis": "quoted", "source": "s"}`, "bits = -1"},
		{"half a bit", own + `def needed(n): return {"bits": 1.5, "setting": "one-way deterministic", "basis": "quoted", "source": "s"}`, "bits = 1.5"},
		{"a setting", own + `def needed(n): return {"bits": 1, "setting": "oneway", "basis": "quoted", "source": "s"}`, "is no setting"},
		{"a basis", own + `def needed(n): return {"bits": 1, "setting": "one-way deterministic", "basis": "checked"}`, `basis = "checked"`},
		{"an error that is none", own + `def needed(n): return {"bits": 1, "setting": "one-way randomised, error 3/2", "basis": "quoted", "source": "s"}`, "an error is below 1"},
		{"a dictionary", strings.Replace(own, "return x[0] if", "return {\"a\": 1} if", 1), "returned {\"a\": 1}"},
		{"None inside", strings.Replace(own, "return x[0] if", "return [None] if", 1), "returned [None]"},
		{"one right answer", strings.Replace(own, "return x[0] if", "return one_of(3) if", 1), "one_of(3): want one list"},
		{"reads nothing", strings.Replace(own, "[1] if y[0] else [2]", "[]", 1), "outputs[2] is not among the positions that read declares, []"},
		{"looks at text", strings.Replace(own, "return outputs[1 if", "return outputs[\"1\" if", 1), "outputs has no position \"1\": positions are numbers"},
		{"its own fail", strings.Replace(own, "return {3: 0}", "fail(\"mine\")", 1), "fail: mine"},
		{"deep", strings.Replace(own, "return {3: 0}", "\n  r = [y]\n  for _ in range(100): r = [r]\n  return {3: r}", 1), "more than 64 deep"},
		{"a long text", strings.Replace(own, "return {3: 0}", "return {3: \"a\" * (1 << 40)}", 1), "repeat count"},
		{"a format", strings.Replace(own, "return {3: 0}", "return {3: \"%d\" % \"a\"}", 1), "%d format requires"},
		{"a shift", strings.Replace(own, "return {3: 0}", "return {3: 1 << 100000000000}", 1), "out of range"},
		{"domains that change", strings.Replace(own, "def read", "def inputs(n): return {\"x\": bits(n) if n < 3 else words(n, 2), \"y\": bits(n)}\ndef read", 1), "inputs(1) is [bits, bits], and inputs(3) is [words, bits]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := Parse(context.Background(), "user.star", tc.source, Limits{})
			if err == nil {
				defer f.Close()
				var s *validate.Subject
				if s, err = f.Subject(2); err == nil {
					_, err = validate.Run(context.Background(), s, validate.Options{})
				}
				if err == nil {
					_, err = f.Subject(3)
				}
			}
			if err == nil || validate.Refuted(err) != nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "user.star:") || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %q", err, tc.want)
			}
			var bad *Error
			if !errors.As(err, &bad) || bad.Help == "" || tc.name == "a shift" && strings.Contains(bad.Help, "from 0") {
				t.Errorf("hint %q of %v", bad.Hint(), err)
			}
		})
	}
}

// Sizes that a domain cannot have get the list of domains as a hint.
func TestDomainHint(t *testing.T) {
	for _, bad := range []string{"words(n)", "words(n, 0)", "bits(-n)", "pairs(bits(n))", "numbers(2, 1)", "choices([])", "tables(n, \"a\")"} {
		f := parse(t, "def inputs(n): return {\"x\": "+bad+", \"y\": bits(n)}\ndef problem(n, x, y): return 1\n")
		_, err := f.Matrix(2)
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(e.Msg, "user.star:1:") || !strings.Contains(e.Help, "subsets(N, k)") {
			t.Errorf("%s: %+v", bad, err)
		}
	}
}

// An error carries the line of the file, with a caret below the place.
func TestCaret(t *testing.T) {
	_, err := Parse(context.Background(), "user.star", "x = 1\ny = x + zebra\n", Limits{})
	e, ok := err.(*Error)
	if !ok || e.Excerpt() != "    y = x + zebra\n            ^" {
		t.Errorf("%v: %q", err, e.Excerpt())
	}
}

// A token that never changes and is read is named: its owner hides the query from the
// others.
func TestConstantToken(t *testing.T) {
	const file = `
problem = "disj"
def task(tokens, params): return [1 if any([a and b for a, b in zip(tokens[:len(tokens) // 2], tokens[len(tokens) // 2:-1])]) else 0] * len(tokens)
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return dict([(n + 1 + i, y[i]) for i in range(n)] + [(2 * n + 1, "end")])
def read(n): return [2 * n + 1]
def answer(n, outputs): return outputs[2 * n + 1] == 1
`
	named := func(source string) bool {
		r := check(t, parse(t, source), 3)
		return r.Verdict == report.Meets && strings.Contains(r.Cause, "right if the token at position 7 is public")
	}
	if !named(file) {
		t.Error("Bob's constant end marker is not named")
	}
	if named(strings.Replace(file, ` + [(2 * n + 1, "end")])`, ")\ndef public(n): return {2 * n + 1: 3}", 1)) {
		t.Error("a public token is named")
	}
	if named(strings.Replace(file, `"end"`, "y[0]", 1)) {
		t.Error("a token that changes is named")
	}
}
