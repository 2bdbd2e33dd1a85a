package exact

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// slowRank is textbook elimination in rationals.
func slowRank(a [][]*big.Int) int {
	m := make([][]*big.Rat, len(a))
	for i, row := range a {
		for _, v := range row {
			m[i] = append(m[i], new(big.Rat).SetInt(v))
		}
	}
	rank := 0
	for c := 0; len(a) > 0 && c < len(a[0]); c++ {
		for i := rank; i < len(m); i++ {
			if m[i][c].Sign() == 0 {
				continue
			}
			m[rank], m[i] = m[i], m[rank]
			for k := rank + 1; k < len(m); k++ {
				f := new(big.Rat).Quo(m[k][c], m[rank][c])
				for j := range m[k] {
					m[k][j].Sub(m[k][j], new(big.Rat).Mul(f, m[rank][j]))
				}
			}
			rank++
			break
		}
	}
	return rank
}

// slowDet is the Leibniz expansion along the first row.
func slowDet(a [][]*big.Int) *big.Int {
	if len(a) == 0 {
		return big.NewInt(1)
	}
	d := new(big.Int)
	for c, v := range a[0] {
		var minor [][]*big.Int
		for _, row := range a[1:] {
			minor = append(minor, append(append([]*big.Int{}, row[:c]...), row[c+1:]...))
		}
		t := new(big.Int).Mul(v, slowDet(minor))
		if c%2 == 1 {
			t.Neg(t)
		}
		d.Add(d, t)
	}
	return d
}

// low makes a random matrix of rank at most r.
func low(rng *rand.Rand, rows, cols, r int) [][]*big.Int {
	a := make([][]int64, rows)
	for i := range a {
		a[i] = make([]int64, cols)
	}
	for range r {
		u, v := make([]int64, rows), make([]int64, cols)
		for i := range u {
			u[i] = rng.Int64N(7) - 3
		}
		for j := range v {
			v[j] = rng.Int64N(7) - 3
		}
		for i := range a {
			for j := range a[i] {
				a[i][j] += u[i] * v[j]
			}
		}
	}
	return Ints(a)
}

func TestRankAndNullVector(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 600 {
		rows, cols := 1+rng.IntN(7), 1+rng.IntN(7)
		a := low(rng, rows, cols, rng.IntN(8))
		want := slowRank(a)
		if got := Rank(a); got != want {
			t.Fatalf("rank %d, want %d: %v", got, want, a)
		}
		v := NullVector(a, cols)
		if (v == nil) != (want == cols) {
			t.Fatalf("null vector %v of a matrix of rank %d with %d columns", v, want, cols)
		}
		if v != nil {
			zero := true
			for _, x := range MulVec(a, v) {
				if x.Sign() != 0 {
					t.Fatalf("a v = %v", MulVec(a, v))
				}
			}
			for _, x := range v {
				zero = zero && x.Sign() == 0
			}
			if zero {
				t.Fatal("the null vector is 0")
			}
		}
		// A minor is a proof of rank only if its determinant is not 0; here it is also as large as the rank.
		ri, ci := Minor(a, Prime61)
		if len(ri) != want || len(ci) != want {
			t.Fatalf("minor of order %d x %d, rank %d", len(ri), len(ci), want)
		}
		var minor [][]*big.Int
		for _, i := range ri {
			var row []*big.Int
			for _, j := range ci {
				row = append(row, a[i][j])
			}
			minor = append(minor, row)
		}
		if slowDet(minor).Sign() == 0 {
			t.Fatalf("the minor %v x %v is singular: %v", ri, ci, a)
		}
		if r2, _ := Minor(a, 2); len(r2) > want {
			t.Fatalf("rank %d modulo 2 above %d", len(r2), want)
		}
	}
	if v := NullVector(nil, 3); v == nil || v[0].Int64() != 1 {
		t.Fatalf("no equations: %v", v)
	}
}

func TestSolve(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	solved, refused := 0, 0
	for range 600 {
		rows, cols := 1+rng.IntN(6), 1+rng.IntN(6)
		a := low(rng, rows, cols, 1+rng.IntN(6))
		b := make([]*big.Int, rows)
		if rng.IntN(2) == 0 { // in the column space
			x := make([]*big.Int, cols)
			for j := range x {
				x[j] = big.NewInt(rng.Int64N(9) - 4)
			}
			b = MulVec(a, x)
		} else {
			for i := range b {
				b[i] = big.NewInt(rng.Int64N(9) - 4)
			}
		}
		num, den, ok := Solve(a, b)
		wide := make([][]*big.Int, rows)
		for i := range a {
			wide[i] = append(append([]*big.Int{}, a[i]...), b[i])
		}
		if want := slowRank(wide) == slowRank(a); ok != want {
			t.Fatalf("solvable %v, want %v: %v x = %v", ok, want, a, b)
		}
		if !ok {
			refused++
			continue
		}
		solved++
		if den.Sign() <= 0 {
			t.Fatalf("denominator %v", den)
		}
		for i, v := range MulVec(a, num) {
			if v.Cmp(new(big.Int).Mul(b[i], den)) != 0 {
				t.Fatalf("row %d: %v, want %v x %v", i, v, b[i], den)
			}
		}
	}
	if solved == 0 || refused == 0 {
		t.Fatalf("%d solved, %d refused: the test is empty", solved, refused)
	}
}

func TestClearDenominators(t *testing.T) {
	a := ClearDenominators([][]*big.Rat{{big.NewRat(1, 6), big.NewRat(-3, 4)}, {big.NewRat(2, 1), big.NewRat(0, 1)}})
	want := Ints([][]int64{{2, -9}, {2, 0}})
	for i := range want {
		for j := range want[i] {
			if a[i][j].Cmp(want[i][j]) != 0 {
				t.Fatalf("entry %d, %d is %v, want %v", i, j, a[i][j], want[i][j])
			}
		}
	}
}

func BenchmarkNullVector(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 1))
	rows := make([][]int64, 64)
	for i := range rows {
		rows[i] = make([]int64, 65)
		for j := range rows[i] {
			rows[i][j] = rng.Int64N(1<<53) - 1<<52
		}
	}
	a := Ints(rows)
	for b.Loop() {
		if NullVector(a, 65) == nil {
			b.Fatal("none")
		}
	}
}
