package script

import (
	"fmt"
	"strings"
	"testing"

	"go.starlark.net/starlark"

	"crosscut/reductions/validate"
	"crosscut/report"
)

// What answer gave is kept by what it read, and by all that it could tell apart: its y, the
// type of an output, what stands in a list. Each map is right, so a kept answer that belongs
// to something else shows as a failure.
func TestAnswersKept(t *testing.T) {
	const maps = `
def inputs(n): return {"x": words(n, 3), "y": numbers(1, n)}
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return {n + 1: y}
`
	for name, own := range map[string]string{
		"by y, where only one output is read": `
def problem(n, x, y): return (x[0] + y) % 3
def task(tokens, params): return tokens
def answer(n, y, outputs): return (outputs[1] + y) % 3`,
		"by the output that the first one names": `
def problem(n, x, y): return x[x[0] % n] if x[0] else "none"
def task(tokens, params): return tokens
def answer(n, outputs): return outputs[outputs[1] % n + 1] if outputs[1] else "none"`,
		"by type": `
def problem(n, x, y): return "int" if x[0] == 0 else "string" if x[0] == 1 else "tuple"
def task(tokens, params): return [[0, "0", (0,)][tokens[0]]] * len(tokens)
def answer(n, outputs): return type(outputs[2])`,
		"by what stands in a list, which answer changes": `
def problem(n, x, y): return x[y - 1] * 10 + x[-1]
def task(tokens, params): return [[tokens[tokens[-1] - 1], [tokens[-2]]]] * len(tokens)
def answer(n, outputs):
    out = outputs[1]
    out[0] = out[0] * 10 + out[1].pop()
    return out[0]`,
		"by dictionaries, of which nothing is kept": `
def problem(n, x, y): return x[y - 1]
def task(tokens, params): return [{"v": tokens[tokens[-1] - 1]}] * len(tokens)
def answer(n, outputs): return outputs[1]["v"]`,
		"by all that may be read": `
def problem(n, x, y): return len([v for v in x if v == 1])
def task(tokens, params): return tokens
def read(n): return list(range(1, n + 1))
def answer(n, outputs): return len([v for v in outputs.values() if v == 1])`,
		"by positions that hang on y": `
def problem(n, x, y): return [y, x[y - 1]]
def task(tokens, params): return tokens
def read(n, y): return [y]
def answer(n, outputs): return [outputs.keys()[0], outputs.values()[0]]`,
	} {
		s, err := parse(t, maps+own).Subject(4)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r, err := validate.Run(t.Context(), s, validate.Options{})
		if err != nil || r.Verdict != report.Meets || r.Checked != 324 {
			t.Errorf("%s: %v, %+v", name, err, r)
		}
		// and one answer that is wrong is found
		s, err = parse(t, maps+strings.Replace(own, "def problem(n, x, y): return ", "def problem(n, x, y): return -1 if y == n and x[0] == 2 and x[n - 1] == 2 else ", 1)).Subject(4)
		if err != nil {
			t.Errorf("%s, broken: %v", name, err)
			continue
		}
		if r, err = validate.Run(t.Context(), s, validate.Options{}); err != nil || r.Verdict != report.Errs || r.Failures != 9 {
			t.Errorf("%s, broken: %v, %+v", name, err, r)
		}
	}
}

// Values that a function can tell apart are written apart.
func TestAppendValue(t *testing.T) {
	seen := map[string]string{}
	list := func(v ...starlark.Value) starlark.Value { return starlark.NewList(v) }
	one, text := starlark.MakeInt(1), starlark.String("1")
	for _, v := range []starlark.Value{one, text, starlark.Float(1), starlark.True, starlark.False, starlark.None, starlark.String(""), list(), starlark.Tuple{},
		list(one), starlark.Tuple{one}, list(list(one), one), list(list(one, one)), list(one, list(one)), list(text), starlark.Tuple{starlark.String("1i")},
		starlark.Tuple{text, starlark.String("i")}, starlark.MakeInt64(1 << 62).Mul(starlark.MakeInt(8)), starlark.MakeInt(-1)} {
		key, ok := appendValue(nil, v)
		if other, twice := seen[string(key)]; !ok || twice {
			t.Errorf("%v (%s): ok %v, the same as %s", v, v.Type(), ok, other)
		}
		seen[string(key)] = fmt.Sprint(v)
	}
	for _, v := range []starlark.Value{starlark.NewDict(0), starlark.Tuple{starlark.NewSet(0)}} {
		if _, ok := appendValue(nil, v); ok {
			t.Errorf("%v is kept", v)
		}
	}
}

// A name that Python or mathematics has and Starlark lacks gets what to write instead; one
// of ours that is misspelt, its name.
func TestUndefinedNames(t *testing.T) {
	for name, want := range map[string]string{
		"log2": "ceil_log2", "sum": "loop", "pow": "1 << k", "isinstance": "type(v)", "math": "ceil_log2",
		"permutation": "did you mean permutations?", "ceil_log": "did you mean ceil_log2?", "zebra": "the domains are",
	} {
		_, err := Parse(t.Context(), "user.star", "def problem(n, x, y): return "+name+"(n)\n", Limits{})
		if e, ok := err.(*Error); !ok || !strings.HasPrefix(e.Msg, "user.star:1:30: undefined: "+name) || !strings.Contains(e.Help, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
