package matrix

import (
	"context"
	"testing"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/named"
)

// TestKnownIsCompared: a value of the literature is closed where the bounds meet on it,
// and refuted where they exclude it.
func TestKnownIsCompared(t *testing.T) {
	f, err := named.Catalog().Get("crown")
	if err != nil {
		t.Fatal(err)
	}
	wrong := *f
	wrong.Known = append([]named.Known{}, f.Known...)
	wrong.Known[0].Value = func(n int) int { return n + 1 }
	m, err := f.Matrix(4)
	if err != nil {
		t.Fatal(err)
	}
	report, err := bounds.Analyze(context.Background(), m, bounds.Options{NoFloats: true})
	if err != nil {
		t.Fatal(err)
	}
	for family, want := range map[*named.Family]string{f: "closed", &wrong: "refuted"} {
		r := Named(family, 4)
		r.Analysed(report)
		if len(r.Known) != len(f.Known) || r.Known[0].Verdict != want {
			t.Errorf("%+v: want %s first", r.Known, want)
		}
	}
}
