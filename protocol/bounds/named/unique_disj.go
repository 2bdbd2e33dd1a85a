package named

import (
	"math/bits"

	"crosscut/protocol/bounds/check"
)

// UniqueDisj: disj with the promise that at most one element is common.
var _ = register(&Family{
	Name:  "unique-disj",
	Doc:   "disj with the promise that at most one element is common",
	Cite:  []string{"KushilevitzNisan1997"},
	Least: 1, Most: 11,
	Lines: square,
	At: func(_, i, j int) (int, bool) {
		common := bits.OnesCount(uint(i & j))
		return min(common, 1), common <= 1
	},
	Known: []Known{
		{Measure: check.Cover, Of: "ones", From: 1, Value: func(n int) int { return n }, Formula: "n", Source: "KushilevitzNisan1997"},
	},
})
