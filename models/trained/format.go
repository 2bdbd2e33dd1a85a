package trained

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Precision says to what a number of the state is rounded where it crosses: 1 to 32 stand for so many
// bits, uniform levels over the range that it took on calibration inputs; the others are formats by name.
type Precision int

// The formats of stored states. A number beyond the largest is moved to it.
const (
	BF16 Precision = 101 + iota
	FP16
	E4M3 // torch.float8_e4m3fn: no infinities, largest 448
	E5M2
	INT8 // 255 levels, symmetric; one scale for the whole state of a layer, its largest number on calibration inputs / 127
)

// float is a floating-point format: sign, exponent and mantissa bits, and the largest finite number.
type float struct {
	name               string
	exponent, mantissa int
	most               float64
}

var floats = map[Precision]float{
	BF16: {"bf16", 8, 7, math.Ldexp(255, 120)}, FP16: {"fp16", 5, 10, 65504}, E4M3: {"e4m3", 4, 3, 448}, E5M2: {"e5m2", 5, 2, 57344},
}

// names are the other ways to write a format.
var formatNames = map[string]Precision{
	"bf16": BF16, "bfloat16": BF16, "fp16": FP16, "float16": FP16, "half": FP16, "fp8": E4M3, "e4m3": E4M3, "fp8_e4m3": E4M3, "float8_e4m3fn": E4M3,
	"e5m2": E5M2, "fp8_e5m2": E5M2, "float8_e5m2": E5M2, "int8": INT8,
}

// Formats lists the formats, from the widest on.
func Formats() []Precision { return []Precision{FP16, BF16, INT8, E4M3, E5M2} }

// ParsePrecision reads a number of bits, 1 to 32, or a format.
func ParsePrecision(s string) (Precision, error) {
	s = strings.TrimSpace(s)
	if p, ok := formatNames[strings.ToLower(s)]; ok {
		return p, nil
	}
	if p, err := strconv.Atoi(s); err == nil && p >= 1 && p <= 32 {
		return Precision(p), nil
	}
	return 0, fmt.Errorf("%q is no precision: want 1 to 32 bits, or one of bf16 fp16 e4m3 e5m2 int8", clip(s))
}

// Known says whether p is a precision.
func (p Precision) Known() bool { return p >= 1 && p <= 32 || slices.Contains(Formats(), p) }

// Bits is the width of a number.
func (p Precision) Bits() int {
	switch f, ok := floats[p]; {
	case ok:
		return 1 + f.exponent + f.mantissa
	case p == INT8:
		return 8
	}
	return int(p)
}

// Format is the name of a format; "" for a number of uniform bits.
func (p Precision) Format() string {
	if p == INT8 {
		return "int8"
	}
	return floats[p].name
}

// String is what ParsePrecision reads.
func (p Precision) String() string {
	if f := p.Format(); f != "" {
		return f
	}
	return strconv.Itoa(int(p))
}

// code rounds to the nearest number of the format, ties to even, and gives its bits.
func (f float) code(v float32) uint64 {
	sign := uint64(0)
	if math.Signbit(float64(v)) {
		sign = 1 << (f.exponent + f.mantissa)
	}
	a := min(math.Abs(float64(v)), f.most)
	bias := 1<<(f.exponent-1) - 1
	_, e := math.Frexp(a) // a = m 2^e with m in [1/2, 1)
	e = max(e-1, 1-bias)
	q := math.RoundToEven(math.Ldexp(a, f.mantissa-e))
	a = min(math.Ldexp(q, e-f.mantissa), f.most)
	if a < math.Ldexp(1, 1-bias) { // below the normal numbers
		return sign | uint64(math.Ldexp(a, f.mantissa-(1-bias)))
	}
	_, e = math.Frexp(a)
	e--
	return sign | uint64(e+bias)<<f.mantissa | uint64(math.Ldexp(a, f.mantissa-e)-math.Ldexp(1, f.mantissa))
}

// value is the number that code stands for.
func (f float) value(code uint64) float32 {
	bias := 1<<(f.exponent-1) - 1
	mantissa := float64(code & (1<<f.mantissa - 1))
	e := int(code >> f.mantissa & (1<<f.exponent - 1))
	v := math.Ldexp(mantissa, 1-bias-f.mantissa)
	if e > 0 {
		v = math.Ldexp(mantissa+math.Ldexp(1, f.mantissa), e-bias-f.mantissa)
	}
	if code>>(f.exponent+f.mantissa) == 1 {
		v = math.Copysign(v, -1)
	}
	return float32(v)
}
