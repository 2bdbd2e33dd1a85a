package attention

import (
	"fmt"
	"math"
	"math/big"

	"crosscut/internal/exact"
	"crosscut/protocol"
)

// Ints is a fixed-length list of integers that token-local maps read and fill.
// One form serves numbers of any size: a list is narrow (int64) or wide
// (math/big), chosen by who makes it from declared bounds, and the maps do not
// see which. A number that does not fit a narrow list panics; layers declare
// their bounds so that it cannot happen, and check every number that is set.
type Ints struct {
	narrow []int64
	wide   []*big.Int
}

// NewInts makes a list of n zeros.
func NewInts(n int, wide bool) Ints {
	if !wide {
		return Ints{narrow: make([]int64, n)}
	}
	v := Ints{wide: make([]*big.Int, n)}
	for i := range v.wide {
		v.wide[i] = new(big.Int)
	}
	return v
}

// Len is the number of entries.
func (v Ints) Len() int { return len(v.narrow) + len(v.wide) }

// Set stores x at entry c, counting from 0.
func (v Ints) Set(c int, x int64) {
	if v.wide != nil {
		v.wide[c].SetInt64(x)
		return
	}
	v.narrow[c] = x
}

// SetBig stores a copy of x at entry c.
func (v Ints) SetBig(c int, x *big.Int) {
	if v.wide != nil {
		v.wide[c].Set(x)
		return
	}
	if !x.IsInt64() {
		panic(fmt.Sprintf("models: %v does not fit a list of 64-bit integers", x))
	}
	v.narrow[c] = x.Int64()
}

// At is entry c; a wide entry must fit 64 bits.
func (v Ints) At(c int) int64 {
	if v.wide != nil {
		if !v.wide[c].IsInt64() {
			panic(fmt.Sprintf("models: %v does not fit 64 bits", v.wide[c]))
		}
		return v.wide[c].Int64()
	}
	return v.narrow[c]
}

// Big is entry c as a big integer, which must not be changed.
func (v Ints) Big(c int) *big.Int {
	if v.wide != nil {
		return v.wide[c]
	}
	return big.NewInt(v.narrow[c])
}

// Narrow is the list itself when it is narrow, else nil. Maps on a hot path fill
// it directly.
func (v Ints) Narrow() []int64 { return v.narrow }

// Copy copies the entries of w, which has the same length.
func (v Ints) Copy(w Ints) {
	if v.narrow != nil && w.narrow != nil {
		copy(v.narrow, w.narrow)
		return
	}
	for c := range w.Len() {
		v.SetBig(c, w.Big(c))
	}
}

// Slice is the part from lo to hi, sharing storage.
func (v Ints) Slice(lo, hi int) Ints {
	if v.wide != nil {
		return Ints{wide: v.wide[lo:hi]}
	}
	return Ints{narrow: v.narrow[lo:hi]}
}

// Clear sets every entry to 0.
func (v Ints) Clear() {
	clear(v.narrow)
	for _, x := range v.wide {
		x.SetInt64(0)
	}
}

// outside returns the first entry that is no signed number of p bits, and -1
// when there is none.
func (v Ints) outside(p int) int {
	for c, x := range v.narrow {
		if p < 64 && (x>>(p-1) != 0 && x>>(p-1) != -1) {
			return c
		}
	}
	for c, x := range v.wide {
		if exact.BigSignedBits(x) > p {
			return c
		}
	}
	return -1
}

// pack writes the entries as p-bit numbers, offset by 2^(p-1).
func (v Ints) pack(w *protocol.Packer, p int) {
	for c := range v.Len() {
		packSigned(w, v.Big(c), p)
	}
}

func packSigned(w *protocol.Packer, x *big.Int, p int) {
	w.Big(new(big.Int).Add(x, new(big.Int).Lsh(big.NewInt(1), uint(p-1))), p)
}

// unpack reads what pack wrote.
func (v Ints) unpack(r *protocol.Unpacker, p int) {
	half := new(big.Int).Lsh(big.NewInt(1), uint(p-1))
	for c := range v.Len() {
		x := r.Big(p)
		v.SetBig(c, x.Sub(x, half))
	}
}

// Average is what one head hands to the map after it: exact numerators over an
// exact normaliser. A normaliser of 0 makes every ratio 0.
type Average struct {
	z    int64
	n    []int64
	zBig *big.Int // when the sums may leave 63 bits, these instead
	nBig []*big.Int
}

// Normaliser is the denominator: the sum of the weights, or 2^p in the rounded
// arithmetic.
func (a Average) Normaliser() *big.Int {
	if a.zBig != nil {
		return a.zBig
	}
	return big.NewInt(a.z)
}

// Numerator is the numerator of coordinate c, counting from 0.
func (a Average) Numerator(c int) *big.Int {
	if a.nBig != nil {
		return a.nBig[c]
	}
	return big.NewInt(a.n[c])
}

// Narrow gives the sums as 64-bit integers when the layer keeps them so; the
// slice must not be changed. ok is false for big sums.
func (a Average) Narrow() (z int64, n []int64, ok bool) {
	return a.z, a.n, a.zBig == nil
}

// Ratio is the exact quotient of coordinate c; 0 when the normaliser is 0.
func (a Average) Ratio(c int) *big.Rat {
	z := a.Normaliser()
	if z.Sign() == 0 {
		return new(big.Rat)
	}
	return new(big.Rat).SetFrac(a.Numerator(c), z)
}

// Cmp compares coordinate c with num/den, den > 0, exactly: -1, 0 or +1.
func (a Average) Cmp(c int, num, den int64) int {
	z := a.Normaliser()
	if z.Sign() == 0 {
		return big.NewInt(0).Cmp(big.NewInt(num))
	}
	left := new(big.Int).Mul(a.Numerator(c), big.NewInt(den))
	return left.Cmp(new(big.Int).Mul(z, big.NewInt(num)))
}

// Float is coordinate c divided by 2^scale, rounded once to the nearest float64.
func (a Average) Float(c, scale int) float64 {
	const exact = 1 << 53
	if z, n, ok := a.Narrow(); ok && 0 < z && z <= exact && -exact <= n[c] && n[c] <= exact {
		return math.Ldexp(float64(n[c])/float64(z), -scale) // one rounding: both are exact
	}
	r := a.Ratio(c)
	if scale > 0 {
		r.Quo(r, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(scale))))
	}
	f, _ := r.Float64()
	return f
}

// Nearest is the integer nearest to times coordinate c; halves go up.
func (a Average) Nearest(c int, times int64) int64 {
	if z, n, ok := a.Narrow(); ok {
		if z == 0 {
			return 0
		}
		if m := n[c]; times == 1 || m < 1<<31 && m > -1<<31 && times < 1<<30 && times > -1<<30 {
			num := m * times
			q := num / z
			r := num - q*z
			if r < 0 {
				q, r = q-1, r+z
			}
			if r >= z-r {
				q++
			}
			return q
		}
	}
	z := a.Normaliser()
	if z.Sign() == 0 {
		return 0
	}
	num := new(big.Int).Mul(a.Numerator(c), big.NewInt(2*times))
	num.Add(num, z)
	num.Div(num, new(big.Int).Lsh(z, 1)) // floor for positive divisors
	return num.Int64()
}
