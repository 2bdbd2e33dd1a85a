package bounds

import (
	"fmt"
	"math/big"
)

// randomised lists what follows for protocols that may err, with public coins.
func (a *analysis) randomised() {
	if !a.two {
		return
	}
	for _, e := range []struct{ num, den int64 }{{1, 3}, {1, 10}} {
		name := fmt.Sprintf("%d/%d", e.num, e.den)
		best, by := a.Discrepancy.Uniform.Upper, "uniform discrepancy"
		if b := a.Discrepancy.Best; b != nil && b.Upper.Cmp(best) < 0 {
			best, by = b.Upper, "discrepancy under the best distribution"
		}
		if best.Sign() > 0 {
			// A protocol of c bits has 2^c leaves, each of discrepancy at most disc.
			edge := new(big.Rat).Quo(big.NewRat(e.den-2*e.num, e.den), best)
			c := 0
			for p := big.NewRat(1, 1); p.Cmp(edge) < 0; p.Add(p, p) {
				c++
			}
			a.Randomised = append(a.Randomised, Randomised{
				Setting: "two-way randomised, both know", Error: name, Bits: c, By: by,
				Formula: fmt.Sprintf("log2((1 - 2/%d) / discrepancy)", e.den/e.num),
			})
		}
		// 1 - H2(e), rounded down to four places.
		fano := map[int64]int{3: 817, 10: 5310}[e.den]
		for _, side := range []struct {
			who string
			k   int
		}{{"Alice", a.Shattered.Alice.Lower}, {"Bob", a.Shattered.Bob.Lower}} {
			a.Randomised = append(a.Randomised, Randomised{
				Setting: "one-way randomised, " + side.who + " speaks", Error: name, Bits: (side.k*fano + 9999) / 10000,
				By: fmt.Sprintf("embedded INDEX_%d", side.k), Formula: fmt.Sprintf("(1 - H2(%s)) %d", name, side.k),
			})
		}
	}
}
