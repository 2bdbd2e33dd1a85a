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

// TestShortfalls: on each problem itself the embedding found is the whole, and what it
// needs is the exact cost.
func TestShortfalls(t *testing.T) {
	for _, c := range []struct {
		m       *Matrix
		problem string
		of      string
		needs   int
	}{
		{eq(3), "eq", "D(f)", 4}, {neq(3), "neq", "D(f)", 4}, {gt(3), "gt", "D(f)", 4}, {intersecting(3), "disj", "D(f)", 4}, {index(4), "index", "the one-way cost", 4},
	} {
		for _, e := range analyze(t, c.m, Options{}).Embedded {
			if e.Problem != c.problem || e.Holder != "alice" {
				continue
			}
			if want := (Shortfall{c.of, c.needs, point(c.needs), point(0)}); *e.Exact != want {
				t.Errorf("%s: %+v, want %+v", c.problem, *e.Exact, want)
			}
		}
	}
}

// TestNoEmptyIndex: one row of 0 1 has an INDEX_1 of Bob's, and none of Alice's; Embedded
// and LargestIndex find the same alone.
func TestNoEmptyIndex(t *testing.T) {
	m := Of(1, 2, func(_, j int) int { return j })
	for _, found := range [][]Embedding{analyze(t, m, Options{}).Embedded, Embedded(t.Context(), m)} {
		if len(found) != 1 || found[0].Problem != "index" || found[0].Holder != "bob" || found[0].Size != point(1) || found[0].Bits != 1 || !found[0].OneWay {
			t.Errorf("%+v", found)
		}
	}
	if got := LargestIndex(t.Context(), m); *got != (Both{point(0), point(1)}) {
		t.Errorf("%+v", got)
	}
	if got := LargestIndex(t.Context(), Of(1, 3, func(_, j int) int { return j })); got != nil {
		t.Errorf("three values: %+v", got)
	}
}
