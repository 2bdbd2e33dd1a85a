package falsify

import (
	"context"
	"fmt"
)

// pairsLimit is the largest number of input pairs that are all run.
const pairsLimit = 1 << 16

var allPairs = register(&Strategy{
	Name:    "all-pairs",
	Rank:    90,
	Doc:     "run the model on every input pair of the problem",
	Kind:    Found,
	Applies: func(t *Target) bool { return t.pairs() > 0 },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		p, n := t.Instance.From, t.Instance.Size
		ys := uint64(p.Ys(n))
		lead, err := t.run(ctx, t.pairs(), func(k uint64) Point { return Point{p.X(n, int(k/ys)), p.Y(n, int(k%ys))} }, o.Progress)
		if err == nil && len(lead.Candidates) == 0 {
			lead.Settled, lead.Note = true, fmt.Sprintf("all %d input pairs of the reduction are right", lead.Tried)
		}
		return lead, err
	},
})

// pairs is the number of input pairs, or 0 when there are more than pairsLimit.
func (t *Target) pairs() uint64 {
	p, n := t.Instance.From, t.Instance.Size
	ys := p.Ys(n)
	xs := p.Xs(n)
	if min(xs, ys) < 1 || xs > pairsLimit/ys {
		return 0
	}
	return uint64(xs) * uint64(ys)
}
