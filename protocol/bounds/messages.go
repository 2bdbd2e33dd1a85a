package bounds

import (
	"context"
	"math"
	"slices"
)

// Messages is the number of messages that Alice needs when she speaks once and
// Bob answers. For a total matrix it is the number of different rows, exactly;
// for a partial one, rows may share a message when no column that is defined in
// both tells them apart, and the interval is what was found before ctx ended.
func Messages(ctx context.Context, m *Matrix) Range {
	f := m.Fold()
	_, _, lower, upper, _ := f.messages(ctx)
	return Range{lower, upper}
}

// Colour gives each of n rows one of upper messages, such that rows that are apart
// have different ones, and lists rows that are apart pairwise. Both are optimal
// where their numbers agree. The search ends with ctx; above a few hundred rows it
// is greedy.
func Colour(ctx context.Context, n int, apart func(x, y int) bool) (clique, of []int, upper int) {
	if n <= oneWayLines {
		clique, of, upper = newGraph(n, apart).chromatic(ctx, math.MaxUint)
		return clique, of, upper
	}
	return greedyColours(ctx, n, apart)
}

// greedyColours gives every row the first message whose rows are not apart from it, and
// collects rows that are apart pairwise. When ctx ends, rows left get messages of their own.
func greedyColours(ctx context.Context, n int, apart func(x, y int) bool) (clique, of []int, upper int) {
	of = make([]int, n)
	var members [][]int
	for x := range n {
		if ctx.Err() != nil {
			of[x] = upper
			upper++
			continue
		}
		c := slices.IndexFunc(members, func(rows []int) bool {
			return !slices.ContainsFunc(rows, func(y int) bool { return apart(x, y) })
		})
		if c < 0 {
			c = len(members)
			members = append(members, nil)
		}
		members[c] = append(members[c], x)
		of[x], upper = c, max(upper, c+1)
		if !slices.ContainsFunc(clique, func(y int) bool { return !apart(x, y) }) {
			clique = append(clique, x)
		}
	}
	return clique, of, upper
}
