package bounds

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestGamma2Oracles(t *testing.T) {
	cases := map[string]struct {
		m    *Matrix
		want float64
	}{}
	for n := 1; n <= 5; n++ {
		cases[fmt.Sprint("IP", n)] = struct {
			m    *Matrix
			want float64
		}{ip(n), math.Pow(2, float64(n)/2)}
		cases[fmt.Sprint("EQ", n)] = struct {
			m    *Matrix
			want float64
		}{eq(n), 3 - 4/math.Pow(2, float64(n))}
	}
	for n, want := range []float64{1.4142, 1.8478, 2.2870, 2.7278, 3.1689, 3.6102} {
		cases[fmt.Sprint("GT", n+1)] = struct {
			m    *Matrix
			want float64
		}{gt(n + 1), want}
	}
	for n, want := range []float64{1.4142, 1.8697, 2.3805, 2.9585, 3.6135} {
		cases[fmt.Sprint("DISJ", n+1)] = struct {
			m    *Matrix
			want float64
		}{disjoint(n + 1), want}
	}
	for name, c := range cases {
		a := &analysis{Report: &Report{matrix: c.m}, ctx: context.Background(), m: c.m}
		a.f = c.m.Fold()
		a.zero, a.one, a.two = roles(c.m.Values())
		a.gamma2()
		if a.Gamma2 == nil {
			t.Fatal(name)
		}
		lower, upper := a.Gamma2.Floats()
		t.Logf("%s: %.9f .. %.9f (%g)", name, lower, upper, upper-lower)
		if lower > c.want+6e-5 || upper < c.want-6e-5 || upper-lower > 1e-6*upper {
			t.Errorf("%s: gamma_2 in [%.9f, %.9f], want %v", name, lower, upper, c.want)
		}
	}
}

func BenchmarkGamma2Side64(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, m := range map[string]*Matrix{"GT_6": gt(6), "DISJ_6": disjoint(6), "random": Of(64, 64, func(i, j int) int { return rng.IntN(2) })} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				a := &analysis{Report: &Report{matrix: m}, ctx: context.Background(), m: m}
				a.f = m.Fold()
				a.zero, a.one, a.two = roles(m.Values())
				a.gamma2()
				lower, upper := a.Gamma2.Floats()
				b.ReportMetric((upper-lower)/upper, "gap")
			}
		})
	}
}
