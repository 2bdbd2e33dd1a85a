package script

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crosscut/reductions/validate"
	"crosscut/report"
)

// Python that the language lacks, and what is often wrong in a function, is an error with file, line and a hint.
func TestHints(t *testing.T) {
	for body, hint := range map[string]string{ // what stands in task, from line 3 on
		"import math":                         "nothing to import",
		"from math import log":                "nothing to import",
		"load(\"a.star\", \"b\")":             "copy what it needs",
		"class A: pass":                       "no classes",
		"while True: pass":                    "no while",
		"try: pass":                           "no exceptions",
		"raise 1":                             "no exceptions",
		"with open(\"a\") as f: pass":         "no files",
		"global c":                            "what is global is fixed",
		"del tokens[0]":                       "leave out by a comprehension",
		"yield 1":                             "a file has functions",
		"@cache":                              "a file has functions",
		"for e in tokens: pass\n  else: pass": "a loop has none",
		"return [2 ** 3]":                     "no powers",
		"return [f\"{params}\"]":              "no f-strings",
		"return [t is None for t in tokens]":  "write ==",
		"return [t is not 1 for t in tokens]": "!= for",
		"f = lambda: return 1":                "a lambda is one expression",
		"if (k := 3): pass":                   "a line of its own",
		"return list(t for t in tokens)":      "stands in brackets",
		"def f(a: list): return a":            "no types",
		"def f(a) -> int: return a":           "no types",
		"return [0 <= t < 2 for t in tokens]": "one comparison at a time",
		"a, *b = tokens":                      "no unpacking",
		"return [{1, 2}]":                     "is a set",
		"return [sum(tokens)]":                "no sum",
		"a = 1 ? 2 : 3":                       "docs/starlark.md",
		"  a = 1\n   b = 2":                   "alike",
		"return [(lambda a: a)(1, 2)]":        "as many values as it names",
		"return [(lambda a: a)()]":            "as many values as it names",
		"return [1 // 0]":                     "ask before",
		"return [tokens[99]]":                 "count from 0",
		"return [params[\"k\"]]":              "d.get",
		"return [1 + \"a\"]":                  "makes text",
		"return [c for c in \"abc\"]":         "elems()",
		"return [{[1]: 2}]":                   "tuple(list)",
		"return [tokens.size]":                "dir(v)",
		"shared.append(1)\n  return tokens":   "change a copy",
		"return task(tokens, params)":         "no recursion",
		"a = b\n  b = 1":                      "is the function's own",
		"return [1]":                          "one output for each token",
		"return 7":                            "one output for each token",
		"return None":                         "one output for each token",
	} {
		source := "shared = []\ndef task(tokens, params):\n  " + body + `
problem = "eq"
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return {n + i + 1: y[i] for i in range(n)}
def answer(n, outputs): return outputs[1] == 1
`
		f, err := Parse(t.Context(), "user.star", source, Limits{})
		if err == nil {
			var s *validate.Subject
			if s, err = f.Subject(2); err == nil {
				_, err = validate.Run(t.Context(), s, validate.Options{})
			}
			f.Close()
		}
		var bad *Error
		if !errors.As(err, &bad) || !strings.HasPrefix(bad.Msg, "user.star:") || !strings.Contains(bad.Help, hint) {
			t.Errorf("%s: %v; hint %q, want %q", body, err, bad.Hint(), hint)
		}
	}
}

// A file that cannot be read is named, with the reason.
func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{filepath.Join(dir, "none.star"): "no such file", dir: "is a directory"} {
		_, err := Load(t.Context(), path, Limits{})
		var bad *Error
		if !errors.As(err, &bad) || !strings.HasPrefix(bad.Msg, path+": ") || !strings.Contains(bad.Msg, want) || bad.Help == "" || path != dir && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Values are shown as a file writes them: a dictionary in an error, and in a token that JSON cannot hold.
func TestNotation(t *testing.T) {
	const file = `
def problem(n, x, y): return x[0] + y[0]
def task(tokens, params): return [tokens[0][1]] * len(tokens)
def alice(n, x): return {i + 1: {1: x[i], "a": (x[i], True)} for i in range(n)}
def bob(n, y): return {n + i + 1: y[i] for i in range(n)}
def read(n): return 1
def answer(n, outputs): return outputs[1]
`
	r := check(t, parse(t, file), 2)
	if r.Counterexample == nil {
		t.Fatalf("%+v", r)
	}
	text := new(strings.Builder)
	if err := report.Write(text, "text", r.Sheet(), report.Style{}); err != nil || !strings.Contains(text.String(), `alice  {1: 0, "a": (0, True)}`) {
		t.Errorf("%v: %s", err, text)
	}
	if got := asJSON(t, r.Counterexample.Tokens[0]); got != `"{1: 0, \"a\": (0, True)}"` {
		t.Error(got)
	}
	_, err := validateFile(t, strings.Replace(file, "return x[0] + y[0]", `return {"sum": x[0], "both": [None, False]}`, 1))
	if err == nil || !strings.Contains(err.Error(), `returned {"sum": 0, "both": [None, False]}: want`) {
		t.Error(err)
	}
}

func validateFile(t *testing.T, source string) (*validate.Result, error) {
	s, err := parse(t, source).Subject(2)
	if err != nil {
		return nil, err
	}
	return validate.Run(t.Context(), s, validate.Options{})
}
