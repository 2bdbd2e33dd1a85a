package bounds

import (
	"slices"
	"testing"
)

func TestSplitVC(t *testing.T) {
	two := func(n int) []int { return slices.Repeat([]int{2}, n) }
	sum := func(x []int) (s int) {
		for _, v := range x {
			s += v
		}
		return s
	}
	for name, k := range map[string]struct {
		n, want int
		f       func(x []int) bool
	}{
		"(x1 x2) xor (x3 x4)": {4, 2, func(x []int) bool { return x[0]*x[1]^x[2]*x[3] == 1 }},
		"parity":              {4, 1, func(x []int) bool { return sum(x)%2 == 1 }},
		"majority":            {5, 1, func(x []int) bool { return sum(x) > 2 }},
		"palindrome":          {6, 1, func(x []int) bool { return x[0] == x[5] && x[1] == x[4] && x[2] == x[3] }},
		"disj":                {6, 3, func(x []int) bool { return x[0]*x[3]+x[1]*x[4]+x[2]*x[5] > 0 }},
	} {
		s, exact := SplitVC(t.Context(), two(k.n), k.f)
		if !exact || len(s.Rows) != k.want || !s.Check(k.f) {
			t.Errorf("%s: %+v, exact %v, want %d", name, s, exact, k.want)
		}
		s.Rows[0] = slices.Clone(s.Rows[0])
		s.Rows[0][0] ^= 1
		if k.n > 4 && len(s.Rows) > 1 && s.Check(k.f) {
			t.Errorf("%s: a spoilt set passes", name)
		}
	}
}
