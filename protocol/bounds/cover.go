package bounds

import (
	"context"
	"math/rand/v2"
	"slices"

	"crosscut/protocol/bounds/check"
)

// covering is an interval around the least number of rectangles that cover the
// entries of v, without another value in them: each at least once (cover), or
// exactly once (partition).
type covering struct {
	lower, upper int
	by           string          // the argument for lower
	refuted      *check.Covering // of lower - 1, where clauses decided it
	rects        []rect          // upper many
}

// raise keeps a better lower end.
func (c *covering) raise(n int, by string) {
	if n > c.lower {
		c.lower, c.by = n, by
	}
}

// follow keeps the lower end of a cover for a partition, which is one too; clauses that
// refute covers are among those that refute partitions.
func (c *covering) follow(cover *covering) {
	if cover.lower > c.lower {
		c.lower, c.by, c.refuted = cover.lower, cover.by, cover.refuted
	}
}

// take keeps a better cover.
func (c *covering) take(rects []rect) {
	if c.rects == nil || len(rects) < c.upper {
		c.upper, c.rects = len(rects), rects
	}
}

// covers starts from the lines and greedy covers; c.lower is what the caller knows.
func (a *aspect) covers(ctx context.Context, c *covering, exactly bool) {
	for axis := range 2 {
		c.take(a.lineRects(axis))
	}
	if c.lower < c.upper && a.n[0]*a.n[1] <= 1<<16 {
		a.greedyCovers(ctx, c, exactly)
	}
}

// narrow closes the interval by search until ctx ends: upwards from the lower end,
// then, if that gets stuck, downwards from the upper end. set is a fooling set.
func (a *aspect) narrow(ctx context.Context, c *covering, exactly bool, set []place) {
	first, cancel := shareOf(ctx, .5)
	defer cancel()
	for c.lower < c.upper {
		found, why, decided := a.decide(first, c.lower, exactly, set)
		if !decided {
			break
		}
		if found == nil {
			c.raise(c.lower+1, "search")
			c.refuted = why
		} else {
			c.take(found)
		}
	}
	for c.lower < c.upper {
		found, why, decided := a.decide(ctx, c.upper-1, exactly, set)
		if found == nil {
			if decided {
				c.raise(c.upper, "search")
				c.refuted = why
			}
			return
		}
		c.take(found)
	}
}

// decide says whether k rectangles are enough, by three searches in turn, each time
// with more steps, until ctx ends. One grows rectangles from a fooling set and is
// fast when k is near its size; one labels the lines of the shorter side; one learns
// clauses; why is the evidence for a no of that one.
func (a *aspect) decide(ctx context.Context, k int, exactly bool, set []place) (found []rect, why *check.Covering, decided bool) {
	b, flipped := a, false
	if a.n[0] > a.n[1] {
		b, flipped = a.flip(), true
	}
	var clauses *coded
	for steps := 1 << 10; ctx.Err() == nil; steps *= 4 {
		if found, decided = a.seeded(ctx, k, exactly, set, steps); decided {
			return found, nil, true
		}
		if clauses == nil {
			clauses = a.code(k, exactly, set)
		}
		if found, decided = clauses.decide(ctx, steps); decided {
			if found == nil {
				why = clauses.refutation(set)
			}
			return found, why, true
		}
		if found, decided = b.labelling(ctx, k, exactly, steps); decided {
			if flipped {
				for i, r := range found {
					found[i] = rect{r.cols, r.rows}
				}
			}
			return found, nil, true
		}
	}
	return nil, nil, false
}

// lineRects covers every line of one axis by its own rectangle.
func (a *aspect) lineRects(axis int) []rect {
	all := make([]rect, a.n[axis])
	for i := range all {
		line := newBitset(a.n[axis])
		line.add(i)
		all[i] = rect{line, a.is[axis][i]}
		if axis == 1 {
			all[i] = rect{a.is[axis][i], line}
		}
	}
	return all
}

// greedyCovers takes the rectangle with most uncovered entries, again and again,
// from seeds in random order.
func (a *aspect) greedyCovers(ctx context.Context, c *covering, exactly bool) {
	rng := rand.New(rand.NewPCG(11, uint64(a.n[0])<<32|uint64(a.n[1])))
	tries := min(40, 1+200000/(a.n[0]*a.n[1]))
	for try := 0; try < tries && c.lower < c.upper && ctx.Err() == nil; try++ {
		side := a
		if try&1 == 1 {
			side = a.flip()
		}
		rects := side.greedyCover(ctx, rng, exactly, c.upper)
		if try&1 == 1 {
			for i, r := range rects {
				rects[i] = rect{r.cols, r.rows}
			}
		}
		if rects != nil {
			c.take(rects)
		}
	}
}

// greedyCover returns nil when it needs at least most rectangles or ctx ends.
func (a *aspect) greedyCover(ctx context.Context, rng *rand.Rand, exactly bool, most int) []rect {
	ok := a.compatible()
	left := make([]bitset, a.n[0])
	todo := 0
	for i := range left {
		left[i] = a.is[0][i].clone()
		todo += left[i].count()
	}
	var rects []rect
	for todo > 0 {
		if len(rects) >= most-1 || ctx.Err() != nil {
			return nil
		}
		var best rect
		gain := 0
		seeds := rng.Perm(a.n[0])
		for _, seed := range seeds[:min(len(seeds), 24)] {
			if left[seed].empty() || ctx.Err() != nil {
				continue
			}
			r, g := a.growOver(seed, ok, left)
			if g > gain {
				best, gain = r, g
			}
		}
		if gain == 0 {
			continue // no seed of this draw had anything left
		}
		rects = append(rects, best)
		for i := range best.rows.all() {
			todo -= left[i].countAnd(best.cols)
			left[i].andNot(best.cols)
			if exactly {
				// A covered entry must not be covered again.
				covered := a.is[0][i].clone()
				covered.and(best.cols)
				ok[i].andNot(covered)
			}
		}
	}
	if exactly {
		return rects
	}
	return a.irredundant(rects)
}

// growOver adds to row seed, one by one, the row that gains most uncovered entries.
func (a *aspect) growOver(seed int, ok, left []bitset) (rect, int) {
	rows, cols := newBitset(a.n[0]), ok[seed].clone()
	rows.add(seed)
	cols.and(left[seed]) // start from what is uncovered; widened at the end
	gain := cols.count()
	meet := newBitset(a.n[1])
	for {
		pick, most := -1, gain
		for i := range a.n[0] {
			if rows.has(i) {
				continue
			}
			meet.setAnd(cols, ok[i])
			sum := left[i].countAnd(meet)
			for k := range rows.all() {
				sum += left[k].countAnd(meet)
			}
			if sum > most {
				pick, most = i, sum
			}
		}
		if pick < 0 {
			break
		}
		rows.add(pick)
		cols.and(ok[pick])
		gain = most
	}
	for i := range a.n[0] { // rows that lose nothing
		if !rows.has(i) && cols.within(ok[i]) {
			rows.add(i)
		}
	}
	wide := fullBitset(a.n[1])
	for i := range rows.all() {
		wide.and(ok[i])
	}
	gain = 0
	for i := range rows.all() {
		gain += left[i].countAnd(wide)
	}
	return rect{rows, wide}, gain
}

// irredundant drops rectangles whose entries others cover.
func (a *aspect) irredundant(rects []rect) []rect {
	for k := 0; k < len(rects); {
		without := slices.Delete(slices.Clone(rects), k, k+1)
		if a.covered(without) {
			rects = without
		} else {
			k++
		}
	}
	return rects
}

func (a *aspect) covered(rects []rect) bool {
	for i := range a.n[0] {
		left := a.is[0][i].clone()
		for _, r := range rects {
			if r.rows.has(i) {
				left.andNot(r.cols)
			}
		}
		if !left.empty() {
			return false
		}
	}
	return true
}

// antichain finds many rows no two of which are comparable: each holds v in some
// column where the other is defined and differs. The sets of rectangles of a
// cover that meet these rows then form an antichain (Sperner), so k rectangles
// serve at most C(k, k/2) of them.
func (a *aspect) antichain(ctx context.Context) []int {
	if a.n[0] > 600 {
		return nil
	}
	above := func(x, y int) bool { return a.is[0][x].meets(a.not[0][y]) }
	g := newGraph(a.n[0], func(x, y int) bool { return above(x, y) && above(y, x) })
	set, _ := g.clique(ctx, a.n[0])
	return set
}

// sperner is the least k with C(k, k/2) >= n.
func sperner(n int) int {
	if n <= 0 {
		return 0
	}
	k, middle := 1, 1
	for middle < n {
		k++
		middle = middle * k / ((k + 1) / 2) // C(k, k/2) from C(k-1, (k-1)/2), both halves rounded down
	}
	return k
}
