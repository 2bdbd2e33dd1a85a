package check

import (
	"context"
	"errors"
	"fmt"
	"math/big"
)

// Lindsey bounds a largest rectangle of a total matrix of two values by the norm of
// its sign matrix A: a rectangle of one value and s entries has |sum| = s, at most
// sqrt(s) sigma, so s <= sigma^2 (Lindsey's lemma). With K = A A^T, sigma^4 is at
// most the largest absolute row sum of K^2.
type Lindsey struct {
	Kind string `json:"kind"` // "lindsey"
	Size int64  `json:"size"` // the bound, which the checker must find too
}

var _ = register("lindsey", about(Upper, []string{LargestRect}, func(t *work, c Claim, e *Lindsey) (*big.Rat, error) {
	if err := t.spend(min(t.Rows, t.Cols), min(t.Rows, t.Cols), t.Rows+t.Cols); err != nil {
		return nil, err
	}
	most, err := t.LindseyBound(t.ctx)
	if err != nil {
		return nil, err
	}
	if e.Size < most {
		return nil, fmt.Errorf("the norm gives %d", most)
	}
	return big.NewRat(e.Size, 1), nil
}))

// errPromise says that evidence speaks of total matrices only.
var errPromise = errors.New("an entry is outside the promise")

// LindseyBound is floor(sqrt(b)), b the largest absolute row sum of (A A^T)^2 of
// the sign matrix A.
func (t *Table) LindseyBound(ctx context.Context) (int64, error) {
	u := t.wide()
	if u.Rows > 256 || u.Rows*u.Rows*u.Cols > 1<<26 {
		return 0, ErrLimit
	}
	a, err := u.signs()
	if err != nil {
		return 0, err
	}
	for _, row := range a {
		for _, v := range row {
			if v == 0 {
				return 0, errPromise
			}
		}
	}
	most := int64(0)
	square, err := gramSquared(ctx, a)
	if err != nil {
		return 0, err
	}
	for _, row := range square { // entries below rows cols^2: far from overflow
		sum := int64(0)
		for _, v := range row {
			sum += max(v, -v)
		}
		most = max(most, sum)
	}
	return new(big.Int).Sqrt(big.NewInt(most)).Int64(), nil
}
