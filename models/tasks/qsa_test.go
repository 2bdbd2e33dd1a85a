package tasks

import "testing"

// At the default eps = 1/(2q) one answer lies between neighbouring means, at distance eps of both, whatever
// rounding does to thirds; none lies between means that are two steps apart, or at a smaller eps.
func TestNeighbouringMeansHaveOneAnswer(t *testing.T) {
	for q := 1; q <= 64; q++ {
		sh, err := QSA.Shape(q, Params{"q": float64(q)})
		if err != nil {
			t.Fatal(err)
		}
		near, err := QSA.Shape(q, Params{"q": float64(q), "eps": sh.Params["eps"] * (1 - 1e-9)})
		if err != nil {
			t.Fatal(err)
		}
		serves := func(sh Shape, a, b float64) bool {
			return sh.Correct(Value{(a + b) / 2}, Value{a}) && sh.Correct(Value{(a + b) / 2}, Value{b})
		}
		for k := -q; k+2 <= q; k++ {
			a, b, c := float64(k)/float64(q), float64(k+1)/float64(q), float64(k+2)/float64(q)
			if !serves(sh, a, b) || serves(sh, a, c) || serves(near, a, b) {
				t.Errorf("q = %d: %d/q and the next: %v, and the one behind it: %v, at a smaller eps: %v", q, k, serves(sh, a, b), serves(sh, a, c), serves(near, a, b))
			}
		}
	}
}
