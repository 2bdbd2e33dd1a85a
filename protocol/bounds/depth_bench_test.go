package bounds

import (
	"context"
	"fmt"
	"testing"
)

// benchDepth are matrices on which the cheap bounds leave a gap, or which the
// literature names; docs/deterministic.md has the figures.
func benchDepth() []struct {
	name string
	m    *Matrix
} {
	return []struct {
		name string
		m    *Matrix
	}{
		{"circulant-18", circulant(9)},
		{"rank-deficient-22x9", deficient(22, 9, 2, 1)},
		{"rank-deficient-40x17", deficient(40, 17, 5, 0)},
		{"rectangles-12x12", rectangles(12, 12, 4, 0)},
		{"rectangles-22x9", rectangles(22, 9, 9, 3)},
		{"maximum-12", Of(12, 12, func(i, j int) int { return max(i, j) })},
		{"match3-M7", match3(7)},
	}
}

// match3 is the matrix of the task match3 on four tokens modulo M, two a side:
// 1 if the first token and two others, not the same, sum to 0 modulo M.
func match3(m int) *Matrix {
	return Of(m*m, m*m, func(i, j int) int {
		tokens := [4]int{i % m, i / m, j % m, j / m}
		for x := 1; x < 4; x++ {
			for y := 1; y < x; y++ {
				if (tokens[0]+tokens[x]+tokens[y])%m == 0 {
					return 1
				}
			}
		}
		return 0
	})
}

func BenchmarkDepth(b *testing.B) {
	for _, c := range benchDepth() {
		b.Run(c.name, func(b *testing.B) {
			var r DeterministicResult
			for b.Loop() {
				r = Deterministic(context.Background(), c.m, DeterministicOptions{})
			}
			if !r.Exact {
				b.Fatalf("interval %d..%d", r.Lower, r.Upper)
			}
			b.ReportMetric(float64(r.Steps), "steps")
		})
	}
}

// BenchmarkDepthAgainstPlain shows the ratio to the plain second implementation,
// on sizes that it still does.
func BenchmarkDepthAgainstPlain(b *testing.B) {
	for _, c := range []struct {
		name string
		m    *Matrix
	}{
		{"maximum-7", Of(7, 7, func(i, j int) int { return max(i, j) })},
		{"maximum-8", Of(8, 8, func(i, j int) int { return max(i, j) })},
		{"rectangles-9x9", rectangles(9, 9, 3, 3)},
		{"rank-deficient-9x9", deficient(9, 9, 2, 3)},
	} {
		b.Run(c.name+"/search", func(b *testing.B) {
			for b.Loop() {
				Deterministic(context.Background(), c.m, DeterministicOptions{})
			}
		})
		b.Run(c.name+"/plain", func(b *testing.B) {
			for b.Loop() {
				plainDepth(c.m, 0)
			}
		})
	}
}

// BenchmarkCensus runs whole censuses; each checks its sums against all matrices
// and Burnside's lemma.
func BenchmarkCensus(b *testing.B) {
	for _, size := range [][2]int{{5, 5}, {6, 6}, {6, 7}, {7, 7}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			for b.Loop() {
				census1(b, size[0], size[1])
			}
		})
	}
}
