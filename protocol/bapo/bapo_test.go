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
