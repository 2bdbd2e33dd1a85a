package main

import "testing"

// Below the floor the heap grows up to it, however little is live; above it by half.
func TestGrowth(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 800}, {1 << 10, 800}, {4 << 20, 700}, {8 << 20, 300}, {16 << 20, 100}, {20 << 20, 60}, {22 << 20, 50}, {32 << 20, 50}, {1 << 40, 50}} {
		if got := growth(c.live); got != c.want {
			t.Errorf("%d live bytes may grow by %d %%, want %d", c.live, got, c.want)
		}
	}
}
