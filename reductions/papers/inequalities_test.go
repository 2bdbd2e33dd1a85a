package papers

import (
	"math/rand/v2"
	"testing"
)

// Every inequality costs what its own machine compiles to, at sizes drawn over its
// whole range, and bites just where a walk from 1 says.
func TestInequalities(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for q := range Inequalities().All() {
		for range 12 {
			given := map[string]int{}
			for _, s := range q.Sizes() {
				given[s.Name] = s.Min + rng.IntN(min(s.Max, 12)-s.Min+1)
			}
			v, err := q.Complete(given)
			if err != nil {
				t.Fatal(err)
			}
			n := 1 + rng.IntN(30)
			in, err := q.Reduction.Instance(n, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			a, err := q.at(v)
			if err != nil {
				t.Fatal(err)
			}
			m, err := a.Machine(in.Shape, 1)
			if err != nil {
				t.Fatal(err)
			}
			prog, err := m.Compile(through(m, in, 1).job)
			if err != nil {
				t.Fatal(err)
			}
			want, err := q.Cost(v, n)
			if err != nil {
				t.Fatal(err)
			}
			if got := prog.Total(); got != want {
				t.Errorf("%s %v n=%d: the formula gives %d bits, the compiler %d (%s)", q.Name, v, n, want, got, prog.Formula)
			}
			walk := 0
			for k := 1; k <= 1<<9 && walk == 0; k++ {
				if c, err := q.Cost(v, k); err == nil && int(c) < k {
					walk = k
				}
			}
			if at, _, _ := q.Bites(v, 1<<9); at != walk {
				t.Errorf("%s %v bites at %d, by walking at %d", q.Name, v, at, walk)
			}
		}
		if _, err := q.Complete(map[string]int{q.Sizes()[0].Name: q.Sizes()[0].Max + 1}); err == nil {
			t.Errorf("%s takes a size out of range", q.Name)
		}
		if _, err := q.Complete(map[string]int{"nobody": 1}); err == nil {
			t.Errorf("%s takes an unknown size", q.Name)
		}
	}
}
