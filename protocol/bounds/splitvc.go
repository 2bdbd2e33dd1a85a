package bounds

import (
	"context"
	"math/bits"
)

// Shattered is a set of words on some positions, Rows, all of whose patterns appear: for
// every subset p of Rows (bit t of p for row t) the function is 1 on exactly its members
// when the other positions hold Cols[p]. It embeds INDEX_k, k = len(Rows), the holder
// of the other positions having the string.
type Shattered struct {
	Own  []bool  // the positions that the rows fill
	Rows [][]int // words on them
	Cols [][]int // words on the others, 2^k
}

// SplitVC is the split-VC dimension of a Boolean function of n positions, position i
// holding one of sizes[i] values: over all sets of positions, the largest number of words
// on them that the words on the others shatter. exact is false when ctx ended the search.
func SplitVC(ctx context.Context, sizes []int, f func(word []int) bool) (best Shattered, exact bool) {
	n := len(sizes)
	exact = true
	for own := 1; own < 1<<n-1; own++ {
		rows, cols := 1, 1
		for i, s := range sizes {
			if own>>i&1 == 1 {
				rows *= s
			} else {
				cols *= s
			}
		}
		if k := bits.Len(uint(cols)) - 1; min(k, rows) <= len(best.Rows) {
			continue
		}
		word := make([]int, n)
		m := Of(cols, rows, func(c, r int) int { // the shattered set is one of columns
			fill(sizes, own, r, word)
			fill(sizes, ^own, c, word)
			if f(word) {
				return 1
			}
			return 0
		})
		set, patterns, upper := shattered(ctx, m)
		exact = exact && upper == len(set)
		if len(set) <= len(best.Rows) {
			continue
		}
		best = Shattered{Own: make([]bool, n)}
		for i := range best.Own {
			best.Own[i] = own>>i&1 == 1
		}
		for _, r := range set {
			best.Rows = append(best.Rows, wordOn(sizes, own, r))
		}
		for _, c := range patterns {
			best.Cols = append(best.Cols, wordOn(sizes, ^own, c))
		}
	}
	return best, exact
}

// fill writes number k in mixed radix into the positions of a set.
func fill(sizes []int, set, k int, word []int) {
	for i, s := range sizes {
		if set>>i&1 == 1 {
			word[i] = k % s
			k /= s
		}
	}
}

func wordOn(sizes []int, set, k int) []int {
	word := make([]int, len(sizes))
	fill(sizes, set, k, word)
	var out []int
	for i := range sizes {
		if set>>i&1 == 1 {
			out = append(out, word[i])
		}
	}
	return out
}

// Check says whether all patterns appear, by the function alone.
func (s Shattered) Check(f func(word []int) bool) bool {
	if len(s.Cols) != 1<<len(s.Rows) {
		return false
	}
	for p, col := range s.Cols {
		for t, row := range s.Rows {
			word := make([]int, len(s.Own))
			r, c := 0, 0
			for i, own := range s.Own {
				if own && r < len(row) {
					word[i] = row[r]
					r++
				} else if !own && c < len(col) {
					word[i] = col[c]
					c++
				}
			}
			if r != len(row) || c != len(col) || f(word) != (p>>t&1 == 1) {
				return false
			}
		}
	}
	return true
}
