package trained

import (
	"math"
	"testing"
)

// Every number of a format is itself; between two neighbours the nearer is taken, halfway the even one.
func TestFormats(t *testing.T) {
	for p, f := range floats {
		if p.Bits() > 16 {
			t.Fatalf("%v", p)
		}
		last := float32(-1)
		top := uint64(0)
		for code := uint64(0); code < 1<<(p.Bits()-1); code++ {
			v := f.value(code)
			if float64(v) > f.most {
				break
			}
			top = code
			if f.code(v) != code || f.code(-v) != code|1<<(p.Bits()-1) {
				t.Fatalf("%v: %v has code %#x, back %#x", p, v, code, f.code(v))
			}
			if code > 0 {
				half := float32((float64(last) + float64(v)) / 2)
				if got := f.code(half); got != code-code%2 && float64(half) == (float64(last)+float64(v))/2 {
					t.Errorf("%v: halfway between %v and %v goes to %v", p, last, v, f.value(got))
				}
				if above := math.Nextafter32(half, math.MaxFloat32); above < v && f.code(above) != code {
					t.Errorf("%v: %v goes to %v, want %v", p, above, f.value(f.code(above)), v)
				}
			}
			last = v
		}
		if float64(last) != f.most || f.code(math.MaxFloat32) != top {
			t.Errorf("%v: the largest is %v, want %v", p, last, f.most)
		}
	}
	for _, tc := range []struct {
		p    Precision
		v, w float32
	}{{BF16, 1.00390625, 1}, {BF16, 3.140625, 3.140625}, {FP16, 65520, 65504}, {E4M3, 500, 448}, {E4M3, 0.013671875, 0.013671875}, {E4M3, 0.0146484375, 0.015625}, {E4M3, 1.0625, 1}, {E4M3, 1.1875, 1.25}, {E5M2, 1.125, 1}, {E5M2, 1.375, 1.5}} {
		if got := floats[tc.p].value(floats[tc.p].code(tc.v)); got != tc.w {
			t.Errorf("%v: %v rounds to %v, want %v", tc.p, tc.v, got, tc.w)
		}
	}
	for _, name := range []string{"8", "bf16", "fp16", "fp8", "e5m2", "int8"} {
		p, err := ParsePrecision(name)
		if q, err2 := ParsePrecision(p.String()); err != nil || err2 != nil || q != p || !p.Known() {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	for _, name := range []string{"0", "33", "fp4", "", "-1", "101"} {
		if p, err := ParsePrecision(name); err == nil {
			t.Errorf("%q is %v", name, p)
		}
	}
}
