package named

// Tribes: n blocks of two places: 1 iff in some block x AND y is 1 in both.
var _ = register(&Family{
	Name:  "tribes",
	Doc:   "n blocks of two places: 1 iff in some block x AND y is 1 in both",
	Cite:  []string{"KushilevitzNisan1997"},
	Least: 1, Most: 5,
	Lines: func(n int) (rows, cols int) { return 1 << (2 * n), 1 << (2 * n) },
	At: total(func(n, i, j int) bool {
		both := i & j
		for ; both != 0; both >>= 2 {
			if both&3 == 3 {
				return true
			}
		}
		return false
	}),
})
