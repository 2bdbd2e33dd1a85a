package exact

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// slowExp is round(2^f exp(-k/2^g)) by a plain rational series at high precision.
func slowExp(f, g, k int) int64 {
	x := new(big.Rat).SetFrac(big.NewInt(int64(k)), new(big.Int).Lsh(big.NewInt(1), uint(g)))
	// exp(x) by the series with all terms positive, 300 bits, then invert.
	const prec = 400
	term := new(big.Int).Lsh(big.NewInt(1), prec)
	sum := new(big.Int).Set(term)
	for i := int64(1); term.Sign() > 0; i++ {
		term.Mul(term, x.Num())
		term.Quo(term, new(big.Int).Mul(x.Denom(), big.NewInt(i)))
		sum.Add(sum, term)
	}
	num := new(big.Int).Lsh(big.NewInt(1), uint(f)+prec+1)
	num.Add(num, sum)
	return num.Quo(num, new(big.Int).Lsh(sum, 1)).Int64()
}

func TestExpTable(t *testing.T) {
	for _, c := range [][2]int{{0, 0}, {1, 0}, {1, 3}, {8, 4}, {16, 10}, {24, 2}, {40, 6}, {62, 0}} {
		f, g := c[0], c[1]
		table, err := ExpTable(f, g)
		if err != nil {
			t.Fatal(err)
		}
		if want := int(math.Ceil(float64(f+1)*math.Ln2*math.Exp2(float64(g)))) + 1; len(table) != want {
			t.Errorf("f=%d g=%d: %d entries, want %d", f, g, len(table), want)
		}
		if table[len(table)-1] != 0 {
			t.Errorf("f=%d g=%d: the last entry is %d", f, g, table[len(table)-1])
		}
		step := max(1, len(table)/500)
		for k := 0; k < len(table); k += step {
			if want := slowExp(f, g, k); table[k] != want {
				t.Fatalf("f=%d g=%d: T[%d] = %d, want %d", f, g, k, table[k], want)
			}
		}
		for k := len(table); k < len(table)+5; k++ {
			if slowExp(f, g, k) != 0 {
				t.Errorf("f=%d g=%d: the table ends before entry %d, which is not zero", f, g, k)
			}
		}
	}
	for _, bad := range [][2]int{{-1, 0}, {63, 0}, {1, 31}, {62, 20}} {
		if _, err := ExpTable(bad[0], bad[1]); err == nil {
			t.Errorf("f=%d g=%d was accepted", bad[0], bad[1])
		}
	}
}

func TestCeilMulLog(t *testing.T) {
	for _, c := range []struct {
		a, x *big.Rat
		want int64
	}{
		{big.NewRat(1, 1), big.NewRat(2, 1), 1},
		{big.NewRat(10, 1), big.NewRat(2, 1), 7},
		{big.NewRat(17, 1), big.NewRat(2, 1), 12},
		{big.NewRat(196, 8), big.NewRat(28, 1), 82},
		{big.NewRat(0, 1), big.NewRat(5, 1), 0},
		{big.NewRat(7, 2), big.NewRat(1, 1), 0},
		{big.NewRat(1, 1), big.NewRat(1001, 1000), 1},
	} {
		if got := CeilMulLog(c.a, c.x); got.Int64() != c.want {
			t.Errorf("ceil(%v ln %v) = %v, want %d", c.a, c.x, got, c.want)
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		a, x := big.NewRat(rng.Int64N(1000), 1+rng.Int64N(9)), big.NewRat(1000+rng.Int64N(1e6), 1+rng.Int64N(1000))
		fa, _ := a.Float64()
		fx, _ := x.Float64()
		if got, want := CeilMulLog(a, x).Int64(), int64(math.Ceil(fa*math.Log(fx))); got != want {
			t.Errorf("ceil(%v ln %v) = %d, want %d", a, x, got, want)
		}
	}
}

func TestInt128(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	edge := []int64{0, 1, -1, math.MaxInt64, math.MinInt64, 1 << 32, -(1 << 32)}
	draw := func() int64 {
		if rng.IntN(3) == 0 {
			return edge[rng.IntN(len(edge))]
		}
		return int64(rng.Uint64())
	}
	for range 5000 {
		a, b, c, d := draw(), draw(), draw(), draw()
		x, y := Mul64(a, b), Mul64(c, d)
		bx := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
		by := new(big.Int).Mul(big.NewInt(c), big.NewInt(d))
		n := uint(rng.IntN(130))
		for _, check := range []struct {
			name string
			got  Int128
			want *big.Int
		}{
			{"mul", x, bx},
			{"from64", From64(a), big.NewInt(a)},
			{"add", x.Rsh(1).Add(y.Rsh(1)), new(big.Int).Add(new(big.Int).Rsh(bx, 1), new(big.Int).Rsh(by, 1))},
			{"sub", x.Rsh(1).Sub(y.Rsh(1)), new(big.Int).Sub(new(big.Int).Rsh(bx, 1), new(big.Int).Rsh(by, 1))},
			{"rsh", x.Rsh(n), new(big.Int).Rsh(bx, n)},
			{"big", BigInt128(bx), bx},
		} {
			if check.got.Big().Cmp(check.want) != 0 {
				t.Fatalf("%s of %d %d %d %d by %d: %v, want %v", check.name, a, b, c, d, n, check.got.Big(), check.want)
			}
		}
		if x.Less(y) != (bx.Cmp(by) < 0) {
			t.Fatalf("%v < %v", bx, by)
		}
		if v, ok := x.Int64(); ok != bx.IsInt64() || ok && v != bx.Int64() {
			t.Fatalf("%v to 64 bits", bx)
		}
	}
}
