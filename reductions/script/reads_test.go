package script

import (
	"strings"
	"testing"

	"crosscut/reductions/rules"
	"crosscut/reductions/validate"
)

// What is read for some of Bob's inputs only is no count of what is read: nothing bites by it, here or at other sizes.
func TestReadsOfSomeInputs(t *testing.T) {
	t.Parallel()
	const pick = `
problem = "index"
def task(tokens, params): return tokens
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return {n + 1: 0}
READ
def answer(n, y, outputs): return outputs[y] == 1
`
	for _, c := range []struct {
		read, note string
		n          int
		sampled    bool
	}{
		{"def read(n, y): return [y]", "no bite at n = ", 4, false},
		{"def read(n, y): return [y]", "no bound: read was asked for some inputs only", 4097, false},
		{"", "are not declared", 4, false},
		{"", "no bound: the reads were found", 4, true},
	} {
		f := parse(t, strings.Replace(pick, "READ", c.read, 1))
		s, err := f.Subject(c.n)
		if err != nil {
			t.Fatal(err)
		}
		if c.n == 4 {
			opt := validate.Options{}
			if c.sampled {
				opt.Budget = 8
			}
			if _, err := validate.Run(t.Context(), s, opt); err != nil {
				t.Fatal(err)
			}
			if len(s.Reads) != 4 && !c.sampled {
				t.Errorf("%q: reads %v", c.read, s.Reads)
			}
		}
		named := rules.Examples(2, 0)
		if c.n > 4 { // the same for each, and long sequences
			named = named[:3]
		}
		all, err := validate.Consequences(t.Context(), s, f.Family(), named...)
		if err != nil || len(all) == 0 {
			t.Fatal(all, err)
		}
		for _, a := range all {
			if a.Architecture == "feed-forward" && a.Bits != nil { // all of Alice's tokens cross, wherever one reads
				continue
			}
			if a.BitesFrom != nil || !a.Vacuous || strings.HasPrefix(c.note, "no bound") != (a.Bits == nil) || a.Bits != nil && !strings.Contains(a.Note, c.note) {
				t.Errorf("%q at n = %d: %s %s: bits %v, bites from %v, %q", c.read, c.n, a.Architecture, a.Rule, a.Bits, a.BitesFrom, a.Note)
			}
		}
	}
}
