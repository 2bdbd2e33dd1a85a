package named

import (
	"math/bits"
)

// GapHamming: 0 if the distance of two words is at most (n - sqrt n)/2, 1 if at least (n + sqrt n)/2.
var _ = register(&Family{
	Name:  "gap-hamming",
	Doc:   "0 if the distance of two words is at most (n - sqrt n)/2, 1 if at least (n + sqrt n)/2",
	Cite:  []string{"LeeShraibman2009"},
	Least: 1, Most: 10,
	Lines: square,
	At: func(n, i, j int) (int, bool) {
		// twice the distance, less n, against the root of n: squares, so that all is exact.
		d := 2*bits.OnesCount(uint(i^j)) - n
		if d*d < n {
			return 0, false
		}
		if d > 0 {
			return 1, true
		}
		return 0, true
	},
})
