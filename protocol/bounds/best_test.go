package bounds

import (
	"context"
	"testing"

	"crosscut/internal/long"
)

func TestBestDiscrepancy(t *testing.T) {
	for name, m := range map[string]*Matrix{"EQ_3": eq(3), "GT_3": gt(3), "DISJ_3": disjoint(3), "IP_3": ip(3), "NEQ_2": neq(2), "IP_2": ip(2), "IP_1": ip(1)} {
		r := analyze(t, m, Options{})
		lower, upper := r.Discrepancy.Best.Floats()
		t.Logf("%s: %.9f .. %.9f; uniform %v", name, lower, upper, r.Discrepancy.Uniform)
		if upper-lower > 1e-6*upper {
			t.Errorf("%s: best discrepancy in [%.9f, %.9f]", name, lower, upper)
		}
		certify(t, m, r)
	}
}

// TestBestGoesOn: what time stopped is taken up again, and the ends never widen. Ordered pairs
// keep their signs when both are counted downwards and exchanged.
func TestBestGoesOn(t *testing.T) {
	n := long.Of(3, 4)
	over, cancel := context.WithCancel(context.Background())
	cancel()
	a := startAnalysis(over, gt(n), Options{})
	a.lines()
	a.ranks()
	a.values()
	a.discrepancy()
	a.best(1)
	before := *a.Discrepancy.Best
	if a.game.closed || a.game.reflect == nil || a.game.reflect(0) != 1<<n-1 {
		t.Fatalf("closed: %v", a.game.closed)
	}
	a.ctx = context.Background()
	a.best(1)
	after := a.Discrepancy.Best
	lower, upper := after.Floats()
	if !a.game.closed || upper-lower > 1e-6*upper || after.Lower.Cmp(before.Lower) < 0 || after.Upper.Cmp(before.Upper) > 0 {
		t.Errorf("best discrepancy in [%.9f, %.9f]", lower, upper)
	}
	a.best(1)
	if lost := a.Discrepancy.Best; lost.Lower.Cmp(after.Lower) != 0 || lost.Upper.Cmp(after.Upper) != 0 {
		t.Errorf("asked again: %v, %v", lost.Lower, lost.Upper)
	}
	claims := 0
	for _, c := range a.claims {
		if c.Measure == "discrepancy.best" {
			claims++
		}
	}
	if claims != 2 {
		t.Errorf("%d claims of two ends", claims)
	}
}
