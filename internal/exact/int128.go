package exact

import (
	"math/big"
	"math/bits"
)

// Int128 is a signed 128-bit integer in two's complement. The zero value is 0.
// Operations wrap; callers prove beforehand that nothing leaves the range.
type Int128 struct {
	Hi int64
	Lo uint64
}

// Mul64 is the exact product of two 64-bit integers.
func Mul64(a, b int64) Int128 {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	// The unsigned product of two's complement words counts a 2^64 too much for
	// each negative factor.
	return Int128{int64(hi) - a>>63&b - b>>63&a, lo}
}

// From64 widens.
func From64(a int64) Int128 { return Int128{a >> 63, uint64(a)} }

// Add is x + y.
func (x Int128) Add(y Int128) Int128 {
	lo, carry := bits.Add64(x.Lo, y.Lo, 0)
	return Int128{x.Hi + y.Hi + int64(carry), lo}
}

// Sub is x - y.
func (x Int128) Sub(y Int128) Int128 {
	lo, borrow := bits.Sub64(x.Lo, y.Lo, 0)
	return Int128{x.Hi - y.Hi - int64(borrow), lo}
}

// Less is x < y.
func (x Int128) Less(y Int128) bool {
	return x.Hi < y.Hi || x.Hi == y.Hi && x.Lo < y.Lo
}

// Rsh is floor(x / 2^n), n >= 0.
func (x Int128) Rsh(n uint) Int128 {
	switch {
	case n == 0:
		return x
	case n >= 64:
		return Int128{x.Hi >> 63, uint64(x.Hi >> min(n-64, 63))}
	}
	return Int128{x.Hi >> n, x.Lo>>n | uint64(x.Hi)<<(64-n)}
}

// Int64 narrows; ok is false when x does not fit.
func (x Int128) Int64() (v int64, ok bool) {
	v = int64(x.Lo)
	return v, v>>63 == x.Hi
}

// Big is x as a big integer.
func (x Int128) Big() *big.Int {
	v := new(big.Int).Lsh(big.NewInt(x.Hi), 64)
	return v.Add(v, new(big.Int).SetUint64(x.Lo))
}

// BigInt128 narrows a big integer below 2^127 in magnitude; larger ones panic.
func BigInt128(v *big.Int) Int128 {
	if v.BitLen() > 127 {
		panic("exact: a number outside 128 bits")
	}
	var lo, hi big.Int
	lo.And(v, mask64)
	hi.Rsh(v, 64)
	return Int128{hi.Int64(), lo.Uint64()}
}

var mask64 = new(big.Int).SetUint64(1<<64 - 1)
