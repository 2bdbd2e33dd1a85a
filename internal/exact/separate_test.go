package exact

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestSeparate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	split, cancelled := 0, 0
	for range 400 {
		n, d := 1+rng.IntN(9), 1+rng.IntN(4)
		points := make([][]int64, n)
		for i := range points {
			for range d {
				points[i] = append(points[i], int64(rng.IntN(7)-2))
			}
		}
		w, y := Separate(points)
		if !CheckSeparation(points, w, y) {
			t.Fatalf("%v: %v, %v", points, w, y)
		}
		if w != nil {
			split++
			w[0].Sub(w[0], big.NewInt(1<<40))
		} else {
			cancelled++
			y[0].Sub(y[0], big.NewInt(1<<40))
		}
		if w != nil && points[0][0] > 0 && CheckSeparation(points, w, y) || w == nil && CheckSeparation(points, w, y) {
			t.Errorf("a corrupted certificate passes: %v, %v, %v", points, w, y)
		}
	}
	if split < 50 || cancelled < 50 {
		t.Errorf("%d separated, %d not", split, cancelled)
	}
	zero := []*big.Int{new(big.Int)}
	if CheckSeparation([][]int64{{0}}, nil, zero) || CheckSeparation([][]int64{{1}}, zero, nil) || CheckSeparation([][]int64{{1}}, nil, nil) {
		t.Error("nothing was taken for a proof")
	}
}
