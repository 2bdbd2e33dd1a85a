package exact

import (
	"math/big"
	"slices"
)

// Separate decides whether one hyperplane through the origin has all points strictly on
// its positive side. It returns a normal w with <w, p> > 0 for every p; or else weights
// y >= 0, not all zero, with sum y_i p_i = 0, which show that there is none (Gordan).
// Exactly one of the two is nil. Both are integers, found by the simplex method in
// fractions of one denominator with Bland's rule; [CheckSeparation] believes neither.
func Separate(points [][]int64) (w, y []*big.Int) {
	dims, n := len(points[0]), len(points)
	rows, cols := dims+1, n+dims+1 // sum y_i p_i = 0, sum y_i = 1; an artificial variable for each row
	t := make([][]*big.Int, rows+1)
	basis := make([]int, rows)
	for r := range t {
		t[r] = make([]*big.Int, cols+1)
		for c := range t[r] {
			t[r][c] = new(big.Int)
		}
	}
	cost := t[rows] // of "minimise the sum of the artificials", reduced
	for r := range basis {
		for i, p := range points {
			v := int64(1)
			if r < dims {
				v = p[r]
			}
			t[r][i].SetInt64(v)
			cost[i].Sub(cost[i], t[r][i])
		}
		t[r][n+r].SetInt64(1)
		basis[r] = n + r
	}
	t[dims][cols].SetInt64(1)
	cost[cols].SetInt64(-1)
	den := big.NewInt(1) // of all entries
	left, right := new(big.Int), new(big.Int)
	for {
		enter := slices.IndexFunc(cost[:n], func(v *big.Int) bool { return v.Sign() < 0 })
		if enter < 0 {
			break
		}
		leave := -1
		for r := range basis {
			if t[r][enter].Sign() <= 0 {
				continue
			}
			if leave >= 0 {
				d := left.Mul(t[r][cols], t[leave][enter]).Cmp(right.Mul(t[leave][cols], t[r][enter]))
				if d > 0 || d == 0 && basis[r] > basis[leave] {
					continue
				}
			}
			leave = r
		}
		pivot := t[leave][enter]
		for r, row := range t {
			if r == leave {
				continue
			}
			right.Set(row[enter])
			for c, v := range row {
				if v.Sign() != 0 || right.Sign() != 0 && t[leave][c].Sign() != 0 {
					v.Quo(v.Sub(v.Mul(v, pivot), left.Mul(right, t[leave][c])), den) // without remainder (Edmonds)
				}
			}
		}
		den.Set(pivot)
		basis[leave] = enter
	}
	if cost[cols].Sign() == 0 { // the artificials are all zero: y is a combination that cancels
		found := slices.Repeat([]*big.Rat{new(big.Rat)}, n)
		for r, b := range basis {
			if b < n {
				found[b] = new(big.Rat).SetFrac(t[r][cols], den)
			}
		}
		return nil, ClearDenominators([][]*big.Rat{found})[0]
	}
	// The multipliers u of the rows have u_r = 1 - cost of the artificial of r, and
	// <u, (p, 1)> <= 0 for every point while u_last > 0: w = -u is a normal.
	normal := make([]*big.Rat, dims)
	for r := range normal {
		normal[r] = new(big.Rat).SetFrac(left.Sub(cost[n+r], den), den)
	}
	return ClearDenominators([][]*big.Rat{normal})[0], nil
}

// CheckSeparation says whether w or y proves what [Separate] says it does; the other is nil.
func CheckSeparation(points [][]int64, w, y []*big.Int) bool {
	if (w == nil) == (y == nil) || len(points) == 0 {
		return false
	}
	tmp := new(big.Int)
	if w != nil {
		for _, p := range points {
			if len(p) != len(w) {
				return false
			}
			sum := new(big.Int)
			for c, v := range p {
				sum.Add(sum, tmp.Mul(w[c], big.NewInt(v)))
			}
			if sum.Sign() <= 0 {
				return false
			}
		}
		return true
	}
	if len(y) != len(points) {
		return false
	}
	positive := false
	for i := range points {
		if y[i].Sign() < 0 || len(points[i]) != len(points[0]) {
			return false
		}
		positive = positive || y[i].Sign() > 0
	}
	for c := range points[0] {
		sum := new(big.Int)
		for i, p := range points {
			sum.Add(sum, tmp.Mul(y[i], big.NewInt(p[c])))
		}
		if sum.Sign() != 0 {
			return false
		}
	}
	return positive
}
