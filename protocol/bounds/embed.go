package bounds

import (
	"context"
	"fmt"
	"slices"
)

// embedEntries is the most entries among which embedded problems are searched.
const embedEntries = 4096

// Embedded finds the problems inside a matrix, and computes nothing else: sizes are
// intervals where ctx ends the search.
func Embedded(ctx context.Context, m *Matrix) []Embedding {
	a := startAnalysis(ctx, m, Options{})
	if a.two {
		a.shatter()
		a.embed()
	}
	return a.Embedded
}

// LargestIndex is the size of the largest INDEX inside a matrix, for each holder of the
// string; nil unless there are at most two values.
func LargestIndex(ctx context.Context, m *Matrix) *Both {
	a := startAnalysis(ctx, m, Options{})
	if a.two {
		a.shatter()
	}
	return a.Shattered
}

// embed finds problems inside a matrix of two values: INDEX (from the shattered
// sets), EQ and NEQ (an identity, with ones or zeros on the diagonal), GT (a half
// graph), DISJ. Each is a reduction found by machine: the rows and columns are the
// maps of the players' inputs.
func (a *analysis) embed() {
	if !a.two || a.zero < 0 || a.one < 0 {
		return
	}
	a.say("embedded problems")
	for side, s := range a.found {
		if s.size.Lower == 0 {
			continue
		}
		who := [2]string{"alice", "bob"}[side]
		e := Embedding{Problem: "index", Holder: who, Size: s.size, Bits: s.size.Lower, OneWay: true, Rows: oneBased(s.rows), Cols: oneBased(s.cols)}
		e.Says = fmt.Sprintf("%s speaks once: at least %d bits", who, e.Bits)
		if side == 1 {
			e.Rows, e.Cols = e.Cols, e.Rows
		}
		a.Embedded = append(a.Embedded, e)
	}
	f := a.f
	if late(a.ctx, f.Rows()*f.Cols()) {
		return
	}
	for _, c := range []struct {
		name, besides string
		on            int
	}{{"eq", "; nothing for protocols with public coins", a.one}, {"neq", "; nothing for protocols with public coins", a.zero}} {
		ctx, cancel := a.share(.25)
		rows, cols, upper := f.identity(ctx, c.on)
		cancel()
		a.addEmbedding(c.name, rows, cols, Range{len(rows), upper}, width(len(rows)), c.besides)
	}
	ctx, cancel := a.share(.3)
	rows, cols, upper := f.halfGraph(ctx, a.zero, a.one)
	cancel()
	a.addEmbedding("gt", rows, cols, Range{len(rows), upper}, width(len(rows)), "")
	ctx, cancel = a.share(.5)
	rows, cols, size, upper := f.disjointness(ctx, a.zero, a.one, a.Shattered.Alice.Upper)
	cancel()
	a.addEmbedding("disj", rows, cols, Range{size, upper}, size, "")
}

// addEmbedding adds a problem that bounds deterministic protocols of any order; rows and
// cols are lines of the folded matrix.
func (a *analysis) addEmbedding(name string, rows, cols []int, size Range, bits int, besides string) {
	if len(rows) < 2 {
		return
	}
	a.Embedded = append(a.Embedded, Embedding{
		Problem: name, Holder: "alice", Size: size, Bits: bits,
		Rows: oneBased(pick(a.f.RowFirst, rows)), Cols: oneBased(pick(a.f.ColFirst, cols)),
		Says: fmt.Sprintf("deterministic: at least %d bits when one player answers", bits) + besides,
	})
}

// shortfalls sets every embedded problem against the exact cost of the whole matrix, in
// the setting that the problem bounds: an INDEX against the one-way cost of its holder,
// the others against D(f).
func (a *analysis) shortfalls() {
	for k := range a.Embedded {
		e := &a.Embedded[k]
		s := &Shortfall{Of: "D(f)", Cost: Range{a.Deterministic.Lower, a.Deterministic.Upper}}
		switch e.Problem {
		case "index":
			s.Needs, s.Of, s.Cost = e.Bits, "the one-way cost", a.OneWay.Alice
			if e.Holder == "bob" {
				s.Cost = a.OneWay.Bob
			}
		case "eq", "neq": // the diagonal fools, and there is another leaf
			s.Needs = width(e.Size.Lower + 1)
		case "gt": // the diagonal fools, and so do the ones just below it
			s.Needs = width(2*e.Size.Lower - 1)
		case "disj": // complements fool
			s.Needs = e.Bits + 1
		}
		s.Short = Range{s.Cost.Lower - s.Needs, s.Cost.Upper - s.Needs}
		s.Short.Lower = max(0, s.Short.Lower)
		e.Exact = s
	}
}

func oneBased(set []int) []int {
	out := make([]int, len(set))
	for k, i := range set {
		out[k] = i + 1
	}
	return out
}

// entriesOf lists the entries with the value at place v; nil when too many.
func (m *Matrix) entriesOf(v int) []place {
	var all []place
	for i := range m.rows {
		for j := range bitset(m.Row(v, i)).all() {
			if all = append(all, place{i, j}); len(all) > embedEntries {
				return nil
			}
		}
	}
	return all
}

// other reports that entry (i, j) is defined and not at place v.
func (m *Matrix) other(i, j, v int) bool {
	k := m.Index(i, j)
	return k >= 0 && k != v
}

// identity finds the largest k such that some k rows and columns show v on the
// diagonal and another value off it.
func (f *Folded) identity(ctx context.Context, v int) (rows, cols []int, upper int) {
	upper = min(f.Rows(), f.Cols())
	all := f.entriesOf(v)
	if all == nil {
		return nil, nil, upper
	}
	other := func(i, j int) bool { return f.other(i, j, v) }
	g := entryGraph(ctx, all, f.Rows(), f.Cols(), other, other, true)
	if ctx.Err() != nil {
		return nil, nil, upper
	}
	set, proved := g.clique(ctx, upper)
	slices.Sort(set)
	for _, k := range set {
		rows, cols = append(rows, all[k][0]), append(cols, all[k][1])
	}
	if proved {
		upper = len(set)
	}
	return rows, cols, upper
}

// halfGraph finds the largest k such that some k rows and columns, in order, show
// 1 below the diagonal and 0 on and above it: GT on k numbers.
func (f *Folded) halfGraph(ctx context.Context, zero, one int) (rows, cols []int, upper int) {
	upper = min(f.Rows(), f.Cols())
	all := f.entriesOf(zero)
	if all == nil {
		return nil, nil, upper
	}
	// e before g: (row e, column g) is 0 and (row g, column e) is 1.
	after := entryGraph(ctx, all, f.Rows(), f.Cols(), func(i, j int) bool { return f.Index(i, j) == zero }, func(i, j int) bool { return f.Index(i, j) == one }, true)
	if ctx.Err() != nil {
		return nil, nil, upper
	}
	n := len(all)
	s := &chainSearch{ctx: ctx, after: after.near, upper: upper, row: make([]int, n), rows: f.Rows()}
	for x, e := range all {
		s.row[x] = e[0]
	}
	s.expand(fullBitset(n))
	for _, x := range s.best {
		rows, cols = append(rows, all[x][0]), append(cols, all[x][1])
	}
	if !s.stopped {
		upper = len(s.best)
	}
	return rows, cols, upper
}

// chainSearch finds a longest sequence in which every element comes after all
// earlier ones.
type chainSearch struct {
	ctx          context.Context
	after        []bitset
	row          []int
	rows, upper  int
	chosen, best []int
	steps        uint
	stopped      bool
}

func (s *chainSearch) expand(cand bitset) {
	if len(s.chosen) > len(s.best) {
		s.best = slices.Clone(s.chosen)
	}
	if s.steps++; s.steps&63 == 0 && s.ctx.Err() != nil {
		s.stopped = true
	}
	// Elements of one row never follow each other, so the rows left bound the rest.
	left := newBitset(s.rows)
	type open struct{ v, more int }
	var order []open
	for v := range cand.all() {
		left.add(s.row[v])
		order = append(order, open{v, cand.countAnd(s.after[v])})
	}
	reach := left.count()
	slices.SortStableFunc(order, func(x, y open) int { return y.more - x.more })
	for _, o := range order {
		if s.stopped || len(s.best) >= s.upper || len(s.chosen)+min(reach, 1+o.more) <= len(s.best) {
			return
		}
		s.chosen = append(s.chosen, o.v)
		next := newBitset(len(s.after))
		next.setAnd(cand, s.after[o.v])
		s.expand(next)
		s.chosen = s.chosen[:len(s.chosen)-1]
	}
}

// disjointness finds the largest k, at most most, for which set disjointness on k
// elements embeds: rows and columns, numbered by subsets, with 1 where the subsets
// meet. The empty sets are row and column 0.
func (f *Folded) disjointness(ctx context.Context, zero, one, most int) (rows, cols []int, size, upper int) {
	for k := 1; ; k++ {
		if k > most || 1<<k > min(f.Rows(), f.Cols()) {
			return rows, cols, size, size
		}
		s := &disjSearch{ctx: ctx, f: f, k: k, zero: zero, one: one, rows: make([]int, 1<<k)}
		columns := make([]bitset, 1<<k)
		for t := range columns {
			columns[t] = fullBitset(f.Cols())
		}
		if !s.assign(0, columns) {
			if s.stopped {
				return rows, cols, size, most
			}
			return rows, cols, size, size
		}
		rows, cols, size = s.rows, s.cols, k
	}
}

// disjSearch picks a row for every subset, in order of the subsets as numbers;
// columns[t] are the columns that still fit subset t.
type disjSearch struct {
	ctx        context.Context
	f          *Folded
	k          int
	zero, one  int
	rows, cols []int
	steps      uint
	stopped    bool
}

func (s *disjSearch) assign(at int, columns []bitset) bool {
	if s.steps++; s.steps&63 == 0 && s.ctx.Err() != nil {
		s.stopped = true
	}
	if s.stopped {
		return false
	}
	if at == len(s.rows) {
		s.cols = make([]int, len(columns))
		for t, c := range columns {
			s.cols[t] = c.first()
		}
		return true
	}
	next := make([]bitset, len(columns))
	for t := range next {
		next[t] = newBitset(s.f.Cols())
	}
rows:
	for i := range s.f.Rows() {
		// Elements are alike: take the rows of the single sets in ascending order.
		if at > 1 && at&(at-1) == 0 && i < s.rows[at/2] {
			continue
		}
		for t := range next {
			v := s.zero
			if at&t != 0 {
				v = s.one
			}
			next[t].setAnd(columns[t], bitset(s.f.Row(v, i)))
			if next[t].empty() {
				continue rows
			}
		}
		s.rows[at] = i
		if s.assign(at+1, next) {
			return true
		}
		if s.stopped {
			return false
		}
	}
	return false
}
