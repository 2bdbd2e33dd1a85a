package papers

import (
	"maps"
	"testing"
)

// How often the printed recursion of k hops is wrong on the binary sequences of at most 8 tokens,
// as a program that shares nothing with this one counted.
func TestHopCounts(t *testing.T) {
	got := map[int]int{}
	for _, r := range quickly(t, hopPrinted).Rows {
		if k, ok := r.Params["k"].(int); ok && r.Printed {
			got[k] = r.Wrong
		}
	}
	if want := map[int]int{2: 438, 3: 326, 4: 326, 5: 186, 6: 186, 7: 74, 8: 74}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
