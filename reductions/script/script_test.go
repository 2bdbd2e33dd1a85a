package script

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/validate"
	"crosscut/report"
)

// The test binary is its own child process.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "starlark-child" { // an argument: fuzzing inherits the environment
		if err := ServeChild(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	Child = func() (*exec.Cmd, error) { return exec.Command(os.Args[0], "starlark-child"), nil }
	os.Exit(m.Run())
}

func parse(t *testing.T, source string) *File {
	t.Helper()
	f, err := Parse(context.Background(), "user.star", source, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func check(t *testing.T, f *File, n int) *validate.Result {
	t.Helper()
	s, err := f.Subject(n)
	if r := validate.Refuted(err); err != nil && r != nil {
		return r
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := validate.Run(context.Background(), s, validate.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// right is a correct map; the faulty ones below each change one thing.
const right = `
problem = "disj"
task = "match3"
def params(n):  return {"M": 2 * n + 4}
def public(n):  return {1: 1}
def alice(n, x): return {2 + i: i + 2 if x[i] else 1 for i in range(n)}
def bob(n, y):   return {2 + n + i: 2 * n + 4 - i - 3 if y[i] else 1 for i in range(n)}
def answer(n, outputs): return outputs[1] == 1
`

func TestRight(t *testing.T) {
	// Other names than the page's go by their place.
	if r := check(t, parse(t, "# \uFFFD\n"+strings.Replace(right, "answer(n, outputs): return outputs[1]", "answer(size, out): return out[1]", 1)), 2); r.Verdict != report.Meets {
		t.Errorf("%+v", r)
	}
	f := parse(t, right)
	for n := 1; n <= 6; n++ {
		if r := check(t, f, n); r.Verdict != report.Meets || !r.Exhaustive || r.Pairs.Int64() != 1<<(2*n) || r.Checked != 1<<(2*n) {
			t.Errorf("n = %d: %+v", n, r)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		name, old, new string
		x, y           string // the smallest counterexample, at n = 3
		cause          string
		violation      string
		refused        string // part of the error, the file being unusable
	}{
		{name: "M off by one", old: "2 * n + 4}", new: "2 * n + 5}", x: "000", y: "001"},
		{name: "M too small: small values wrap around", old: `{"M": 2 * n + 4}`, new: `{"M": 2 * n + 2}`},
		{name: "Bob off by one", old: "4 - i - 3 if", new: "4 - i - 2 if", x: "000", y: "100"},
		{name: "the query matches itself", old: "{1: 1}", new: `{1: 2 * n + 4}`, x: "000", y: "000"},
		{name: "padding collides with the query", old: "if x[i] else 1", new: "if x[i] else 2 * n + 2", x: "000", y: "000"},
		{name: "answer inverted", old: "outputs[1] == 1", new: "outputs[1] == 0", x: "000", y: "000", cause: "inverted"},
		{name: "answer read elsewhere", old: "outputs[1] == 1", new: "outputs[2] == 1"},
		{name: "answer of all outputs", old: "outputs[1] == 1", new: "1 in outputs.values()"},
		{name: "positions move with x", old: "{2 + i: i + 2 if x[i] else 1 for i in range(n)}", new: "{2 + (i + sum_(x)) % n: i + 2 if x[i] else 1 for i in range(n - x[0])}\ndef sum_(x): return len([e for e in x if e])", violation: validate.FixedPlaces},
		{name: "a public token is written by Alice", old: "{2 + i: i + 2 if x[i] else 1 for i in range(n)}", new: "dict([(2 + i, i + 2 if x[i] else 1) for i in range(n)] + ([(1, 5)] if x[0] else []))", violation: validate.FixedPublic},
		{name: "a token out of range", old: "i + 2 if x[i]", new: "i + 5 * n if x[i]", violation: validate.InRange},
		{name: "a hole in the positions", old: "{2 + n + i:", new: "{3 + n + i:", refused: "nobody writes it"},
		{name: "a position twice", old: "{2 + n + i:", new: "{1 + n + i:", refused: "bob at n = 3: position 4: alice writes it too"},
		{name: "position 0", old: "{2 + i:", new: "{i:", refused: "position 0: positions are numbers, and count from 1"},
		{name: "positions as text", old: "{2 + i:", new: "{str(2 + i):", refused: "position \"2\": positions are numbers"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			source := strings.Replace(right, tc.old, tc.new, 1)
			if source == right {
				t.Fatal("the fault is not in the file")
			}
			if tc.refused != "" {
				_, err := parse(t, source).Subject(3)
				if bad := new(Error); !errors.As(err, &bad) || !strings.HasPrefix(err.Error(), "user.star:") || !strings.Contains(err.Error(), tc.refused) || bad.Hint() == "" {
					t.Errorf("%v", err)
				}
				return
			}
			r := check(t, parse(t, source), 3)
			if r.Verdict != report.Errs {
				t.Fatalf("not refuted: %+v", r)
			}
			if tc.violation != "" {
				if r.Violation == nil || r.Violation.Obligation != tc.violation {
					t.Errorf("violation %v, want %q", r.Violation, tc.violation)
				}
				return
			}
			c := r.Counterexample
			if c == nil || c.Got.Equal(c.Want) {
				t.Fatalf("no counterexample: %+v", r)
			}
			if tc.x != "" && (c.X != tc.x || c.Y != tc.y) {
				t.Errorf("counterexample x = %s, y = %v, want %s, %s", c.X, c.Y, tc.x, tc.y)
			}
			if !strings.Contains(r.Cause, tc.cause) {
				t.Errorf("cause %q, want %q", r.Cause, tc.cause)
			}
		})
	}
}

// Answers are values: what is wrong over more than two is an error, and a type that
// the problem never has makes the file unusable.
func TestManyValues(t *testing.T) {
	const file = `
def problem(n, x, y): return 1 + x[0] + y[0]
def task(tokens, params): return [tokens[0] + tokens[1], 0]
def alice(n, x): return {1: x[0]}
def bob(n, y): return {2: y[0]}
`
	for answer, want := range map[string]report.Verdict{
		"outputs[1] + 1": report.Meets, "outputs[1] + 2": report.Errs, "7": report.Errs, "outputs[1] != 0": report.Errs, "1 if outputs[1] == 0 else 2": report.Errs,
	} {
		r := check(t, parse(t, file+"def answer(n, outputs): return "+answer+"\n"), 3)
		if r.Verdict != want || r.Failures == 0 != (want == report.Meets) || r.Checked != 64 {
			t.Errorf("answer %s: %s, %d failures of %d", answer, r.Verdict, r.Failures, r.Checked)
		}
	}
	for answer, want := range map[string]string{`"one"`: "gives \"one\"", "[outputs[1] + 1]": "gives [", "None": "returned None on x = 000, y = 000", "outputs[1] or None": "returned None on x = 000, y = 000"} {
		s, err := parse(t, file+"def answer(n, outputs): return "+answer+"\n").Subject(3)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := validate.Run(context.Background(), s, validate.Options{}); err == nil || r.Verdict == report.Meets || !strings.HasPrefix(err.Error(), "user.star:6: answer "+want) || !strings.Contains(err.(interface{ Hint() string }).Hint(), "return what problem returns") {
			t.Errorf("answer %s: %v, %v", answer, r.Verdict, err)
		}
	}
}

// A fault that only larger n show is named by trying the map there.
func TestBeyond(t *testing.T) {
	f := parse(t, strings.Replace(right, "i + 2 if x[i]", "[2, 3, 4][i] if x[i]", 1))
	if r := check(t, f, 3); r.Verdict != report.Meets {
		t.Fatalf("%+v", r)
	}
	if w := validate.Beyond(t.Context(), 3, f.Family()); len(w) == 0 || !strings.Contains(w[0], "n = 4") {
		t.Errorf("warnings %q, want one about n = 4", w)
	}
	if w := validate.Beyond(t.Context(), 3, parse(t, right).Family()); len(w) > 0 {
		t.Errorf("a map that is defined everywhere: %q", w)
	}
}

func TestUnusable(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, source, want string }{
		{"syntax", "def alice(n, x:\n", "user.star:1:"},
		{"unknown name at load", "x = zebra\n", "user.star:1:5: undefined: zebra"},
		{"unknown name in a function", strings.Replace(right, "i + 2 if x[i]", "zebra if x[i]", 1), "undefined: zebra"},
		{"load", `load("os.star", "os")`, "user.star:1"},
		{"no alice", `problem = "disj"`, "def alice is missing"},
		{"unknown problem", strings.Replace(right, `"disj"`, `"dijs"`, 1), `user.star:2: problem: unknown problem "dijs"`},
		{"unknown task", strings.Replace(right, `"match3"`, `"match4"`, 1), `user.star:3: task: unknown task "match4"`},
		{"unknown parameter", strings.Replace(right, `{"M":`, `{"Q":`, 1), `"Q"`},
		{"recursion", strings.Replace(right, "def params(n):  return {", "def f(n): return f(n)\ndef params(n):  return f(n) or {", 1), "called recursively"},
		{"a function is no token", strings.Replace(right, "i + 2 if x[i]", "params if x[i] == 0", 1), "user.star:6:1: in alice: "},
		{"run-time error", strings.Replace(right, "i + 2 if x[i]", "x[i + n] if x[i] == 0", 1), "in alice: list index"},
		{"endless loop", strings.Replace(right, "def params(n):  return {", "def f():\n  for i in range(1 << 40): pass\ndef params(n):  return f() or {", 1), "in f: took more than LIMIT"},
		{"endless loop at load", "[x for x in range(1 << 40) if False]", "took more than LIMIT"},
		{"memory in one step", strings.Replace(right, "def params(n):  return {", "def params(n):  return [0] * (1 << 28) and {", 1), "needs more than 64 MB"},
		{"memory in many steps", strings.Replace(right, "def params(n):  return {", "def f():\n  s = [0]\n  for i in range(30): s = s + s\n  return s\ndef params(n):  return f() and {", 1), "needs more than 64 MB"},
		{"answer is no answer", strings.Replace(right, "outputs[1] == 1", "1.5", 1), "want a boolean, an integer"},
		{"a byte 0, and what stands behind it", right + "\x00\nthis is (", fmt.Sprintf("user.star:%d:1: the byte 0 is no text", strings.Count(right, "\n")+1)},
		{"another encoding", "# caf\xe9\n" + right, "user.star:1:6: the byte 0xe9 is not UTF-8"},
		{"arguments in another order", strings.Replace(right, "answer(n, outputs)", "answer(n, outputs, y)", 1), "answer takes (n, y, outputs), in this order"},
		{"n and x exchanged", strings.Replace(right, "alice(n, x)", "alice(x, n)", 1), "def alice(x, n): alice takes (n, x), in this order"},
		{"no n, which is then undefined", strings.Replace(right, "alice(n, x)", "alice(x)", 1), "def alice(x): alice takes (n, x)"},
		{"n = 0", right, "user.star: n = 0 is outside 1..65536"},
		{"a position out of range", strings.Replace(right, "outputs[1] == 1", "outputs[99] == 1", 1), "positions are 1..7"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n, limits := 3, Limits{Call: 10 * time.Millisecond}
			if tc.name == "n = 0" {
				n = 0
			}
			if strings.HasPrefix(tc.name, "memory") {
				limits = Limits{Memory: 64 << 20, Call: time.Minute} // touching the memory takes a while on small machines
			}
			err, want := inTime(tc.want, limits, func(limits Limits) error {
				f, err := Parse(context.Background(), "user.star", tc.source, limits)
				if err == nil {
					defer f.Close()
					_, err = f.Subject(n)
				}
				return err
			})
			if err == nil || validate.Refuted(err) != nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
			var bad *Error
			if !errors.As(err, &bad) || bad.Help == "" || !strings.HasPrefix(bad.Msg, "user.star") {
				t.Errorf("no hint: %v", err)
			}
		})
	}
}

// Tuples among tokens and outputs stay tuples: a map that tells them from lists gets the
// verdict of the file as it is written, in every way of trying it. A token of one text is
// one or the other.
func TestTuples(t *testing.T) {
	const file = `
def inputs(n): return {"x": choices([("b", 2), ("a", 1)]), "y": numbers(1, n)}
def problem(n, x, y): return [x[1], y]
def task(tokens, params):
    first = tokens[0] in [("b", 2), ("a", 1)] and type(tokens[1]["k"][0]) == "tuple" and type(tokens[1]["k"]) == "list"
    return (tokens[0], (tokens[1]["k"][0][0], [1]), first)
def alice(n, x): return {1: x}
def bob(n, y): return {2: {"k": [(y,)]}, 3: [y, "]}"]}
def answer(n, outputs):
    return [outputs[1][1] if outputs[1] in [("b", 2), ("a", 1)] else 0, outputs[2][0] if outputs[3] and type(outputs[2]) == "tuple" and outputs[2][1] == [1] else 0]
`
	for _, plainly := range []bool{false, true} {
		s, err := parse(t, file).Subject(3)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := validate.Run(t.Context(), s, validate.Options{Plain: plainly}); err != nil || r.Verdict != report.Meets || r.Checked != 6 {
			t.Errorf("plain %v: %v, %+v", plainly, err, r)
		}
	}
	f := parse(t, strings.Replace(file, "{1: x}", "{1: x if x[1] == 2 else [\"b\", 2]}", 1))
	s, err := f.Subject(3)
	if err == nil {
		_, err = validate.Run(t.Context(), s, validate.Options{})
	}
	if err == nil || !strings.Contains(err.Error(), `the token ["b", 2] is written as a list and as a tuple`) {
		t.Errorf("a list and a tuple of one text: %v", err)
	}
	if got := string(untupled([]byte(`[{"tuple":[1,{"tuple":[]},"]}\\",{"dict":[[1,[{"tuple":[2]}]]]}]}]`))); got != `[[1,[],"]}\\",{"dict":[[1,[[2]]]]}]]` {
		t.Error(got)
	}
}

// Inputs whose constructors change with n are held against those at the sizes beside it, and
// the file is of no use from then on.
func TestFirstInputs(t *testing.T) {
	f := parse(t, `
def inputs(n): return {"x": words(n, 3) if n % 2 else bits(n), "y": numbers(1, n)}
def problem(n, x, y): return x[y - 1]
def task(tokens, params): return [tokens[tokens[-1] - 1]] * len(tokens)
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return {n + 1: y}
def read(n): return [n + 1]
def answer(n, outputs): return outputs[n + 1]
`)
	if _, err := f.Subject(7); err == nil || err.Error() != "user.star:2: inputs(6) is [bits, numbers], and inputs(7) is [words, numbers]" {
		t.Errorf("%v", err)
	}
	if _, err := f.Subject(9); err == nil {
		t.Error("it is used again")
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := Parse(ctx, "user.star", "[x for x in range(1 << 40) if False]", Limits{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// A user's own problem and task, with own tokens.
func TestOwnProblemAndTask(t *testing.T) {
	f := parse(t, `
def problem(n, x, y): return x == y
def task(tokens, params):
    a = [t["bit"] for t in tokens if t["who"] == "a"]
    b = [t["bit"] for t in tokens if t["who"] == "b"]
    return [1 if a == b else 0] * len(tokens)
def alice(n, x): return {1 + i: {"who": "a", "bit": x[i]} for i in range(n)}
def bob(n, y): return {1 + n + i: {"who": "b", "bit": y[i]} for i in range(n)}
def answer(n, outputs): return outputs[n + 1]
`)
	r := check(t, f, 3)
	if r.Verdict != report.Meets || r.Checked != 64 || !r.Exhaustive {
		t.Errorf("%+v", r)
	}
	s, err := f.Subject(3)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := validate.Run(t.Context(), s, validate.Options{}); err != nil { // which finds all that is read
		t.Fatal(err)
	}
	cs, err := validate.Consequences(t.Context(), s, f.Family())
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]validate.Consequence{}
	for _, c := range cs {
		of[c.Architecture] = c
	}
	for _, name := range []string{"recurrent, one direction", "tensor attention"} {
		if of[name].Needed == nil {
			t.Errorf("%s: no need of a user's own problem: %+v", name, of[name])
		}
	}
	if c := of["feed-forward"]; c.Needed != nil || !strings.Contains(c.Note, "holds 4 numbers, and d = 1") {
		t.Errorf("a token of two numbers as one: %+v", c)
	}
}

// Outside the promise every answer is right.
func TestPromise(t *testing.T) {
	own := strings.Replace(right, `problem = "disj"`, "def problem(n, x, y):\n  c = len([i for i in range(n) if x[i] and y[i]])\n  return None if c > 1 else c == 1", 1)
	if r := check(t, parse(t, own), 3); r.Verdict != report.Meets {
		t.Errorf("%+v", r)
	}
	// There None is an answer too, elsewhere none, in every way of trying it.
	for task, answer := range map[string]string{
		`task = "match3"`: "None if outputs[1] else False",
		"def task(tokens, params):\n  n = len(tokens) // 2\n  c = len([i for i in range(n) if tokens[1 + i] > 1 and tokens[1 + n + i] > 1])\n  return [None if c > 1 else c == 1] * len(tokens)": "outputs[1] if outputs[1] == None else outputs[1] == 1",
	} {
		said := strings.NewReplacer("outputs[1] == 1", answer, `task = "match3"`, task).Replace(own)
		for _, budget := range []int64{0, 40} {
			s, err := parse(t, said).Subject(3)
			if err != nil {
				t.Fatal(err)
			}
			r, err := validate.Run(t.Context(), s, validate.Options{Seed: 1, Budget: budget})
			if own := task[:3] == "def"; own && (err != nil || r.Verdict != report.Meets || r.Exhaustive != (budget == 0)) {
				t.Errorf("budget %d: %v, %+v", budget, err, r)
			} else if !own && (err == nil || r.Verdict == report.Meets || !strings.Contains(err.Error(), fmt.Sprintf("user.star:10: answer returned None on x = %s", map[int64]string{0: "001, y = 001", 40: "100, y = 100"}[budget]))) {
				t.Errorf("budget %d: %v, %+v", budget, err, r)
			}
		}
	}
}

// Index has a number for y. With M = 4n instead of 8n the query of position n would
// match itself, which is how this test began.
func TestIndex(t *testing.T) {
	f := parse(t, `
problem = "index"
task = "match2"
def params(n): return {"M": 8 * n}
def alice(n, x): return {2 + i: 2 * i + 1 + x[i] for i in range(n)}
def bob(n, y): return {1: 8 * n - 2 * (y - 1) - 2}
def answer(n, outputs): return outputs[1] == 1
`)
	r := check(t, f, 4)
	if r.Verdict != report.Meets || r.Pairs.Int64() != 4*16 {
		t.Errorf("%+v", r)
	}
}

func TestMatrixOfAFunction(t *testing.T) {
	f := parse(t, "def problem(n, x, y):\n  return None if x == y else len([e for e in x if e]) - len([e for e in y if e])\n")
	rows, err := f.Matrix(2)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 4 || rows[0][0].Defined || rows[3][0].Value != 2 || rows[1][3].Value != -1 {
		t.Errorf("%v", rows)
	}
}

// Every example is right at the sizes that it names, and wrong when the one thing
// changes that it says is wrong. What it declares as needed is no more than its table
// shows, and no less.
func TestExamples(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../../docs/examples/*.star")
	if err != nil || len(paths) == 0 {
		t.Fatal("no examples", err)
	}
	sizesLine := regexp.MustCompile(`(?m)^# sizes: (.*)$`)
	wrongLine := regexp.MustCompile(`(?m)^# wrong: (.*) => (.*)$`)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			source, sizes := string(raw), []int{1, 2, 3}
			if m := sizesLine.FindStringSubmatch(source); m != nil {
				sizes = nil
				for _, word := range strings.Fields(m[1]) {
					n, err := strconv.Atoi(word)
					if err != nil {
						t.Fatal(err)
					}
					sizes = append(sizes, n)
				}
			}
			f := parse(t, source)
			if !f.Defines("answer") {
				t.Skip("no reduction")
			}
			for _, n := range sizes {
				r := check(t, f, n)
				if r.Verdict != report.Meets || !r.Exhaustive {
					t.Errorf("n = %d: %v, %+v, %v", n, r.Verdict, r.Counterexample, r.Violation)
				}
				if s, err := f.Subject(n); err != nil || !s.Declared {
					t.Errorf("n = %d: the reads are not declared: %v", n, err)
				}
			}
			largest := sizes[len(sizes)-1]
			if f.Defines("needed") {
				declared := check(t, f, largest).Needed
				counted := check(t, parse(t, strings.Replace(source, "def needed(", "def quoted(", 1)), largest).Needed
				if counted == nil || declared.Bits != counted.Bits {
					t.Errorf("%d bits are declared, counted are %+v", declared.Bits, counted)
				}
			}
			m := wrongLine.FindStringSubmatch(source)
			if m == nil {
				return
			}
			broken := strings.Replace(wrongLine.ReplaceAllString(source, ""), m[1], m[2], 1)
			if r := check(t, parse(t, broken), largest); r.Verdict != report.Errs {
				t.Errorf("%s instead of %s: %v", m[2], m[1], r.Verdict)
			}
		})
	}
}

// The rows of the table of published proofs are executed: the file is there, TestExamples
// breaks it, and its table shows so many bits.
func TestPublishedProofs(t *testing.T) {
	page, err := os.ReadFile("../../docs/starlark.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\| ([a-p]?(?:, )?(?:R\d+)?) \| [^|]+ \| (\S+\.star) \| (\d+) \| (\d+) \| [^|]+ \|$`)
	seen := map[string]bool{}
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		for _, name := range strings.Split(m[1], ", ") {
			seen[name] = true
		}
		raw, err := os.ReadFile("../../docs/examples/" + m[2])
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(raw), "\n# wrong: ") {
			t.Errorf("%s says nothing wrong of itself", m[2])
		}
		n, _ := strconv.Atoi(m[3])
		bits, _ := strconv.Atoi(m[4])
		// Without the file's own word for it.
		r := check(t, parse(t, strings.Replace(string(raw), "def needed(", "def quoted(", 1)), n)
		if r.Needed == nil || r.Needed.Bits != bits || r.Verdict != report.Meets {
			t.Errorf("%s at n = %d: %v, %+v, want %d bits", m[2], n, r.Verdict, r.Needed, bits)
		}
	}
	for _, name := range strings.Fields("a b c d e f g h i j k l m n o p R2 R8 R9 R14 R15 R16 R17 R22 R23 R24 R25 R28 R29 R30 R31 R32") {
		if !seen[name] {
			t.Errorf("no row %s", name)
		}
	}
}

func FuzzValues(f *testing.F) {
	f.Add(`[1, 2.5, "x", {"dict": [[1, [true, null]]]}, 123456789012345678901234567890]`)
	f.Fuzz(func(t *testing.T, s string) {
		v, err := decode([]byte(s))
		if err != nil {
			return
		}
		if _, ok := pairs([]byte(s)); ok {
			_, _ = plain([]byte(s))
		}
		_ = v.String()
	})
}

// A file of docs/examples with the name of a built-in reduction writes the same tokens,
// split, reads and answers.
func TestExamplesEqualTheBuiltIns(t *testing.T) {
	const least = 17
	compared := 0
	for r := range reductions.Catalog().All() {
		if _, err := os.Stat("../../docs/examples/" + r.Name + ".star"); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		compared++
		t.Run(r.Name, func(t *testing.T) {
			f, err := Load(context.Background(), "../../docs/examples/"+r.Name+".star", Limits{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for n := 1; n <= 3; n++ {
				in, err := r.Instance(n, 0, nil)
				if err != nil {
					t.Fatal(err)
				}
				own, err := f.Subject(n)
				if err != nil {
					t.Fatal(err)
				}
				ours := validate.FromInstance(in)
				if own.Split.String() != ours.Split.String() || !maps.Equal(own.Shape.Params, ours.Shape.Params) {
					t.Fatalf("n = %d: %v %v, want %v %v", n, own.Split, own.Shape.Params, ours.Split, ours.Shape.Params)
				}
				if !slices.Equal(own.Reads, ours.Reads) || !own.Declared {
					t.Fatalf("n = %d: reads %v, want %v", n, own.Reads, ours.Reads)
				}
				if !slices.EqualFunc(own.Public, ours.Public, tasks.Token.Equal) {
					t.Fatalf("n = %d: public %v, want %v", n, own.Public, ours.Public)
				}
				for who := range protocol.Player(own.Players()) {
					var ins []protocol.Word
					for k := range in.From.Domain(n, who).Len() {
						ins = append(ins, in.From.Domain(n, who).Nth(k))
					}
					a, err := own.Write(who, ins)
					if err != nil {
						t.Fatal(err)
					}
					if b, err := ours.Write(who, ins); err != nil || !reflect.DeepEqual(a, b) {
						t.Fatalf("n = %d, %v: %v, want %v", n, who, a, b)
					}
				}
			}
		})
	}
	if compared < least {
		t.Errorf("%d examples have the name of a built-in reduction, want %d", compared, least)
	}
}

// A read token that never changes is told of, unless its owner has but one input: then
// all that he writes is constant, and public would be wrong at the next n.
func TestConstantReadIsToldOfOnlyWhereInputsDiffer(t *testing.T) {
	for bob, want := range map[string]bool{"numbers(1, n)": false, "numbers(1, n + 1)": true} {
		s, err := parse(t, `
def inputs(n): return {"x": bits(n), "y": `+bob+`}
def problem(n, x, y): return x[0]
def task(tokens, params): return [tokens[0]] * len(tokens)
def alice(n, x): return {1: x[0]}
def bob(n, y): return {2: "end"}
def read(n): return [2]
def answer(n, outputs): return outputs[2]
`).Subject(1)
		if err != nil {
			t.Fatal(err)
		}
		r, err := validate.Run(context.Background(), s, validate.Options{})
		if err != nil || r.Verdict != report.Meets {
			t.Fatal(r.Verdict, err)
		}
		if told := strings.Contains(r.Cause, "the token at position 2 is public"); told != want {
			t.Errorf("y in %s: told %v, want %v: %q", bob, told, want, r.Cause)
		}
	}
}
