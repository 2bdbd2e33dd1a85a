package smallest

import (
	"math/bits"
	"strings"
	"testing"

	"crosscut/models/tasks"
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

// TestUnwrittenQueries: where the queries of a simplex are too many to be written down, it is the simplex's proof that stands
// for them; and where all positions are averaged, no theorem is named for the lower end 0.
func TestUnwrittenQueries(t *testing.T) {
	r := find(t, shape(t, "qsa", 18, tasks.Params{"q": 9}), "attention")
	if r.Lower != 17 || r.Upper != 17 || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "the proof for the simplex") {
		t.Errorf("%d to %d: %q", r.Lower, r.Upper, r.Notes)
	}
	if r := find(t, shape(t, "qsa", 3, tasks.Params{"q": 3}), "attention"); r.Upper != 0 || strings.Contains(r.By, "Radon") {
		t.Errorf("0 to %d by %s", r.Upper, r.By)
	}
}
