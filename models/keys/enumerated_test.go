package keys

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// TestMakeEnumerated finds the keys again, when CROSSCUT_KEYS is set: for each q and N the
// first width, of 4 seeds, at which every set scores at most the limit outside.
func TestMakeEnumerated(t *testing.T) {
	if os.Getenv("CROSSCUT_KEYS") == "" {
		t.Skip("CROSSCUT_KEYS is not set")
	}
	var b strings.Builder
	b.WriteString("# q N m seed off norm: random signs of which all C(N, q) sets separate (enumerated.go); make keys writes it\n")
	for q, ns := range [][]int{1: {16, 64, 256, 1024}, 2: {16, 32, 64, 128, 256, 512, 1024}, 3: {16, 32, 64, 128}, 4: {16, 32, 64}} {
		for _, n := range ns {
			from := q * int(math.Log2(float64(n)))
			for _, limit := range []Ratio{{63, 64}, {1, 2}} {
				e := findEnumerated(q, n, from, limit)
				from = e.M + 1
				fmt.Fprintf(&b, "%d %d %d %d %d/%d %d/%d\n", e.Q, e.N, e.M, e.Seed, e.Off.Num, e.Off.Den, e.Norm.Num, e.Norm.Den)
				if err := os.WriteFile("enumerated.txt", []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func findEnumerated(q, n, from int, limit Ratio) Enumerated {
	for m := from; ; m += max(1, m/16) {
		for seed := range uint64(4) {
			if got, y := (Enumerated{Q: q, N: n, M: m, Seed: seed}).worst(limit, 1); y == nil {
				return got
			}
		}
	}
}

// TestEnumerated verifies the list: small N wholly, a sample of the sets above;
// everything when CROSSCUT_KEYS is set.
func TestEnumerated(t *testing.T) {
	list := Enumerations()
	for _, e := range list {
		step := 1 + e.Work()>>22
		if os.Getenv("CROSSCUT_KEYS") != "" {
			step = 1
		}
		if err := e.Verify(step); err != nil {
			t.Error(err)
		}
	}
	for _, want := range [][2]int{{1, 1024}, {2, 1024}, {3, 128}, {4, 64}} {
		k, err := EnumeratedSigns(want[1], want[0], 0, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if log := math.Log2(float64(want[1])); want[0] == 2 && float64(k.m) > 10*log {
			t.Errorf("q = 2, N = %d: m = %d, above 10 log2 N = %.0f", want[1], k.m, 10*log)
		}
	}
	if _, err := EnumeratedSigns(1025, 2, 0, 0, 0); err == nil {
		t.Error("keys beyond the enumeration")
	}
}

// TestEnumeratedRefuses: each part of a row, corrupted, is refused.
func TestEnumeratedRefuses(t *testing.T) {
	var good Enumerated
	for _, e := range Enumerations() {
		if e.Q == 2 && e.N == 64 {
			good = e
			break
		}
	}
	if err := good.Verify(1); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(e *Enumerated){
		"another seed":     func(e *Enumerated) { e.Seed += 1000 },
		"narrower":         func(e *Enumerated) { e.M /= 2 },
		"more positions":   func(e *Enumerated) { e.N *= 4 },
		"a better margin":  func(e *Enumerated) { e.Off.Den++ },
		"a worse margin":   func(e *Enumerated) { e.Off.Den-- },
		"no margin":        func(e *Enumerated) { e.Off = Ratio{1, 1} },
		"smaller entries":  func(e *Enumerated) { e.Norm.Den++ },
		"nothing to check": func(e *Enumerated) { *e = Enumerated{} },
	} {
		e := good
		if spoil(&e); e.Verify(1) == nil {
			t.Errorf("%s: accepted: %+v", name, e)
		}
	}
}

// TestEnumeratedQueries: the rounded queries of every set, looked at score by score by
// the other checker, and every entry within p bits.
func TestEnumeratedQueries(t *testing.T) {
	for _, e := range Enumerations() {
		if e.N > 16 {
			continue
		}
		for _, fg := range [][2]int{{0, 0}, {8, 3}} {
			k := e.signs(e.N, fg[0], fg[1])
			p := k.bits()
			for y := range choose(e.N, e.Q) {
				at := make([]int, e.Q)
				for i := range y {
					at[i] = y[i] + 1
				}
				s := k.query(at)
				if ok, _ := k.check(s, at); !ok || !s.certified {
					t.Fatalf("%+v: %v is not certified", e, at)
				}
				for _, v := range k.vector(s) {
					if v >= 1<<(p-1) || v < -1<<(p-1) {
						t.Fatalf("%+v: %v: an entry %d needs more than %d bits", e, at, v, p)
					}
				}
			}
		}
	}
}
