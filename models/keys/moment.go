package keys

import (
	"math/big"

	"crosscut/internal/exact"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Moment are the vertices of a cyclic polytope (Theorem 3's key family):
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
type Moment struct {
	n, q int
	m    int
}

// NewMoment is the family for sets of q of 1..n, with m coordinates.
func NewMoment(n, q, m int) Moment { return Moment{n, q, m} }

func (k Moment) Width() int    { return k.m }
func (k Moment) Uniform() bool { return k.m >= 2*k.q+1 }

// key is (1, j, ..., j^(m-1)).
func (k Moment) key(j int) []*big.Int {
	u := make([]*big.Int, k.m)
	x := big.NewInt(int64(j))
	for i := range u {
		if i == 0 {
			u[i] = big.NewInt(1)
		} else {
			u[i] = new(big.Int).Mul(u[i-1], x)
		}
	}
	return u
}

// query is -(c_0, ..., c_{m-1}), zeros beyond degree 2q.
func (k Moment) query(y []int) []*big.Int {
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
func (k Moment) largest() []*big.Int {
	last := make([]int, k.q)
	for i := range last {
		last[i] = k.n - k.q + 1 + i
	}
	return k.query(last)
}

// bits is the smallest p that holds every key entry and every query entry times
// scale, for every set.
func (k Moment) bits(scale int64) int {
	p := exact.BigSignedBits(k.key(k.n)[k.m-1])
	for _, v := range k.largest() {
		p = max(p, exact.BigSignedBits(v.Mul(v, big.NewInt(scale))))
	}
	return p
}

func (k Moment) Layer(f, p int) momentLayer { return momentLayer{k, int64(exact.Vanish(f)), p} }

// momentLayer is momentKeys in a layer.
type momentLayer struct {
	Moment
	beta int64
	p    int
}

func (k momentLayer) Scale() int    { return 0 }
func (k momentLayer) Top() *big.Int { return new(big.Int) }
func (k momentLayer) Bits() int     { return max(2, k.Moment.bits(k.beta)) }

func (k momentLayer) Bounds() (q, key []*big.Int) {
	for _, c := range k.largest() {
		q = append(q, new(big.Int).Abs(c.Mul(c, big.NewInt(k.beta))))
	}
	return q, k.Moment.key(k.n)
}

func (k momentLayer) Key(pos int, u attention.Ints) {
	for i, v := range k.Moment.key(pos) {
		u.SetBig(i, clipBig(v, k.p))
	}
}

func (k momentLayer) Query(y []int, w attention.Ints) {
	beta := big.NewInt(k.beta)
	for i, v := range k.Moment.query(y) {
		w.SetBig(i, clipBig(v.Mul(v, beta), k.p))
	}
}

// Certified compares every score, in integers of any size.
func (k momentLayer) Certified(y []int) bool {
	w := attention.NewInts(k.m, true)
	k.Query(y, w)
	u := attention.NewInts(k.m, true)
	next := 0
	for j := 1; j <= k.n; j++ {
		k.Key(j, u)
		s := new(big.Int)
		for c := range k.m {
			s.Add(s, new(big.Int).Mul(w.Big(c), u.Big(c)))
		}
		if next < len(y) && y[next] == j {
			next++
			if s.Sign() != 0 {
				return false
			}
		} else if s.Cmp(big.NewInt(-k.beta)) > 0 {
			return false
		}
	}
	return true
}

func (k momentLayer) Names() map[string]string {
	names := map[string]string{"keys": "moment", "guarantee": "every set"}
	if !k.Uniform() {
		names["guarantee"] = "per input"
	}
	return names
}

func (k momentLayer) Sizes() tasks.Params { return nil }
