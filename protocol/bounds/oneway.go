package bounds

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"crosscut/protocol/bounds/check"
)

// oneWayLines is the most different rows of a partial matrix for which the number
// of messages is searched.
const oneWayLines = 400

// chromaticSteps is how long the exact number of messages is sought, before the
// question is only how many bits they need.
const chromaticSteps = 1 << 14

// messages is the number of messages Alice needs when she speaks once and Bob
// answers, as an interval. of sends every row to a message such that rows with
// one message agree wherever both are defined: upper messages. apart lists rows
// no two of which agree: lower many. For a total matrix both are the different
// rows.
//
// Only the bits matter: when the clique and the colouring need different numbers of
// bits, the question is whether 2^b colours are enough. lower is then 2^b + 1, and
// refuted the evidence.
func (f *Folded) messages(ctx context.Context) (of, apart []int, lower, upper int, refuted *check.Colouring) {
	if f.Total() {
		return f.RowOf, f.RowFirst, len(f.RowFirst), len(f.RowFirst), nil
	}
	n := f.Rows()
	var colours, clique []int
	differ := func(x, y int) bool { return !f.agree(x, y) }
	if n <= oneWayLines {
		g := newGraph(n, differ)
		half, cancel := shareOf(ctx, .5)
		clique, colours, upper = g.chromatic(half, chromaticSteps)
		cancel()
		lower = len(clique)
		for width(lower) < width(upper) {
			k := 1 << (width(upper) - 1)
			better, learnt, decided := g.colourable(ctx, k, clique)
			if !decided {
				break
			}
			if better != nil {
				colours, upper = better, slices.Max(better)+1
				continue
			}
			lower = k + 1
			refuted = &check.Colouring{Kind: "colouring", K: k, Lines: f.RowFirst, Apart: clique, Lemmas: lemmas(learnt)}
		}
	} else {
		clique, colours, upper = greedyColours(ctx, n, differ)
	}
	of = make([]int, len(f.RowOf))
	for i, c := range f.RowOf {
		of[i] = colours[c]
	}
	for _, c := range clique {
		apart = append(apart, f.RowFirst[c])
	}
	return of, apart, max(lower, len(apart)), upper, refuted
}

// OneWay is the number of different rows, and the bits that Alice needs when she speaks once and Bob answers.
func (f *Folded) OneWay(ctx context.Context) (different int, bits Range) {
	_, _, lower, upper, _ := f.messages(ctx)
	return f.Rows(), Range{width(lower), width(upper)}
}

// lemmas writes clauses as the checker reads them.
func lemmas(learnt [][]literal) [][]int {
	all := make([][]int, len(learnt))
	for k, c := range learnt {
		all[k] = make([]int, len(c))
		for i, l := range c {
			if all[k][i] = l.variable() + 1; !l.asserted() {
				all[k][i] = -all[k][i]
			}
		}
	}
	return all
}

// agree reports that two rows have the same value wherever both are defined.
func (m *Matrix) agree(x, y int) bool {
	for v := range m.values {
		a, b, dx, dy := m.Row(v, x), m.Row(v, y), m.Defined(x), m.Defined(y)
		for k := range a {
			if (a[k]^b[k])&dx[k]&dy[k] != 0 {
				return false
			}
		}
	}
	return true
}

// DistinctRows lists the first row of each kind of a function with very many rows without
// keeping the matrix: memory is linear in the rows. at(i, j) is the value of an
// entry; the list is whole. It stops early once all rows differ.
//
// Method: rows are split into classes, a batch of columns at a time; two rows
// stay together as long as all their values so far are equal.
func DistinctRows(ctx context.Context, rows, cols int, at func(i, j int) int) (first []int, err error) {
	if rows < 1 || cols < 0 || rows > 1<<31 {
		return nil, fmt.Errorf("bounds: distinct rows: %d x %d is out of range", rows, cols)
	}
	class := make([]uint32, rows) // rows that agree so far
	code := make([]uint32, rows)  // values of the batch, one after the other
	column := make([]uint32, rows)
	names := map[int]uint32{} // values seen, numbered
	place := make(map[uint64]uint32)
	count, used := 1, 0
	split := func() {
		clear(place)
		for i, c := range class {
			key := uint64(c)<<32 | uint64(code[i])
			k, ok := place[key]
			if !ok {
				k = uint32(len(place))
				place[key] = k
			}
			class[i], code[i] = k, 0
		}
		count, used = len(place), 0
	}
	for j := 0; j < cols && count < rows; j++ {
		most := uint32(0)
		for i := range column {
			if i&0xffff == 0 && ctx.Err() != nil {
				return nil, fmt.Errorf("bounds: distinct rows: %w", ctx.Err())
			}
			v := at(i, j)
			name, ok := names[v]
			if !ok {
				if len(names) == MaxValues {
					return nil, fmt.Errorf("bounds: distinct rows: more than %d values: %w", MaxValues, ErrTooLarge)
				}
				name = uint32(len(names))
				names[v] = name
			}
			column[i] = name
			most = max(most, name)
		}
		width := bits.Len32(most)
		if used+width > 32 || j == 32 {
			split() // at column 32 too: rows often differ early
		}
		for i, name := range column {
			code[i] = code[i]<<width | name
		}
		used += width
	}
	split()
	seen := make([]bool, count)
	for i, c := range class {
		if !seen[c] {
			seen[c] = true
			first = append(first, i)
		}
	}
	return first, nil
}
