package heads

import (
	"fmt"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestAtlasOfSmallFunctions(t *testing.T) {
	for n, want := range map[int][]int{1: {2, 2}, 2: {2, 12, 2}, 3: {2, 102, 150, 2}, 4: {2, 1880, 55692, 7960, 2}} {
		a, err := Survey(t.Context(), n, 400, 1, nil)
		if err != nil || !slices.Equal(a.Heads, want) || len(a.Open) > 0 {
			t.Errorf("n = %d: %+v, %v, want %v", n, a, err, want)
		}
	}
	if _, err := Survey(t.Context(), 3, 400, 1, func(w Weights) {
		if len(w.D) > 0 {
			w.D[0][0].SetInt64(-100)
		}
	}); err == nil {
		t.Error("heads with a negative denominator passed")
	}
}

func TestCertificatesAreNotBelieved(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		f := Function{4, rng.Uint64() & (1<<16 - 1)}
		degree, psi := SignDegree(f)
		if degree == 0 {
			continue
		}
		if !psi.Check(f, degree-1) || psi.Check(f, degree) {
			t.Fatalf("%b: a dual of degree %d", f.Table, degree)
		}
		w, ok := Find(t.Context(), f, degree, 400, rng)
		if !ok || !w.Check(f) {
			t.Fatalf("%b: no %d heads", f.Table, degree)
		}
		if g := (Function{4, f.Table ^ 1<<rng.IntN(16)}); w.Check(g) {
			t.Errorf("%b: the heads of another function pass", f.Table)
		}
		psi[rng.IntN(16)].Add(psi[0], big.NewInt(1<<40))
		if psi.Check(f, degree-1) {
			t.Errorf("%b: a spoilt dual passes", f.Table)
		}
		if _, ok := Find(t.Context(), f, degree-1, 20, rng); ok {
			t.Errorf("%b: fewer heads than the sign degree", f.Table)
		}
	}
	if (make(Dual, 0)).Check(Function{2, 6}, 0) || (Dual{new(big.Int), new(big.Int), new(big.Int), new(big.Int)}).Check(Function{2, 6}, 0) {
		t.Error("an empty dual passes")
	}
}

// The sign of a symmetric function changes as often as its sign degree says.
func TestSymmetricFunctions(t *testing.T) {
	for n := 1; n <= 5; n++ {
		for values := range 1 << (n + 1) {
			f, changes := Function{N: n}, bits.OnesCount(uint((values^values>>1)&(1<<n-1)))
			for x := range f.Points() {
				f.Table |= uint64(values>>bits.OnesCount(uint(x))&1) << x
			}
			if degree, _ := SignDegree(f); degree != changes {
				t.Errorf("n = %d, values %b: sign degree %d, %d changes", n, values, degree, changes)
			}
			w := Symmetric(n, values, nil)
			if len(w.S) != changes || !w.Check(f) {
				t.Errorf("n = %d, values %b: %d heads, want %d", n, values, len(w.S), changes)
			}
		}
	}
}

func TestSymmetriesCarryOver(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	all := Symmetries(3)
	if len(all) != 96 {
		t.Errorf("%d symmetries of 3 variables", len(all))
	}
	different := map[string]bool{}
	for _, s := range all {
		different[fmt.Sprint(s)] = true
	}
	if len(different) != len(all) {
		t.Errorf("%d different ones", len(different))
	}
	f := Function{3, 0b01101001}
	_, psi := SignDegree(f)
	w, _ := Find(t.Context(), f, 3, 400, rng)
	for _, s := range all {
		if g := s.Function(f); !s.Weights(w).Check(g) || !s.Dual(psi).Check(g, 2) {
			t.Errorf("%+v does not carry over", s)
		}
	}
}
