package bounds

import (
	"encoding/json"
	"fmt"
	"math/big"
)

// Range is an interval around an integer. In JSON it is a number when exact, and
// an object with lower and upper otherwise.
type Range struct{ Lower, Upper int }

func point(n int) Range { return Range{n, n} }

// Exact reports that the ends meet.
func (r Range) Exact() bool { return r.Lower == r.Upper }

func (r Range) String() string {
	if r.Exact() {
		return fmt.Sprint(r.Lower)
	}
	return fmt.Sprintf("%d..%d", r.Lower, r.Upper)
}

// MarshalJSON writes the number, or both ends.
func (r Range) MarshalJSON() ([]byte, error) {
	if r.Exact() {
		return json.Marshal(r.Lower)
	}
	return json.Marshal(struct {
		Lower int `json:"lower"`
		Upper int `json:"upper"`
	}{r.Lower, r.Upper})
}

// Real is an interval around a real number with exact rational ends. In JSON it
// is a number when exact, else an object with lower and upper; the decimals are
// rounded outwards; the exact ends are in the certificate.
type Real struct{ Lower, Upper *big.Rat }

// Exact reports that the ends meet.
func (r Real) Exact() bool { return r.Lower.Cmp(r.Upper) == 0 }

// Floats are the ends as decimals, rounded outwards.
func (r Real) Floats() (lower, upper float64) {
	return roundDown(r.Lower), -roundDown(new(big.Rat).Neg(r.Upper))
}

// roundDown is a float64 that is at most v, and v itself when that is a float64.
func roundDown(v *big.Rat) float64 {
	f, exact := v.Float64()
	if exact {
		return f
	}
	r := new(big.Float).SetPrec(53).SetMode(big.ToNegativeInf).SetRat(v)
	f, _ = r.Float64()
	return f
}

func (r Real) String() string {
	if r.Exact() {
		return r.Lower.RatString()
	}
	lower, upper := r.Floats()
	return fmt.Sprintf("%.8g..%.8g", lower, upper)
}

// Span is a Real that JSON writes with both ends even when they meet.
type Span Real

// Exact reports that the ends meet.
func (s Span) Exact() bool { return Real(s).Exact() }

// Floats are the ends as decimals, rounded outwards.
func (s Span) Floats() (lower, upper float64) { return Real(s).Floats() }

func (s Span) String() string { return Real(s).String() }

// MarshalJSON writes both ends.
func (s Span) MarshalJSON() ([]byte, error) {
	lower, upper := s.Floats()
	return json.Marshal(struct {
		Lower float64 `json:"lower"`
		Upper float64 `json:"upper"`
	}{lower, upper})
}

// MarshalJSON writes the number, or both ends.
func (r Real) MarshalJSON() ([]byte, error) {
	lower, upper := r.Floats()
	if r.Exact() {
		nearest, _ := r.Lower.Float64()
		return json.Marshal(nearest)
	}
	return json.Marshal(struct {
		Lower float64 `json:"lower"`
		Upper float64 `json:"upper"`
	}{lower, upper})
}
