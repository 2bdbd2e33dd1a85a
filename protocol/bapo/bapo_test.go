package bapo

import (
	"slices"
	"testing"

	"crosscut/internal/long"
)

// The exact a(n, b) for b = 0, 1, 2, each with its certificates.
func TestTable(t *testing.T) {
	want := map[string][][3]int{
		"index": {{1, 0, 0}, {2, 0, 0}, {3, 0, 0}, {4, 0, 0}, {5, 0, 0}}, "eq": {{1, 0, 0}, {1, 0, 0}, {2, 1, 0}, {2, 1, 0}, {3, 1, 1}},
		"disj": {{1, 0, 0}, {1, 0, 0}, {2, 1, 0}, {2, 1, 0}, {3, 1, 1}}, "match2": {{2, 0, 0}, {2, 0, 0}, {2, 0, 0}, {2, 0, 0}, {2, 0, 0}},
		"match3": {{2, 0, 0}, {2, 0, 0}, {2, 0, 0}, {2, 0, 0}},
		"parity": {{1, 0, 0}, {1, 1, 0}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}}, "majority": {{1, 0, 0}, {2, 0, 0}, {2, 1, 0}, {2, 2, 0}, {2, 2, 1}},
	}
	for _, task := range Tasks {
		for i, row := range want[task.Name] {
			f := task.Of(task.Least + i)
			if !long.Tests() && len(f.Sizes)*f.Sizes[0] > 15 { // 2^15 sets of marks
				continue
			}
			for b, a := range row {
				e, err := Solve(t.Context(), f, b)
				if err != nil {
					t.Fatal(err)
				}
				if err := e.Check(f); err != nil || e.Bits != a {
					t.Errorf("%s, n = %d, b = %d: %d bits, %v; want %d", task.Name, task.Least+i, b, e.Bits, err, a)
				}
			}
		}
	}
}

func TestForgedCertificatesAreRefused(t *testing.T) {
	f := Tasks[1].Of(6)
	e, err := Solve(t.Context(), f, 1)
	if err != nil || e.Bits != 1 {
		t.Fatal(e, err)
	}
	fewer := *e
	fewer.Bits = 0
	noCore := *e
	noCore.Core = nil
	short := *e
	short.Schemes = short.Schemes[1:]
	blank := *e
	blank.Schemes = slices.Clone(e.Schemes)
	s := *e.Schemes[2]
	s.Marks = make([]uint32, len(s.Marks))
	blank.Schemes[2] = &s
	half := *e
	half.Core = &Core{Colours: e.Core.Colours, Prefixes: e.Core.Prefixes[1:], Suffixes: e.Core.Suffixes} // a core is minimal
	for name, forged := range map[string]*Entry{"fewer bits": &fewer, "no core": &noCore, "a cut less": &short, "no marks": &blank, "a smaller core": &half} {
		if forged.Check(f) == nil {
			t.Errorf("%s passed", name)
		}
	}
	other := Tasks[2].Of(6)
	if e.Check(other) == nil {
		t.Error("the evidence of another function passed")
	}
}

// Oracles that say, mark or answer something else are refused, as are those that cross more than they may.
func TestBrokenOraclesAreRefused(t *testing.T) {
	in := func(word []int) bool { return len(word) == 5 && sum(word) > 2 }
	whole, yes := Doubled(2, in)
	circuit, length := Circuit(5, Majority(5))
	silent, first, loud, late := whole, whole, whole, circuit
	silent.Prefix = func([]int) int { return 0 }
	first.Attend = func(_ []int, _ int, t Token) bool { return t.At == 0 }
	loud.Bits = 0
	late.Attend = func([]int, int, Token) bool { return true } // one of all, whichever
	for name, c := range map[string]struct {
		o     Oracles
		ends  func([]int) bool
		right bool
	}{
		"doubled": {whole, func(w []int) bool { return w[len(w)-1] >= yes-1 }, true}, "circuit": {circuit, func(w []int) bool { return len(w) == length }, true},
		"silent": {silent, func(w []int) bool { return w[len(w)-1] >= yes-1 }, false}, "first": {first, func(w []int) bool { return w[len(w)-1] >= yes-1 }, false},
		"loud": {loud, func(w []int) bool { return w[len(w)-1] >= yes-1 }, false}, "all marked": {late, func(w []int) bool { return len(w) == length }, false},
		"endless": {whole, func([]int) bool { return false }, false},
	} {
		right := true
		for _, word := range words(binary(5)) {
			got, _, err := c.o.Think(word, 60, c.ends)
			right = right && err == nil && (got[len(got)-1] == yes || got[len(got)-1] == 1 && name == "circuit") == in(word)
		}
		if right != c.right {
			t.Errorf("%s: right on all words: %v", name, right)
		}
	}
}
