package exact

import (
	"math"
	"math/big"
	"testing"
)

// TestCosSin compares with math.Cos at 40 bits, where both round to the same
// integer up to one, and with the identities that hold exactly.
func TestCosSin(t *testing.T) {
	for m := int64(1); m <= 40; m++ {
		for k := -m; k <= 2*m; k++ {
			c, s := CosSin(k, m, 40)
			angle := 2 * math.Pi * float64(k) / float64(m)
			if d := float64(c.Int64()) - math.Ldexp(math.Cos(angle), 40); math.Abs(d) > 0.51 {
				t.Errorf("cos of %d/%d is off by %v units", k, m, d)
			}
			if d := float64(s.Int64()) - math.Ldexp(math.Sin(angle), 40); math.Abs(d) > 0.51 {
				t.Errorf("sin of %d/%d is off by %v units", k, m, d)
			}
			if c2, s2 := CosSin(-k, m, 40); c2.Cmp(c) != 0 || s2.Cmp(new(big.Int).Neg(s)) != 0 {
				t.Errorf("cos and sin of -%d/%d: %v %v, of +: %v %v", k, m, c2, s2, c, s)
			}
		}
	}
	// cos^2 + sin^2 = 1 up to the rounding of both, at a precision floats cannot reach.
	for _, m := range []int64{7, 4096, 1 << 40} {
		c, s := CosSin(3, m, 200)
		sum := new(big.Int).Mul(c, c)
		sum.Add(sum, new(big.Int).Mul(s, s))
		sum.Sub(sum, new(big.Int).Lsh(big.NewInt(1), 400))
		if sum.BitLen() > 202 {
			t.Errorf("at 3/%d the circle has an error of %d bits", m, sum.BitLen())
		}
	}
	if c, s := CosSin(1, 6, 1); c.Int64() != 1 || s.Int64() != 2 {
		t.Errorf("60 degrees at one bit: %v %v, want 1 (one half) and 2 (0.87 rounded to one)", c, s)
	}
}
