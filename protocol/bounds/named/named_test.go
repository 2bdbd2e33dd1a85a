package named

import (
	"context"
	"testing"
	"time"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
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
				lower, upper := measured(r, k)
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

// measured reads a measure off a report.
func measured(r *bounds.Report, k Known) (lower, upper int) {
	side := func(c *bounds.Covers) (int, int) {
		if k.Of == "zeros" {
			return c.Zeros.Lower, c.Zeros.Upper
		}
		return c.Ones.Lower, c.Ones.Upper
	}
	ends := func(x bounds.Range) (int, int) { return x.Lower, x.Upper }
	switch k.Measure {
	case check.Cover:
		return side(r.Cover)
	case check.Partition:
		return side(r.Partition)
	case check.RankRational:
		return ends(r.Rank.Rational)
	case check.RankGF2:
		return ends(*r.Rank.GF2)
	case check.OneWayAlice:
		return ends(r.OneWay.Alice)
	case check.OneWayBob:
		return ends(r.OneWay.Bob)
	case check.ShatterAlice:
		return ends(r.Shattered.Alice)
	case check.LargestRect:
		if k.Of == "zeros" {
			return r.Rectangle.Zeros.Area, r.Rectangle.Zeros.Area
		}
		return r.Rectangle.Ones.Area, r.Rectangle.Ones.Area
	case check.Deterministic:
		return r.Deterministic.Lower, r.Deterministic.Upper
	}
	return -1, -1
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
