package bounds

import (
	"context"
	"math/rand/v2"
	"testing"
)

// The solver agrees with trying all assignments, and each learnt clause follows.
func TestSolverAgainstAllAssignments(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	yeses, noes := 0, 0
	for range 3000 {
		n := 3 + rng.IntN(8)
		var given [][]literal
		for range 2 + rng.IntN(5*n) {
			var c []literal
			for _, v := range rng.Perm(n)[:1+min(n-1, 1+rng.IntN(3))] {
				c = append(c, literal(2*v+rng.IntN(2)))
			}
			given = append(given, c)
		}
		fits := func(x int, c []literal) bool {
			for _, l := range c {
				if (x>>l.variable()&1 == 1) == l.asserted() {
					return true
				}
			}
			return false
		}
		want := false
		all := func(x int) bool {
			for _, c := range given {
				if !fits(x, c) {
					return false
				}
			}
			return true
		}
		for x := range 1 << n {
			want = want || all(x)
		}
		s := newSolver(n)
		s.most = 3 // drop clauses often
		for _, c := range given {
			s.add(c...)
		}
		got, decided := false, false
		for !decided {
			got, decided = s.solve(context.Background(), 5)
		}
		if got != want {
			t.Fatalf("%v: %v, want %v", given, got, want)
		}
		if got {
			yeses++
			x := 0
			for v := range n {
				if s.holds(v) {
					x |= 1 << v
				}
			}
			if !all(x) {
				t.Fatalf("%v: %b does not satisfy it", given, x)
			}
			for _, c := range s.learnt {
				if !fits(x, c) {
					t.Fatalf("%v: learnt %v, against %b", given, c, x)
				}
			}
		} else {
			noes++
		}
	}
	if yeses == 0 || noes == 0 {
		t.Fatalf("%d satisfied, %d not: both kinds are needed", yeses, noes)
	}
}
