package bounds

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"crosscut/internal/exact"
	"crosscut/protocol/bounds/check"
)

// verifyRefutation gives a refutation to the checker, claiming D >= bits.
func verifyRefutation(t *testing.T, m *Matrix, proof any, bits int) error {
	t.Helper()
	raw, err := json.Marshal(proof)
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	e["kind"] = "refutation"
	if raw, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	table := check.NewTable(m.Rows(), m.Cols(), m.At)
	findings, err := check.Verify(&check.Certificate{
		Format: check.Format,
		Matrix: check.Source{Entries: table.Lines(), SHA256: table.Hash()},
		Claims: []check.Claim{{Measure: check.Deterministic, End: check.Lower, Number: digit(bits), Evidence: raw}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return findings[0].Err
}

// refute proves D > k on the folded matrix, whatever the cheap bounds say.
func refute(m *Matrix, k int) *Refutation {
	d := &depth{ctx: context.Background(), m: m}
	d.pack(m.Fold())
	s := newSearch(d.ctx, d.b, 1<<20)
	if s.fits(d.b.all(), k, turn{}) {
		return nil
	}
	return s.refutation(k, d.rows, d.cols)
}

func TestRefutationsAreAccepted(t *testing.T) {
	divided := 0
	for i, m := range someMatrices(400, 7, 6) {
		r := exactly(t, m)
		if r.Lower == 0 {
			continue
		}
		proof := refute(m, r.Lower-1)
		if proof == nil {
			t.Fatalf("matrix %d: no proof of %d\n%s", i, r.Lower, show(m))
		}
		if err := verifyRefutation(t, m, proof, r.Lower); err != nil {
			t.Fatalf("matrix %d: %v\n%s", i, err, show(m))
		}
		if verifyRefutation(t, m, proof, r.Lower+1) == nil {
			t.Fatalf("matrix %d: proved too much", i)
		}
		if len(proof.Lemmas) > 1 {
			divided++
		}
	}
	if divided < 10 {
		t.Errorf("only %d proofs divide", divided)
	}
}

func TestProofsOfSearches(t *testing.T) {
	for name, m := range someHard() {
		if name[:5] == "12x12" && name[len(name)-1] != '0' {
			continue // megabytes each
		}
		r := Deterministic(context.Background(), m, DeterministicOptions{Prove: true})
		if r.By != "search" || !r.Exact {
			t.Errorf("%s: %d..%d by %s: this was to need a search", name, r.Lower, r.Upper, r.By)
			continue
		}
		if r.Proof == nil {
			t.Logf("%s: the proof is too long", name)
			continue
		}
		raw, _ := json.Marshal(r.Proof)
		t.Logf("%s: D = %d after %d steps, %d lemmas, %d bytes", name, r.Lower, r.Steps, len(r.Proof.Lemmas), len(raw))
		if err := verifyRefutation(t, m, r.Proof, r.Lower); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every single change of a refutation is refused or leaves it a proof of no more
// than the truth: numbers moved by one, list elements and fields removed, the
// first line's excuse used elsewhere.
func TestRefutationsChanged(t *testing.T) {
	for _, m := range someMatrices(40, 8, 5) {
		truth := exactly(t, m).Lower
		if truth == 0 {
			continue
		}
		raw, err := json.Marshal(refute(m, truth-1))
		if err != nil {
			t.Fatal(err)
		}
		for n, change := range changes(raw) {
			if verifyRefutation(t, m, change, truth+1) == nil {
				t.Fatalf("change %d proves %d, D = %d\n%s\n%s", n, truth+1, truth, show(m), change)
			}
		}
	}
	// A proof that would show too much if any one step were not checked.
	m := textMatrix("eq", 2)
	good := refute(m, 2)
	for name, bad := range map[string]any{
		"no lemmas":        Refutation{},
		"more bits":        Refutation{[]Lemma{{Rows: exact.UpTo(4), Cols: exact.UpTo(4), Bits: 3}}},
		"cites itself":     Refutation{[]Lemma{{Rows: exact.UpTo(4), Cols: exact.UpTo(4), Bits: 3, ByRows: &Branch{Line: 0, Next: [2]*Branch{{Lemma: 0}}}, ByCols: &Branch{Line: 0, Next: [2]*Branch{{Lemma: 0}}}}}},
		"one axis":         Refutation{append(good.Lemmas[:len(good.Lemmas):len(good.Lemmas)], Lemma{Rows: exact.UpTo(4), Cols: exact.UpTo(4), Bits: 3, ByRows: &Branch{Line: 0, Next: [2]*Branch{{}}}})},
		"side not reached": Refutation{append(good.Lemmas[:len(good.Lemmas):len(good.Lemmas)], Lemma{Rows: exact.UpTo(4), Cols: exact.UpTo(4), Bits: 3, ByRows: &Branch{}, ByCols: &Branch{}})},
		"a false fooling set": Refutation{[]Lemma{{Rows: exact.UpTo(4), Cols: exact.UpTo(4), Bits: 3,
			Fooling: [][][2]int{{{0, 1}, {1, 0}, {2, 3}, {3, 2}, {0, 2}}, {{0, 0}, {1, 1}, {2, 2}, {3, 3}}}}}},
	} {
		if verifyRefutation(t, m, bad, 4) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := verifyRefutation(t, m, good, 3); err != nil {
		t.Error(err)
	}
}

// changes lists all texts that differ from raw in one place.
func changes(raw []byte) []json.RawMessage {
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		panic(err)
	}
	var all []json.RawMessage
	emit := func() {
		b, err := json.Marshal(tree)
		if err != nil {
			panic(err)
		}
		all = append(all, b)
	}
	var walk func(x any, set func(any))
	walk = func(x any, set func(any)) {
		switch x := x.(type) {
		case float64:
			for _, y := range []float64{x - 1, x + 1} {
				set(y)
				emit()
			}
			set(x)
		case []any:
			for i := range x {
				walk(x[i], func(y any) { x[i] = y })
				set(append(append([]any{}, x[:i]...), x[i+1:]...))
				emit()
				set(x)
				old := x[i]
				x[i] = nil
				emit()
				x[i] = old
			}
		case map[string]any:
			for k, old := range x {
				walk(old, func(y any) { x[k] = y })
				delete(x, k)
				emit()
				x[k] = old
			}
		}
	}
	walk(tree, func(y any) { tree = y })
	return all
}

// The certificate of an analysis speaks of both ends of D(f), on every kind of
// matrix, and the checker accepts it.
func TestCertificatesOfDepth(t *testing.T) {
	all := someMatrices(25, 9, 5)
	all = append(all, textMatrix("disj", 2), textMatrix("eq", 3))
	for i, m := range all {
		r, err := Analyze(context.Background(), m, Options{})
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := r.Certificate(context.Background(), "", 0)
		if err != nil {
			t.Fatal(err)
		}
		findings, err := check.Verify(c)
		if err != nil {
			t.Fatal(err)
		}
		ends := map[string]string{}
		for _, f := range findings {
			if f.Err != nil {
				t.Errorf("matrix %d: %v", i, f.Err)
			}
			if f.Measure == check.Deterministic {
				ends[f.End] = f.Number
			}
		}
		d := r.Deterministic
		if ends[check.Lower] != digit(d.Lower) || ends[check.Upper] != digit(d.Upper) {
			t.Errorf("matrix %d: D in %d..%d by %s, certified %v\n%s", i, d.Lower, d.Upper, d.By, ends, show(m))
		}
	}
}

// What fooling sets prove of D is claimed by them: the checker may not repeat the search
// behind a larger partition number, and D would have no lower end then.
func TestDepthByFooling(t *testing.T) {
	m, err := New(8, 8, func(i, j int) (int, bool) { return min(i&j, 1), i&j&(i&j-1) == 0 }) // unique disjointness
	if err != nil {
		t.Fatal(err)
	}
	r, err := Analyze(context.Background(), m, Options{NoFloats: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.claims {
		if p.Measure != check.Deterministic || p.End != check.Lower {
			continue
		}
		var e check.Leaves
		if err := json.Unmarshal(p.full().Evidence, &e); err != nil || len(e.Parts) != 2 || p.Number != "4" {
			t.Fatalf("D >= %s by %d parts: %v", p.Number, len(e.Parts), err)
		}
		for _, part := range e.Parts {
			if !strings.Contains(string(part.Evidence), `"fooling"`) {
				t.Errorf("value %d: %s", part.Value, part.Evidence)
			}
		}
		return
	}
	t.Error("D has no lower end")
}

// A value that does not occur in a folded matrix, or has no fooling set, is left out of
// the list: lists of certificates are never null.
func TestDepthWritesNoNull(t *testing.T) {
	m, err := New(1, 5, func(_, j int) (int, bool) { return []int{0, 1, 1, 2, 0}[j], j < 4 })
	if err != nil {
		t.Fatal(err)
	}
	r, err := Analyze(context.Background(), m, Options{NoFloats: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.claims {
		if text := string(p.full().Evidence); strings.Contains(text, "null") {
			t.Errorf("%s: %s", p.name(), text)
		}
	}
}

// The sum over the leaves of each value counts every value once.
func TestLeavesRefused(t *testing.T) {
	m := textMatrix("eq", 2)
	part := func(v int, entries ...[2]int) map[string]any {
		return map[string]any{"value": v, "evidence": map[string]any{"kind": "fooling", "entries": entries}}
	}
	ones := part(1, [2]int{0, 0}, [2]int{1, 1}, [2]int{2, 2}, [2]int{3, 3})
	zeros := part(0, [2]int{0, 1}, [2]int{1, 0})
	table := check.NewTable(m.Rows(), m.Cols(), m.At)
	for name, c := range map[string]struct {
		parts []any
		want  int64
		fails bool
	}{
		"both":        {[]any{ones, zeros}, 3, false},
		"one":         {[]any{ones}, 2, false},
		"none":        {[]any{}, 0, false},
		"twice":       {[]any{ones, ones}, 0, true},
		"wrong value": {[]any{part(0, [2]int{0, 0})}, 0, true},
	} {
		raw, err := json.Marshal(map[string]any{"kind": "leaves", "parts": c.parts})
		if err != nil {
			t.Fatal(err)
		}
		got, err := check.Prove(table, check.Claim{Measure: check.Deterministic, End: check.Lower, Evidence: raw})
		if c.fails != (err != nil) || err == nil && got.Cmp(ratio(int(c.want), 1)) != 0 {
			t.Errorf("%s: proves %v, error %v", name, got, err)
		}
	}
}
