package named

import (
	"crosscut/protocol/bounds/check"
)

// Address: x is a table of 2^n bits and y an address of n bits, each shared: bit y of x.
var _ = register(&Family{
	Name:  "address",
	Doc:   "x is a table of 2^n bits and y an address of n bits, each shared: bit y of x",
	Cite:  []string{"KremerNisanRon1999"},
	Least: 1, Most: 3,
	Lines: func(n int) (rows, cols int) { return 1 << (1 << n), 1 << n },
	At:    total(func(_, i, j int) bool { return i>>j&1 == 1 }),
	Known: []Known{
		{Measure: check.OneWayAlice, Of: "", From: 1, Value: power, Formula: "2^n", Source: "KremerNisanRon1999"},
		{Measure: check.OneWayBob, Of: "", From: 1, Value: func(n int) int { return n }, Formula: "n", Source: "KremerNisanRon1999"},
	},
})
