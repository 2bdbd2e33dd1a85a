package bounds

import (
	"cmp"
	"maps"
	"slices"

	"crosscut/protocol"
)

// game is a sub-matrix given by lists: lines of g, and for each the lines of the
// original matrix that act as it.
type game struct {
	g      *grid
	lines  [2][]int
	actors [2][][]int
}

// name is what the first player of sendTree tells apart: one line, or all lines
// of one constant value. The answer takes cost bits after it.
type name struct {
	at     []int // indices into lines[axis]
	values []int // those that occur, ascending
	cost   int
}

// names divides the lines of one axis into names, longest answers first.
func (g *game) names(axis int) []name {
	var all []name
	constant := map[int]int{}
	for k, i := range g.lines[axis] {
		seen := map[int]bool{}
		for _, j := range g.lines[1-axis] {
			if v := g.g.line(axis, i, j); v >= 0 {
				seen[int(v)] = true
			}
		}
		values := slices.Sorted(maps.Keys(seen))
		if len(values) == 1 {
			if at, ok := constant[values[0]]; ok {
				all[at].at = append(all[at].at, k)
				continue
			}
			constant[values[0]] = len(all)
		}
		all = append(all, name{[]int{k}, values, width(len(values))})
	}
	slices.SortStableFunc(all, func(a, b name) int { return cmp.Compare(b.cost, a.cost) })
	return all
}

// send is the cost of sendTree; board.send explains it.
func (g *game) send(axis int) int {
	sum := 0
	for _, n := range g.names(axis) {
		sum += 1 << n.cost
	}
	return width(sum)
}

// sendTree is the protocol in which the player of axis names its line and the
// other answers. Its depth is send(axis), which must be at most k. Leaves are
// labelled with places of values.
func (g *game) sendTree(axis, k int) *Tree { return g.nameTree(g.names(axis), axis, k) }

// nameTree gives half of the words of k bits to the first names, as far as they
// go: their costs descend and are powers of two, so they fill that half exactly
// or all but the last name fit.
func (g *game) nameTree(names []name, axis, k int) *Tree {
	if len(names) == 1 {
		return g.answerTree(names[0], names[0].values, axis)
	}
	sum, n := 0, 0
	for n < len(names)-1 && sum+1<<names[n].cost <= 1<<(k-1) {
		sum += 1 << names[n].cost
		n++
	}
	var ones []int
	for _, w := range names[n:] {
		for _, at := range w.at {
			ones = append(ones, g.actors[axis][at]...)
		}
	}
	slices.Sort(ones)
	return &Tree{
		Speaker: protocol.Player(axis),
		Ones:    ones,
		Zero:    g.nameTree(names[:n], axis, k-1),
		One:     g.nameTree(names[n:], axis, k-1),
	}
}

// answerTree: the other player tells which of values stands on the named line.
func (g *game) answerTree(n name, values []int, axis int) *Tree {
	switch len(values) {
	case 0:
		return &Tree{}
	case 1:
		return &Tree{Value: values[0]}
	}
	half := (len(values) + 1) / 2
	line := g.lines[axis][n.at[0]]
	var ones []int
	for k, j := range g.lines[1-axis] {
		if slices.Contains(values[half:], int(g.g.line(axis, line, j))) {
			ones = append(ones, g.actors[1-axis][k]...)
		}
	}
	slices.Sort(ones)
	return &Tree{
		Speaker: protocol.Player(1 - axis),
		Ones:    ones,
		Zero:    g.answerTree(n, values[:half], axis),
		One:     g.answerTree(n, values[half:], axis),
	}
}
