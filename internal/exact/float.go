package exact

import "math"

// Functions on float64 that give the same bits on every platform: the standard
// library's may be assembly or fused differently from one processor to the next.
// Products are converted before they are added, which forbids fusing.

const (
	ln2Hi  = 6.93147180369123816490e-01 // upper 32 bits of ln 2, so that k ln2Hi is exact
	ln2Lo  = 1.90821492927058770002e-10
	log2E  = 1.44269504088896338700e+00
	expMax = 709.782712893384 // above it exp overflows
	expMin = -745.2           // below it exp is 0
)

// Exp is e^x, within 2 ulp.
//
// x = k ln 2 + r with |r| <= ln(2)/2; e^r is its Taylor polynomial of degree 13,
// whose remainder is below 2^-57.
func Exp(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x > expMax:
		return math.Inf(1)
	case x < expMin:
		return 0
	}
	k := math.Floor(float64(x*log2E) + 0.5)
	r := float64(x - float64(k*ln2Hi))
	r = float64(r - float64(k*ln2Lo))
	sum := inverse[13]
	for n := 12; n >= 0; n-- {
		sum = inverse[n] + float64(sum*r)
	}
	if k > -1022 && k < 1023 { // 2^k is a normal number, so the product is exact or rounds once
		return float64(sum * math.Float64frombits(uint64(int64(k)+1023)<<52))
	}
	return math.Ldexp(sum, int(k))
}

// inverse[n] is 1/n!, rounded.
var inverse = [14]float64{1, 1, 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320, 1. / 362880,
	1. / 3628800, 1. / 39916800, 1. / 479001600, 1. / 6227020800}

// Tanh is the hyperbolic tangent, with an absolute error below 2^-51.
func Tanh(x float64) float64 {
	if x < 0 {
		return -Tanh(-x)
	}
	if x > 20 {
		return 1 // tanh(20) rounds to 1
	}
	return 1 - 2/(Exp(2*x)+1)
}

// Sigmoid is 1/(1 + e^-x).
func Sigmoid(x float64) float64 { return 1 / (1 + Exp(-x)) }

// Log1pExp is ln(1 + e^x), the smooth maximum of x and 0, with an error of a few
// ulp: ln(1 + u) = 2 artanh(u / (2 + u)), whose series has s <= 1/3 for u <= 1.
func Log1pExp(x float64) float64 {
	u := Exp(-math.Abs(x))
	s := u / (2 + u)
	square := float64(s * s)
	sum := 0.0
	for n := 35.0; n >= 1; n -= 2 {
		sum = float64(sum*square) + 1/n
	}
	return math.Max(x, 0) + float64(2*float64(s*sum))
}
