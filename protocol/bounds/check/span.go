package check

import (
	"fmt"
	"math/big"
)

// Span bounds a largest rectangle by ranks over GF(2), for a total matrix. Write
// the 0/1 matrix of the entries of v as inner products <x_i, y_j> in r dimensions,
// r its rank: equal vectors are equal lines. In a rectangle of v all products are
// 1, so differences of the x are orthogonal to all y, and no affine combination of
// the y is 0: with L dimensions spanned by the y there are at most 2^(r-L) different x
// and 2^(L-1) different y, in all 2^(r-1). In the matrix of the other entries all
// products are 0, which gives 2^r. Each vector counts as often as the most frequent line.
type Span struct {
	Kind string `json:"kind"` // "span"
	// The ranks over GF(2) of the entries of v, and of the other entries: what the
	// checker must find too.
	Rank  int `json:"rank"`
	Other int `json:"other"`
}

// spanLines is the most lines of a side for which Span is computed.
const spanLines = 1024

var _ = register("span", about(Upper, []string{LargestRect}, func(t *work, c Claim, e *Span) (*big.Rat, error) {
	if t.Rows > spanLines || t.Cols > spanLines {
		return nil, ErrLimit
	}
	if t.partial {
		return nil, errPromise
	}
	if err := t.spend(4, t.Rows, t.Cols); err != nil {
		return nil, err
	}
	own, times := t.indicator(*c.Value, true)
	_, timesOther := t.transpose().indicator(*c.Value, true)
	other, _ := t.indicator(*c.Value, false)
	if r, o := rank2(own), rank2(other); r != e.Rank || o != e.Other {
		return nil, fmt.Errorf("the ranks over GF(2) are %d and %d", r, o)
	}
	most := new(big.Int).Lsh(big.NewInt(int64(times*timesOther)), uint(min(e.Rank-1, e.Other)))
	return new(big.Rat).SetInt(most), nil
}))

// indicator packs the 0/1 matrix of the entries that equal v (or do not), row by
// row, and counts its most frequent row. The matrix must be total.
func (t *Table) indicator(v int, equal bool) (rows [][]uint64, times int) {
	seen := map[string]int{}
	for i := range t.Rows {
		row, key := make([]uint64, (t.Cols+63)/64), make([]byte, t.Cols)
		for j := range t.Cols {
			if w, _ := t.At(i, j); (w == v) == equal {
				row[j/64] |= 1 << (j % 64)
				key[j] = 1
			}
		}
		seen[string(key)]++
		times = max(times, seen[string(key)])
		rows = append(rows, row)
	}
	return rows, times
}

// rank2 is the rank over GF(2); it overwrites the rows.
func rank2(rows [][]uint64) int {
	rank := 0
	for k := range rows {
		pivot, bit := -1, uint64(0)
		for w, word := range rows[k] {
			if word != 0 {
				pivot, bit = w, word&-word
				break
			}
		}
		if pivot < 0 {
			continue
		}
		rank++
		for _, row := range rows[k+1:] {
			if row[pivot]&bit != 0 {
				for w, word := range rows[k] {
					row[w] ^= word
				}
			}
		}
	}
	return rank
}
