// Package keys holds families of keys for sparse averaging, each with the certificate
// that its queries separate.
package keys

import (
	"math/big"

	"crosscut/internal/exact"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Key families for sparse averaging. A family gives every position j a key u_j,
// a vector of m integers that is a function of sizes and seed alone, and every
// set y of q positions a query w_y, so that the score <w_y, u_j> separates y from
// the rest. What is asked of scores is always the same (docs/qsa.md, "the gap"):
//
//	low <= <w_y, u_j> <= top, top - low < 2^(F-g)   for j in y      (weight 2^f)
//	<w_y, u_j> <= low - gap 2^F                     for j not in y  (weight 0)
//
// with gap = exact.Vanish(f) and scores at scale 2^F. A query that does this on every j
// is certified: in all four arithmetics attention is then the mean over y,
// exactly. Whether a family certifies every y (uniform) or only those that were
// tried (lazy) is its own affair, and said.

// Family is what the layer needs of a key family. Entries are whole numbers.
type Family interface {
	Width() int                      // m
	Scale() int                      // F, fractional bits of a score
	Top() *big.Int                   // the largest score of a member, at that scale
	Bits() int                       // p that holds every query entry and key entry
	Bounds() (q, k []*big.Int)       // magnitudes of query and key entries, by coordinate
	Key(pos int, k attention.Ints)   // fills u_pos
	Query(y []int, w attention.Ints) // fills w_y, entries that do not fit p bits clipped
	Certified(y []int) bool          // whether w_y, as it is filled, separates y
	Uniform() bool                   // whether that is proved for every y
	Names() map[string]string        // the family and its guarantee
	Sizes() tasks.Params             // further sizes
}

// equalBounds is one bound for all m coordinates.
func equalBounds(m int, bound *big.Int) []*big.Int {
	b := make([]*big.Int, m)
	for c := range b {
		b[c] = bound
	}
	return b
}

// clip brings x into the range of p-bit numbers; p = 0 means any.
func clip(x int64, p int) int64 {
	if p == 0 || p > 63 {
		return x
	}
	return min(1<<(p-1)-1, max(-1<<(p-1), x))
}

// certifies looks at every score of a query and says whether it separates y in
// the sense of keys.go, for scores that are 64-bit integers: members within
// [low, top], others at least gap below low.
func certifies(n int, y []int, low, top, gap int64, score func(j int) int64) bool {
	next := 0
	for j := 1; j <= n; j++ {
		v := score(j)
		if next < len(y) && y[next] == j {
			next++
			if v < low || v > top {
				return false
			}
		} else if v > low-gap {
			return false
		}
	}
	return true
}

// clipBig is clip for big integers.
func clipBig(x *big.Int, p int) *big.Int {
	if p == 0 || exact.BigSignedBits(x) <= p {
		return x
	}
	r := new(big.Int).Lsh(big.NewInt(1), uint(p-1))
	if x.Sign() < 0 {
		return r.Neg(r)
	}
	return r.Sub(r, big.NewInt(1))
}
