package bounds

import (
	"context"
	"math/big"
	"math/rand/v2"
	"testing"

	fractionfree "crosscut/internal/exact"
)

func plainRank(rows, cols int, at func(i, j int) int64) int {
	a := make([][]*big.Int, rows)
	for i := range a {
		for j := range cols {
			a[i] = append(a[i], big.NewInt(at(i, j)))
		}
	}
	return fractionfree.Rank(a)
}

func TestRankAgainstFractionFree(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for try := range 60 {
		rows, cols := 1+rng.IntN(90), 1+rng.IntN(90)
		inner := 1 + rng.IntN(12)
		if try%4 == 0 {
			inner = 80
		}
		cell := make([]int64, rows*cols)
		for range inner { // a sum of few rectangles, a low rank
			for i := range rows {
				if rng.IntN(2) == 0 {
					continue
				}
				for j := range cols {
					if try%2 == 0 {
						cell[i*cols+j] += int64(rng.IntN(3) - 1)
					} else if (j*7+inner)%3 == 0 {
						cell[i*cols+j]++
					}
				}
			}
		}
		at := func(i, j int) int64 { return cell[i*cols+j] }
		want := plainRank(rows, cols, at)
		e, upper := rational(context.Background(), rows, cols, at, rankGF2(context.Background(), oddLines(context.Background(), rows, cols, at)))
		if e.rank != want || upper != want {
			t.Fatalf("%d x %d: rank [%d, %d], want %d", rows, cols, e.rank, upper, want)
		}
		minor := plainRank(want, want, func(i, j int) int64 { return at(e.rows[i], e.cols[j]) })
		if minor != want {
			t.Fatalf("the minor has rank %d, want %d", minor, want)
		}
		if r := rankModulo(rows, cols, at, mersenne); r != want {
			t.Fatalf("plain elimination: %d, want %d", r, want)
		}
	}
}

func BenchmarkRank4096(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	n := 4096
	cell := make([]byte, n*n)
	for k := range cell {
		cell[k] = byte(rng.IntN(2))
	}
	for b.Loop() {
		e := rankMersenne(context.Background(), n, n, func(i, j int) int64 { return int64(cell[i*n+j]) })
		b.ReportMetric(float64(e.rank), "rank")
	}
}

// BenchmarkRank1024 compares the blocked elimination with the plain one.
func BenchmarkRank1024(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	n := 1024
	cell := make([]byte, n*n)
	for k := range cell {
		cell[k] = byte(rng.IntN(2))
	}
	at := func(i, j int) int64 { return int64(cell[i*n+j]) }
	b.Run("blocked", func(b *testing.B) {
		for b.Loop() {
			rankMersenne(context.Background(), n, n, at)
		}
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			rankModulo(n, n, at, mersenne)
		}
	})
}
