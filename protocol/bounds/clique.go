package bounds

import (
	"context"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// graph is an undirected graph with packed neighbourhoods.
type graph struct{ near []bitset }

func newGraph(n int, edge func(u, v int) bool) *graph {
	g := &graph{make([]bitset, n)}
	for u := range n {
		g.near[u] = newBitset(n)
		for v := range u {
			if edge(u, v) {
				g.near[u].add(v)
				g.near[v].add(u)
			}
		}
	}
	return g
}

// Clique lists vertices any two of which are joined, of n, as many as are found quickly, or enough of them.
func Clique(n, enough int, edge func(u, v int) bool) []int {
	return newGraph(n, edge).greedyCliques(context.Background(), enough)
}

// entryGraph joins entry (i, j) to (k, l) where crossed entry (i, l) satisfies row and (k, j)
// satisfies column: one of the two, or both.
func entryGraph(ctx context.Context, all []place, rows, cols int, row, column func(i, j int) bool, both bool) *graph {
	n := len(all)
	byRow, byCol := make([]bitset, rows), make([]bitset, cols)
	satisfied := func(by []bitset, line int, crossed func(q place) bool) bitset {
		if by[line] == nil {
			by[line] = newBitset(n)
			for y, q := range all {
				if crossed(q) {
					by[line].add(y)
				}
			}
		}
		return by[line]
	}
	g := &graph{make([]bitset, n)}
	for x, p := range all {
		g.near[x] = newBitset(n)
		if x&63 == 0 && ctx.Err() != nil {
			break // unfinished: see the caller's check of ctx
		}
		copy(g.near[x], satisfied(byRow, p[0], func(q place) bool { return row(p[0], q[1]) }))
		across := satisfied(byCol, p[1], func(q place) bool { return column(q[0], p[1]) })
		if both {
			g.near[x].and(across)
		} else {
			g.near[x].or(across)
		}
	}
	return g
}

// clique finds a largest clique, given an upper bound that the caller knows. The
// search is exact unless ctx ends; proved says that no larger clique exists.
//
// Method: branch and bound with a greedy colouring as the bound (as Tomita,
// in the packed form of San Segundo's BBMC), after a randomised greedy start.
func (g *graph) clique(ctx context.Context, upper int) (best []int, proved bool) {
	n := len(g.near)
	if n == 0 {
		return nil, true
	}
	order := g.degeneracy()
	place := make([]int, n)
	for k, v := range order {
		place[v] = k
	}
	h := &graph{make([]bitset, n)} // renumbered: vertices of high degree first
	for k, v := range order {
		if h.near[k] = newBitset(n); ctx.Err() != nil {
			return []int{0}, false
		}
		for u := range g.near[v].all() {
			h.near[k].add(place[u])
		}
	}
	s := &cliqueSearch{graph: h, ctx: ctx, upper: upper}
	s.best = h.greedyCliques(ctx, upper)
	if len(s.best) < upper {
		s.expand(fullBitset(n))
	}
	for _, k := range s.best {
		best = append(best, order[k])
	}
	return best, !s.stopped || len(best) >= upper
}

// degeneracy orders the vertices so that the one of least remaining degree comes
// last.
func (g *graph) degeneracy() []int {
	n := len(g.near)
	degree := make([]int, n)
	for v := range n {
		degree[v] = g.near[v].count()
	}
	order, gone := make([]int, n), newBitset(n)
	for k := n - 1; k >= 0; k-- {
		least := -1
		for v := range n {
			if !gone.has(v) && (least < 0 || degree[v] < degree[least]) {
				least = v
			}
		}
		order[k] = least
		gone.add(least)
		for u := range g.near[least].all() {
			degree[u]--
		}
	}
	return order
}

// greedyCliques grows cliques from many starts, always by the vertex that keeps
// most candidates, and then improves the best by exchanging one for two.
func (g *graph) greedyCliques(ctx context.Context, upper int) []int {
	n := len(g.near)
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	var best []int
	tries := min(n, max(8, 200000/(n+1)))
	for try := 0; try < tries && len(best) < upper && ctx.Err() == nil; try++ {
		v := try
		if tries < n {
			v = rng.IntN(n)
		}
		set, cand := []int{v}, g.near[v].clone()
		for !cand.empty() {
			pick, most := -1, -1
			left := 64 // look at some candidates only: large graphs
			start := 0
			if n > 512 {
				start = rng.IntN(len(cand))
			}
			for step := 0; step < len(cand) && left > 0; step++ {
				k := (start + step) % len(cand)
				for w := cand[k]; w != 0 && left > 0; w &= w - 1 {
					u := k<<6 + bits.TrailingZeros64(w)
					if c := cand.countAnd(g.near[u]); c > most {
						pick, most = u, c
					}
					left--
				}
			}
			set = append(set, pick)
			cand.and(g.near[pick])
		}
		if len(set) > len(best) {
			best = set
		}
	}
	return best
}

type cliqueSearch struct {
	*graph
	ctx     context.Context
	upper   int
	chosen  []int
	best    []int
	steps   uint
	stopped bool
}

// expand tries to extend chosen by vertices of cand beyond the best.
func (s *cliqueSearch) expand(cand bitset) {
	if s.steps++; s.steps&255 == 0 && s.ctx.Err() != nil {
		s.stopped = true
	}
	if s.stopped || len(s.best) >= s.upper {
		return
	}
	order, colour := s.colour(cand, len(s.best)-len(s.chosen))
	for k := len(order) - 1; k >= 0; k-- {
		if len(s.chosen)+colour[k] <= len(s.best) {
			return
		}
		v := order[k]
		s.chosen = append(s.chosen, v)
		next := newBitset(len(s.near))
		next.setAnd(cand, s.near[v])
		if next.empty() {
			if len(s.chosen) > len(s.best) {
				s.best = slices.Clone(s.chosen)
			}
		} else {
			s.expand(next)
		}
		s.chosen = s.chosen[:len(s.chosen)-1]
		if s.stopped || len(s.best) >= s.upper {
			return
		}
		cand.remove(v)
	}
}

// colour splits cand into independent sets 1, 2, ... and lists the vertices of
// colour above skip: only they can be the last of a clique that beats the best.
func (s *cliqueSearch) colour(cand bitset, skip int) (order, colour []int) {
	left := cand.clone()
	free := newBitset(len(s.near))
	for c := 1; !left.empty(); c++ {
		copy(free, left)
		for v := free.first(); v >= 0; v = free.first() {
			free.remove(v)
			left.remove(v)
			free.andNot(s.near[v])
			if c > skip {
				order, colour = append(order, v), append(colour, c)
			}
		}
	}
	return order, colour
}

// chromatic finds the least number of colours of g as an interval, with a
// colouring of upper colours and a clique of lower vertices.
func (g *graph) chromatic(ctx context.Context, steps uint) (clique []int, colours []int, upper int) {
	n := len(g.near)
	clique, _ = g.clique(ctx, n)
	s := &colouring{graph: g, ctx: ctx, now: slices.Repeat([]int{-1}, n), around: make([]int, n), lower: len(clique), upper: n + 1, most: steps}
	for c, v := range clique { // the colours of a clique are free to choose
		s.give(v, c)
	}
	s.extend(len(clique), len(clique))
	return clique, s.best, s.upper
}

type colouring struct {
	*graph
	ctx          context.Context
	now, best    []int
	beside       []bitset // of each colour: the vertices with a neighbour that has it
	around       []int    // how many colours the neighbours of a vertex have
	lower, upper int
	steps, most  uint
	stopped      bool
}

// give colours a vertex, and says which see its colour for the first time.
func (s *colouring) give(v, c int) (fresh bitset) {
	if c == len(s.beside) {
		s.beside = append(s.beside, newBitset(len(s.now)))
	}
	s.now[v] = c
	fresh = s.near[v].clone()
	fresh.andNot(s.beside[c])
	s.beside[c].or(fresh)
	for u := range fresh.all() {
		s.around[u]++
	}
	return fresh
}

// extend colours the vertex with most colours around it (DSATUR), with used
// colours so far. The first dive always ends in a colouring.
func (s *colouring) extend(done, used int) {
	if s.steps++; s.best != nil && (s.steps > s.most || s.steps&63 == 0 && s.ctx.Err() != nil) {
		s.stopped = true
	}
	if s.stopped || used >= s.upper || s.upper == s.lower {
		return
	}
	if done == len(s.now) {
		s.best, s.upper = slices.Clone(s.now), used
		return
	}
	pick, most := -1, -1
	for v, c := range s.now {
		if c < 0 && s.around[v] > most {
			pick, most = v, s.around[v]
		}
	}
	for c := 0; c <= used && c < s.upper-1; c++ {
		if c < used && s.beside[c].has(pick) {
			continue
		}
		fresh := s.give(pick, c)
		s.extend(done+1, max(used, c+1))
		s.now[pick] = -1
		s.beside[c].andNot(fresh)
		for u := range fresh.all() {
			s.around[u]--
		}
		if s.stopped {
			return
		}
	}
}
