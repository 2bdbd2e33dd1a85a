package bounds

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"crosscut/internal/long"
	"crosscut/protocol/bounds/check"
)

func informed(m *Matrix, e string) *analysis {
	a := startAnalysis(context.Background(), m, Options{Errors: []string{e}})
	for side := range 2 {
		a.information(a.ctx, side, e)
	}
	return a
}

// INDEX_k with error e needs (1 - H2(e)) k bits of information from the holder of the string;
// both ends meet, here and on other matrices, and no bits exceed the deterministic ones.
func TestInformation(t *testing.T) {
	h := func(p float64) float64 { return -p*math.Log2(p) - (1-p)*math.Log2(1-p) }
	index := func(k int) *Matrix { return Of(1<<k, k, func(i, j int) int { return i >> j & 1 }) }
	for k := 1; k <= long.Of(3, 4); k++ {
		for e, x := range map[string]float64{"1/10": .1, "1/3": 1. / 3} {
			a := informed(index(k), e)
			lower, upper := a.Approximate[0].Span.Floats()
			if want := (1 - h(x)) * float64(k); a.Approximate[0].Measure != check.InformationAlice || lower > want || upper < want || upper-lower > 1e-3 {
				t.Errorf("INDEX_%d, error %s: %s in [%.6f, %.6f], want %.6f", k, e, a.Approximate[0].Measure, lower, upper, want)
			}
		}
	}
	rng := rand.New(rand.NewPCG(3, 8))
	for range long.Of(8, 25) {
		m := random(rng, 2+rng.IntN(4), 2+rng.IntN(4), 2+rng.IntN(2), []float64{0, .2}[rng.IntN(2)])
		if len(m.Values()) < 2 {
			continue
		}
		a := informed(m, "1/8")
		a.lines()
		if len(a.Approximate) != 2 {
			t.Fatalf("%v: %v", m.Lines(), a.Approximate)
		}
		for side, x := range a.Approximate {
			lower, upper := x.Span.Floats()
			most := []Range{a.OneWay.Alice, a.OneWay.Bob}[side].Upper
			if lower > upper || upper-lower > 2e-2 || lower > float64(most) {
				t.Errorf("%v: %s in [%.6f, %.6f], one-way %d", m.Lines(), x.Measure, lower, upper, most)
			}
		}
		for _, r := range a.Randomised {
			if r.Bits > max(a.OneWay.Alice.Upper, a.OneWay.Bob.Upper) {
				t.Errorf("%v: %+v", m.Lines(), r)
			}
		}
	}
}
