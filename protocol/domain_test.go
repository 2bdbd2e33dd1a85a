package protocol

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// domains are the domains of all constructors at small sizes, with all their members
// as a slow definition lists them, in order.
func domains() map[string]struct {
	d    Domain
	list []Value
} {
	type entry = struct {
		d    Domain
		list []Value
	}
	all := map[string]entry{}
	for n := 0; n <= 4; n++ {
		for k := 0; k <= 4; k++ {
			var words, tables, exactly, upTo, signed, permuted []Value
			every(n, 0, k-1, func(l []int) { words = append(words, Ints(l...)) })
			every(n, 1, k, func(l []int) { tables = append(tables, Ints(l...)) })
			for size := 0; size <= n; size++ {
				every(size, 1, n, func(l []int) {
					for i := 1; i < len(l); i++ {
						if l[i] <= l[i-1] {
							return
						}
					}
					if len(l) == k {
						exactly = append(exactly, Ints(l...))
					}
					if len(l) <= k {
						upTo = append(upTo, Ints(l...))
					}
				})
			}
			slices.SortFunc(upTo, func(a, b Value) int {
				return slices.CompareFunc(a.list, b.list, func(a, b Value) int { return int(a.n - b.n) })
			})
			every(n, -1, 1, func(l []int) {
				if n-count(l, 0) <= k {
					signed = append(signed, Ints(l...))
				}
			})
			every(n, 1, n, func(l []int) {
				for v := 1; v <= n; v++ {
					if !slices.Contains(l, v) {
						return
					}
				}
				permuted = append(permuted, Ints(l...))
			})
			for d, list := range map[*Domain][]Value{
				ptr(Words(n, k)): words, ptr(Tables(n, k)): tables, ptr(Subsets(n, k)): exactly, ptr(SubsetsUpTo(n, k)): upTo,
				ptr(Signed(n, k)): signed, ptr(Permutations(n)): permuted,
			} {
				all[d.Name()] = entry{*d, list}
			}
		}
	}
	for n := 0; n <= 6; n++ {
		var bits []Value
		every(n, 0, 1, func(l []int) { bits = append(bits, Ints(l...)) })
		all[BitStrings(n).Name()] = entry{BitStrings(n), bits}
	}
	two, ab := Numbers(-1, 3), Choices(TextValue("a"), TextValue("b"), BoolValue(false))
	var numbers, both []Value
	for v := -1; v <= 3; v++ {
		numbers = append(numbers, IntValue(v))
		for _, c := range []Value{TextValue("a"), TextValue("b"), BoolValue(false)} {
			both = append(both, TupleValue(IntValue(v), c))
		}
	}
	all[two.Name()] = entry{two, numbers}
	all["pairs"] = entry{Product(two, ab), both}
	return all
}

func ptr[T any](t T) *T { return &t }

func count(l []int, v int) (k int) {
	for _, e := range l {
		if e == v {
			k++
		}
	}
	return k
}

// every lists all lists of a length over low..high, lexicographically.
func every(n, low, high int, each func([]int)) {
	l := make([]int, n)
	var go1 func(i int)
	go1 = func(i int) {
		if i == n {
			each(l)
			return
		}
		for v := low; v <= high; v++ {
			l[i] = v
			go1(i + 1)
		}
	}
	go1(0)
}

func TestDomains(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, e := range domains() {
		if e.d.Len() != len(e.list) || e.d.Count().Int64() != int64(len(e.list)) || e.d.Bits() != Width(uint64(len(e.list))) {
			t.Errorf("%s: %d members in %d bits, want %d", name, e.d.Len(), e.d.Bits(), len(e.list))
			continue
		}
		for k, v := range e.list {
			w := e.d.Nth(k)
			if !e.d.Value(w).Equal(v) {
				t.Errorf("%s: member %d is %v, want %v", name, k, e.d.Value(w), v)
			}
			if back, ok := e.d.Word(v); !ok || back != w {
				t.Errorf("%s: %v is at %v, %v, want %v", name, v, back, ok, w)
			}
			if r := e.d.Random(rng); !e.d.Has(r) {
				t.Errorf("%s: random %v is no member", name, r)
			}
		}
		if w := UintWord(uint64(len(e.list)), e.d.Bits()+1); e.d.Has(w) {
			t.Errorf("%s has %v", name, w)
		}
		for _, v := range []Value{{}, TextValue("z"), IntValue(77), Ints(9, 9, 9, 9, 9, 9, 9), Ints(-2), Ints(2, 1, 1, 2)} {
			inside := slices.ContainsFunc(e.list, v.Equal)
			if _, ok := e.d.Word(v); ok != inside {
				t.Errorf("%s takes %v: %v", name, v, ok)
			}
		}
	}
}

// Large domains go there and back, and their counts are exact.
func TestLargeDomains(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, d := range []Domain{BitStrings(300), Words(90, 3), Tables(50, 50), Subsets(200, 20), SubsetsUpTo(200, 9), SubsetsUpTo(60, 60), Signed(120, 15), Permutations(40),
		Product(Tables(30, 30), Subsets(60, 30))} {
		for range 20 {
			w := d.Random(rng)
			v := d.Value(w)
			back, ok := d.Word(v)
			if !ok || back != w || !d.Has(w) {
				t.Fatalf("%s: %v comes back as %v, %v", d.Name(), w, back, ok)
			}
		}
	}
	if c := Subsets(200, 20).Count().String(); c != "1613587787967350073386147640" {
		t.Errorf("C(200, 20) = %s", c)
	}
}

func TestWeight(t *testing.T) {
	for _, c := range []struct {
		d    Domain
		v    Value
		want int
	}{
		{BitStrings(3), Ints(1, 0, 1), 2}, {Words(3, 5), Ints(0, 4, 1), 2}, {Tables(3, 3), Ints(1, 2, 1), 1}, {Numbers(1, 9), IntValue(7), 0},
		{SubsetsUpTo(5, 3), Ints(2, 5), 2}, {Signed(4, 2), Ints(-1, 0, 0, 1), 2}, {Permutations(3), Ints(1, 3, 2), 2},
		{Product(BitStrings(2), Tables(2, 2)), TupleValue(Ints(1, 1), Ints(2, 1)), 3},
	} {
		w, ok := c.d.Word(c.v)
		if got := c.d.Weight(w); !ok || got != c.want {
			t.Errorf("%s: %v weighs %d, want %d", c.d.Name(), c.v, got, c.want)
		}
	}
}

func TestValues(t *testing.T) {
	big := "123456789012345678901234567890"
	equal := [][2]string{{"true", "1"}, {"false", "0"}, {"[1,[true]]", "[true,[1]]"}, {`"a"`, `"a"`}, {big, big}}
	different := [][2]string{{"true", "2"}, {`"1"`, "1"}, {"[]", "0"}, {"[1]", "1"}, {"null", "0"}, {"null", "false"}, {`"True"`, "true"}, {"[12]", "[1,2]"}, {big, "1"}, {`["a","b"]`, `["a\",\"b"]`}}
	read := func(s string) (v Value) {
		if err := v.UnmarshalJSON([]byte(s)); err != nil {
			t.Fatal(err)
		}
		if raw, err := v.MarshalJSON(); err != nil || string(raw) != s {
			t.Errorf("%s is written %s, %v", s, raw, err)
		}
		return v
	}
	for same, list := range map[bool][][2]string{true: equal, false: different} {
		for _, c := range list {
			a, b := read(c[0]), read(c[1])
			if a.Equal(b) != same || b.Equal(a) != same || (a.Key() == b.Key()) != same {
				t.Errorf("%v and %v: equal %v, keys %q %q", a, b, a.Equal(b), a.Key(), b.Key())
			}
		}
	}
	for _, bad := range []string{"1.5", "1e3", `{"a":1}`, `{"one_of":1}`} {
		if new(Value).UnmarshalJSON([]byte(bad)) == nil {
			t.Errorf("%s is a value", bad)
		}
	}
	one := read(`{"one_of":[1,"a"]}`)
	if !one.Accepts(BoolValue(true)) || !one.Accepts(TextValue("a")) || one.Accepts(IntValue(2)) || !(Value{}).Accepts(IntValue(2)) {
		t.Error("a relation accepts the wrong values")
	}
}

func TestSettings(t *testing.T) {
	for text, want := range map[string]Setting{
		"one-way deterministic":                     OneWay,
		"two-way deterministic":                     TwoWay,
		"one-way randomised, error 1/3":             OneWay.Randomised("1/3"),
		"two-way randomised, error 0.25, 4 players": TwoWay.Randomised("0.25").Among(4),
		"3 rounds deterministic":                    {Order: InRounds, Rounds: 3},
		"2 rounds deterministic, 3 players":         Setting{Order: InRounds, Rounds: 2}.Among(3),
		"one-way deterministic, 5 players":          OneWay.Among(5),
	} {
		got, err := ParseSetting(text)
		if err != nil || got != want || fmt.Sprint(got) != text {
			t.Errorf("%q is %#v (%v), %v", text, got, got, err)
		}
	}
	for _, bad := range []string{"", "one way", "one-way", "deterministic", "one-way deterministic, 2 players", "0 rounds deterministic", "03 rounds deterministic",
		"one-way randomised", "one-way randomised, error", "one-way randomised, error 1", "one-way randomised, error -1/3", "one-way randomised, error 1e-3",
		"2 rounds randomised, error 1/3", "one-way deterministic ", "One-way deterministic", "one-way deterministic, error 1/3"} {
		if s, err := ParseSetting(bad); err == nil {
			t.Errorf("%q is a setting: %#v", bad, s)
		}
	}
}

// What a seed draws stays: bit strings are the first bits of the generator, of other countable domains it is asked for
// the number of a member.
func TestDraws(t *testing.T) {
	gen := func() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }
	p := Packer{}
	p.Uint(gen().Uint64()>>59, 5)
	if got := BitStrings(5).Random(gen()); got != p.Word() {
		t.Errorf("bits(5): %v, want %v", got, p.Word())
	}
	d := Words(3, 3)
	if got := d.Random(gen()); got != d.Nth(gen().IntN(27)) {
		t.Errorf("words(3, 3): %v, want %v", got, d.Nth(gen().IntN(27)))
	}
}
