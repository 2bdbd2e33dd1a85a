package named

import (
	"math/bits"

	"crosscut/protocol/bounds/check"
)

// IP: the inner product of two words of n bits modulo 2.
var _ = register(&Family{
	Name:  "ip",
	Doc:   "the inner product of two words of n bits modulo 2",
	Cite:  []string{"ChorGoldreich1988"},
	Least: 1, Most: 11,
	Lines: square,
	At:    total(func(_, i, j int) bool { return bits.OnesCount(uint(i&j))&1 == 1 }),
	Known: []Known{
		{Measure: check.LargestRect, Of: "ones", From: 1, Value: func(n int) int { return 1 << (n - 1) }, Formula: "2^(n-1)", Source: "ChorGoldreich1988"},
		{Measure: check.LargestRect, Of: "zeros", From: 1, Value: power, Formula: "2^n", Source: "ChorGoldreich1988"},
		{Measure: check.RankGF2, Of: "", From: 1, Value: func(n int) int { return n }, Formula: "n", Source: "ChorGoldreich1988"},
		{Measure: check.RankRational, Of: "", From: 1, Value: func(n int) int { return 1<<n - 1 }, Formula: "2^n - 1", Source: "ChorGoldreich1988"},
		{Measure: check.Deterministic, Of: "", From: 1, Value: func(n int) int { return n + 1 }, Formula: "n + 1", Source: "ChorGoldreich1988"},
	},
})
