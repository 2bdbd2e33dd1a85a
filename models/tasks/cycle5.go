package tasks

import (
	"math/bits"
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
		e, own := edgeKey(&t, false), edgeKey(&read, false)
		if e == own {
			return Token{}
		}
		return Token{X: tail(e), To: head(e)}
	},
	Rest: func(sh Shape, read int, prefix []Token) []int { return cycleRest(sh, prefix[read-1], prefix) },
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
		return Truth(closes([]int{goal, seq[pos-1].To}))
	},
	Fast: func(sh Shape, seq []Token, read []int) []Value {
		if len(read) == 1 && sh.Int("nodes") < fewVertices {
			return []Value{Truth(onFiveCycle(seq, seq[read[0]-1]))}
		}
		g := make(graph, 0, 2*len(seq))
		for _, t := range seq {
			g = append(g, arc(t.X, t.To), arc(t.To, t.X))
		}
		slices.Sort(g)
		values := make([]Value, len(read))
		for k, i := range read {
			values[k] = Truth(g.onFiveCycle(seq[i-1].X, seq[i-1].To))
		}
		return values
	},
	Generate: func(sh Shape, rng *rand.Rand) []Token { return generateEdges(sh, 5, false, rng) },
}, false))

// fewVertices bounds the vertices, each one byte, of which neighbours are kept on the stack.
const fewVertices = 256

// onFiveCycle looks for b - c - d - e - a, of an edge from a to b. A middle d works iff the sets of
// its possible c and of its possible e are neither empty nor the same single vertex.
func onFiveCycle(seq []Token, edge Token) bool {
	a, b := edge.X, edge.To
	const besideB, besideA = 1, 2
	var beside [fewVertices]uint8 // of each vertex, without the edge itself
	mark := func(end, v int) {
		switch {
		case end == b && v != a:
			beside[v] |= besideB
		case end == a && v != b:
			beside[v] |= besideA
		}
	}
	for k := range seq {
		mark(seq[k].X, seq[k].To)
		mark(seq[k].To, seq[k].X)
	}
	var one [2][fewVertices]uint8 // of each d one c, and one e
	var several [fewVertices]bool // of one of these
	closes := func(v, d int) bool {
		for k, side := range [...]uint8{besideB, besideA} {
			if beside[v]&side != 0 {
				several[d] = several[d] || one[k][d] != 0 && one[k][d] != uint8(v)
				one[k][d] = uint8(v)
			}
		}
		c, e := one[0][d], one[1][d]
		return c != 0 && e != 0 && (c != e || several[d])
	}
	for k := range seq {
		v, d := seq[k].X, seq[k].To
		if beside[v]|beside[d] == 0 || v == a || v == b || d == a || d == b {
			continue
		}
		if beside[v] != 0 && closes(v, d) || beside[d] != 0 && closes(d, v) {
			return true
		}
	}
	return false
}

// onFiveCycle is that for many edges of one graph.
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

// cycleRest lists the edges of a prefix that the tokens to come can still close to a
// five-cycle through e, in order: those on paths of four edges from its head to its tail,
// through three vertices of their own, of which no more are missing than tokens. A prefix
// that holds a whole path has the rest 0, which is no edge. The output depends on nothing
// else: a path has the same missing edges for all prefixes with one rest.
func cycleRest(sh Shape, e Token, prefix []Token) []int {
	left, own := sh.N-len(prefix), edgeKey(&e, false)
	edges := make([]int, 0, len(prefix))
	at := []int{e.X, e.To} // vertices: the ends of e, those of edges, and others as far as a path has room
	place := func(v int) int {
		k := slices.Index(at, v)
		if k < 0 {
			k, at = len(at), append(at, v)
		}
		return k
	}
	for _, t := range prefix {
		if key := edgeKey(&t, false); key != own {
			place(tail(key))
			place(head(key))
			edges = append(edges, int(key))
		}
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	for v, more := 1, 3; v <= sh.Int("nodes") && more > 0; v++ {
		if !slices.Contains(at, v) {
			at, more = append(at, v), more-1
		}
	}
	if len(at) > 64 {
		return edges
	}
	var near [64]uint64
	for _, a := range edges {
		i, j := place(a>>32), place(head(uint64(a)))
		near[i] |= 1 << j
		near[j] |= 1 << i
	}
	var path [4]int
	var live [64]uint64
	var extend func(k, missing int, free uint64) bool // whether a path is whole
	extend = func(k, missing int, free uint64) bool {
		last := path[k]
		if k == 3 {
			if near[last]&1 == 0 { // back to the tail
				missing++
			}
			if missing > left {
				return false
			}
			for i, v := range path {
				w := 0
				if i < 3 {
					w = path[i+1]
				}
				live[v] |= 1 << w
				live[w] |= 1 << v
			}
			return missing == 0
		}
		choices := free
		if missing == left {
			choices &= near[last]
		}
		for ; choices != 0; choices &= choices - 1 {
			v := bits.TrailingZeros64(choices)
			path[k+1] = v
			if extend(k+1, missing+1-int(near[last]>>v&1), free&^(1<<v)) {
				return true
			}
		}
		return false
	}
	path[0] = 1
	if extend(0, 0, 1<<len(at)-4) {
		return []int{0}
	}
	return slices.DeleteFunc(edges, func(a int) bool { return live[place(a>>32)]>>place(head(uint64(a)))&1 == 0 })
}
