package bounds

import (
	"context"
	"math/bits"
	"math/rand/v2"
	"testing"
)

func ip(n int) *Matrix {
	return Of(1<<n, 1<<n, func(i, j int) int { return bits.OnesCount(uint(i&j)) & 1 })
}
func eq(n int) *Matrix { return Of(1<<n, 1<<n, func(i, j int) int { return b2i(i == j) }) }
func gt(n int) *Matrix { return Of(1<<n, 1<<n, func(i, j int) int { return b2i(i > j) }) }
func disjoint(n int) *Matrix {
	return Of(1<<n, 1<<n, func(i, j int) int { return b2i(i&j == 0) })
}

func plainGap(s *signs) int {
	best := 0
	for set := range 1 << s.rows {
		var rows []int
		for i := range s.rows {
			if set>>i&1 == 1 {
				rows = append(rows, i)
			}
		}
		_, g := s.columnsFor(rows)
		best = max(best, g)
	}
	return best
}

func TestUniformDiscrepancy(t *testing.T) {
	for _, c := range []struct {
		name string
		m    *Matrix
		want float64
	}{
		{"EQ_3", eq(3), .75}, {"GT_3", gt(3), .375}, {"DISJ_3", disjoint(3), .390625},
		{"IP_3", ip(3), .171875}, {"IP_4", ip(4), .109375},
	} {
		s := uniform(t.Context(), c.m.Fold())
		rows, cols, gap, upper := s.heaviest(context.Background())
		if got := float64(gap) / float64(s.total); got != c.want || upper != gap || s.gap(rows, cols) != gap {
			t.Errorf("%s: %v (upper %d, gap %d), want %v", c.name, got, upper, gap, c.want)
		}
	}
	rng := rand.New(rand.NewPCG(4, 4))
	for try := range 200 {
		m := random(rng, 1+rng.IntN(13), 1+rng.IntN(20), 2, []float64{0, .2}[rng.IntN(2)])
		if try%4 == 0 { // no folding: the widest lanes
			bias := 1 + rng.IntN(9)
			m = Of(9+rng.IntN(5), 16+8*rng.IntN(4), func(i, j int) int { return b2i(rng.IntN(10) < bias) })
		}
		if len(m.Values()) < 2 {
			continue
		}
		s := uniform(t.Context(), m.Fold())
		rows, cols, gap, upper := s.heaviest(context.Background())
		side := s
		if s.rows > s.cols {
			side = s.flip()
		}
		if want := plainGap(side); gap != want || upper != want || s.gap(rows, cols) != gap {
			t.Fatalf("%v: gap %d, upper %d, want %d", m.Lines(), gap, upper, want)
		}
	}
}

// TestUniformDiscrepancyOfWideMatrices: where lines repeat so often, or columns are so many, that their sums are too
// large for tables.
func TestUniformDiscrepancyOfWideMatrices(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 4))
	for rows, cols := range map[int]int{1: 1 << 17, 3: 1 << 16, 8: 1 << 11, 10: 1 << 11} {
		m := Of(rows, cols, func(i, j int) int { return b2i(rng.IntN(3) == 0) })
		s := uniform(t.Context(), m.Fold())
		e := &gaps{signs: s, ctx: t.Context()}
		if e.prepare(); e.tables != nil {
			t.Errorf("%d x %d: there are tables", s.rows, s.cols)
		}
		set, place, gap, upper := s.heaviest(t.Context())
		if want := plainGap(s); gap != want || upper != want || s.gap(set, place) != want {
			t.Errorf("%d x %d: %d..%d, want %d", rows, cols, gap, upper, want)
		}
		late, cancel := context.WithCancel(t.Context())
		cancel()
		if e.ctx = late; e.signs.rows >= 7 {
			if _, done := e.plain(); done {
				t.Error("a search that was stopped says that it is done")
			}
		}
	}
}

func BenchmarkDiscrepancyIP5(b *testing.B) {
	s := uniform(b.Context(), ip(5).Fold())
	for b.Loop() {
		_, _, gap, upper := s.heaviest(context.Background())
		if gap != 64 || upper != 64 {
			b.Fatal(gap, upper)
		}
	}
}

func BenchmarkDiscrepancyRandom20(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	s := uniform(b.Context(), Of(20, 20, func(i, j int) int { return rng.IntN(2) }).Fold())
	b.Run("packed", func(b *testing.B) {
		for b.Loop() {
			s.heaviest(context.Background())
		}
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			plainGap(s)
		}
	})
}

// gap is |sum over the rectangle rows x cols|.
func (s *signs) gap(rows, cols []int) int {
	sum := 0
	for _, i := range rows {
		for _, j := range cols {
			sum += s.a[i][j]
		}
	}
	return max(sum, -sum)
}
