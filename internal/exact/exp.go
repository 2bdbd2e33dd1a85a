// Package exact is arithmetic that gives the same bits on every platform:
// integer tables, correctly rounded elementary functions, 128-bit integers,
// elimination. Floats enter it nowhere.
package exact

import (
	"fmt"
	"math"
	"math/big"

	"sync"
)

// MaxTable bounds the entries of one exponential table.
const MaxTable = 1 << 22

// ExpTable returns T[k] = round(2^f exp(-k/2^g)) for k = 0, 1, ..., ending with
// the first entry that the bound ceil((f+1) ln 2 2^g) guarantees to be zero;
// beyond the table every entry is zero. Rounding is to the nearest integer and
// is proved, not estimated: a tie is impossible for k > 0, since e^x is
// transcendental at every rational x other than 0. The table is shared: it must
// not be changed. It fails when f is outside 0..62, g is outside 0..30, or the
// table would exceed MaxTable entries.
func ExpTable(f, g int) ([]int64, error) {
	if f < 0 || f > 62 || g < 0 || g > 30 {
		return nil, fmt.Errorf("exact: exponential table: f = %d, g = %d: want f in 0..62 and g in 0..30", f, g)
	}
	tables.Lock()
	defer tables.Unlock()
	key := [2]int{f, g}
	if t, ok := tables.of[key]; ok {
		return t, nil
	}
	last := expEntries(f, g) - 1
	if last >= MaxTable {
		return nil, fmt.Errorf("exact: exponential table: f = %d, g = %d needs %d entries, more than %d", f, g, last+1, MaxTable)
	}
	for guard := uint(64); ; guard *= 2 {
		if t, ok := expTable(f, g, last, uint(f)+guard); ok {
			tables.of[key] = t
			return t, nil
		}
	}
}

var tables = struct {
	sync.Mutex
	of map[[2]int][]int64
}{of: map[[2]int][]int64{}}

// expEntries is ceil((f+1) ln 2 2^g) + 1.
func expEntries(f, g int) int {
	x := new(big.Rat).SetFrac(new(big.Int).Lsh(big.NewInt(int64(f+1)), uint(g)), big.NewInt(1))
	return int(CeilMulLog(x, big.NewRat(2, 1)).Int64()) + 1
}

// expTable walks the powers of r = exp(-1/2^g) in fixed point with prec bits.
// Each step truncates and multiplies by an r that is itself off by at most two
// units, so entry k is off by at most 4k units in the last place. Not ok: some
// entry lies too near a rounding boundary for this precision.
func expTable(f, g, last int, prec uint) ([]int64, bool) {
	r := expNeg(new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), uint(g))), prec)
	t := make([]int64, last+1)
	y := new(big.Int).Lsh(big.NewInt(1), prec)
	drop := prec - uint(f)
	slack := new(big.Int)
	var lo, hi, product big.Int
	for k := range t {
		slack.SetInt64(int64(4 * k))
		a := roundShift(lo.Sub(y, slack), drop)
		b := roundShift(hi.Add(y, slack), drop)
		if k > 0 && a.Cmp(b) != 0 {
			return nil, false
		}
		t[k] = b.Int64()
		y.Rsh(product.Mul(y, r), prec)
	}
	return t, true
}

// roundShift sets x to the integer nearest to x / 2^drop.
func roundShift(x *big.Int, drop uint) *big.Int {
	if drop == 0 {
		return x
	}
	x.Rsh(x, drop-1)
	x.Add(x, one)
	return x.Rsh(x, 1)
}

var one = big.NewInt(1)

// expNeg returns exp(-x) 2^prec for 0 <= x <= 1, off by less than one unit.
func expNeg(x *big.Rat, prec uint) *big.Int {
	work := prec + 32
	term := new(big.Int).Lsh(one, work) // x^i / i!, truncated
	sum := new(big.Int).Set(term)
	for i := int64(1); term.Sign() != 0; i++ {
		term.Mul(term, x.Num())
		term.Quo(term, new(big.Int).Mul(x.Denom(), big.NewInt(i)))
		if i&1 == 1 {
			sum.Sub(sum, term)
		} else {
			sum.Add(sum, term)
		}
	}
	return roundShift(sum, 32)
}

// CeilMulLog returns ceil(a ln x) for rationals a >= 0 and x >= 1, exactly: the
// product is irrational unless a = 0 or x = 1, so enough precision decides.
func CeilMulLog(a, x *big.Rat) *big.Int {
	if a.Sign() < 0 || x.Cmp(big.NewRat(1, 1)) < 0 {
		panic(fmt.Sprintf("exact: ceil(%v ln %v): want a >= 0 and x >= 1", a, x))
	}
	if a.Sign() == 0 || x.Cmp(big.NewRat(1, 1)) == 0 {
		return new(big.Int)
	}
	for prec := uint(64 + a.Num().BitLen()); ; prec *= 2 {
		l, err := logFix(x, prec)
		lo := ceilMul(a, new(big.Int).Sub(l, err), prec)
		hi := ceilMul(a, new(big.Int).Add(l, err), prec)
		if lo.Cmp(hi) == 0 {
			return hi
		}
	}
}

// ceilMul is ceil(a l / 2^prec).
func ceilMul(a *big.Rat, l *big.Int, prec uint) *big.Int {
	num := new(big.Int).Mul(a.Num(), l)
	den := new(big.Int).Lsh(a.Denom(), prec)
	q, m := new(big.Int).DivMod(num, den, new(big.Int))
	if m.Sign() != 0 {
		q.Add(q, one)
	}
	return q
}

// logFix returns ln(x) 2^prec for x >= 1 and a bound on its error, in units. It
// writes x = 2^e y with 1 <= y < 2 and sums ln y = 2 artanh((y-1)/(y+1)).
func logFix(x *big.Rat, prec uint) (value, err *big.Int) {
	e := x.Num().BitLen() - x.Denom().BitLen()
	pow := new(big.Rat).SetInt(new(big.Int).Lsh(one, uint(max(e, 0))))
	y := new(big.Rat).Quo(x, pow)
	if y.Cmp(big.NewRat(1, 1)) < 0 {
		e--
		y.Mul(y, big.NewRat(2, 1))
	}
	ln2, err2 := artanh2(big.NewRat(1, 3), prec)
	u := new(big.Rat).Quo(new(big.Rat).Sub(y, big.NewRat(1, 1)), new(big.Rat).Add(y, big.NewRat(1, 1)))
	lny, erry := artanh2(u, prec)
	value = new(big.Int).Mul(ln2, big.NewInt(int64(e)))
	value.Add(value, lny)
	return value, big.NewInt(err2*int64(max(e, 0)) + erry)
}

// artanh2 returns 2 artanh(u) 2^prec for 0 <= u <= 1/3, and a bound on its error
// in units: every term loses at most two units, doubled, and the tail one.
func artanh2(u *big.Rat, prec uint) (*big.Int, int64) {
	power := new(big.Int).Lsh(u.Num(), prec)
	power.Quo(power, u.Denom())
	u2n, u2d := new(big.Int).Mul(u.Num(), u.Num()), new(big.Int).Mul(u.Denom(), u.Denom())
	sum := new(big.Int)
	terms := int64(0)
	for i := int64(1); power.Sign() != 0; i += 2 {
		sum.Add(sum, new(big.Int).Quo(power, big.NewInt(i)))
		power.Mul(power, u2n)
		power.Quo(power, u2d)
		terms++
	}
	return sum.Lsh(sum, 1), 6*terms + 6
}

// Vanish is the smallest whole t with round(2^f exp(-t)) = 0: t > (f+1) ln 2.
// Equality cannot occur, because e^t is irrational for whole t > 0.
func Vanish(f int) int { return int(math.Floor(float64(f+1)*math.Ln2)) + 1 }
