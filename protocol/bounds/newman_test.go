package bounds

import (
	"math"
	"math/rand/v2"
	"testing"

	"crosscut/protocol/bounds/check"
)

// The strings claimed are the fewest with N exp(-2 e^2 t) < 1 by floating point, N counted over different lines;
// the checker accepts them, and not one fewer.
func TestNewman(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 4))
	for _, e := range []struct {
		name string
		grow float64
	}{{"1/3", 1. / 3}, {"1/10", .1}, {"1/100", .01}, {"49/100", .49}} {
		for try := range 12 {
			m := assorted(rng, 9)
			if try == 0 {
				m = Of(3, 4, func(i, j int) int { return 7 }) // all lines are equal
			}
			f := m.Fold()
			inputs := 0
			for i := range f.Rows() {
				for j := range f.Cols() {
					if _, ok := f.At(i, j); ok {
						inputs++
					}
				}
			}
			if inputs == 0 {
				continue
			}
			a := startAnalysis(t.Context(), m, Options{})
			a.newman(e.name)
			want := int64(math.Log(float64(inputs))/(2*e.grow*e.grow)) + 1
			if len(a.Approximate) != 1 || len(a.claims) != 1 || a.Approximate[0].Span.Upper.Num().Int64() != want {
				t.Fatalf("%v, error %s: %+v, want %d", m.Lines(), e.name, a.Approximate, want)
			}
			fewer := a.claims[0].Claim
			fewer.Evidence = marshal(check.Union{Kind: "union", Strings: want - 1})
			if got, err := check.Prove(m.Table(), fewer); err == nil {
				t.Errorf("%v, error %s: %s strings were accepted", m.Lines(), e.name, got.RatString())
			}
		}
	}
}
