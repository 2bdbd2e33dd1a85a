package bounds

import (
	"testing"
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
