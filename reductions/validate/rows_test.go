package validate

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSharedColumns: what a node of the tree takes over and adds, each column once.
func TestSharedColumns(t *testing.T) {
	for _, c := range [][4][]int{ // two lists, what they share, what the first has beyond the second
		{nil, {1}, nil, nil}, {{1}, nil, nil, {1}}, {{1, 2, 3}, {2, 3, 4}, {2, 3}, {1}}, {{2, 3, 4}, {1, 2, 3}, {2, 3}, {4}}, {{1, 5, 9}, {1, 9}, {1, 9}, {5}}, {{3}, {1, 2, 4}, nil, {3}},
	} {
		if got := both(c[0], c[1]); !slices.Equal(got, c[2]) {
			t.Errorf("%v and %v share %v", c[0], c[1], got)
		}
		if got := without(c[0], c[1]); !slices.Equal(got, c[3]) {
			t.Errorf("%v has %v beyond %v", c[0], got, c[1])
		}
	}
}

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
