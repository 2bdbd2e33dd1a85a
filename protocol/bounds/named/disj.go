package named

import (
	"crosscut/protocol/bounds/check"
)

// Disj: 1 iff two subsets of n elements intersect (as everywhere here).
var _ = register(&Family{
	Name:  "disj",
	Doc:   "1 iff two subsets of n elements intersect (as everywhere here)",
	Cite:  []string{"KushilevitzNisan1997"},
	Least: 1, Most: 11,
	Lines: square,
	At:    total(func(_, i, j int) bool { return i&j != 0 }),
	Known: []Known{
		{Measure: check.Cover, Of: "ones", From: 1, Value: func(n int) int { return n }, Formula: "n", Source: "KushilevitzNisan1997"},
		{Measure: check.Cover, Of: "zeros", From: 1, Value: power, Formula: "2^n", Source: "KushilevitzNisan1997"},
		{Measure: check.RankRational, Of: "", From: 1, Value: func(n int) int { return 1<<n - 1 }, Formula: "2^n - 1", Source: "KushilevitzNisan1997"},
		{Measure: check.Deterministic, Of: "", From: 1, Value: func(n int) int { return n + 1 }, Formula: "n + 1", Source: "KushilevitzNisan1997"},
	},
})
