package validate

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRows: the tree of halves gives each x the OR of exactly its columns, whatever
// the columns, for full and partial batches, and when a tree is used again.
func TestRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const words, of = 300, 9
	cols := make([][]uint64, of)
	for k := range cols {
		for range words {
			cols[k] = append(cols[k], rng.Uint64()&rng.Uint64()&rng.Uint64())
		}
	}
	var r rows
	for _, size := range []int{1, 2, 3, 31, 64, 64, 5} {
		lists := make([][]int, size)
		for x := range lists {
			for k := range of {
				if rng.IntN(3) == 0 || x > 0 && slices.Contains(lists[x-1], k) && rng.IntN(4) > 0 {
					lists[x] = append(lists[x], k)
				}
			}
		}
		r.plan(lists)
		for at := 0; at < words; at += blockWords {
			n := min(blockWords, words-at)
			r.fill(cols, at, n)
			for x, list := range lists {
				for i, got := range r.of(x) {
					var want uint64
					for _, k := range list {
						want |= cols[k][at+i]
					}
					if got != want {
						t.Fatalf("%d x, row %d, word %d: %x, want %x", size, x, at+i, got, want)
					}
				}
			}
		}
	}
}
