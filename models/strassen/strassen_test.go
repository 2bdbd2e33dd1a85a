package strassen

import (
	"math/rand/v2"
	"testing"
)

func TestFourTasks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	wrong := map[string]int{}
	for name, without := range map[string]Ends{"whole": {}, "no query and first": {NoQueryFirst: true}, "no pair": {NoPair: true}, "no query and second": {NoQuerySecond: true}} {
		for range 150 {
			n, m := 1+rng.IntN(4), int64(2+rng.IntN(7))
			x := make([]int64, n)
			for i := range x {
				x[i] = 1 + rng.Int64N(m-1)
			}
			i, match := rng.IntN(n), false
			for _, a := range x {
				for _, b := range x {
					match = match || (x[i]+a+b)%m == 0
				}
			}
			if Match3(x, m, i, without) != match {
				wrong[name+", match3"]++
			}

			g, f := make([]int64, n), make([]int64, n)
			for k := range g {
				g[k], f[k] = rng.Int64N(int64(n)), rng.Int64N(int64(n))
			}
			if q := rng.IntN(n); Compose(g, f, int64(q), without) != f[g[q]] {
				wrong[name+", composition"]++
			}

			size := 2 + rng.IntN(2)
			a, b, colour := make([][]int64, size), make([][]int64, size), make([]int64, size)
			for r := range size {
				colour[r] = rng.Int64N(2)
				for range size {
					a[r], b[r] = append(a[r], rng.Int64N(2)), append(b[r], rng.Int64N(2))
				}
			}
			r, c := rng.IntN(size), rng.IntN(size)
			plain, quotient := false, false
			for k := range size {
				for l := range size {
					both := a[r][k]*b[l][c] == 1
					plain = plain || both && k == l
					quotient = quotient || both && k != l && colour[k] == colour[l]
				}
			}
			if Relation(a, b, nil, r, c, without) != plain {
				wrong[name+", relation"]++
			}
			if Relation(a, b, colour, r, c, without) != quotient {
				wrong[name+", quotient"]++
			}
		}
	}
	for _, name := range []string{"match3", "composition", "relation", "quotient"} {
		if wrong["whole, "+name] > 0 {
			t.Errorf("%s: %d wrong", name, wrong["whole, "+name])
		}
		for _, without := range []string{"no query and first", "no pair", "no query and second"} {
			if wrong[without+", "+name] == 0 {
				t.Errorf("%s is right: %s", name, without)
			}
		}
	}
}
