package named

import (
	"context"
	"testing"
	"time"

	"crosscut/protocol/bounds"
)

// What a family says is known lies between the ends that the bounds find, at every small size.
func TestKnownAgainstComputed(t *testing.T) {
	for f := range All() {
		compared := 0
		for n := f.Least; n <= f.Most; n++ {
			if rows, cols := f.Lines(n); rows*cols > 64 || len(f.Known) == 0 {
				break
			}
			m, err := f.Matrix(n)
			if err != nil {
				t.Fatal(err)
			}
			r, err := bounds.Analyze(context.Background(), m, bounds.Options{NoFloats: true, Time: 5 * time.Second})
			if err != nil {
				t.Fatalf("%s, n = %d: %v", f.Name, n, err)
			}
			for _, k := range f.Known {
				if n < k.From {
					continue
				}
				lower, upper, ok := k.Computed(r)
				if !ok {
					t.Errorf("%s: nothing computes %s %s", f.Name, k.Measure, k.Of)
				}
				if want := k.Value(n); lower > want || upper < want {
					t.Errorf("%s, n = %d: %s %s is %d..%d, known is %s = %d", f.Name, n, k.Measure, k.Of, lower, upper, k.Formula, want)
				}
				if lower == upper {
					compared++
				}
			}
		}
		if compared == 0 && len(f.Known) > 0 {
			t.Errorf("%s: no known value was met", f.Name)
		}
	}
}

func TestSizesOutsideAreRefused(t *testing.T) {
	for f := range All() {
		for _, n := range []int{f.Least - 1, f.Most + 1} {
			if _, err := f.Matrix(n); err == nil {
				t.Errorf("%s at n = %d was tabulated", f.Name, n)
			}
		}
	}
}
