package heads

import (
	"math/big"

	"gonum.org/v1/gonum/stat/combin"
)

// Symmetry is a change of names that alters no head number: variables are permuted,
// some are flipped, and the answer may be too. g(x) = f(y) xor Out, where y_i =
// x_{Perm[i]} xor bit i of Flip.
type Symmetry struct {
	Perm []int
	Flip int
	Out  bool
}

func (s Symmetry) point(x int) int {
	y := s.Flip
	for i, p := range s.Perm {
		y ^= x >> p & 1 << i
	}
	return y
}

// Function is f under the new names.
func (s Symmetry) Function(f Function) Function {
	g := Function{N: f.N}
	for x := range f.Points() {
		g.Table |= f.Table >> s.point(x) & 1 << x
	}
	if s.Out {
		g.Table ^= 1<<f.Points() - 1
	}
	return g
}

// Dual carries a dual of f over to its image.
func (s Symmetry) Dual(psi Dual) Dual {
	out := make(Dual, len(psi))
	for x := range out {
		if out[x] = psi[s.point(x)]; s.Out {
			out[x] = new(big.Int).Neg(out[x])
		}
	}
	return out
}

// Weights carries heads of f over to its image: affine functions stay affine.
func (s Symmetry) Weights(w Weights) Weights {
	carry := func(a Affine, negate bool) Affine {
		out := make(Affine, len(a))
		out[0] = new(big.Int).Set(a[0])
		for i, p := range s.Perm {
			if c := a[i+1]; s.Flip>>i&1 == 0 {
				out[p+1] = c
			} else { // c (1 - x)
				out[0].Add(out[0], c)
				out[p+1] = new(big.Int).Neg(c)
			}
		}
		if negate {
			for i, c := range out {
				out[i] = new(big.Int).Neg(c)
			}
		}
		return out
	}
	var out Weights
	for j := range w.S {
		out.S, out.D = append(out.S, carry(w.S[j], s.Out)), append(out.D, carry(w.D[j], false))
	}
	return out
}

// Symmetries lists all of n variables: 2 n! 2^n.
func Symmetries(n int) []Symmetry {
	var all []Symmetry
	for _, perm := range combin.Permutations(n, n) {
		for flip := range 1 << n {
			all = append(all, Symmetry{perm, flip, false}, Symmetry{perm, flip, true})
		}
	}
	return all
}
