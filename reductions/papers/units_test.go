package papers

import (
	"context"
	"encoding/json"
	"testing"

	"crosscut/internal/units"
	"crosscut/report"
)

// TestClaimsAreUnits: an item is one claim, each claim is an item, and what a unit keeps of
// a claim is what its paper says when it runs alone, in the catalogue's order.
func TestClaimsAreUnits(t *testing.T) {
	at := Effort{Level: Quick, Seed: 1}
	w, claims := Work(at), 0
	for p := range Catalog().All() {
		claims += len(p.Claims)
	}
	if w.Items != claims {
		t.Fatalf("%d items, %d claims", w.Items, claims)
	}
	got := units.Answers[report.Table]{}
	for _, item := range []int{0, 2, 5} {
		part, err := w.Do(context.Background(), item, item+1)
		if err == nil {
			err = w.Sane(item, item+1, &part)
		}
		if err != nil || w.Sane(item+1, item+2, &part) == nil {
			t.Fatalf("item %d: %v", item, err)
		}
		got = w.Kind.Add(part, got)
	}
	k, want := 0, report.Table{Title: Together(nil).Title}
	for p := range Catalog().All() {
		for _, c := range p.Claims {
			if _, there := got[k]; there {
				one, err := p.Reproduce(context.Background(), at, []string{c.ID}, nil)
				if err != nil {
					t.Fatal(err)
				}
				want.Rows, want.Growth, want.Claims = append(want.Rows, one.Rows...), append(want.Growth, one.Growth...), append(want.Claims, one.Claims...)
			}
			k++
		}
	}
	a, _ := json.Marshal(Together(got).Plain())
	if b, _ := json.Marshal(want.Plain()); string(a) != string(b) || len(want.Claims) != 3 {
		t.Errorf("units give\n%s\nthe papers\n%s", a, b)
	}
}
