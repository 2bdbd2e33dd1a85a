package check

import (
	"errors"
	"fmt"
	"math/big"
)

// Unitriangular writes a square part A of the matrix, rows and columns in the order
// given, as L D U: L has ones on the diagonal and nothing above it, U has ones on it
// and nothing below, D is diagonal without a 0. So det A is the product of D: it is
// not 0 over the rationals, nor over GF(2) where all of D is odd. Match3's matrix has
// such factors, of signed sets in each other (docs/sanford2023.md).
type Unitriangular struct {
	Kind     string    `json:"kind"` // "unitriangular"
	Rows     []int     `json:"rows"`
	Cols     []int     `json:"cols"`
	Lower    [][]Entry `json:"lower"`    // row i of L without its 1: pairs k, L_ik, k growing and below i
	Diagonal []int     `json:"diagonal"` // of D
	Upper    [][]Entry `json:"upper"`    // column j of U without its 1: pairs k, U_kj, k growing and below j
}

// maxFactor bounds the numbers of Unitriangular: sums of their products fit int64.
const maxFactor = 1 << 12

var _ = register("unitriangular", func(t *work, c Claim, e *Unitriangular) (*big.Rat, error) {
	at, err := entries(t, c)
	if err != nil || c.End != Lower {
		return nil, errors.Join(err, errOther)
	}
	n := len(e.Diagonal)
	for _, k := range []int{len(e.Rows), len(e.Cols), len(e.Lower), len(e.Upper)} {
		if k != n {
			return nil, fmt.Errorf("lists of %d and %d are no square's", n, k)
		}
	}
	if err := errors.Join(indices(e.Rows, t.Rows), indices(e.Cols, t.Cols)); err != nil {
		return nil, err
	}
	filled := n
	for i := range n {
		if d := e.Diagonal[i]; d == 0 || d < -maxFactor || d > maxFactor || c.Measure == RankGF2 && d%2 == 0 {
			return nil, fmt.Errorf("%d on the diagonal", d)
		}
		for _, line := range [][]Entry{e.Lower[i], e.Upper[i]} {
			last := -1
			for _, p := range line {
				if p[0] <= last || p[0] >= i || p[1] < -maxFactor || p[1] > maxFactor {
					return nil, fmt.Errorf("line %d of a factor has %v", i, p)
				}
				last = p[0]
			}
		}
		filled += len(e.Upper[i])
	}
	row := make([]int64, n) // of L D
	for i := range n {
		if err := t.spend(2, filled); err != nil {
			return nil, err
		}
		clear(row)
		for _, p := range e.Lower[i] {
			row[p[0]] = int64(p[1]) * int64(e.Diagonal[p[0]])
		}
		row[i] = int64(e.Diagonal[i])
		for j := range n {
			sum := row[j]
			for _, p := range e.Upper[j] {
				sum += row[p[0]] * int64(p[1])
			}
			if sum != at(e.Rows[i], e.Cols[j]) {
				return nil, fmt.Errorf("the factors give %d at %v", sum, Entry{e.Rows[i], e.Cols[j]})
			}
		}
	}
	return big.NewRat(int64(n), 1), nil
})
