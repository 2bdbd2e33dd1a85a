package bounds

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"crosscut/internal/long"
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
