package heads

import (
	"math/rand/v2"
	"testing"
)

// Functions for which draws of small integers give no heads, and descent does.
func TestLearntHeads(t *testing.T) {
	for table, k := range map[uint64]int{0x6a1c0016: 2, 0x79b3001e: 2, 0x69c30369: 3} {
		f := Function{5, table}
		rng := rand.New(rand.NewPCG(1, table))
		found := false
		for range 60 {
			w, ok := learn(f, k, 300, rng)
			if ok && !w.Check(f) {
				t.Fatalf("%08x: wrong heads", table)
			}
			if found = ok; ok {
				break
			}
		}
		if !found {
			t.Errorf("%08x: no %d heads", table, k)
		}
		if _, ok := learn(f, k-1, 60, rng); ok {
			t.Errorf("%08x: fewer heads than the sign degree", table)
		}
	}
}

// The images of a dual are duals, and a function that differs where one is not 0 is not shown.
func TestKnownDuals(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	d := NewDuals(4)
	for range 60 {
		f := Function{4, rng.Uint64() & (1<<16 - 1)}
		degree, _ := SignDegree(f)
		for r := 1; r < 4; r++ {
			if d.show(f, r, true) != (degree > r) || d.show(f, r, false) != (degree > r) {
				t.Fatalf("%04x has sign degree %d, and for %d the duals say otherwise", f.Table, degree, r)
			}
		}
	}
	for r, known := range d.above {
		for _, p := range known[:min(len(known), 20)] {
			f := Function{4, p.negative | rng.Uint64()&^p.at&(1<<16-1)}
			if degree, _ := SignDegree(f); degree <= r {
				t.Errorf("%04x has sign degree %d, a known dual says above %d", f.Table, degree, r)
			}
		}
	}
}
