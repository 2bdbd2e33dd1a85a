package smallest

import (
	"encoding/json"
	"math/big"
	"slices"
	"testing"

	"crosscut/models/tasks"
	"crosscut/reductions/smallest/proof"
)

// countedFile has the lower end of bigrams of numbers modulo 6 by the sums that rows take.
func countedFile(t *testing.T) *proof.File {
	t.Helper()
	sh := shape(t, "match3-bigram", 4, tasks.Params{"M": 6})
	w, err := proof.NewWorld(sh, 1, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := &Result{File: &proof.File{Format: proof.Format, Task: sh.Task.Name, N: sh.N, Params: sh.Params, Model: "attention", Unit: proof.ValueBits}}
	if err := counted(t.Context(), w, r); err != nil {
		t.Fatal(err)
	}
	return r.File
}

// TestCountedOfMatch3: of P pairs of values that match, a hand of k ones of different pairs
// takes C(t, k) sums of t tokens, and what matches in any case as many as all rows of t - 1.
func TestCountedOfMatch3(t *testing.T) {
	for _, c := range []struct{ n, m, pairs int }{{4, 16, 7}, {5, 8, 3}, {4, 9, 3}} {
		sh := shape(t, "match3", c.n, tasks.Params{"M": float64(c.m)})
		w, err := proof.NewWorld(sh, 1, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		kinds, err := proof.SumKinds(t.Context(), w, 1<<c.n-2)
		if err != nil {
			t.Fatal(err)
		}
		want := int64(1)
		for k := 1; k < c.n-1; k++ { // tokens; after the last nothing is left to come
			for h := 0; h <= k; h++ {
				term := new(big.Int).Binomial(int64(c.pairs), int64(h))
				want += term.Mul(term, new(big.Int).Binomial(int64(k), int64(h))).Int64() << h
			}
			if got := kinds[1<<(k+1)-2]; int64(got) != want {
				t.Errorf("N = %d, M = %d: %d sums of %d tokens, the closed form says %d", c.n, c.m, got, k, want)
			}
		}
	}
}

// TestCountedSumsOccur: values that are right take at least the sums that are counted, at
// any positions; the bound of one task is met.
func TestCountedSumsOccur(t *testing.T) {
	tight := false
	for _, c := range []world{{"match3", 4, tasks.Params{"M": 6}}, {"match3-bigram", 4, tasks.Params{"M": 6}}, {"match2", 4, nil}, {"induction-heads", 4, nil}, {"eq", 5, nil}, {"disj", 5, nil}} {
		sh := shape(t, c.task, c.n, c.set)
		r := find(t, sh, "attention")
		var e proof.Values
		if err := json.Unmarshal(r.File.Upper.Evidence, &e); err != nil {
			t.Fatal(err)
		}
		w, err := proof.NewWorld(sh, r.Read, r.Read, 0)
		if err != nil {
			t.Fatal(err)
		}
		within := (1<<sh.N - 1) &^ (1 << (r.Read - 1))
		kinds, err := proof.SumKinds(t.Context(), w, within)
		if err != nil {
			t.Fatal(err)
		}
		for of, most := range kinds {
			sums := map[int]bool{0: true}
			for pos, choices := range w.Choices {
				if of>>pos&1 == 0 {
					continue
				}
				longer := map[int]bool{}
				for sum := range sums {
					for _, a := range choices {
						longer[sum+e.Values[pos][a]] = true
					}
				}
				sums = longer
			}
			if tight = tight || most > 2 && most == len(sums); len(sums) < most {
				t.Errorf("%v: values that are right take %d sums at positions %b, counted were %d", c, len(sums), of, most)
			}
		}
	}
	if !tight {
		t.Error("no count is met")
	}
}

// TestWeights: bigrams have one label for x, M - 1 - x and x at tokens 2, 3 and 4, and
// weights of their two differences in fewer bits than their digits.
func TestWeights(t *testing.T) {
	sh := shape(t, "match3-bigram", 4, nil)
	w, err := proof.NewWorld(sh, 1, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := tabulate(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	s := addUp(t.Context(), w, rows)
	l := s.label()
	if l == nil || l.most != 15 || !slices.Equal(l.links, [][2]int{{1, 2}, {2, 3}}) {
		t.Fatalf("labels %+v", l)
	}
	for x := range 16 {
		cell := func(pos, x int) int {
			return l.of[s.cell[pos][slices.IndexFunc(w.Choices[pos], func(a int) bool { return w.Alphabet[pos][a].X%16 == (x+16)%16 })]]
		}
		if a, b, c := cell(1, x), cell(2, 15-x), cell(3, x); b != c || a != b && x != 14 || x == 14 && a != -1 {
			t.Errorf("x = %d has labels %d, %d, %d", x, a, b, c)
		}
	}
	r := &Result{Lower: 8, Upper: 12, File: &proof.File{Format: proof.Format, Task: sh.Task.Name, N: sh.N, Params: sh.Params, Model: "attention", Unit: proof.ValueBits}}
	if err := weighed(t.Context(), w, s, r); err != nil || r.Upper > 9 {
		t.Fatalf("%d bits, %v", r.Upper, err)
	}
	checked(t, r)
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
