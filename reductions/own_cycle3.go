package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Cycle3Neighbours is what a public edge r -> t costs in cycle3 (derived here; docs/sanford2023.md has the proof).
// Each of the other P = nodes - 2 vertices v makes one triangle with it, of t -> v and v -> r. No edge stands twice, so
// what counts of a player's hand is whether it holds both edges of some v, and if not, to which v it holds one: DISJ of
// two sets of at most as many vertices as there are tokens.
var Cycle3Neighbours = owns.Add(&Own{
	Name: "cycle3-neighbours",
	Doc:  "the sets of vertices that Alice's edges can join to the public edge: DISJ of small sets",
	Cite: []string{"derived here: docs/sanford2023.md"},
	Of:   tasks.Cycle3,
	Need: func(sh tasks.Shape, at tasks.Split, read []int, setting protocol.Setting, speaker protocol.Player) (Need, bool) {
		vertices, hers, his := sh.Int("nodes")-2, at.Count(speaker), at.Count(1-speaker)
		others := vertices*vertices + vertices + 1 // edges that make no triangle with the public one
		if len(read) != 1 || at.Of(read[0]) != tasks.Public || hers < 1 || his < 1 || vertices < 1 || others < sh.N-1 {
			return Need{}, false
		}
		need, both := Need{Why: "the sets that the other player's one edge tells apart"}, int64(0)
		switch setting {
		case protocol.OneWay:
			if hers > 1 {
				need.Formula, both = "1 + ", 1 // both edges of a vertex
			}
		case protocol.TwoWay:
			hers, need.Why = min(hers, his), "the rational rank of the matrix of disjoint sets" // of the smaller hand
		default:
			return Need{}, false
		}
		if hers <= vertices && 4*hers >= sh.N {
			need.Least = protocol.Growth{Power: 1} // all sets of hers vertices
		}
		most := min(hers, vertices)
		need.Bits = protocol.Bits(handBits(vertices, most, 1, both))
		need.Formula = fmt.Sprintf("ceil(log2(%ssum_k<=%d C(%d, k)))", need.Formula, most, vertices)
		return need, true
	},
})
