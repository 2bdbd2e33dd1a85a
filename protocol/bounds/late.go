package bounds

import (
	"context"
	"fmt"

	"crosscut/protocol/bounds/check"
)

// small is the number of entries up to which a first answer is computed even when time
// is over: it takes no time that anybody would notice.
const small = 1 << 16

// late says that time is over, and that so many entries are too many to look at now.
func late(ctx context.Context, entries int) bool { return entries > small && ctx.Err() != nil }

// glance is what one entry says of a value, when time is over.
func (a *analysis) glance(p *PerValue, v int) {
	side := min(a.f.Rows(), a.f.Cols())
	p.Fooling, p.Cover, p.Partition = Range{1, side}, Range{1, side}, Range{1, side}
	p.Rectangle = Range{1, p.Entries}
	p.CoverBy, p.PartBy = "fooling", "fooling"
	if a.Rank != nil {
		p.Rank = &a.rankOf[v]
	}
	for i := range a.f.Rows() {
		for j := range bitset(a.f.Row(v, i)).all() {
			at := check.Entry{a.f.RowFirst[i], a.f.ColFirst[j]}
			p.found.cheap = given(check.FoolingSet{Kind: "fooling", Entries: []check.Entry{at}})
			p.found.why, p.found.leaves = p.found.cheap, 1
			return
		}
	}
}

// again hands the time that other measures left on to rectangles, covers and partitions whose ends are open.
func (a *analysis) again() {
	if _, limited := a.ctx.Deadline(); !limited || a.ctx.Err() != nil {
		return // without a limit every search went to its end
	}
	var open []*PerValue
	for k := range a.PerValue {
		if p := &a.PerValue[k]; p.found.aspect != nil && !(p.Rectangle.Exact() && p.Cover.Exact() && p.Partition.Exact()) {
			open = append(open, p)
		}
	}
	whole, cancel := a.share(.8)
	defer cancel()
	for k, p := range open {
		a.say(fmt.Sprintf("value %d, with the time that is left", p.Value))
		ctx, cancel := shareOf(whole, 1/float64(len(open)-k))
		if !p.Rectangle.Exact() {
			c, cancel := shareOf(ctx, .3)
			a.largestOf(c, p)
			cancel()
		}
		a.narrowed(ctx, p)
		cancel()
	}
}
