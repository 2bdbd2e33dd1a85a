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

// TestEarly: outputs at position 1 that depend on a later token, where inputs agree up to 1; means within twice the
// tolerance have a value that is right for both.
func TestEarly(t *testing.T) {
	token := func(z float64) Token { return Token{Z: []float64{z}, Y: []int{2}} }
	for eps, want := range map[float64]bool{0.5: true, 0.9: true, 1: false} {
		sh, err := QSA.Shape(3, Params{"q": 1, "eps": eps})
		if err != nil {
			t.Fatal(err)
		}
		exact := func(seq []Token, read []int) ([]Value, error) { return sh.Eval(seq, read), nil }
		one, two := []Token{token(0), token(1), token(0)}, []Token{token(0), token(-1), token(0)}
		if got := sh.Early([]int{1}, one, two, exact); got != want {
			t.Errorf("eps = %v: %v", eps, got)
		}
		if sh.Early([]int{2}, one, two, exact) || sh.Early([]int{1}, one, []Token{token(0), token(1), token(1)}, exact) {
			t.Errorf("eps = %v: inputs that differ before, or nowhere that matters", eps)
		}
	}
}
