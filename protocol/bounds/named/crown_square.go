package named

// CrownSquare: 1 iff i differs from j in both of two places, on n things each (the Kronecker square of crown).
var _ = register(&Family{
	Name:  "crown-square",
	Doc:   "1 iff i differs from j in both of two places, on n things each (the Kronecker square of crown)",
	Cite:  []string{"KushilevitzNisan1997"},
	Least: 2, Most: 45,
	Lines: func(n int) (rows, cols int) { return n * n, n * n },
	At:    total(func(n, i, j int) bool { return i/n != j/n && i%n != j%n }),
})
