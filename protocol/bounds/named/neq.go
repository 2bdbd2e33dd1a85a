package named

import (
	"crosscut/protocol/bounds/check"
)

// NEQ: 1 iff two words of n bits differ.
var _ = register(&Family{
	Name:  "neq",
	Doc:   "1 iff two words of n bits differ",
	Cite:  []string{"KushilevitzNisan1997"},
	Least: 1, Most: 11,
	Lines: square,
	At:    total(func(_, i, j int) bool { return i != j }),
	Known: []Known{
		{Measure: check.Cover, Of: "zeros", From: 1, Value: power, Formula: "2^n", Source: "KushilevitzNisan1997"},
		{Measure: check.Deterministic, Of: "", From: 1, Value: func(n int) int { return n + 1 }, Formula: "n + 1", Source: "KushilevitzNisan1997"},
		{Measure: check.LargestRect, Of: "ones", From: 1, Value: func(n int) int { return 1 << (2*n - 2) }, Formula: "4^(n-1)", Source: "KushilevitzNisan1997"},
	},
})
