package models

import (
	"math"
	"math/big"
)

// Key families for sparse averaging. A family gives every position j a key u_j,
// a vector of m integers that is a function of sizes and seed alone, and every
// set y of q positions a query w_y, so that the score <w_y, u_j> separates y from
// the rest. What is asked of scores is always the same (docs/qsa.md, "the gap"):
//
//	low <= <w_y, u_j> <= top, top - low < 2^(F-g)   for j in y      (weight 2^f)
//	<w_y, u_j> <= low - gap 2^F                     for j not in y  (weight 0)
//
// with gap = vanish(f) and scores at scale 2^F. A query that does this on every j
// is certified: in all four arithmetics attention is then the mean over y,
// exactly. Whether a family certifies every y (uniform) or only those that were
// tried (lazy) is its own affair, and said.

// vanish is the smallest whole t with round(2^f exp(-t)) = 0: t > (f+1) ln 2.
// Equality cannot occur, because e^t is irrational for whole t > 0.
func vanish(f int) int { return int(math.Floor(float64(f+1)*math.Ln2)) + 1 }

// signedBits is the number of bits p with -2^(p-1) <= v <= 2^(p-1) - 1.
func signedBits(v int64) int {
	if v < 0 {
		v = -(v + 1)
	}
	return big.NewInt(v).BitLen() + 1
}
