package bounds

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"crosscut/protocol/problems"
)

func parse(t testing.TB, text string) *Matrix {
	t.Helper()
	m, err := Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// random draws a matrix of the given values; each entry is undefined with
// probability star, and rows and columns are repeated at random.
func random(rng *rand.Rand, rows, cols, values int, star float64) *Matrix {
	cell := make([]int, rows*cols)
	for k := range cell {
		cell[k] = rng.IntN(values)
		if rng.Float64() < star {
			cell[k] = -1
		}
	}
	rs, cs := make([]int, rows), make([]int, cols)
	for i := range rs {
		rs[i] = rng.IntN(rows)
	}
	for j := range cs {
		cs[j] = rng.IntN(cols)
	}
	m, err := New(rows, cols, func(i, j int) (int, bool) {
		v := cell[rs[i]*cols+cs[j]]
		return v, v >= 0
	})
	if err != nil {
		panic(err)
	}
	return m
}

func TestMatrixAgainstTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		rows, cols := 1+rng.IntN(9), 1+rng.IntN(140)
		m := random(rng, rows, cols, 1+rng.IntN(4), 0.1)
		again := parse(t, strings.Join(m.Lines(), "\n"))
		f, tr := m.Fold(), m.Transpose()
		if m.Boolean() {
			flip := func(m *Matrix) *Matrix { return m.relabel(func(k int) int { return 1 - m.Values()[k] }) }
			if twice := flip(flip(m)); !slices.Equal(twice.Lines(), m.Lines()) {
				t.Fatal("the complement of the complement differs")
			}
			if v, ok := m.At(0, 0); ok {
				if w, _ := flip(m).At(0, 0); v+w != 1 {
					t.Fatal("the complement keeps an entry")
				}
			}
		}
		count := map[int]int{}
		for i := range rows {
			for j := range cols {
				v, ok := m.At(i, j)
				if w, o := again.At(i, j); w != v || o != ok {
					t.Fatalf("parse(lines) differs at %d,%d", i, j)
				}
				if w, o := tr.At(j, i); w != v || o != ok {
					t.Fatalf("transpose differs at %d,%d", i, j)
				}
				if w, o := f.At(f.RowOf[i], f.ColOf[j]); w != v || o != ok {
					t.Fatalf("fold differs at %d,%d", i, j)
				}
				if ok {
					count[v]++
				}
			}
		}
		for k, v := range m.Values() {
			if m.Count(k) != count[v] || m.Place(v) != k {
				t.Fatalf("count of %d", v)
			}
		}
		seen := map[string]bool{}
		for _, line := range f.Lines() {
			if seen[line] {
				t.Fatal("a folded matrix has equal rows")
			}
			seen[line] = true
		}
	}
}

func TestFromProblem(t *testing.T) {
	m, err := FromProblem(problems.Disj, 4)
	if err != nil {
		t.Fatal(err)
	}
	if m.Rows() != 16 || m.Cols() != 16 || m.Count(m.Place(1)) != 175 {
		t.Fatalf("disj at n = 4: %d x %d, %d ones", m.Rows(), m.Cols(), m.Count(m.Place(1)))
	}
	if _, err := FromProblem(problems.Disj, 40); err == nil {
		t.Fatal("a matrix of 2^80 entries was accepted")
	}
}

func TestParseErrors(t *testing.T) {
	for _, text := range []string{"", "# only this\n\n", "01\n0", "0,1\n1,,0", "0,x", "0,\n", "99999999999 1", "0.5 1"} {
		if m, err := Parse(strings.NewReader(text)); err == nil {
			t.Errorf("%q was read as %v", text, m.Lines())
		}
	}
	for text, want := range map[string]string{
		"01*\n # c\n 1 1 0 # d": "01*|110",
		"0 1 2\r\n*,-3 , 4":     "+0,+1,+2|*,-3,+4",
		"10 11":                 "1011",
		"10 12":                 "+10,+12",
	} {
		if got := strings.Join(parse(t, text).Lines(), "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"01\n10", "0,1,*\n2 3 4", "# x\n", "1,,2", "*", "+10", "10,11"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		again := parse(t, strings.Join(m.Lines(), "\n"))
		if a, b := strings.Join(m.Lines(), "\n"), strings.Join(again.Lines(), "\n"); a != b {
			t.Fatalf("%q and %q", a, b)
		}
	})
}
