package bounds

import (
	"context"
	"fmt"
	"slices"

	"crosscut/protocol/bounds/check"
)

// easySide is the longest shorter side for which the search of a largest rectangle
// needs no help.
const easySide = 20

// capSide and capWhole are the most lines for which rectangles are bounded by
// ranks, matchings and norms.
const (
	capSide  = 1024
	capNorms = 256
)

// capped is the least bound on a largest rectangle that needs no search.
type capped struct {
	most     int
	evidence any // nil: none was found
}

// capRectangles bounds the rectangles of a value by the rank over GF(2), by a
// matching of other entries, and by the norm of the sign matrix.
func (a *analysis) capRectangles(ctx context.Context, value int) capped {
	c := capped{most: a.m.Count(a.m.Place(value))}
	take := func(most int, evidence any) {
		if most < c.most || most == c.most && c.evidence == nil {
			c.most, c.evidence = most, evidence
		}
	}
	if max(a.Rows, a.Cols) > capSide {
		return c
	}
	if most, entries := a.matchOthers(ctx, value); len(entries) > 0 {
		take(most, check.Matching{Kind: "matching", Entries: entries})
	}
	if !a.m.Total() || ctx.Err() != nil {
		return c
	}
	if e, most, ok := a.spanBound(ctx, value); ok {
		take(most, e)
	}
	if a.two && min(a.Rows, a.Cols) <= capNorms && ctx.Err() == nil {
		if most, err := a.checked().LindseyBound(ctx); err == nil {
			take(int(most), check.Lindsey{Kind: "lindsey", Size: most})
		}
	}
	return c
}

// largestOf looks for a largest rectangle, up to a bound that needs no search where the search is long, or ended.
func (a *analysis) largestOf(ctx context.Context, p *PerValue) {
	s, f, most := p.found.aspect, &p.found, p.Entries
	if p.Rectangle.Lower > 0 {
		most = p.Rectangle.Upper
	}
	easy := min(s.n[0], s.n[1]) <= easySide
	if !easy && f.capped.evidence == nil {
		f.capped = a.capRectangles(ctx, p.Value)
		most = min(most, f.capped.most)
	}
	found, area, upper := s.largest(ctx, most)
	if area > p.Rectangle.Lower {
		f.rect, p.Rectangle.Lower = found, area
	}
	if easy && area < upper && f.capped.evidence == nil {
		f.capped = a.capRectangles(a.ctx, p.Value)
		upper = min(upper, f.capped.most)
	}
	if p.Rectangle.Upper = upper; upper > 0 { // every rectangle of a cover holds at most so many
		f.cover.raise((p.Entries+upper-1)/upper, "area")
	}
	f.partition.follow(&f.cover)
}

// spanBound is the bound of check.Span.
func (a *analysis) spanBound(ctx context.Context, value int) (e check.Span, most int, ok bool) {
	e.Kind = "span"
	v := a.m.Place(value)
	for other, rank := range [2]*int{&e.Rank, &e.Other} {
		lines := a.f.lines(v)
		for i := 0; other == 1 && i < len(lines); i++ {
			all := fullBitset(a.f.Cols())
			all.andNot(lines[i])
			lines[i] = all
		}
		r := rankGF2(ctx, lines)
		if *rank = r.rank; !r.done {
			return e, 0, false
		}
	}
	times := 1
	for axis, count := range [2][]int{a.f.RowCount, a.f.ColCount} {
		// Lines that v sees alike: for two values those that are equal.
		f := a.f
		if axis == 1 {
			f = a.t
		}
		seen := map[string]int{}
		top := 0
		for i := range f.Rows() {
			key := fmt.Sprint(f.Row(v, i))
			seen[key] += count[i]
			top = max(top, seen[key])
		}
		times *= top
	}
	if e.Rank == 0 || min(e.Rank-1, e.Other) > 30 || times > 1<<30 {
		return e, 0, false
	}
	return e, times << min(e.Rank-1, e.Other), true
}

// matchOthers finds a largest matching of rows to columns whose entry is another
// value (by augmenting paths), and what it allows a rectangle.
func (a *analysis) matchOthers(ctx context.Context, value int) (most int, entries []check.Entry) {
	v := a.m.Place(value)
	owner := slices.Repeat([]int{-1}, a.Cols)
	differs := make([]bitset, a.Rows)
	for i := range differs {
		differs[i] = bitset(a.m.Defined(i)).clone()
		differs[i].andNot(bitset(a.m.Row(v, i)))
	}
	var free bitset
	var augment func(i int) bool
	augment = func(i int) bool {
		for j := range differs[i].all() {
			if !free.has(j) {
				continue
			}
			free.remove(j)
			if owner[j] < 0 || augment(owner[j]) {
				owner[j] = i
				return true
			}
		}
		return false
	}
	for i := range a.Rows {
		if ctx.Err() != nil {
			break // a smaller matching is one too
		}
		free = fullBitset(a.Cols)
		augment(i)
	}
	for j, i := range owner {
		if i >= 0 {
			entries = append(entries, check.Entry{i, j})
		}
	}
	sum := a.Rows + a.Cols - len(entries)
	side := min(sum/2, a.Rows, a.Cols)
	return side * (sum - side), entries
}
