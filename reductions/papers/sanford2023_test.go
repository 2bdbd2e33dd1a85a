package papers

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"crosscut/report"
)

// Every claim runs, nothing contradicts, and every lower bound shows a model that
// fails together with the input on which it fails.
func TestEveryClaimRunsQuickly(t *testing.T) {
	for paper := range Catalog().All() {
		for _, c := range paper.Claims {
			t.Run(c.ID, func(t *testing.T) {
				out, err := c.Run(t.Context(), Effort{Level: Quick, Seed: 1})
				if err != nil {
					t.Fatal(err)
				}
				checkOutcome(t, c, out)
			})
		}
	}
}

func checkOutcome(t *testing.T, c *Claim, out Outcome) {
	t.Helper()
	if len(out.Rows) == 0 {
		t.Fatal("no rows")
	}
	errs := 0
	for _, r := range out.Rows {
		switch r.Verdict {
		case report.Contradiction:
			t.Errorf("contradiction: %+v", r)
		case report.Errs:
			errs++
			if r.Witness == "" || r.Wrong == 0 {
				t.Errorf("errs without a witness: %+v", r)
			}
		}
	}
	if c.Kind == Lower && errs == 0 {
		t.Error("a lower bound must show a failing input")
	}
	// Theorem 3 shows its converse too: the Radon point one dimension below.
	if c.Kind != Lower && c.ID != theorem3.ID && errs > 0 {
		t.Errorf("%d rows err in a claim that is no lower bound", errs)
	}
}

// Equal efforts give equal outcomes; another seed gives the same verdicts.
func TestClaimsAreFunctionsOfTheirEffort(t *testing.T) {
	for _, c := range []*Claim{theorem4, theorem7, theorem11} {
		var outs []Outcome
		for _, seed := range []uint64{1, 1, 2} {
			out, err := c.Run(t.Context(), Effort{Level: Quick, Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			outs = append(outs, out)
		}
		if !reflect.DeepEqual(outs[0], outs[1]) {
			t.Errorf("%s: two runs with one seed differ", c.ID)
		}
		for k, r := range outs[2].Rows {
			if r.Verdict != outs[0].Rows[k].Verdict {
				t.Errorf("%s: row %d is %s with seed 1 and %s with seed 2", c.ID, k+1, outs[0].Rows[k].Verdict, r.Verdict)
			}
		}
	}
}

// What a claim calls proved must stand on a page that exists.
func TestProofsExist(t *testing.T) {
	page := regexp.MustCompile(`docs/[a-z0-9-]+\.md`)
	for paper := range Catalog().All() {
		for _, c := range paper.Claims {
			for _, part := range c.Parts {
				pages := page.FindAllString(part.What, -1)
				if part.Origin == ProvedHere && c.Kind != Comparison && len(pages) == 0 {
					t.Errorf("%s: proved where? %q", c.ID, part.What)
				}
				for _, p := range pages {
					if _, err := os.Stat(filepath.Join("..", "..", p)); err != nil {
						t.Errorf("%s: %v", c.ID, err)
					}
				}
			}
		}
	}
}
