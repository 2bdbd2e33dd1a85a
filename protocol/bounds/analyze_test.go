package bounds

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"crosscut/internal/long"
	"crosscut/protocol/bounds/check"
	"crosscut/protocol/problems"
)

func analyze(t testing.TB, m *Matrix, opts Options) *Report {
	t.Helper()
	r, err := Analyze(context.Background(), m, opts)
	if err != nil {
		t.Fatal(m.Lines(), err)
	}
	return r
}

// TestDisj4 pins the record of disj at n = 4.
func TestDisj4(t *testing.T) {
	m, err := FromProblem(problems.Disj, 4)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	r := analyze(t, m, Options{Time: 10 * time.Second})
	t.Log(time.Since(start))
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(string(raw))
	const want = `{"rows":16,"cols":16,"values":2,"ones":175,
 "distinct":{"rows":16,"cols":16},"one_way":{"alice":4,"bob":4},
 "rank":{"rational":15,"gf2":15},
 "fooling":{"size":16,"value":0,"optimal":true},
 "shattered":{"alice":4,"bob":4},
 "rectangle":{"zeros":{"rows":4,"cols":4,"area":16},"ones":{"rows":8,"cols":8,"area":64}},
 "cover":{"zeros":{"lower":16,"upper":16},"ones":{"lower":4,"upper":4}},
 "partition":{"zeros":{"lower":16,"upper":16},"ones":{"lower":15,"upper":15}},
 "discrepancy":{"uniform":0.48828125,"exact":true},
 "deterministic":{"lower":5,"upper":5,"exact":true,"by":"fooling"}}`
	var got, expect map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &expect); err != nil {
		t.Fatal(err)
	}
	contains(t, "", got, expect)
}

// contains checks that got has every field of want; it may have more.
func contains(t *testing.T, path string, got, want map[string]any) {
	t.Helper()
	for k, w := range want {
		g, ok := got[k]
		if sub, isMap := w.(map[string]any); isMap && ok {
			if gm, isMap := g.(map[string]any); isMap {
				contains(t, path+"."+k, gm, sub)
				continue
			}
		}
		if !reflect.DeepEqual(g, w) {
			t.Errorf("%s.%s = %v, want %v", path, k, g, w)
		}
	}
}

// certify checks that the checker accepts all that is claimed.
func certify(t testing.TB, m *Matrix, r *Report) (*check.Certificate, []string) {
	t.Helper()
	c, out, err := r.Certificate(context.Background(), "", 0)
	if err != nil {
		t.Fatal(m.Lines(), err)
	}
	findings, err := check.Verify(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Err != nil {
			t.Errorf("%v: %v", m.Lines(), f.Err)
		}
	}
	return c, out
}

func TestAnalyzeRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 1))
	for range long.Of(40, 150) {
		m := random(rng, 1+rng.IntN(7), 1+rng.IntN(7), 1+rng.IntN(4), []float64{0, 0, .2}[rng.IntN(3)])
		if len(m.Values()) == 0 {
			continue
		}
		r := analyze(t, m, Options{})
		for _, p := range r.PerValue {
			a := p.found.aspect
			if a.n[0] <= 4 && a.n[1] <= 4 {
				if c, q := plainCover(a, false), plainCover(a, true); p.Cover != point(c) || p.Partition != point(q) {
					t.Errorf("%v, value %d: cover %v, partition %v, want %d, %d", m.Lines(), p.Value, p.Cover, p.Partition, c, q)
				}
			}
			if !p.Fooling.Exact() || !p.Rectangle.Exact() || !p.Cover.Exact() || !p.Partition.Exact() {
				t.Errorf("%v, value %d: not exact: %+v", m.Lines(), p.Value, p)
			}
		}
		certify(t, m, r)
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLate: at every size, and when time is over before it began, all intervals are
// there and true: for a matrix of one row and for one of many lines and values.
func TestLate(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, shape := range [][3]int{{1, 100_000, 2}, {100_000, 1, 2}, {1100, 900, 2}, {700, 800, 9}, {600, 600, -2}} {
		shape[0], shape[1] = max(1, shape[0]/long.Of(6, 1)), max(1, shape[1]/long.Of(6, 1))
		values, partial := max(shape[2], -shape[2]), shape[2] < 0
		rng := rand.New(rand.NewPCG(9, uint64(shape[0])))
		m, err := New(shape[0], shape[1], func(i, j int) (int, bool) { return rng.IntN(values), !partial || rng.IntN(3) > 0 })
		if err != nil {
			t.Fatal(err)
		}
		early, err := Analyze(ctx, m, Options{})
		if err != nil || !early.Interrupted {
			t.Fatalf("%v: %v, interrupted: %v", shape, err, early.Interrupted)
		}
		if d, w := early.Deterministic, min(width(early.Distinct.Rows), width(early.Distinct.Cols)); d.Lower > w+width(values) || d.Upper < width(values) || d.Lower > d.Upper {
			t.Errorf("%v: D in %d..%d", shape, d.Lower, d.Upper)
		}
		entries := 0
		for _, p := range early.PerValue {
			entries += p.Entries
			if p.Cover.Lower < 1 || p.Cover.Upper > min(m.Rows(), m.Cols()) || p.Partition.Lower > p.Partition.Upper || p.Rectangle.Lower < 1 || p.Rectangle.Upper > p.Entries {
				t.Errorf("%v: value %d: cover %v, rectangle %v", shape, p.Value, p.Cover, p.Rectangle)
			}
		}
		if entries+early.Undefined != m.Rows()*m.Cols() {
			t.Errorf("%v: %d entries", shape, entries)
		}
		if _, _, err := early.Certificate(ctx, "", 0); !errors.Is(err, context.Canceled) {
			t.Errorf("%v: a certificate after the end: %v", shape, err)
		}
	}
}

// TestTranspose: turning by blocks is turning entry by entry.
func TestTranspose(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		rows, cols := 1+rng.IntN(150), 1+rng.IntN(150)
		m, err := New(rows, cols, func(i, j int) (int, bool) { return rng.IntN(3), rng.IntN(5) > 0 })
		if err != nil {
			t.Fatal(err)
		}
		u := m.Transpose()
		pickRows, pickCols := rng.Perm(rows)[:1+rng.IntN(rows)], rng.Perm(cols)[:1+rng.IntN(cols)]
		s := m.Sub(pickRows, pickCols)
		for i := range rows {
			for j := range cols {
				v, in := m.At(i, j)
				if w, ok := u.At(j, i); w != v || ok != in {
					t.Fatalf("%d x %d: entry %d, %d", rows, cols, i, j)
				}
			}
		}
		for a, i := range pickRows {
			for b, j := range pickCols {
				v, in := m.At(i, j)
				if w, ok := s.At(a, b); w != v || ok != in {
					t.Fatalf("sub: entry %d, %d", a, b)
				}
			}
		}
	}
}
