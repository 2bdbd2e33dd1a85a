package bounds

import (
	"math/rand/v2"
	"testing"
)

// holds checks an embedding entry by entry.
func holds(t *testing.T, m *Matrix, e Embedding) {
	t.Helper()
	at := func(a, b int) int {
		v, ok := m.At(e.Rows[a]-1, e.Cols[b]-1)
		if !ok {
			t.Fatalf("%s: entry %d,%d is undefined", e.Problem, a, b)
		}
		return v
	}
	for a := range e.Rows {
		for b := range e.Cols {
			want := 0
			switch e.Problem {
			case "index":
				want = a >> b & 1
				if e.Holder == "bob" {
					want = b >> a & 1
				}
			case "eq":
				want = b2i(a == b)
			case "neq":
				want = b2i(a != b)
			case "gt":
				want = b2i(a > b)
			case "disj":
				want = b2i(a&b != 0)
			}
			if at(a, b) != want {
				t.Fatalf("%v: %s: entry %d,%d is %d", m.Lines(), e.Problem, a, b, at(a, b))
			}
		}
	}
}

func sizes(r *Report) map[string]Range {
	s := map[string]Range{}
	for _, e := range r.Embedded {
		if e.Holder == "alice" {
			s[e.Problem] = e.Size
		}
	}
	return s
}

func TestEmbeddings(t *testing.T) {
	for _, c := range []struct {
		m       *Matrix
		problem string
		want    int
	}{
		{eq(3), "eq", 8}, {neq(3), "neq", 8}, {gt(3), "gt", 8}, {intersecting(3), "disj", 3},
		{index(4), "index", 4}, {ip(3), "index", 3}, {disjoint(3), "eq", 3},
	} {
		r := analyze(t, c.m, Options{})
		if got := sizes(r)[c.problem]; got != point(c.want) {
			t.Errorf("%s: %v, want %d", c.problem, got, c.want)
		}
	}
}

// plainEmbedded tries all ordered choices of k rows and k columns.
func plainEmbedded(m *Matrix, entry func(a, b int) bool) int {
	best := 0
	var walk func(rows, cols []int)
	walk = func(rows, cols []int) {
		best = max(best, len(rows))
		for i := range m.Rows() {
			for j := range m.Cols() {
				rs, cs := append(rows[:len(rows):len(rows)], i), append(cols[:len(cols):len(cols)], j)
				fits := true
				for a := range rs {
					for b := range cs {
						if a == len(rs)-1 || b == len(cs)-1 {
							v, ok := m.At(rs[a], cs[b])
							fits = fits && ok && v == b2i(entry(a, b))
						}
					}
				}
				if fits {
					walk(rs, cs)
				}
			}
		}
	}
	walk(nil, nil)
	return best
}

func TestEmbeddingsAgainstAllChoices(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 1))
	for range 40 {
		m := random(rng, 2+rng.IntN(4), 2+rng.IntN(4), 2, []float64{0, .2}[rng.IntN(2)])
		if len(m.Values()) < 2 {
			continue
		}
		r := analyze(t, m, Options{})
		got := sizes(r)
		for _, e := range r.Embedded {
			holds(t, m, e)
		}
		for name, entry := range map[string]func(a, b int) bool{
			"eq": func(a, b int) bool { return a == b }, "neq": func(a, b int) bool { return a != b }, "gt": func(a, b int) bool { return a > b },
		} {
			want := plainEmbedded(m, entry)
			if g, ok := got[name]; ok && g != point(want) || !ok && want > 1 {
				t.Errorf("%v: %s: %v, want %d", m.Lines(), name, g, want)
			}
		}
	}
}
