package exact

import (
	"math/big"
)

// Separate decides whether one hyperplane through the origin has all points strictly on
// its positive side. It returns a normal w with <w, p> > 0 for every p; or else weights
// y >= 0, not all zero, with sum y_i p_i = 0, which show that there is none (Gordan).
// Exactly one of the two is nil. Both are integers, found by the simplex method in
// rationals with Bland's rule; [CheckSeparation] believes neither.
func Separate(points [][]int64) (w, y []*big.Int) {
	dims, n := len(points[0]), len(points)
	rows, cols := dims+1, n+dims+1 // sum y_i p_i = 0, sum y_i = 1; an artificial variable for each row
	t := make([][]*big.Rat, rows)
	basis := make([]int, rows)
	for r := range t {
		t[r] = make([]*big.Rat, cols+1)
		for c := range t[r] {
			t[r][c] = new(big.Rat)
		}
		for i, p := range points {
			v := int64(1)
			if r < dims {
				v = p[r]
			}
			t[r][i].SetInt64(v)
		}
		t[r][n+r].SetInt64(1)
		basis[r] = n + r
	}
	t[dims][cols].SetInt64(1)
	// The cost row of "minimise the sum of the artificials", reduced.
	cost := make([]*big.Rat, cols+1)
	for c := range cost {
		cost[c] = new(big.Rat)
		if c < n || c == cols {
			for r := range t {
				cost[c].Sub(cost[c], t[r][c])
			}
		}
	}
	tmp, ratio, best := new(big.Rat), new(big.Rat), new(big.Rat)
	for {
		enter := -1
		for c := range n {
			if cost[c].Sign() < 0 {
				enter = c
				break
			}
		}
		if enter < 0 {
			break
		}
		leave := -1
		for r := range t {
			if t[r][enter].Sign() <= 0 {
				continue
			}
			ratio.Quo(t[r][cols], t[r][enter])
			if d := 1; leave >= 0 {
				if d = ratio.Cmp(best); d > 0 || d == 0 && basis[r] > basis[leave] {
					continue
				}
			}
			leave = r
			best.Set(ratio)
		}
		pivot := new(big.Rat).Inv(t[leave][enter])
		for c := range t[leave] {
			if t[leave][c].Sign() != 0 {
				t[leave][c].Mul(t[leave][c], pivot)
			}
		}
		sweep := func(row []*big.Rat) {
			if row[enter].Sign() == 0 {
				return
			}
			f := new(big.Rat).Set(row[enter])
			for c := range row {
				if t[leave][c].Sign() != 0 {
					row[c].Sub(row[c], tmp.Mul(f, t[leave][c]))
				}
			}
		}
		for r := range t {
			if r != leave {
				sweep(t[r])
			}
		}
		sweep(cost)
		basis[leave] = enter
	}
	if cost[cols].Sign() == 0 { // the artificials are all zero: y is a combination that cancels
		found := make([]*big.Rat, n)
		for i := range found {
			found[i] = new(big.Rat)
		}
		for r, b := range basis {
			if b < n {
				found[b].Set(t[r][cols])
			}
		}
		return nil, ClearDenominators([][]*big.Rat{found})[0]
	}
	// The multipliers u of the rows have u_r = 1 - cost of the artificial of r, and
	// <u, (p, 1)> <= 0 for every point while u_last > 0: w = -u is a normal.
	normal := make([]*big.Rat, dims)
	for r := range normal {
		normal[r] = new(big.Rat).Sub(cost[n+r], big.NewRat(1, 1))
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
