package chance

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// The ends are where the binomial tails are exactly (1 - confidence)/2.
func TestClopperPearsonInvertsTheBinomialTails(t *testing.T) {
	for _, tc := range []struct{ k, n int64 }{{0, 1}, {1, 1}, {0, 100}, {3, 10}, {50, 100}, {7, 4096}, {4096, 4096}} {
		low, high := ClopperPearson(tc.k, tc.n, 0.99)
		above := func(p float64) float64 { // P(X >= k)
			return 1 - distuv.Binomial{N: float64(tc.n), P: p}.CDF(float64(tc.k-1))
		}
		below := func(p float64) float64 { return distuv.Binomial{N: float64(tc.n), P: p}.CDF(float64(tc.k)) }
		if tc.k > 0 && math.Abs(above(low)-0.005) > 1e-6 {
			t.Errorf("%d of %d: lower tail %v", tc.k, tc.n, above(low))
		}
		if tc.k < tc.n && math.Abs(below(high)-0.005) > 1e-6 {
			t.Errorf("%d of %d: upper tail %v", tc.k, tc.n, below(high))
		}
	}
	if low, high := ClopperPearson(0, 0, 0.99); low != 0 || high != 1 {
		t.Errorf("no samples: %v..%v", low, high)
	}
}
