package named

// CliqueVsIndependentSet: on the cycle of n vertices: 1 iff a clique (rows) and an independent set (columns) share a vertex.
var _ = register(&Family{
	Name:  "clique-vs-independent-set",
	Doc:   "on the cycle of n vertices: 1 iff a clique (rows) and an independent set (columns) share a vertex",
	Cite:  []string{"KushilevitzNisan1997"},
	Least: 4, Most: 14,
	Lines: func(n int) (rows, cols int) { return len(cycleCliques(n)), len(cycleIndependent(n)) },
	At:    total(func(n, i, j int) bool { return cycleCliques(n)[i]&cycleIndependent(n)[j] != 0 }),
})

// cycleCliques are the empty set, the vertices and the edges of a cycle of n >= 4.
func cycleCliques(n int) []int {
	sets := []int{0}
	for v := range n {
		sets = append(sets, 1<<v, 1<<v|1<<((v+1)%n))
	}
	return sets
}

// cycleIndependent are the sets without two neighbours.
func cycleIndependent(n int) (sets []int) {
	for s := range 1 << n {
		if around := s<<1 | s>>(n-1); s&around == 0 {
			sets = append(sets, s)
		}
	}
	return sets
}
