package ask

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"crosscut/models/audit"
)

func model(t *testing.T, raw string) *audit.Model {
	t.Helper()
	m, err := audit.Count([]byte(raw), audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func put(t *testing.T, name, raw string, s Sizes) Answer {
	t.Helper()
	q, err := Catalog().Get(name)
	if err != nil {
		t.Fatal(err)
	}
	a, err := q.Put(model(t, raw), s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const (
	mamba130 = `{"model_type":"mamba","hidden_size":768,"num_hidden_layers":24,"dtype":"bfloat16"}`
	small    = `{"model_type":"mamba","hidden_size":1,"num_hidden_layers":1,"state_size":2,"conv_kernel":2,"expand":2,"dtype":"float32"}` // 192 bits
	llama    = `{"model_type":"llama","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"dtype":"bfloat16"}`
)

func TestMamba130m(t *testing.T) {
	a := put(t, "recall", mamba130, Sizes{Count: 512, Vocab: 50280})
	if a.Verdict != "not excluded" || a.Available != 24*(1536*16*32+1536*3*16) || math.Abs(a.Needed-512*math.Log2(50280)) > 1e-6 || *a.Rank != 16 || a.Binding != "rank" {
		t.Errorf("%+v", a)
	}
	if want := int(float64(a.Available) / math.Log2(50280)); *a.Largest != want {
		t.Errorf("largest %d, want %d", *a.Largest, want)
	}
	if !strings.Contains(a.Sentence, "at most 16 linearly independent values") || strings.Contains(a.Sentence, "\n") {
		t.Error(a.Sentence)
	}
}

// One is no plural.
func TestOneOfAKind(t *testing.T) {
	for name, want := range map[string]string{"recall": "recall 1 pair over", "copy": "copy 1 symbol over", "hops": "follow 1 hop through", "state-tracking": "after 1 token;"} {
		if a := put(t, name, small, Sizes{Count: 1, Vocab: 2}); !strings.Contains(a.Sentence, want) {
			t.Errorf("%s: %q", name, a.Sentence)
		}
	}
}

// The largest count is where a walk from below finds it, with and without an error.
func TestLargest(t *testing.T) {
	for _, name := range []string{"recall", "copy"} {
		for _, vocab := range []int{2, 3, 5, 8, 1000} {
			for _, e := range []float64{0, 0.1} {
				last := 0
				for k := 1; k < 500; k++ {
					if a := put(t, name, small, Sizes{Count: k, Vocab: vocab, Error: e}); a.Verdict == "not excluded" {
						if last != k-1 {
							t.Fatalf("%s over %d: %d is excluded and %d is not", name, vocab, k-1, k)
						}
						last = k
					}
				}
				if a := put(t, name, small, Sizes{Count: 1, Vocab: vocab, Error: e}); *a.Largest != last {
					t.Errorf("%s over %d, error %g: largest %d, a walk finds %d", name, vocab, e, *a.Largest, last)
				}
			}
		}
	}
	if a := put(t, "recall", small, Sizes{Count: 192, Vocab: 2}); a.Verdict != "not excluded" || *a.Largest != 192 {
		t.Errorf("192 bits do not hold 192 bits: %+v", a)
	}
	if a := put(t, "recall", llama, Sizes{Count: 1 << 20, Vocab: 50280}); a.Verdict != "not excluded" || a.Largest != nil || a.Rank != nil {
		t.Errorf("a cache: %+v", a)
	}
	if a := put(t, "recall", `{"model_type":"bert"}`, Sizes{Count: 1, Vocab: 2}); a.Verdict != "outside" {
		t.Errorf("bert: %+v", a)
	}
}

// What a state holds is compared to the last bit, however large, and each answer stays the least or the largest there is.
func TestMoreThan(t *testing.T) {
	for _, tc := range []struct {
		base, power, bits int
		want              bool
	}{
		{50280, 25781854, 402653184, true}, {50280, 25781853, 402653184, false}, // 402653184.6 and 402653169.0 bits
		{2, 1 << 40, 1 << 40, false}, {2, 1<<40 + 1, 1 << 40, true}, {1 << 40, 1 << 40, 40 << 40, false}, {1<<40 - 1, 1 << 40, 40<<40 - 2, true},
		{3, 0, 0, false}, {3, 1, 1, true}, {3, 1, 2, false}, {7, 1 << 21, 5887449, true}, {7, 1 << 21, 5887450, false},
	} {
		if got := moreThan(tc.base, tc.power, tc.bits); got != tc.want {
			t.Errorf("%d^%d > 2^%d: %v", tc.base, tc.power, tc.bits, got)
		}
	}
	for base := 2; base < 40; base++ {
		for power := range 200 {
			x := new(big.Int).Exp(big.NewInt(int64(base)), big.NewInt(int64(power)), nil)
			for bits := x.BitLen() - 2; bits <= x.BitLen()+1; bits++ {
				if want := bits < 0 || x.Cmp(new(big.Int).Lsh(big.NewInt(1), uint(bits))) > 0; bits >= 0 && moreThan(base, power, bits) != want {
					t.Errorf("%d^%d > 2^%d is not %v", base, power, bits, want)
				}
			}
		}
	}
}

// Every question's need, against all contents of few symbols: how many differ in some answer. One
// content more than there are is noticed.
func TestNeedsAreCounts(t *testing.T) {
	contents := map[string]func(k, v int) (length, symbols int, answers func(f []byte) string){
		"recall": func(k, v int) (int, int, func([]byte) string) {
			return k, v, func(f []byte) string { return string(f) }
		},
		"copy": func(k, v int) (int, int, func([]byte) string) {
			return k, v, func(f []byte) string { return string(f) }
		},
		"hops": func(k, v int) (int, int, func([]byte) string) {
			return v, v, func(f []byte) string { return follow(f, k) }
		},
		"set-membership": func(_, v int) (int, int, func([]byte) string) {
			return v, 2, func(f []byte) string { return string(f) }
		},
		"compose": func(_, v int) (int, int, func([]byte) string) { // every g, at every x
			return v, v, func(f []byte) string {
				var all []byte
				each(v, v, func(g []byte) {
					for _, x := range f {
						all = append(all, g[x])
					}
				})
				return string(all)
			}
		},
		"state-tracking": func(_, _ int) (int, int, func([]byte) string) { // where a permutation takes five things
			return 5, 5, func(f []byte) string {
				seen := [5]bool{}
				for _, x := range f {
					seen[x] = true
				}
				if seen != [5]bool{true, true, true, true, true} {
					return ""
				}
				return string(f)
			}
		},
	}
	for q := range Catalog().All() {
		of := contents[q.Name]
		if of == nil {
			t.Errorf("%s: its contents are not counted here", q.Name)
			continue
		}
		tight := false
		for v := 2; v <= 4; v++ {
			for k := 1; k <= 4; k++ {
				length, symbols, answers := of(k, v)
				distinct := map[string]bool{}
				each(length, symbols, func(f []byte) {
					if a := answers(f); a != "" {
						distinct[a] = true
					}
				})
				n := q.Need(Sizes{Count: k, Vocab: v})
				claimed := int(math.Pow(float64(n.Base), float64(n.Power)))
				if claimed > len(distinct) {
					t.Errorf("%s %d over %d symbols: %d contents differ, the need claims %d", q.Name, k, v, len(distinct), claimed)
				}
				tight = tight || claimed == len(distinct)
			}
		}
		if !tight {
			t.Errorf("%s: its need is never tight: one content more would not be noticed", q.Name)
		}
	}
}

// each visits all words of a length over a few symbols.
func each(length, symbols int, visit func(f []byte)) {
	f := make([]byte, length)
	for code := range int(math.Pow(float64(symbols), float64(length))) {
		for i := range f {
			f[i], code = byte(code%symbols), code/symbols
		}
		visit(f)
	}
}

// follow is where k steps of f lead from each symbol.
func follow(f []byte, k int) string {
	row := make([]byte, len(f))
	for x := range row {
		at := byte(x)
		for range k {
			at = f[at]
		}
		row[x] = at
	}
	return string(row)
}

// A linear reading returns at most as many independent values as the state has rows: S = sum of
// outer products, read by any queries, in exact rationals; and r+1 unit values are never returned.
func TestRankOfLinearReading(t *testing.T) {
	for r := 1; r <= 4; r++ {
		k := r + 2
		rows := make([][]*big.Rat, k) // k answers of a state of r x k numbers
		for i := range rows {
			rows[i] = make([]*big.Rat, k)
			for j := range rows[i] {
				rows[i][j] = new(big.Rat)
				for a := range r {
					q, s := big.NewRat(int64(i*i+3*a*i+1), int64(a+i+1)), big.NewRat(int64((a+2)*j+a*a-3), int64(j+a+2))
					rows[i][j].Add(rows[i][j], new(big.Rat).Mul(q, s))
				}
			}
		}
		if got := rank(rows); got > r {
			t.Errorf("a state of %d rows returned rank %d", r, got)
		}
	}
}

// rank is Gauss's elimination over the rationals.
func rank(m [][]*big.Rat) int {
	rank := 0
	for col := 0; col < len(m[0]) && rank < len(m); col++ {
		pivot := -1
		for i := rank; i < len(m); i++ {
			if m[i][col].Sign() != 0 {
				pivot = i
			}
		}
		if pivot < 0 {
			continue
		}
		m[rank], m[pivot] = m[pivot], m[rank]
		for i := rank + 1; i < len(m); i++ {
			f := new(big.Rat).Quo(m[i][col], m[rank][col])
			for j := range m[i] {
				m[i][j].Sub(m[i][j], new(big.Rat).Mul(f, m[rank][j]))
			}
		}
		rank++
	}
	return rank
}

func TestBadQuestions(t *testing.T) {
	m := model(t, small)
	for _, s := range []Sizes{{Count: 0, Vocab: 2}, {Count: 1, Vocab: 1}, {Count: 1, Vocab: 2, Error: 1}, {Count: 1, Vocab: 2, Error: math.NaN()}, {Count: 1, Vocab: 2, Error: -1}} {
		for _, name := range []string{"recall", "copy"} {
			q, _ := Catalog().Get(name)
			if _, err := q.Put(m, s); err == nil {
				t.Errorf("%s %+v was answered", name, s)
			}
		}
	}
	q, _ := Catalog().Get("compose")
	if _, err := q.Put(m, Sizes{Vocab: 8, Error: 0.1}); err == nil {
		t.Error("compose took an error")
	}
}
