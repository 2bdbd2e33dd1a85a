package smallest

import (
	"encoding/json"
	"slices"
	"testing"

	"crosscut/models/tasks"
	"crosscut/reductions/smallest/proof"
)

// scatteredFile has the lower end of bigrams of numbers modulo 6 by tokens 2 and 4 of 4.
func scatteredFile(t *testing.T) *proof.File {
	t.Helper()
	sh := shape(t, "match3-bigram", 4, tasks.Params{"M": 6})
	w, err := proof.NewWorld(sh, 1, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := &Result{File: &proof.File{Format: proof.Format, Task: sh.Task.Name, N: sh.N, Params: sh.Params, Model: "attention", Unit: proof.ValueBits}}
	if err := scattered(t.Context(), w, r); err != nil {
		t.Fatal(err)
	}
	return r.File
}

// TestScattered: token 3 meets tokens 2 and 4, so that these have a row for each set of two
// values or one, without the one that matches alone by itself, and one row for token 2 with that.
func TestScattered(t *testing.T) {
	f := scatteredFile(t)
	var e proof.Scattered
	if err := json.Unmarshal(f.Lower.Evidence, &e); err != nil {
		t.Fatal(err)
	}
	if want := proof.SumBits(2, 6*5/2+5+1); f.Lower.Number != want || !slices.Equal(e.At, []int{2, 4}) {
		t.Errorf("%d bits at %v, want %d at tokens 2 and 4", f.Lower.Number, e.At, want)
	}
}

// TestTwins: in match3 the values that decide together add up to -1; padding, what matches
// with token 1 alone and what matches itself have no twin.
func TestTwins(t *testing.T) {
	for _, m := range []int{8, 9} {
		sh := shape(t, "match3", 4, tasks.Params{"M": float64(m)})
		w, err := proof.NewWorld(sh, 1, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := tabulate(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		s := addUp(t.Context(), w, rows)
		twins := 0
		for a, c := range s.cell[1] {
			x := w.Alphabet[1][w.Choices[1][a]].X % m
			b := slices.IndexFunc(w.Choices[1], func(k int) bool { return (w.Alphabet[1][k].X+x)%m == m-1 })
			want := s.cell[1][b]
			if x == 1 || x == m-2 || 2*x%m == m-1 {
				want = -1
			} else {
				twins++
			}
			if s.twin[c] != want {
				t.Errorf("M = %d: the twin of %d is cell %d, want %d", m, x, s.twin[c], want)
			}
		}
		if twins != 2*((m-2)/2) && m%2 == 0 || twins != m-3 && m%2 == 1 {
			t.Errorf("M = %d: %d values have twins", m, twins)
		}
	}
}
