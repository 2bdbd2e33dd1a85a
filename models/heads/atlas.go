package heads

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// Atlas is the number of heads of every function of n bits.
type Atlas struct {
	N       int
	Heads   []int    // functions with 0, 1, ... heads
	Classes []int    // classes under symmetry, likewise
	Open    []uint64 // representatives of classes whose two certificates do not meet
}

// MaxAtlas is the largest n for which all functions are gone through.
const MaxAtlas = 4

// Survey goes through all functions of n bits. Each class is settled once; then both its
// certificates are carried over to every function of the class and checked there. wreck,
// when not nil, spoils the weights first: tests and controls see that nothing passes.
func Survey(ctx context.Context, n, tries int, seed uint64, wreck func(Weights)) (*Atlas, error) {
	if n < 1 || n > MaxAtlas {
		return nil, fmt.Errorf("heads: n = %d is outside 1..%d", n, MaxAtlas)
	}
	a := &Atlas{N: n, Heads: make([]int, n+1), Classes: make([]int, n+1)}
	symmetries := Symmetries(n)
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	seen := make([]bool, 1<<(1<<n))
	for table := range seen {
		if seen[table] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return a, err
		}
		f := Function{n, uint64(table)}
		degree, dual := SignDegree(f)
		w, ok := Find(ctx, f, degree, tries, rng)
		if !ok {
			a.Open = append(a.Open, f.Table)
		} else {
			a.Classes[degree]++
		}
		if wreck != nil {
			wreck(w)
		}
		for _, s := range symmetries {
			g := s.Function(f)
			if seen[g.Table] {
				continue
			}
			seen[g.Table] = true
			if !ok {
				continue
			}
			if !s.Weights(w).Check(g) || degree > 0 && !s.Dual(dual).Check(g, degree-1) {
				return a, fmt.Errorf("heads: a certificate of %0*b does not show %d heads", 1<<n, g.Table, degree)
			}
			a.Heads[degree]++
		}
	}
	return a, nil
}
