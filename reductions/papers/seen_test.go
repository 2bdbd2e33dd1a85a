package papers

import (
	"testing"

	"crosscut/report"
)

// Every claim says how the paper was seen, and one that does not is refused.
func TestSeen(t *testing.T) {
	for p := range Catalog().All() {
		for _, c := range p.Claims {
			if c.Seen == "" {
				t.Errorf("%s, %s: how was it seen?", p.Name, c.ID)
			}
		}
	}
	p, c := *Schnabel2025BAPO, *bapoUnique
	p.Main, p.By, p.Claims = nil, nil, []*Claim{&c}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	if c.Seen = ""; p.Validate() == nil {
		t.Error("a claim that was seen nowhere passed")
	}
}

// A claim is exhaustive only if every row that ran is, planted failures apart.
func TestExhaustive(t *testing.T) {
	whole, drawn := report.Row{Runs: 4, Exhaustive: true, Verdict: report.Meets}, report.Row{Runs: 4, Verdict: report.Meets}
	planted := report.Row{Runs: 4, Verdict: report.Errs, Witness: "x"}
	for _, c := range []struct {
		rows []report.Row
		want bool
	}{{[]report.Row{whole, planted}, true}, {[]report.Row{whole, drawn}, false}, {[]report.Row{drawn}, false}, {nil, false}} {
		if s := Schnabel2025BAPO.sum(bapoUnique, Outcome{Rows: c.rows}); s.Exhaustive != c.want {
			t.Errorf("%d rows: %v", len(c.rows), s.Exhaustive)
		}
	}
}
