package named

import (
	"crosscut/protocol/bounds/check"
)

// Crown: 1 iff i differs from j, on n things (the crown graph).
var _ = register(&Family{
	Name:  "crown",
	Doc:   "1 iff i differs from j, on n things (the crown graph)",
	Cite:  []string{"KushilevitzNisan1997"},
	Least: 2, Most: 2048,
	Lines: lines,
	At:    total(func(_, i, j int) bool { return i != j }),
	Known: []Known{
		{Measure: check.Cover, Of: "zeros", From: 2, Value: func(n int) int { return n }, Formula: "n", Source: "KushilevitzNisan1997"},
		{Measure: check.LargestRect, Of: "ones", From: 2, Value: func(n int) int { return n / 2 * ((n + 1) / 2) }, Formula: "floor(n/2) ceil(n/2)", Source: "KushilevitzNisan1997"},
	},
})
