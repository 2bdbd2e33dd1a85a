package exact

import (
	"math/rand/v2"
	"testing"
)

// What floating-point numbers propose is a normal, wherever there is one that is not too
// thin, and nothing where there is none.
func TestPropose(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	found, missed := 0, 0
	for range 1000 {
		n, d := 1+rng.IntN(20), 1+rng.IntN(8)
		points := make([][]int64, n)
		for i := range points {
			for range d {
				points[i] = append(points[i], int64(rng.IntN(7)-2))
			}
		}
		w, _ := Separate(points)
		p := Propose(points)
		switch {
		case p != nil && (w == nil || !CheckSeparation(points, p, nil)):
			t.Fatalf("%v: %v is no normal", points, p)
		case p != nil:
			found++
		case w != nil:
			missed++
		}
	}
	if found < 100 || missed > 0 {
		t.Errorf("%d found, %d missed", found, missed)
	}
}
