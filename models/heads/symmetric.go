package heads

import "math/big"

// Symmetric writes down the heads of a symmetric function of n bits, of any n: bit t
// of values is its value on inputs with t ones. There are as many heads as values
// change, k: with roots between the weights at which they do, P(t) = prod (2t - r_i)
// has the right sign, up to a global one, and by partial fractions
//
//	P(t) / prod_j (t + j) = 2^k + sum_j a_j / (t + j), j = 1..k, a_j = P(-j) / prod_{l != j} (l - j).
//
// shift, when not nil, moves the roots; it spoils the heads.
func Symmetric(n, values int, shift func(root int64) int64) Weights {
	var roots []int64
	for t := range n {
		if values>>t&1 != values>>(t+1)&1 {
			r := int64(2*t + 1)
			if shift != nil {
				r = shift(r)
			}
			roots = append(roots, r)
		}
	}
	k := len(roots)
	sign := int64(1) // of the sum above all roots
	if values>>n&1 == 1 {
		sign = -1
	}
	scale := big.NewInt(1) // clears the denominators of all a_j
	for j := 2; j < k; j++ {
		scale.Mul(scale, new(big.Int).MulRange(1, int64(j)))
	}
	scale.Mul(scale, scale)
	var w Weights
	for j := 1; j <= k; j++ {
		a := new(big.Int).Mul(scale, big.NewInt(sign))
		for _, r := range roots {
			a.Mul(a, big.NewInt(int64(-2*j)-r))
		}
		for l := 1; l <= k; l++ {
			if l != j {
				a.Quo(a, big.NewInt(int64(l-j)))
			}
		}
		d := constant(n, big.NewInt(int64(j)))
		for i := range n {
			d[i+1].SetInt64(1)
		}
		s := constant(n, a)
		if j == 1 { // the constant 2^k, over the first denominator
			c := new(big.Int).Lsh(scale, uint(k))
			c.Mul(c, big.NewInt(sign))
			for i, v := range d {
				s[i].Add(s[i], new(big.Int).Mul(c, v))
			}
		}
		w.S, w.D = append(w.S, s), append(w.D, d)
	}
	return w
}

func constant(n int, c *big.Int) Affine {
	a := make(Affine, n+1)
	for i := range a {
		a[i] = new(big.Int)
	}
	a[0].Set(c)
	return a
}
