package bounds

import (
	"cmp"
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

// name is what the first player of sendTree tells apart: one line, all lines of
// one constant value, or lines that agree wherever two of them are defined. The
// answer takes cost bits after it.
type name struct {
	at     []int // indices into lines[axis]
	values []int // those that occur, ascending
	cost   int
	row    []int32 // the values of all its lines together
}

// names divides the lines of one axis into names, longest answers first.
func (g *game) names(axis int) []name {
	var all []name
	constant := map[int]int{}
	partial := false
	for k, i := range g.lines[axis] {
		if g.g.late() {
			return nil
		}
		row := make([]int32, len(g.lines[1-axis]))
		for c, j := range g.lines[1-axis] {
			row[c] = g.g.line(axis, i, j)
			partial = partial || row[c] < 0
		}
		values := valuesOf(row)
		if len(values) == 1 {
			if at, ok := constant[values[0]]; ok {
				all[at].at = append(all[at].at, k)
				all[at].row, _ = together(all[at].row, row)
				continue
			}
			constant[values[0]] = len(all)
		}
		all = append(all, name{[]int{k}, values, width(len(values)), row})
	}
	if partial && len(all) <= mergeNames {
		all = merge(all)
	}
	slices.SortStableFunc(all, func(a, b name) int { return cmp.Compare(b.cost, a.cost) })
	return all
}

// mergeNames is the most names that are compared in pairs.
const mergeNames = 512

// merge joins names whose lines agree, as long as that saves words.
func merge(all []name) []name {
	var kept []name
next:
	for _, n := range all {
		for k := range kept {
			row, ok := together(kept[k].row, n.row)
			if !ok {
				continue
			}
			values := valuesOf(row)
			if cost := width(len(values)); 1<<cost < 1<<kept[k].cost+1<<n.cost {
				kept[k] = name{append(kept[k].at, n.at...), values, cost, row}
				continue next
			}
		}
		kept = append(kept, n)
	}
	return kept
}

// together is the line that is defined where a or b is, if they agree.
func together(a, b []int32) ([]int32, bool) {
	row := slices.Clone(a)
	for c, v := range b {
		if row[c] < 0 {
			row[c] = v
		} else if v >= 0 && v != row[c] {
			return nil, false
		}
	}
	return row, true
}

// valuesOf lists the values that occur, ascending.
func valuesOf(row []int32) []int {
	seen := make([]bool, 1+max(0, slices.Max(row)))
	for _, v := range row {
		if v >= 0 {
			seen[v] = true
		}
	}
	var values []int
	for v, ok := range seen {
		if ok {
			values = append(values, v)
		}
	}
	return values
}

// length is the length of words that has room for the names and their answers.
func length(names []name) int {
	sum := 0
	for _, n := range names {
		sum += 1 << n.cost
	}
	return width(sum)
}

// sendTree is the protocol in which the player of axis names its line and the
// other answers. Its depth is the cost that board.send explains, which must be at most k. Leaves are
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
	var ones []int
	for k := range g.lines[1-axis] {
		if slices.Contains(values[half:], int(n.row[k])) {
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
