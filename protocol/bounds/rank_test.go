package bounds

import (
	"context"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	fractionfree "crosscut/internal/exact"
	"crosscut/internal/long"
	"crosscut/protocol/bounds/check"
	"crosscut/protocol/problems"
)

func plainRank(rows, cols int, at func(i, j int) int64) int {
	a := make([][]*big.Int, rows)
	for i := range a {
		for j := range cols {
			a[i] = append(a[i], big.NewInt(at(i, j)))
		}
	}
	return fractionfree.Rank(a)
}

func TestRankAgainstFractionFree(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for try := range long.Of(16, 60) {
		rows, cols := 1+rng.IntN(90), 1+rng.IntN(90)
		inner := 1 + rng.IntN(12)
		if try%4 == 0 {
			inner = 80
		}
		cell := make([]int64, rows*cols)
		for range inner { // a sum of few rectangles, a low rank
			for i := range rows {
				if rng.IntN(2) == 0 {
					continue
				}
				for j := range cols {
					if try%2 == 0 {
						cell[i*cols+j] += int64(rng.IntN(3) - 1)
					} else if (j*7+inner)%3 == 0 {
						cell[i*cols+j]++
					}
				}
			}
		}
		at := func(i, j int) int64 { return cell[i*cols+j] }
		want := plainRank(rows, cols, at)
		e, upper := rational(context.Background(), rows, cols, at, rankGF2(context.Background(), oddLines(context.Background(), rows, cols, at)))
		if e.rank != want || upper != want {
			t.Fatalf("%d x %d: rank [%d, %d], want %d", rows, cols, e.rank, upper, want)
		}
		minor := plainRank(want, want, func(i, j int) int64 { return at(e.rows[i], e.cols[j]) })
		if minor != want {
			t.Fatalf("the minor has rank %d, want %d", minor, want)
		}
		if r := rankModulo(rows, cols, at, mersenne); r != want {
			t.Fatalf("plain elimination: %d, want %d", r, want)
		}
	}
}

func BenchmarkRank4096(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	n := 4096
	cell := make([]byte, n*n)
	for k := range cell {
		cell[k] = byte(rng.IntN(2))
	}
	for b.Loop() {
		e := rankMersenne(context.Background(), n, n, func(i, j int) int64 { return int64(cell[i*n+j]) })
		b.ReportMetric(float64(e.rank), "rank")
	}
}

// BenchmarkRank1024 compares the blocked elimination with the plain one.
func BenchmarkRank1024(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	n := 1024
	cell := make([]byte, n*n)
	for k := range cell {
		cell[k] = byte(rng.IntN(2))
	}
	at := func(i, j int) int64 { return int64(cell[i*n+j]) }
	b.Run("blocked", func(b *testing.B) {
		for b.Loop() {
			rankMersenne(context.Background(), n, n, at)
		}
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			rankModulo(n, n, at, mersenne)
		}
	})
}

// TestKnownFactorsAreWritten: where a problem knows its ranks as products, these are the evidence for them and for what
// follows, but over GF(2), where an even diagonal shows nothing; factors that prove less are left aside.
func TestKnownFactorsAreWritten(t *testing.T) {
	for _, c := range []struct {
		of   *problems.Problem
		n    int
		set  map[string]int
		want string
	}{
		{problems.SDisj, 3, map[string]int{"a": 2, "b": 2}, "rank.rational 18, partition of 0 19, partition of 1 18, deterministic 6"},
		{problems.Set, 5, map[string]int{"q": 4}, "rank.rational 5, partition of 1 5, deterministic 4"},
	} {
		p, err := c.of.With(c.set)
		if err != nil {
			t.Fatal(err)
		}
		m, err := FromProblem(p, c.n)
		if err != nil {
			t.Fatal(err)
		}
		factors := Factors(p, c.n)
		for _, short := range []bool{false, true} {
			want := c.want
			given := func(value int) *check.Unitriangular {
				f := factors(value)
				if short {
					f.Rows = f.Rows[1:]
				}
				return f
			}
			if short {
				want = ""
			}
			cert, _ := certify(t, m, analyze(t, m, Options{Factors: given, NoFloats: true}))
			var got []string
			for _, k := range cert.Claims {
				if strings.Contains(string(k.Evidence), "unitriangular") {
					got = append(got, k.Of()+" "+k.Number)
				}
			}
			if s := strings.Join(got, ", "); s != want {
				t.Errorf("%s: factors stand behind %q, want %q", p.Name, s, want)
			}
		}
	}
	if Factors(problems.Disj, 3) != nil {
		t.Error("disj has factors")
	}
}
