package main

import "testing"

// Below the floor the heap grows up to it, however little is live; above it by half.
func TestGrowth(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 1200}, {1 << 10, 1200}, {4 << 20, 1100}, {16 << 20, 200}, {31 << 20, 54}, {32 << 20, 50}, {48 << 20, 50}, {1 << 40, 50}} {
		if got := growth(c.live); got != c.want {
			t.Errorf("%d live bytes may grow by %d %%, want %d", c.live, got, c.want)
		}
	}
}
