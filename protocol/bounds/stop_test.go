package bounds

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"crosscut/internal/long"
	"crosscut/protocol/bounds/check"
)

// TestStoppedAnalysesAreTrue: whenever the time ends, every interval holds the
// value that an analysis without limit finds.
func TestStoppedAnalysesAreTrue(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 1))
	inside := func(what string, got, want Range) {
		t.Helper()
		if got.Lower > want.Upper || got.Upper < want.Lower {
			t.Errorf("%s in %v, but it is %v", what, got, want)
		}
	}
	for try := range long.Of(8, 24) {
		m := assorted(rng, 7)
		if try == 0 {
			m = ip(3)
		}
		full := analyze(t, m, Options{})
		for _, limit := range []time.Duration{0, 50 * time.Microsecond, 500 * time.Microsecond} {
			ctx, cancel := context.WithTimeout(context.Background(), limit)
			r, err := Analyze(ctx, m, Options{})
			cancel()
			if err != nil {
				t.Fatal(err)
			}
			for k, p := range r.PerValue {
				q := full.PerValue[k]
				inside("fooling", p.Fooling, q.Fooling)
				inside("rectangle", p.Rectangle, q.Rectangle)
				inside("cover", p.Cover, q.Cover)
				inside("partition", p.Partition, q.Partition)
			}
			inside("alice", r.OneWay.Alice, full.OneWay.Alice)
			inside("D", Range{r.Deterministic.Lower, r.Deterministic.Upper}, Range{full.Deterministic.Lower, full.Deterministic.Upper})
			if r.Rank != nil {
				inside("rank", r.Rank.Rational, full.Rank.Rational)
			}
			if s := r.Shattered; s != nil {
				inside("shattered", s.Alice, full.Shattered.Alice)
				inside("shattered", s.Bob, full.Shattered.Bob)
			}
			if d := r.Discrepancy; d != nil {
				want := full.Discrepancy.Uniform.Lower
				if d.Uniform.Lower.Cmp(want) > 0 || d.Uniform.Upper.Cmp(want) < 0 {
					t.Errorf("discrepancy in %v, but it is %v", d.Uniform, want)
				}
			}
			if g := r.Gamma2; g != nil && (g.Lower.Cmp(full.Gamma2.Upper) > 0 || g.Upper.Cmp(full.Gamma2.Lower) < 0) {
				t.Errorf("gamma_2 in %v, but it is %v", g, full.Gamma2)
			}
			certify(t, m, r)
		}
	}
}

// TestGlance: of a matrix of many entries, when time is over before it is looked at, every value
// has true intervals and evidence that the checker accepts, by one entry.
func TestGlance(t *testing.T) {
	ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	for values := 2; values <= 5; values += 3 {
		rng := rand.New(rand.NewPCG(9, uint64(values)))
		m := Of(small/256+1, 256, func(i, j int) int { return rng.IntN(values) })
		r, err := Analyze(ctx, m, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range r.PerValue {
			if p.found.aspect != nil || p.Fooling != (Range{1, 256}) || p.Cover != p.Fooling || p.Partition != p.Fooling || p.Rectangle != (Range{1, p.Entries}) {
				t.Errorf("%d values: %+v", values, p)
			}
		}
		if !r.Interrupted || len(r.CoverOf(0)) > 0 || len(r.Derived) > 0 {
			t.Errorf("%d values: interrupted %v, a cover of %d, %d derived measures", values, r.Interrupted, len(r.CoverOf(0)), len(r.Derived))
		}
		c, _, err := r.Certificate(ctx, "", 0)
		if err != nil || len(c.Claims) < values {
			t.Fatalf("%d values: %d claims, %v", values, len(c.Claims), err)
		}
		found, err := check.Verify(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if f.Err != nil {
				t.Error(f.Err)
			}
		}
		if values == 2 && uniform(ctx, m.Fold()) != nil {
			t.Error("weights were written when time was over")
		}
	}
}

// TestLong: evidence that lists more lines than can be checked in a moment is left out where time is limited.
func TestLong(t *testing.T) {
	m := ip(3)
	r := analyze(t, m, Options{})
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	_, before, err := r.Certificate(ctx, "", 0)
	for k := range r.claims {
		if r.claims[k].size > 0 {
			r.claims[k].size += listed
		}
	}
	_, after, err2 := r.Certificate(ctx, "", 0)
	if err != nil || err2 != nil || len(before) > 0 || len(after) != 6 { // fooling, cover and partition, of 0 and of 1
		t.Errorf("left out: %q and %q; %v, %v", before, after, err, err2)
	}
	if _, whole, err := r.Certificate(context.Background(), "", 0); err != nil || len(whole) > 0 {
		t.Errorf("left out without a limit: %q, %v", whole, err)
	}
}

// TestTable: the checker's matrix has the entries of the finders', however many values there are.
func TestTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	for range 50 {
		m := assorted(rng, 9)
		table := m.Table()
		for i := range m.Rows() {
			for j := range m.Cols() {
				v, in := m.At(i, j)
				if w, ok := table.At(i, j); w != v || ok != in {
					t.Fatalf("%v: entry %d, %d is %d %v in the table", m.Lines(), i, j, w, ok)
				}
			}
		}
	}
}
