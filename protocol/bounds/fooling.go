package bounds

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
)

// foolingVertices is the most entries among which a largest fooling set is
// searched exactly.
const foolingVertices = 8192

// place is an entry of an aspect: its row and its column.
type place [2]int

// fooling finds a large set of entries of v any two of which fool; upper is a
// bound on its size that the caller knows. proved: no larger set exists.
func (a *aspect) fooling(ctx context.Context, upper int) (set []place, proved bool) {
	if late(ctx, a.n[0]*a.n[1]) {
		return nil, false
	}
	upper = min(upper, a.n[0], a.n[1])
	set = a.foolingGreedy(ctx, upper)
	if len(set) >= upper {
		return set, true
	}
	var all []place
	for i := range a.n[0] {
		for j := range a.is[0][i].all() {
			if all = append(all, place{i, j}); len(all) > foolingVertices {
				return set, false
			}
		}
	}
	other := func(i, j int) bool { return a.not[0][i].has(j) }
	g := entryGraph(ctx, all, a.n[0], a.n[1], other, other, false)
	if ctx.Err() != nil {
		return set, false // the graph may be unfinished
	}
	best, proved := g.clique(ctx, upper)
	if len(best) > len(set) || proved {
		set = set[:0]
		for _, k := range best {
			set = append(set, all[k])
		}
	}
	return set, proved
}

// foolingGreedy takes entries row by row, scarce rows and columns first, and
// then in random orders.
func (a *aspect) foolingGreedy(ctx context.Context, upper int) []place {
	var best []place
	rng := rand.New(rand.NewPCG(3, uint64(a.n[0])<<32|uint64(a.n[1])))
	size := [2][]int{}
	for axis := range 2 {
		for i := range a.n[axis] {
			size[axis] = append(size[axis], a.is[axis][i].count())
		}
	}
	tries := 40
	if a.n[0]*a.n[1] > 1<<16 {
		tries = 4
	}
	work := 0
	for try := 0; try < tries && len(best) < upper && (try == 0 || ctx.Err() == nil); try++ {
		axis := try & 1
		order := rng.Perm(a.n[axis])
		rank := rng.Perm(a.n[1-axis])
		if try < 2 {
			slices.Sort(order)
			slices.Sort(rank)
		}
		if try&2 == 0 {
			slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(size[axis][x], size[axis][y]) })
		}
		var set []place
		for _, i := range order {
			if work += 1 + len(set)*len(a.is[axis][i]); work > 1<<24 && ctx.Err() != nil {
				break // what there is by then is a fooling set
			}
			free := a.is[axis][i].clone()
			for _, p := range set {
				// Column j stays if (i, p) is other, or (p, j) is.
				if !a.not[axis][i].has(p[1-axis]) {
					free.and(a.not[axis][p[axis]])
				}
			}
			pick := -1
			for j := range free.all() {
				if pick < 0 || size[1-axis][j] < size[1-axis][pick] || size[1-axis][j] == size[1-axis][pick] && rank[j] < rank[pick] {
					pick = j
				}
			}
			if pick >= 0 {
				var p place
				p[axis], p[1-axis] = i, pick
				set = append(set, p)
			}
		}
		if len(set) > len(best) {
			best = set
		}
	}
	return best
}
