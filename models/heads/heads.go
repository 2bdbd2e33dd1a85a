// Package heads counts the attention heads of Boolean functions, with exact
// certificates both ways, and the errors of one head that selects an endpoint.
//
// One softmax layer that is read at a fixed token, over inputs of one token a bit, computes
//
//	f(x) = 1 if and only if sum_j s_j(x) / d_j(x) < 0,
//
// one term a head: d_j is the head's sum of weights, an affine function of x in {0,1}^n that
// is positive on the cube, and s_j, the projection of its numerators, any affine function.
// Width and precision are free. The head number of f is the least number of terms. Here
// the sum is also asked to be positive where f is 0: a small constant added to s_1 / d_1
// makes it so.
//
// Upper bounds are the weights, as integers. Multiplied by the product of the d_j, the sum
// is a polynomial whose degree is at most the number of heads and whose sign is that of f;
// so no function has fewer heads than its sign degree, and a lower bound is a dual:
// integers psi on the cube, not all zero, with the sign of f, and orthogonal to all monomials
// below the degree. Heads and sign degree are the same number on every function
// on which they are known.
package heads

import (
	"context"
	"math/big"
	"math/bits"
	"math/rand/v2"

	"crosscut/internal/exact"
)

// Function is a Boolean function of N <= 6 bits; bit x of Table is its value at x, bit i
// of x being the (i+1)st variable.
type Function struct {
	N     int
	Table uint64
}

// Points is the size of the cube.
func (f Function) Points() int { return 1 << f.N }

// At is the value at x, as -1 where f is 1 and +1 where it is 0: the sign that the sum must have.
func (f Function) sign(x int) int64 {
	if f.Table>>x&1 == 1 {
		return -1
	}
	return 1
}

// Constant says whether f does not depend on x: no head is needed.
func (f Function) Constant() bool {
	ones := bits.OnesCount64(f.Table)
	return ones == 0 || ones == f.Points()
}

// Affine is c[0] + c[1] x_1 + ... + c[n] x_n.
type Affine []*big.Int

// values are those at the points of the cube, in order.
func (a Affine) values() []*big.Int {
	n := 1 << (len(a) - 1)
	sums, words := make([]big.Int, n), make([]big.Word, 4*n) // of most sums all of them
	all := append(make([]*big.Int, 0, n), a[0])
	for _, c := range a[1:] {
		for _, v := range all {
			k := len(all)
			all = append(all, sums[k].SetBits(words[4*k:4*k:4*k+4]).Add(v, c))
		}
	}
	return all
}

// Weights are heads: the terms S[j] / D[j].
type Weights struct{ S, D []Affine }

// Check says whether the weights compute f, strictly on both sides.
func (w Weights) Check(f Function) bool {
	if len(w.S) != len(w.D) {
		return false
	}
	if len(w.S) == 0 {
		return f.Constant()
	}
	above, below := make([][]*big.Int, len(w.S)), make([][]*big.Int, len(w.S))
	for j := range w.S {
		if len(w.S[j]) != f.N+1 || len(w.D[j]) != f.N+1 {
			return false
		}
		above[j], below[j] = w.S[j].values(), w.D[j].values()
	}
	sum, product, term := new(big.Int), new(big.Int), new(big.Int)
	for x := range f.Points() {
		// sum_j s_j prod_{l != j} d_l, which has the sign of the sum once every d is positive.
		sum.SetInt64(0)
		product.SetInt64(1)
		for j := range w.S {
			d := below[j][x]
			if d.Sign() <= 0 {
				return false
			}
			sum.Add(sum.Mul(sum, d), term.Mul(above[j][x], product))
			product.Mul(product, d)
		}
		if int64(sum.Sign()) != f.sign(x) {
			return false
		}
	}
	return true
}

// Dual are integers on the cube that show that the sign degree of a function is more
// than some degree.
type Dual []*big.Int

// Check says whether the dual shows that f has sign degree more than degree, and so
// at least degree + 1 heads.
func (psi Dual) Check(f Function, degree int) bool {
	if len(psi) != f.Points() {
		return false
	}
	some := false
	for x, v := range psi {
		if int64(v.Sign())*f.sign(x) < 0 {
			return false
		}
		some = some || v.Sign() != 0
	}
	for s := range f.Points() {
		if bits.OnesCount(uint(s)) > degree {
			continue
		}
		sum := new(big.Int)
		for x, v := range psi {
			if x&s == s {
				sum.Add(sum, v)
			}
		}
		if sum.Sign() != 0 {
			return false
		}
	}
	return some
}

// SignDegree finds the least degree of a polynomial that has the sign of f, and the dual
// below it; nil for constants. The dual is the evidence.
func SignDegree(f Function) (degree int, below Dual) {
	if f.Constant() {
		return 0, nil
	}
	for degree = 0; ; degree++ {
		psi := Above(f, degree)
		if psi == nil {
			return degree, below
		}
		below = psi
	}
}

// Above is the dual that shows that the sign degree of f is more than degree; nil if it is not.
func Above(f Function, degree int) Dual {
	var points [][]int64
	for x := range f.Points() {
		var p []int64
		for s := range f.Points() {
			if bits.OnesCount(uint(s)) <= degree {
				v := int64(0)
				if x&s == s {
					v = f.sign(x)
				}
				p = append(p, v)
			}
		}
		points = append(points, p)
	}
	if exact.Propose(points) != nil {
		return nil
	}
	w, y := exact.Separate(points)
	if w != nil {
		return nil
	}
	psi := make(Dual, f.Points())
	for x := range psi {
		psi[x] = new(big.Int).Mul(y[x], big.NewInt(f.sign(x)))
	}
	return psi
}

// Find looks for k heads that compute f: denominators with small integers are drawn, and
// for each draw the numerators are a linear program. After twenty draws every fifth is learnt
// as well. It looks no further when ctx ends.
func Find(ctx context.Context, f Function, k, tries int, rng *rand.Rand) (Weights, bool) {
	if k == 0 {
		return Weights{}, f.Constant()
	}
	for t := 0; t < tries && ctx.Err() == nil; t++ {
		w, ok := numerators(f, draw(f.N, k, 2+t/8, rng))
		if !ok && t >= 20 && t%5 == 0 {
			w, ok = learn(f, k, 300, rng)
		}
		if ok {
			return w, true
		}
	}
	return Weights{}, false
}

// draw are k denominators with coefficients of at most spread.
func draw(n, k, spread int, rng *rand.Rand) [][]int64 {
	d := make([][]int64, k)
	for j := range d {
		d[j] = make([]int64, n+1)
		d[j][0] = 1 + rng.Int64N(int64(spread))
		for i := range n {
			c := rng.Int64N(int64(2*spread+1)) - int64(spread)
			d[j][i+1] = c
			d[j][0] += max(-c, 0)
		}
	}
	return d
}

// numerators completes heads with given denominators, if floating-point numbers find how.
func numerators(f Function, d [][]int64) (Weights, bool) {
	var points [][]int64
	for x := range f.Points() {
		var p []int64
		for j := range d {
			others := f.sign(x)
			for l := range d {
				if l != j {
					others *= affine(d[l], x)
				}
			}
			p = append(p, others)
			for i := range f.N {
				p = append(p, others*int64(x>>i&1))
			}
		}
		points = append(points, p)
	}
	w := exact.Propose(points)
	if w == nil && len(d) == 1 { // any denominator does, so one answer is final
		w, _ = exact.Separate(points)
	}
	if w == nil {
		return Weights{}, false
	}
	found := Weights{}
	for j := range d {
		found.S = append(found.S, Affine(w[j*(f.N+1):(j+1)*(f.N+1)]))
		den := make(Affine, f.N+1)
		for i, c := range d[j] {
			den[i] = big.NewInt(c)
		}
		found.D = append(found.D, den)
	}
	return found, true
}

func affine(c []int64, x int) int64 {
	v := c[0]
	for i := range c[1:] {
		if x>>i&1 == 1 {
			v += c[i+1]
		}
	}
	return v
}

// DualOf makes a dual of machine integers.
func DualOf(psi []int64) Dual {
	d := make(Dual, len(psi))
	for x, v := range psi {
		d[x] = big.NewInt(v)
	}
	return d
}
