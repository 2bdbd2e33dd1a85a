package tasks

import (
	"errors"
	"fmt"
	"math"

	"crosscut/protocol"
)

// MaxPrecision bounds the bits of a real number; sums of q of them must be exact
// float64 besides.
const MaxPrecision = 50

// Precision is the smallest p with sqrt(d) 2^(shift-p) <= eps. Equality is taken
// where rounding cannot carry an error beyond eps (d = 1, q a power of two: the
// cells and their averages are binary fractions, and rounding is monotone); else
// room is left for the q + 2 roundings of a coordinate of the definition.
func (sh Shape) Precision(shift int) (int, error) {
	d, q, eps := sh.Int("d"), sh.Int("q"), sh.Params["eps"]
	if d != 1 || q&(q-1) != 0 {
		eps = eps*(1-1e-9) - float64(q+2)*math.Sqrt(float64(d))*0x1p-52
	}
	for p := 1 + shift; p <= MaxPrecision && eps > 0; p++ {
		if float64(d) <= eps*eps*math.Ldexp(1, 2*(p-shift)) {
			return p, nil
		}
	}
	return 0, fmt.Errorf("%w: eps = %v is too small for numbers of %d bits and float64 outputs", errors.ErrUnsupported, sh.Params["eps"], MaxPrecision)
}

// Real says whether tokens hold real numbers: then more bits a number make a
// longer token.
func (sh Shape) Real() bool { return sh.Task.TokenBits(sh, 2) != sh.Task.TokenBits(sh, 3) }

// RawPrecision is the least p for which rounding the numbers of a token, to
// multiples of 2^-(p-2), stays within eps: error sqrt(d) 2^-(p-1); 1 where tokens
// hold no real numbers.
func (sh Shape) RawPrecision() (int, error) {
	if !sh.Real() {
		return 1, nil
	}
	return sh.Precision(1)
}

// RawBits is the size of Alice's raw tokens with p bits for each real number; 0 where
// the size of a token is not known, as in a task of a user's own.
func (sh Shape) RawBits(s Split, p int) int {
	if sh.Task.TokenBits == nil {
		return 0
	}
	return s.Count(protocol.Alice) * sh.Task.TokenBits(sh, p)
}

// Rounded is the token as it stands after its trip through p bits a number.
func (sh Shape) Rounded(p int, t Token) Token {
	if !sh.Real() {
		return t
	}
	var w protocol.Packer
	sh.Task.PutToken(sh, p, &w, t)
	return sh.Task.GetToken(sh, p, w.Word().Unpack())
}
