package tasks

import (
	"math/rand/v2"
	"slices"
)

// Cycle3 asks of every directed edge whether it lies on a directed triangle.
var Cycle3 = register(edges(&Task{
	Name:      "cycle3",
	Unordered: true,
	Doc:       "output i is 1 iff the directed edge i lies on a directed triangle",
	Cite:      []string{"SanfordHsuTelgarsky2023"},
	Same: func(read, t Token) Token { // edges on from its head, and back to its tail
		if (t.X == read.To) == (t.To == read.X) {
			return Token{}
		}
		return t
	},
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
		if len(read) == 1 && sh.Int("nodes") < fewNodes {
			return []Value{Truth(onTriangle(seq, seq[read[0]-1]))}
		}
		out, in := make(graph, len(seq)), make(graph, len(seq))
		for k, t := range seq {
			out[k], in[k] = arc(t.X, t.To), arc(t.To, t.X)
		}
		slices.Sort(out)
		slices.Sort(in)
		values := make([]Value, len(read))
		for k, i := range read {
			values[k] = Truth(meet(out.from(seq[i-1].To), in.from(seq[i-1].X)))
		}
		return values
	},
	Generate: func(sh Shape, rng *rand.Rand) []Token { return generateEdges(sh, 3, true, rng) },
}, true))

// fewNodes bounds the vertices of which a set is kept on the stack.
const fewNodes = 1024

// onTriangle marks the heads of the edges that leave e, and looks for one that
// comes back.
func onTriangle(seq []Token, e Token) bool {
	var reached [fewNodes / 64]uint64
	for _, f := range seq {
		if f.X == e.To {
			reached[f.To/64] |= 1 << (f.To % 64)
		}
	}
	return slices.ContainsFunc(seq, func(g Token) bool { return g.To == e.X && reached[g.X/64]>>(g.X%64)&1 == 1 })
}

// meet says whether two sorted lists of arcs, each of one tail, share a head.
func meet(a, b graph) bool {
	for len(a) > 0 && len(b) > 0 {
		switch u, v := head(a[0]), head(b[0]); {
		case u < v:
			a = a[1:]
		case u > v:
			b = b[1:]
		default:
			return true
		}
	}
	return false
}
