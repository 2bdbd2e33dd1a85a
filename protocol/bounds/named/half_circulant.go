package named

// HalfCirculant: 1 iff (j - i) modulo n is less than n/2.
var _ = register(&Family{
	Name:  "half-circulant",
	Doc:   "1 iff (j - i) modulo n is less than n/2",
	Cite:  []string{"LeeShraibman2009"},
	Least: 2, Most: 2048,
	Lines: lines,
	At:    total(func(n, i, j int) bool { return 2*((j-i+n)%n) < n }),
})
