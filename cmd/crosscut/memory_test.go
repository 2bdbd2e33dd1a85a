package main

import "testing"

// Below the floor the heap grows up to it, however little is live; above it by half.
func TestGrowth(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 400}, {1 << 10, 400}, {4 << 20, 300}, {8 << 20, 100}, {10 << 20, 60}, {11 << 20, 50}, {16 << 20, 50}, {1 << 40, 50}} {
		if got := growth(c.live); got != c.want {
			t.Errorf("%d live bytes may grow by %d %%, want %d", c.live, got, c.want)
		}
	}
}
