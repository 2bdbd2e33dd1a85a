package check

import (
	"errors"
	"fmt"
	"math/big"
)

// Matching lists entries of another value than v, no two in one row or column. A
// rectangle without another value misses the row or the column of each, so its
// rows and columns are together at most Rows + Cols - len(Entries) (König), and
// its entries at most the largest product of two such numbers.
type Matching struct {
	Kind    string  `json:"kind"` // "matching"
	Entries []Entry `json:"entries"`
}

var _ = register("matching", about(Upper, []string{LargestRect}, func(t *work, c Claim, e *Matching) (*big.Rat, error) {
	if len(e.Entries) == 0 {
		return nil, errors.New("no entries")
	}
	if err := t.spend(len(e.Entries) + t.Rows + t.Cols); err != nil {
		return nil, err
	}
	rows, cols := make([]bool, t.Rows), make([]bool, t.Cols)
	for _, p := range e.Entries {
		if !p.within(t.Rows, t.Cols) || !t.Differs(p[0], p[1], *c.Value) {
			return nil, fmt.Errorf("entry %v is not of another value than %d", p, *c.Value)
		}
		if rows[p[0]] || cols[p[1]] {
			return nil, fmt.Errorf("entry %v shares a line with another", p)
		}
		rows[p[0]], cols[p[1]] = true, true
	}
	sum := t.Rows + t.Cols - len(e.Entries)
	a := min(sum/2, t.Rows, t.Cols) // the shorter side
	return new(big.Rat).SetInt(new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(sum-a)))), nil
}))
