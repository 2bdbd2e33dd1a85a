package tasks

import (
	"math/rand/v2"
	"slices"
)

// Cycle5 asks of every undirected edge whether it lies on a cycle of five
// distinct vertices.
var Cycle5 = register(edges(&Task{
	Name:      "cycle5",
	Unordered: true,
	Doc:       "output i is 1 iff the undirected edge i lies on a cycle of five vertices",
	Cite:      []string{"SanfordHsuTelgarsky2023"},
	Same: func(read, t Token) Token {
		e, own := edgeKey(t, false), edgeKey(read, false)
		if e == own {
			return Token{}
		}
		return Token{X: e[0], To: e[1]}
	},
	Eval: func(sh Shape, seq []Token, pos int) Value {
		goal := seq[pos-1].X
		var closes func(path []int) bool // from goal to the last vertex of path, which has distinct vertices
		closes = func(path []int) bool {
			last := path[len(path)-1]
			for _, t := range seq {
				for _, e := range [2][2]int{{t.X, t.To}, {t.To, t.X}} {
					if e[0] != last {
						continue
					}
					if len(path) == 5 && e[1] == goal {
						return true
					}
					if len(path) < 5 && !slices.Contains(path, e[1]) && closes(append(path[:len(path):len(path)], e[1])) {
						return true
					}
				}
			}
			return false
		}
		return truth(closes([]int{goal, seq[pos-1].To}))
	},
	Fast: func(sh Shape, seq []Token, read []int) []Value {
		g := make(graph, 0, 2*len(seq))
		for _, t := range seq {
			g = append(g, arc(t.X, t.To), arc(t.To, t.X))
		}
		slices.Sort(g)
		values := make([]Value, len(read))
		for k, i := range read {
			values[k] = truth(g.onFiveCycle(seq[i-1].X, seq[i-1].To))
		}
		return values
	},
	Generate: func(sh Shape, rng *rand.Rand) []Token { return generateEdges(sh, 5, false, rng) },
}, false))

// onFiveCycle looks for b - c - d - e - a. A middle d works iff the sets of its
// possible c and of its possible e are neither empty nor the same single vertex.
func (g graph) onFiveCycle(a, b int) bool {
	ends := func(from, not int) map[int][]int { // middle d -> up to two vertices between it and from
		via := map[int][]int{}
		for _, f := range g.from(from) {
			c := head(f)
			if c == not {
				continue
			}
			for _, h := range g.from(c) {
				if d := head(h); d != a && d != b && len(via[d]) < 2 {
					via[d] = append(via[d], c)
				}
			}
		}
		return via
	}
	cs, es := ends(b, a), ends(a, b)
	for d, c := range cs {
		if e := es[d]; len(e) > 0 && (len(c) > 1 || len(e) > 1 || c[0] != e[0]) {
			return true
		}
	}
	return false
}
