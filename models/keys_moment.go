package models

import "math/big"

// momentKeys are the vertices of a cyclic polytope (Theorem 3's key family):
// u_j = (1, j, j^2, ..., j^(m-1)). For a set y the polynomial
//
//	P_y(t) = prod_{l in y} (t - l)^2 = c_0 + c_1 t + ... + c_2q t^2q
//
// is 0 on y and at least 1 at every other integer, so w_y = -(c_0, ..., c_2q) has
// <w_y, u_j> = -P_y(j): exactly 0 on y, at most -1 off y, for every y, in integers,
// with m = 2q + 1. The constant coordinate does nothing to an exact softmax; it
// makes the best score 0 for every y, which arithmetic with a constant shift needs.
// With fewer coordinates the polynomial is cut short, and [RadonPoint] finds the
// set on which any query fails.
type momentKeys struct {
	n, q int
	m    int
}

func (k momentKeys) width() int    { return k.m }
func (k momentKeys) uniform() bool { return k.m >= 2*k.q+1 }

// key is (1, j, ..., j^(m-1)).
func (k momentKeys) key(j int) []*big.Int {
	u := make([]*big.Int, k.m)
	x := big.NewInt(int64(j))
	for i := range u {
		u[i] = big.NewInt(1)
		if i > 0 {
			u[i].Mul(u[i-1], x)
		}
	}
	return u
}

// query is -(c_0, ..., c_{m-1}), zeros beyond degree 2q.
func (k momentKeys) query(y []int) []*big.Int {
	c := momentPolynomial(y)
	w := make([]*big.Int, k.m)
	for i := range w {
		w[i] = new(big.Int)
		if i < len(c) {
			w[i].Neg(c[i])
		}
	}
	return w
}

// momentPolynomial lists the coefficients of prod (t - l)^2, lowest first.
func momentPolynomial(y []int) []*big.Int {
	c := []*big.Int{big.NewInt(1)}
	var t big.Int
	for _, l := range append(append([]int{}, y...), y...) {
		root := big.NewInt(int64(l))
		c = append(c, new(big.Int))
		for i := len(c) - 1; i >= 0; i-- {
			c[i].Neg(t.Mul(root, c[i]))
			if i > 0 {
				c[i].Add(c[i], c[i-1])
			}
		}
	}
	return c
}

// largest is the query whose entries are the largest in magnitude of all sets:
// coefficients grow in absolute value with each root, so that of the last q.
func (k momentKeys) largest() []*big.Int {
	last := make([]int, k.q)
	for i := range last {
		last[i] = k.n - k.q + 1 + i
	}
	return k.query(last)
}

// bits is the smallest p that holds every key entry and every query entry times
// scale, for every set.
func (k momentKeys) bits(scale int64) int {
	p := bigSignedBits(k.key(k.n)[k.m-1])
	for _, v := range k.largest() {
		p = max(p, bigSignedBits(v.Mul(v, big.NewInt(scale))))
	}
	return p
}

// bigSignedBits is signedBits for big integers.
func bigSignedBits(v *big.Int) int {
	if v.Sign() < 0 {
		return new(big.Int).Not(v).BitLen() + 1
	}
	return v.BitLen() + 1
}
