package script

import (
	"strings"
	"testing"

	"crosscut/reductions/rules"
	"crosscut/reductions/validate"
)

// A feed-forward network takes a token as d numbers of p bits: a list or an integer that
// is larger gives no bound, and one that fits does.
func TestTokensAreMeasured(t *testing.T) {
	const rest = `
def inputs(n): return {"x": bits(n), "y": bits(n)}
def problem(n, x, y): return x == y
def task(tokens, params): return [tokens[0] == tokens[-1]] * len(tokens)
def read(n): return [READ]
def answer(n, outputs): return outputs[READ]
`
	number := `
def number(x):
    s = 0
    for b in x: s = 2 * s + b
    return s
def alice(n, x): return {1: number(x)}
def bob(n, y): return {2: number(y)}
`
	text := `
def alice(n, x): return {1: "".join([str(b) for b in x])}
def bob(n, y): return {2: "".join([str(b) for b in y])}
`
	for _, c := range []struct{ code, arch, want string }{
		{"def alice(n, x): return {1: x}\ndef bob(n, y): return {2: y}", "feed-forward h1=1 p=8", "holds 4 numbers, and d = 1"},
		{"def alice(n, x): return {1: x}\ndef bob(n, y): return {2: y}", "feed-forward h1=1 p=8 d=4", ""},
		{number, "feed-forward h1=1 p=3", "has 4 bits, and p = 3"},
		{number, "feed-forward h1=1 p=4", ""},
		{number, "recurrent m=1 p=3", ""},
		{text, "feed-forward h1=1 p=2", "has 30 bits, and p = 2"},
		{text, "feed-forward h1=1 p=24", "has 30 bits, and p = 24"},
	} {
		f, err := Parse(t.Context(), "eq.star", strings.ReplaceAll(rest, "READ", "2")+c.code, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		s, err := f.Subject(4)
		if err != nil {
			t.Fatal(err)
		}
		a, err := rules.Parse(c.arch)
		if err != nil {
			t.Fatal(err)
		}
		all, err := validate.Consequences(t.Context(), s, f.Family(), a)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		got := all[0]
		if refused := got.Needed == nil; refused != (got.Bits == nil) || refused != (c.want != "") || !strings.Contains(got.Note, c.want) {
			t.Errorf("%s: bits %v, needed %v, note %q, want %q", c.arch, got.Bits, got.Needed, got.Note, c.want)
		}
		if got.BitesFrom != nil && a.Raw {
			t.Errorf("%s bites from n = %d, where tokens are too large", c.arch, *got.BitesFrom)
		}
	}
}
