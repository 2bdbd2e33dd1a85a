package bounds

import (
	"context"
	"math/rand/v2"
	"testing"
)

func TestDistinctAgainstFold(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	for range 60 {
		m := random(rng, 1+rng.IntN(60), 1+rng.IntN(90), 1+rng.IntN(9), 0)
		got, err := DistinctRows(context.Background(), m.Rows(), m.Cols(), func(i, j int) int {
			v, _ := m.At(i, j)
			return v
		})
		if err != nil || len(got) != m.Fold().Rows() {
			t.Fatalf("%d, %v; want %d", len(got), err, m.Fold().Rows())
		}
	}
}

// plainMessages colours the rows in every way with at most k messages.
func plainMessages(m *Matrix) int {
	for k := 1; ; k++ {
		of := make([]int, m.Rows())
		var walk func(i int) bool
		walk = func(i int) bool {
			if i == m.Rows() {
				return true
			}
			for c := range k {
				fits := true
				for x := 0; x < i && fits; x++ {
					fits = of[x] != c || m.agree(x, i)
				}
				if of[i] = c; fits && walk(i+1) {
					return true
				}
			}
			return false
		}
		if walk(0) {
			return k
		}
	}
}

func TestMessagesOfPartialMatrices(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 10))
	for range 60 {
		m := random(rng, 1+rng.IntN(8), 1+rng.IntN(5), 1+rng.IntN(3), .4)
		of, _, _, upper, _ := m.Fold().messages(context.Background())
		if want := plainMessages(m); upper != want {
			t.Fatalf("%v: %d messages, want %d", m.Lines(), upper, want)
		}
		if apart, greedy, n := greedyColours(context.Background(), m.Rows(), func(x, y int) bool { return !m.agree(x, y) }); n < upper || len(apart) > upper || !proper(m, greedy) {
			t.Fatalf("%v: greedily %d messages, %d rows apart; %d are needed", m.Lines(), n, len(apart), upper)
		}
		for x := range of {
			for y := range of {
				if of[x] == of[y] && !m.agree(x, y) {
					t.Fatalf("%v: rows %d and %d share a message", m.Lines(), x, y)
				}
			}
		}
	}
}

// proper says whether rows that share a message agree.
func proper(m *Matrix, of []int) bool {
	for x := range of {
		for y := range of {
			if of[x] == of[y] && !m.agree(x, y) {
				return false
			}
		}
	}
	return true
}

// BenchmarkDistinct2to20 is a look-up with 2^20 strings.
func BenchmarkDistinct2to20(b *testing.B) {
	for b.Loop() {
		first, err := DistinctRows(context.Background(), 1<<20, 40, func(i, j int) int { return i >> (j / 2) & 1 })
		if err != nil || len(first) != 1<<20 {
			b.Fatal(len(first), err)
		}
	}
}
