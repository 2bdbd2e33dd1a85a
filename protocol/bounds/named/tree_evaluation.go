package named

// TreeEvaluation: AND and OR in turns over the 2^n words x_k AND y_k (n = 1: OR of two).
var _ = register(&Family{
	Name:  "tree-evaluation",
	Doc:   "AND and OR in turns over the 2^n words x_k AND y_k (n = 1: OR of two)",
	Cite:  []string{"KushilevitzNisan1997"},
	Least: 1, Most: 3,
	Lines: func(n int) (rows, cols int) { return 1 << (1 << n), 1 << (1 << n) },
	At:    total(func(n, i, j int) bool { return alternating(uint(i&j), n) }),
})

// alternating is the value of a tree of n levels, OR at the bottom.
func alternating(word uint, n int) bool {
	if n == 0 {
		return word&1 == 1
	}
	a, b := alternating(word, n-1), alternating(word>>(1<<(n-1)), n-1)
	if n&1 == 1 {
		return a || b
	}
	return a && b
}
