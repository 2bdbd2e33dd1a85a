package smallest

import (
	"math/bits"
	"testing"
)

// Keys of position alone need min(2q, N - 1) numbers on qsa. Where the reader's key depends on its own set, N - 2 are
// enough for q <= N - 2 (docs/smallest.md): looked at for every set, in whole numbers.
func TestTheReadersOwnKeySavesANumber(t *testing.T) {
	for n := 3; n <= 9; n++ {
		// The keys of the others are a centred simplex, n - 1 points in n - 2 dimensions; times n - 1, products are:
		product := func(i, j int) int {
			if i == j {
				return n - 2
			}
			return -1
		}
		for set := range 1 << n {
			q, own := bits.OnesCount(uint(set)), set>>(n-1) == 1
			if q < 1 || q > n-2 || own && q == 1 { // the reader alone: its key is far along any query
				continue
			}
			inside, outside := []int{}, []int{}
			put := func(in bool, score int) {
				if in {
					inside = append(inside, score)
				} else {
					outside = append(outside, score)
				}
			}
			sum := 0
			for i := range n - 1 {
				score := 0
				for j := range n - 1 {
					if set>>j&1 == 1 {
						score += product(i, j)
					}
				}
				put(set>>i&1 == 1, score)
				if set>>i&1 == 1 {
					sum += score
				}
			}
			if own {
				put(true, sum/(q-1)) // of the mean of the keys inside
			} else {
				put(false, 0)
			}
			for _, in := range inside {
				for _, out := range outside {
					if in != inside[0] || in <= out {
						t.Errorf("N = %d, set %b: inside %v, outside %v", n, set, inside, outside)
					}
				}
			}
		}
	}
}
