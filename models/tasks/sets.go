package tasks

import (
	"iter"
	"math/big"
	"sort"

	"crosscut/protocol"
)

// The q-subsets y_1 < ... < y_q of 1..n are numbered 0 .. C(n, q) - 1 by
// C(y_1 - 1, 1) + ... + C(y_q - 1, q), the combinatorial number system.

// setBits is ceil(log2 C(n, q)).
func setBits(n, q int) int {
	count := new(big.Int).Binomial(int64(n), int64(q))
	if count.IsUint64() {
		return protocol.Width(count.Uint64())
	}
	return count.Sub(count, big.NewInt(1)).BitLen()
}

// countSets is C(n, q) as a float, +Inf where it is too large.
func countSets(n, q int) float64 {
	count, _ := new(big.Float).SetInt(new(big.Int).Binomial(int64(n), int64(q))).Float64()
	return count
}

// rankSet is the number of an increasing set.
func rankSet(y []int) *big.Int {
	rank, c := new(big.Int), new(big.Int)
	for k, j := range y {
		rank.Add(rank, c.Binomial(int64(j-1), int64(k+1)))
	}
	return rank
}

// unrankSet is the set with that number: from the largest element down, the
// largest j with C(j - 1, k) at most what is left.
func unrankSet(rank *big.Int, n, q int) []int {
	left, c := new(big.Int).Set(rank), new(big.Int)
	y := make([]int, q)
	for k := q; k >= 1; k-- {
		j := sort.Search(n, func(j int) bool { return c.Binomial(int64(j), int64(k)).Cmp(left) > 0 })
		y[k-1] = j
		left.Sub(left, c.Binomial(int64(j-1), int64(k)))
	}
	return y
}

// Sets yields all q-subsets of 1..n in lexicographic order, each a fresh slice.
func Sets(n, q int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		y := make([]int, q)
		var fill func(k, from int) bool
		fill = func(k, from int) bool {
			if k == q {
				return yield(append([]int(nil), y...))
			}
			for j := from; j <= n-(q-k)+1; j++ {
				y[k] = j
				if !fill(k+1, j+1) {
					return false
				}
			}
			return true
		}
		fill(0, 1)
	}
}
