package exact

import (
	"math"
	"testing"
)

func TestFloatFunctions(t *testing.T) {
	for i := -40000; i <= 40000; i++ {
		x := float64(i)/100 + 1e-3*float64(i%7)
		if got, want := Exp(x), math.Exp(x); math.Abs(got-want) > 3e-15*want {
			t.Fatalf("Exp(%v) = %v, want %v", x, got, want)
		}
		if got, want := Tanh(x), math.Tanh(x); math.Abs(got-want) > 1e-15 {
			t.Fatalf("Tanh(%v) = %v, want %v", x, got, want)
		}
		if got, want := Sigmoid(x), 1/(1+math.Exp(-x)); math.Abs(got-want) > 1e-15 {
			t.Fatalf("Sigmoid(%v) = %v, want %v", x, got, want)
		}
		want := math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
		if got := Log1pExp(x); math.Abs(got-want) > 5e-14*(1+want) {
			t.Fatalf("Log1pExp(%v) = %v, want %v", x, got, want)
		}
	}
	if Exp(1000) != math.Inf(1) || Exp(-1000) != 0 || !math.IsNaN(Exp(math.NaN())) || Tanh(1e9) != 1 || Tanh(-1e9) != -1 {
		t.Error("ends")
	}
}
