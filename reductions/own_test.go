package reductions

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"crosscut/docs"
	"crosscut/internal/exact"
	"crosscut/internal/long"
	"crosscut/models/audit"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// hands is the matrix of Match3 at token 1 = 1, half split, by the definition.
func hands(t *testing.T, n, m int) [][]int {
	t.Helper()
	sh, err := tasks.Match3.Shape(n, tasks.Params{"M": float64(m)})
	if err != nil {
		t.Fatal(err)
	}
	a := (n - 1) / 2
	side := func(k int) [][]int { // multisets are enough: the order of tokens does not matter
		all := [][]int{{}}
		for range k {
			var next [][]int
			for _, h := range all {
				least := 1
				if len(h) > 0 {
					least = h[len(h)-1]
				}
				for v := least; v <= m; v++ {
					next = append(next, append(append([]int{}, h...), v))
				}
			}
			all = next
		}
		return all
	}
	var rows [][]int
	for i, x := range side(a) {
		var row []int
		for j, y := range side(n - 1 - a) {
			all := append(append([]int{1}, x...), y...)
			row = append(row, 0)
			for _, u := range all {
				for _, v := range all {
					if (1+u+v)%m == 0 {
						row[j] = 1
					}
				}
			}
			if n <= 7 || (i+j)%97 == 0 { // the task's own definition
				seq := make([]tasks.Token, n)
				for k, v := range all {
					seq[k].X = v
				}
				if got := int(sh.Task.Eval(sh, seq, 1)[0]); got != row[j] {
					t.Fatalf("N = %d, M = %d, %v: %d by the definition, %d here", n, m, all, got, row[j])
				}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func TestMatch3RowsAgreeWithTheMatrix(t *testing.T) {
	pinned := map[[2]int]int64{{5, 6}: 10, {5, 9}: 20, {7, 8}: 28, {7, 12}: 132, {8, 11}: 66, {9, 10}: 82}
	for n := 3; n <= 9; n++ {
		for m := 4; m <= 13; m++ {
			if _, ok := pinned[[2]int{n, m}]; n+m > long.Of(16, 22) && !(ok && long.Tests()) {
				continue // hundreds of hands each
			}
			a := (n - 1) / 2
			want := Match3Rows(a, m)
			if p, ok := pinned[[2]int{n, m}]; ok && want.Int64() != p {
				t.Errorf("N = %d, M = %d: %v rows, want %d", n, m, want, p)
			}
			rows := hands(t, n, m)
			distinct := map[string]bool{}
			var kept [][]int64
			for _, r := range rows {
				key := make([]byte, len(r))
				line := make([]int64, len(r))
				for j, v := range r {
					key[j], line[j] = byte(v), int64(v)
				}
				if !distinct[string(key)] {
					distinct[string(key)] = true
					kept = append(kept, line)
				}
			}
			if int64(len(distinct)) != want.Int64() {
				t.Errorf("N = %d, M = %d: %d different rows, the closed form says %v", n, m, len(distinct), want)
			}
			if len(kept) <= 140 {
				if r := exact.Rank(exact.Ints(kept)); r != len(kept) {
					t.Errorf("N = %d, M = %d: rank %d of %d different rows", n, m, r, len(kept))
				}
			}
		}
	}
}

func TestMatch3NeedsAtTheHalfSplit(t *testing.T) {
	doc, _ := docs.Text("sanford2023")
	for _, c := range []struct{ n, m, want int }{{64, 65, 50}, {64, 4096, 259}, {1024, 1025, 810}, {1024, 1 << 20, 6354}} {
		disj, raw := (c.n-3)/2, (c.n-1)/2*protocol.Width(uint64(c.m))
		if line := fmt.Sprintf("\n| %d | %d | %d | %d | %d |\n", c.n, c.m, disj, c.want, raw); !strings.Contains(doc, line) {
			t.Errorf("docs/sanford2023.md has no line %q", line)
		}
		sh, err := tasks.Match3.Shape(c.n, tasks.Params{"M": float64(c.m)})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []protocol.Setting{protocol.OneWay, protocol.TwoWay} {
			need, ok := OwnNeed(sh, sh.Half(), []int{1}, s, protocol.Alice)
			if !ok || int(need.Bits) != c.want {
				t.Errorf("N = %d, M = %d, %v: %d bits needed, want %d", c.n, c.m, s, need.Bits, c.want)
			}
		}
		if _, ok := OwnNeed(sh, sh.Half(), []int{2}, protocol.OneWay, protocol.Alice); ok {
			t.Error("a need where the query is private")
		}
	}
	if widthOf(big.NewInt(1)) != 0 || widthOf(big.NewInt(8)) != 3 || widthOf(big.NewInt(9)) != 4 {
		t.Error("ceil(log2 v) is wrong")
	}
}

// TestThresholdsOfOneLayer holds the smallest odd N at which one layer's message
// is shorter than needed against the table of docs/sanford2023.md.
func TestThresholdsOfOneLayer(t *testing.T) {
	bits := func(h, dv, p, f, a int) int {
		weights := new(big.Int).Lsh(big.NewInt(int64(a)), uint(f))
		span := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(p)), big.NewInt(1))
		return h * (weights.BitLen() + dv*span.Mul(span, weights).BitLen())
	}
	doc, _ := docs.Text("sanford2023")
	for _, c := range []struct{ h, dv, p, f, linear, square int }{{1, 1, 2, 1, 15, 5}, {1, 1, 8, 8, 45, 13}, {1, 3, 16, 16, 179, 37}, {4, 16, 16, 16, 3611, 473}} {
		if line := fmt.Sprintf("\n| %d | %d | %d | %d | %d | %d |\n", c.h, c.dv, c.p, c.f, c.linear, c.square); !strings.Contains(doc, line) {
			t.Errorf("docs/sanford2023.md has no line %q", line)
		}
		least := func(m func(n int) int) int {
			for n := 3; ; n += 2 {
				if a := (n - 1) / 2; bits(c.h, c.dv, c.p, c.f, a) < widthOf(Match3Rows(a, m(n))) {
					return n
				}
			}
		}
		if n := least(func(n int) int { return n + 1 }); n != c.linear {
			t.Errorf("%+v: M = N + 1 bites from N = %d", c, n)
		}
		if n := least(func(n int) int { return n * n }); n != c.square {
			t.Errorf("%+v: M = N^2 bites from N = %d", c, n)
		}
	}
}

// TestMatch3Bits: short numbers give what long ones give.
func TestMatch3Bits(t *testing.T) {
	for _, m := range []int{2050, 4096, 9999, 1 << 20} {
		for a := 1000; a < 1040; a++ {
			if got, want := handBits(Match3Pairs(m), a, 2, 1), widthOf(Match3Rows(a, m)); got != want {
				t.Fatalf("a = %d, M = %d: %d bits, want %d", a, m, got, want)
			}
		}
	}
}

// The orders that Match3's closed form declares, at M = N^2 alone: of a hand of at least a quarter of the tokens, and of
// one token. Over its order a need falls little and grows little, so that neither a lower nor a higher one would pass.
func TestMatch3Orders(t *testing.T) {
	for _, one := range []bool{false, true} {
		var first float64
		for N := 64; N <= 1<<12; N *= 4 {
			sh, err := tasks.Match3.Shape(N, nil)
			fixed, err2 := tasks.Match3.Shape(N, tasks.Params{"M": 100})
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			split := sh.Half()
			want, order := protocol.Growth{Power: 1, Logs: 1}, float64(N)*math.Log2(float64(N))
			if one {
				for i := 3; i <= N; i++ {
					split.Owner[i-1] = protocol.Bob
				}
				want, order = protocol.Growth{Logs: 1}, math.Log2(float64(N))
			}
			need, ok := OwnNeed(sh, split, []int{1}, protocol.OneWay, protocol.Alice)
			if N == 64 {
				first = float64(need.Bits) / order
			}
			if got := float64(need.Bits) / order; !ok || need.Least != want || got > 1.2*first || got < first/1.2 {
				t.Errorf("N = %d, one token %v: %+v, %.2f of its order, %.2f at N = 64", N, one, need, got, first)
			}
			if need, _ := OwnNeed(fixed, split, []int{1}, protocol.OneWay, protocol.Alice); need.Least != (protocol.Growth{}) {
				t.Errorf("N = %d, M = 100: %v", N, need.Least)
			}
		}
	}
}

// TestAuditsTakeTheExactCost: what audits of configurations need of one layer is the exact cost of Match3 at M = N^2 and of
// sets of floor((N - 1)/2) positions, at most one bit less; it never falls.
func TestAuditsTakeTheExactCost(t *testing.T) {
	hands, sets := 0, 0
	for n := 1; n <= 2100; n++ {
		if n > 300 && n%171 > 1 {
			continue
		}
		h, s := audit.HandsNeed(n), audit.SetsNeed(n)
		want := 0
		if n >= 3 {
			want = handBits(Match3Pairs(n*n), (n-1)/2, 2, 1)
		}
		if h > want || h < want-1 || h < hands {
			t.Errorf("N = %d: %d bits of hands, %d exactly", n, h, want)
		}
		all := new(big.Int).Binomial(int64(n), int64((n-1)/2))
		if want := widthOf(all); s > want || s < want-1 || s < sets {
			t.Errorf("N = %d: %d bits of sets, %d exactly", n, s, want)
		}
		hands, sets = h, s
	}
}

// Means 2/q apart have one answer where what is allowed, eps and a little for rounding, is 1/q or more.
func TestMeansAreNear(t *testing.T) {
	for eps, want := range map[float64]bool{0.5: true, 1 / (1 + 0x1p-39): true, 1 / (1 + 0x1p-40): false, 1: false} {
		sh, err := tasks.QSA.Shape(2, tasks.Params{"q": 1, "eps": eps})
		if err != nil {
			t.Fatal(err)
		}
		if near(sh) != want {
			t.Errorf("q = 1, eps = %v: allowed %v, told apart %v", eps, tasks.Allowed(sh), !want)
		}
	}
}
