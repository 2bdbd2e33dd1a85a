package exact

import (
	"fmt"
	"math/big"
	"sync"
)

// CosSin returns cos and sin of the angle 2 pi k/m, each rounded to the nearest
// multiple of 2^-frac and scaled by 2^frac: the same integers on every platform.
// m >= 1 and frac >= 1. The reduction to an eighth of the circle is exact, and
// precision is raised until the rounding is certain; that ends, because the only
// rational values of the cosine at such angles are 0, 1/2, 1 and their negatives
// (Niven 1956), none of which lies half way between two multiples.
func CosSin(k, m int64, frac int) (cos, sin *big.Int) {
	if m < 1 || frac < 1 {
		panic(fmt.Sprintf("exact: the angle %d/%d of a circle at %d fractional bits", k, m, frac))
	}
	// 4k = quarter m + b with 0 <= b < m: the angle is quarter (pi/2) + (pi/2) b/m.
	bm := big.NewInt(m)
	q, b := new(big.Int).DivMod(new(big.Int).Lsh(big.NewInt(k), 2), bm, new(big.Int))
	quarter := int(new(big.Int).And(q, big.NewInt(3)).Int64())
	mirror := new(big.Int).Lsh(b, 1).Cmp(bm) > 0 // beyond 45 degrees: swap sine and cosine
	if mirror {
		b.Sub(bm, b)
	}
	for guard := 32; ; guard *= 2 {
		c, s := smallAngle(b, bm, frac+guard)
		rc, ok1 := roundBits(c, guard)
		rs, ok2 := roundBits(s, guard)
		if !ok1 || !ok2 {
			continue
		}
		if mirror {
			rc, rs = rs, rc
		}
		switch quarter {
		case 0:
			return rc, rs
		case 1:
			return rs.Neg(rs), rc
		case 2:
			return rc.Neg(rc), rs.Neg(rs)
		}
		return rs, rc.Neg(rc)
	}
}

// roundBits drops guard bits of v >= 0, to the nearest. ok is false when an error
// of up to 2^(guard/2) in v could change the result.
func roundBits(v *big.Int, guard int) (r *big.Int, ok bool) {
	slack := new(big.Int).Lsh(big.NewInt(1), uint(guard/2))
	half := new(big.Int).Lsh(big.NewInt(1), uint(guard-1))
	r = new(big.Int).Add(v, half)
	lo := new(big.Int).Sub(r, slack)
	hi := new(big.Int).Add(r, slack)
	r.Rsh(r, uint(guard))
	return r, lo.Rsh(lo, uint(guard)).Cmp(r) == 0 && hi.Rsh(hi, uint(guard)).Cmp(r) == 0
}

// smallAngle gives cos and sin of (pi/2) b/m, 0 <= b/m <= 1/2, at prec fractional
// bits. Each of the at most prec terms is off by less than 4 units, far below the
// 2^(guard/2) that roundBits allows.
func smallAngle(b, m *big.Int, prec int) (cos, sin *big.Int) {
	x := new(big.Int).Mul(pi(prec), b)
	x.Quo(x, new(big.Int).Lsh(m, 1))
	sq := new(big.Int).Mul(x, x)
	sq.Rsh(sq, uint(prec))
	series := func(term *big.Int, n int64) *big.Int { // term - term x^2/((n+1)(n+2)) + ...
		sum := new(big.Int)
		term = new(big.Int).Set(term)
		for ; term.Sign() != 0; n += 2 {
			sum.Add(sum, term)
			term.Mul(term, sq)
			term.Rsh(term, uint(prec))
			term.Quo(term, big.NewInt((n+1)*(n+2)))
			term.Neg(term)
		}
		return sum
	}
	return series(new(big.Int).Lsh(big.NewInt(1), uint(prec)), 0), series(x, 1)
}

var pis sync.Map // pi at each precision that was asked for

// pi at prec fractional bits, within 2 units: Machin's 16 atan(1/5) - 4 atan(1/239). It is
// shared: it must not be changed.
func pi(prec int) *big.Int {
	if p, known := pis.Load(prec); known {
		return p.(*big.Int)
	}
	work := uint(prec + 16)
	atan := func(n int64) *big.Int {
		term := new(big.Int).Lsh(big.NewInt(1), work)
		term.Quo(term, big.NewInt(n))
		sum, sq := new(big.Int), big.NewInt(n*n)
		for i := int64(1); term.Sign() != 0; i += 2 {
			t := new(big.Int).Quo(term, big.NewInt(i))
			if i%4 == 1 {
				sum.Add(sum, t)
			} else {
				sum.Sub(sum, t)
			}
			term.Quo(term, sq)
		}
		return sum
	}
	a := atan(5)
	a.Lsh(a, 4)
	b := atan(239)
	b.Lsh(b, 2)
	a.Sub(a, b).Rsh(a, 16)
	pis.Store(prec, a)
	return a
}
