package audit

import (
	"maps"
	"slices"
)

// Dtype is the numeric type of stored numbers, by torch's name.
type Dtype string

// The types that implementations keep states in, whatever the config says.
const (
	float32s Dtype = "float32"
	float64s Dtype = "float64"
)

// widths are the bits of a number of each type.
var widths = map[Dtype]int{
	"float64": 64, "float32": 32, "float16": 16, "bfloat16": 16, "float8_e4m3fn": 8, "float8_e5m2": 8, "int8": 8, "int4": 4,
}

// spellings are the other names that files and options use.
var spellings = map[string]Dtype{
	"fp64": "float64", "fp32": "float32", "fp16": "float16", "half": "float16", "bf16": "bfloat16", "float": "float32",
	"fp8": "float8_e4m3fn", "fp8_e4m3": "float8_e4m3fn", "fp8_e5m2": "float8_e5m2", "e4m3": "float8_e4m3fn", "e5m2": "float8_e5m2",
}

// Bits is the width of one number; 0 for an unknown type.
func (d Dtype) Bits() int { return widths[d] }

// scaled says that numbers of this type mean nothing without a scale that depends on the data.
func (d Dtype) scaled() bool { return d == "int8" || d == "int4" }

// scaleGroup is how many integers share one float16 scale and one float16 offset (KIVI, arXiv:2402.02750, section 4).
const scaleGroup = 32

// ParseDtype reads a name of a type; "" is no type.
func ParseDtype(s string) (Dtype, bool) {
	if len(s) > 6 && s[:6] == "torch." {
		s = s[6:]
	}
	if d, ok := spellings[s]; ok {
		return d, true
	}
	d := Dtype(s)
	return d, widths[d] > 0
}

// Dtypes lists the names of all types.
func Dtypes() []Dtype { return slices.Sorted(maps.Keys(widths)) }
