package named

import (
	"crosscut/protocol/bounds/check"
)

// Index: bit y of a word x of n bits.
var _ = register(&Family{
	Name:  "index",
	Doc:   "bit y of a word x of n bits",
	Cite:  []string{"KremerNisanRon1999"},
	Least: 1, Most: 14,
	Lines: func(n int) (rows, cols int) { return 1 << n, n },
	At:    total(func(_, i, j int) bool { return i>>j&1 == 1 }),
	Known: []Known{
		{Measure: check.OneWayAlice, Of: "", From: 1, Value: func(n int) int { return n }, Formula: "n", Source: "KremerNisanRon1999"},
		{Measure: check.ShatterAlice, Of: "", From: 1, Value: func(n int) int { return n }, Formula: "n", Source: "KremerNisanRon1999"},
		{Measure: check.RankRational, Of: "", From: 1, Value: func(n int) int { return n }, Formula: "n", Source: "KremerNisanRon1999"},
	},
})
