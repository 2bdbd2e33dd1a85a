package papers

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"crosscut/report"
)

// docs/errata.md has a note for every printed statement that fails or that no sizes satisfy, with
// the counterexample that the claim's own check finds, and no note on anything else.
func TestErrata(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "errata.md"))
	if err != nil {
		t.Fatal(err)
	}
	notes := map[string]string{}
	heading := regexp.MustCompile(`(?m)^## (.*)$`)
	at := heading.FindAllSubmatchIndex(raw, -1)
	for k, m := range at {
		end := len(raw)
		if k+1 < len(at) {
			end = at[k+1][0]
		}
		notes[string(raw[m[2]:m[3]])] = strings.Join(strings.Fields(string(raw[m[1]:end])), " ")
	}
	for p := range Catalog().All() {
		for _, c := range p.Claims {
			name := p.Name + ": " + c.ID
			note, noted := notes[name]
			delete(notes, name)
			if !noted {
				continue // TestEveryClaimRunsQuickly asks for the notes that are missing
			}
			out := quickly(t, c)
			s := p.sum(c, out)
			proof := s.Witness
			if s.Verdict == report.Vacuous && c.Hypothesis.Never != "" {
				proof = c.Hypothesis.Never
			}
			if proof == "" {
				t.Errorf("docs/errata.md has a note on %s, which is %s", name, s.Verdict)
			} else if !strings.Contains(note, strings.Join(strings.Fields(proof), " ")) {
				t.Errorf("the note on %s does not show what was found: %s", name, proof)
			}
		}
	}
	for name := range notes {
		t.Errorf("docs/errata.md has a note on %s, which is no claim", name)
	}
}

// A counterexample to the printed words wins over every other verdict.
func TestCounterexamplesWin(t *testing.T) {
	out := Outcome{Rows: []report.Row{{Verdict: report.Errs, Printed: true, Witness: "w", Wrong: 1}}}
	for p := range Catalog().All() {
		for _, c := range p.Claims {
			if s := p.sum(c, out); s.Verdict != report.Fails && c.Kind != Conjecture {
				t.Errorf("%s, %s: a counterexample to the printed statement gives %s", p.Name, c.ID, s.Verdict)
			}
		}
	}
}
