package keys

import (
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"crosscut/docs"
)

// TestMakeEnumerated finds the keys again, when CROSSCUT_KEYS is set: for each q and N the
// first width, of 4 seeds, at which every set separates, then those at which queries
// take fewer bits, to the first at which no score outside is above half.
func TestMakeEnumerated(t *testing.T) {
	if os.Getenv("CROSSCUT_KEYS") == "" {
		t.Skip("CROSSCUT_KEYS is not set")
	}
	var found []*[]Enumerated
	var wg sync.WaitGroup
	for q, ns := range [][]int{1: {16, 64, 256, 1024}, 2: {16, 32, 64, 128, 256, 512, 1024}, 3: {16, 32, 64, 128}, 4: {16, 32, 64}} {
		for _, n := range ns {
			list := new([]Enumerated)
			found = append(found, list)
			wg.Go(func() { *list = findEnumerated(q, n) })
		}
	}
	wg.Wait()
	var b strings.Builder
	b.WriteString("# q N m seed off norm: random signs of which all C(N, q) sets separate (enumerated.go); make keys writes it\n")
	for _, list := range found {
		for _, e := range *list {
			fmt.Fprintf(&b, "%d %d %d %d %d/%d %d/%d\n", e.Q, e.N, e.M, e.Seed, e.Off.Num, e.Off.Den, e.Norm.Num, e.Norm.Den)
		}
	}
	if err := os.WriteFile("enumerated.txt", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func findEnumerated(q, n int) (list []Enumerated) {
	bits := math.MaxInt
	for m := q * int(math.Log2(float64(n))); ; m += max(1, m/32) {
		for seed := range uint64(4) {
			e, y := (Enumerated{Q: q, N: n, M: m, Seed: seed}).worst(Ratio{63, 64}, 1)
			if y != nil {
				continue
			}
			half := !(Ratio{1, 2}).less(e.Off)
			if p := e.Bits(); p < bits || half {
				bits, list = p, append(list, e)
			}
			if half {
				return list
			}
		}
	}
}

// TestEnumerated verifies the list: small N wholly, a sample of the sets above;
// everything when CROSSCUT_KEYS is set.
func TestEnumerated(t *testing.T) {
	list := Enumerations()
	for _, e := range list {
		step := 1 + e.Work()>>21
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

// TestEnumeratedTradeWidthForBits: in the list a wider key has shorter queries or half the
// score for a margin, and docs/qsa.md has its tables as they come out.
func TestEnumeratedTradeWidthForBits(t *testing.T) {
	list := Enumerations()
	doc, _ := docs.Text("qsa")
	line := func(cells string) {
		if !strings.Contains(doc, "\n"+cells+"\n") {
			t.Errorf("docs/qsa.md has no line %q", cells)
		}
	}
	last := map[int]Enumerated{}
	for k, e := range list {
		last[e.Q] = e
		if k == 0 || list[k-1].Q != e.Q || list[k-1].N != e.N {
			continue
		}
		if o := list[k-1]; e.M < o.M || e.Bits() >= o.Bits() && e.Margin().Cmp(big.NewRat(1, 2)) < 0 {
			t.Errorf("%+v gains nothing over %+v", e, o)
		}
	}
	for q := 1; q <= 4; q++ {
		for p := 4; p <= 13; p++ {
			found := Narrowest(list, q, p)
			if len(found) < 3 || slices.Equal(found, Narrowest(list, q, p-1)) {
				continue
			}
			cells := fmt.Sprintf("| %d | %d |", q, p)
			for n := 16; n <= 1024; n *= 2 {
				k := slices.IndexFunc(found, func(e Enumerated) bool { return e.N == n })
				if k < 0 {
					cells += " |"
					continue
				}
				cells += fmt.Sprintf(" %d (%.1f) |", found[k].M, float64(found[k].M)/math.Log2(float64(n)))
			}
			line(cells)
		}
		for _, e := range list {
			if e.Q == q && e.N == last[q].N {
				line(fmt.Sprintf("| %d | %d | %d | %d | %d | %s |", q, e.N, e.M, e.Bits(), e.M*e.Bits(), e.Margin().FloatString(3)))
			}
		}
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

// TestChoose: every subset, each once, increasing.
func TestChoose(t *testing.T) {
	for n := range 8 {
		for q := range n + 1 {
			count, last := int64(0), []int{-1}
			for y := range choose(n, q) {
				if !slices.IsSorted(y) || len(slices.Compact(slices.Clone(y))) != q || q > 0 && (y[0] < 0 || y[q-1] >= n || slices.Compare(last, y) >= 0) {
					t.Errorf("n = %d, q = %d: %v after %v", n, q, y, last)
				}
				count, last = count+1, slices.Clone(y)
			}
			if want := new(big.Int).Binomial(int64(n), int64(q)); want.Int64() != count {
				t.Errorf("n = %d, q = %d: %d sets of %v", n, q, count, want)
			}
		}
	}
}
