package tasks

import "math/rand/v2"

// Cycle3 asks of every directed edge whether it lies on a directed triangle.
var Cycle3 = register(edges(&Task{
	Name: "cycle3",
	Doc:  "output i is 1 iff the directed edge i lies on a directed triangle",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	Eval: func(sh Shape, seq []Token, pos int) Value {
		e := seq[pos-1]
		for _, f := range seq {
			for _, g := range seq {
				if e.To == f.X && f.To == g.X && g.To == e.X {
					return Value{1}
				}
			}
		}
		return Value{0}
	},
	Fast: func(sh Shape, seq []Token, read []int) []Value {
		forward, back := make([][2]int, len(seq)), make([][2]int, len(seq))
		for k, t := range seq {
			forward[k], back[k] = [2]int{t.X, t.To}, [2]int{t.To, t.X}
		}
		out, in := newGraph(forward), newGraph(back)
		values := make([]Value, len(read))
		for k, i := range read {
			values[k] = truth(meet(out.from(seq[i-1].To), in.from(seq[i-1].X)))
		}
		return values
	},
	Generate: func(sh Shape, rng *rand.Rand) []Token { return generateEdges(sh, 3, true, rng) },
}, true))

// meet says whether two lists of edges, each sorted by head, share a head.
func meet(a, b [][2]int) bool {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0][1] < b[0][1]:
			a = a[1:]
		case a[0][1] > b[0][1]:
			b = b[1:]
		default:
			return true
		}
	}
	return false
}
