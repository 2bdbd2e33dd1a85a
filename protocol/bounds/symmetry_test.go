package bounds

import (
	"context"
	"math/big"
	"testing"

	"crosscut/internal/long"
	"crosscut/protocol/bounds/check"
	"crosscut/protocol/problems"
)

// TestBestDiscrepancyBySymmetry: for EQ_n, with N = 2^n, both ends are N/(8 (N-1)): the
// diagonal has half of the weight. (Derived in docs/bounds.md.) The words' places can be
// exchanged in DISJ_4 and IP_4, which closes them to what rounding leaves.
func TestBestDiscrepancyBySymmetry(t *testing.T) {
	for _, c := range []struct {
		problem string
		n       int
		exact   *big.Rat
	}{
		{"eq", 2, big.NewRat(1, 6)}, {"eq", 3, big.NewRat(1, 7)}, {"eq", 4, big.NewRat(2, 15)},
		{"eq", 5, big.NewRat(4, 31)}, {"eq", 6, big.NewRat(8, 63)}, {"disj", long.Of(3, 4), nil}, {"ip", long.Of(3, 4), nil},
	} {
		if c.exact != nil && c.n > long.Of(4, 6) {
			continue
		}
		p, err := problems.Catalog().Get(c.problem)
		if err != nil {
			t.Fatal(err)
		}
		m, err := FromProblem(p, c.n)
		if err != nil {
			t.Fatal(err)
		}
		a := &analysis{Report: &Report{matrix: m}, ctx: context.Background(), m: m}
		a.shape()
		g := newOrbitGame(a.ctx, a)
		if g == nil || !g.solve() {
			t.Fatalf("%s, n = %d: no symmetries", c.problem, c.n)
		}
		best := Span{Lower: new(big.Rat), Upper: big.NewRat(1, 1)}
		for _, claim := range g.claims() {
			v, err := check.Prove(a.checked(), claim)
			switch {
			case err != nil:
				t.Errorf("%s, n = %d: %v", c.problem, c.n, err)
			case claim.End == check.Lower && v.Cmp(best.Lower) > 0:
				best.Lower = v
			case claim.End == check.Upper && v.Cmp(best.Upper) < 0:
				best.Upper = v
			}
		}
		if c.exact != nil && (best.Lower.Cmp(c.exact) != 0 || best.Upper.Cmp(c.exact) != 0) {
			t.Errorf("%s, n = %d: best discrepancy in %s..%s, want %s", c.problem, c.n, best.Lower.RatString(), best.Upper.RatString(), c.exact.RatString())
		}
		gap, _ := new(big.Rat).Sub(best.Upper, best.Lower).Float64()
		if gap < 0 || gap > 1e-6 {
			t.Errorf("%s, n = %d: the ends are %g apart", c.problem, c.n, gap)
		}
	}
}
