package named

import (
	"crosscut/protocol/bounds/check"
)

// EQ: 1 iff two words of n bits are equal (the identity matrix).
var _ = register(&Family{
	Name:  "eq",
	Doc:   "1 iff two words of n bits are equal (the identity matrix)",
	Cite:  []string{"KushilevitzNisan1997"},
	Least: 1, Most: 11,
	Lines: square,
	At:    total(func(_, i, j int) bool { return i == j }),
	Known: []Known{
		{Measure: check.Cover, Of: "ones", From: 1, Value: power, Formula: "2^n", Source: "KushilevitzNisan1997"},
		{Measure: check.Partition, Of: "ones", From: 1, Value: power, Formula: "2^n", Source: "KushilevitzNisan1997"},
		{Measure: check.RankRational, Of: "", From: 1, Value: power, Formula: "2^n", Source: "KushilevitzNisan1997"},
		{Measure: check.Deterministic, Of: "", From: 1, Value: func(n int) int { return n + 1 }, Formula: "n + 1", Source: "KushilevitzNisan1997"},
	},
})
