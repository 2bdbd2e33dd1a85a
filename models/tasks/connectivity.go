package tasks

import "math/rand/v2"

// Connectivity asks whether vertices 1 and 2 are connected by the edges, which are undirected.
var Connectivity = register(edges(&Task{
	Name:      "connectivity",
	Unordered: true,
	Doc:       "every output is 1 iff the undirected edges connect vertices 1 and 2",
	Cite:      []string{"SanfordFatemiEtAl2024"},
	Same: func(read, t Token) Token {
		if edgeKey(&read, false) == arc(1, 2) {
			return Token{} // connected by this one
		}
		e := edgeKey(&t, false)
		return Token{X: tail(e), To: head(e)}
	},
	Eval: func(_ Shape, seq []Token, _ int) Value {
		reached := map[int]bool{1: true}
		for more := true; more; { // a pass that reaches no new vertex is the last
			more = false
			for _, e := range seq {
				if reached[e.X] != reached[e.To] {
					reached[e.X], reached[e.To], more = true, true, true
				}
			}
		}
		return Truth(reached[2])
	},
	// A path of random length from vertex 1, which ends at 2 every other time, and random edges
	// that touch neither it nor 2 where there are vertices enough.
	Generate: func(sh Shape, rng *rand.Rand) []Token {
		nodes := sh.Int("nodes")
		var seq []Token
		for v, left := 1, rng.IntN(min(sh.N, max(1, nodes-2))); len(seq) < sh.N && v != 2; left-- {
			next := len(seq) + 3
			if left <= 0 || next > nodes {
				if rng.IntN(2) == 0 {
					break
				}
				next = 2
			}
			seq = append(seq, Token{X: v, To: next})
			v = next
		}
		if rest := nodes - 2 - len(seq); rest >= 2 && sh.N-len(seq) <= edgeCount(rest, false) {
			from := nodes - rest
			for _, e := range otherEdges(nil, sh.N-len(seq), rest, false, rng) {
				seq = append(seq, Token{X: from + e.X, To: from + e.To})
			}
		} else {
			seq = append(seq, otherEdges(seq, sh.N-len(seq), nodes, false, rng)...)
		}
		rng.Shuffle(len(seq), func(i, j int) { seq[i], seq[j] = seq[j], seq[i] })
		return seq
	},
}, false))
