package keys

import (
	"math/big"
	"slices"

	"crosscut/internal/exact"
)

// Radon is what no unit with the given keys can do: position-only keys in R^k,
// N >= 3q + 1 of them, are too few dimensions for sets of q as soon as k <= 2q-1
// (Sanford, Hsu, Telgarsky 2023, Theorem 3's converse; docs/qsa.md).
//
// The first k+2 keys are affinely dependent, so two disjoint groups A and B of
// them have a common convex combination, with |A| <= q. Take y containing A and
// avoiding B. Any query gives some b in B a score no less than some a in A, hence
// a weight no less, for every monotone weight function. With z = e_j on a single
// j in A or B and 0 elsewhere, the output errs by |weight_j - [j in y]/q|; if that
// is below 1/(2q) at a then weight_b >= weight_a > 1/(2q), and it errs at b.
type Radon struct {
	A, B  []int      // positions, increasing; |A| <= q
	Coef  []*big.Int // positive, parallel to A then B; the sums over A and over B agree
	Y     []int      // contains A, avoids B, has q positions, increasing
	Query int        // a position outside A and B, where y is asked for
}

// RadonPoint finds the obstruction for keys[j-1], the key of position j; all have
// the same width k <= 2q-1. ok is false when k is larger or N < 3q+1.
func RadonPoint(keys [][]*big.Int, q int) (r Radon, ok bool) {
	n := len(keys)
	if q < 1 || n < 3*q+1 || len(keys[0]) > 2*q-1 {
		return Radon{}, false
	}
	k := len(keys[0])
	rows := make([][]*big.Int, k+1) // sum c_j u_j = 0 and sum c_j = 0
	for c := range rows {
		rows[c] = make([]*big.Int, k+2)
		for j := range rows[c] {
			rows[c][j] = big.NewInt(1)
			if c < k {
				rows[c][j] = keys[j][c]
			}
		}
	}
	v := exact.NullVector(rows, k+2)
	var plus, minus []int
	for j, c := range v {
		switch c.Sign() {
		case 1:
			plus = append(plus, j+1)
		case -1:
			minus = append(minus, j+1)
		}
	}
	r.A, r.B = plus, minus
	if len(plus) > len(minus) {
		r.A, r.B = minus, plus
	}
	in := make([]bool, n+1) // in B, or already in y
	for _, j := range slices.Concat(r.A, r.B) {
		r.Coef = append(r.Coef, new(big.Int).Abs(v[j-1]))
		in[j] = true
	}
	y := make([]bool, n+1)
	for _, j := range r.A {
		y[j] = true
	}
	for j, left := 1, q-len(r.A); left > 0; j++ {
		if !in[j] {
			y[j] = true
			left--
		}
	}
	for j := 1; j <= n; j++ {
		if y[j] {
			r.Y = append(r.Y, j)
		}
		if !in[j] {
			r.Query = j
		}
	}
	return r, true
}

// Verify proves the obstruction again, from the keys alone: it fails unless the
// two convex combinations agree and y separates A from B.
func (r Radon) Verify(keys [][]*big.Int, q int) bool {
	n := len(keys)
	if len(r.A) == 0 || len(r.B) == 0 || len(r.Coef) != len(r.A)+len(r.B) || len(r.Y) != q || r.Query < 1 || r.Query > n {
		return false
	}
	side := make([]int, n+1) // +1 in A, -1 in B
	for i, j := range slices.Concat(r.A, r.B) {
		if j < 1 || j > n || side[j] != 0 || r.Coef[i].Sign() <= 0 || j == r.Query {
			return false
		}
		side[j] = 1
		if i >= len(r.A) {
			side[j] = -1
		}
	}
	inY := make([]bool, n+1)
	for i, j := range r.Y {
		if j < 1 || j > n || (i > 0 && r.Y[i-1] >= j) || side[j] == -1 {
			return false
		}
		inY[j] = true
	}
	for _, j := range r.A {
		if !inY[j] {
			return false
		}
	}
	for c := 0; c <= len(keys[0]); c++ {
		sum := new(big.Int)
		for i, j := range slices.Concat(r.A, r.B) {
			t := new(big.Int).Set(r.Coef[i])
			if c < len(keys[0]) {
				t.Mul(t, keys[j-1][c])
			}
			if side[j] < 0 {
				t.Neg(t)
			}
			sum.Add(sum, t)
		}
		if sum.Sign() != 0 {
			return false
		}
	}
	return true
}

// Positions are the j for which z = e_j must be tried: any unit with these keys
// errs by at least 1/(2q) on one of them.
func (r Radon) Positions() []int { return slices.Concat(r.A, r.B) }
