package falsify

import (
	"context"
	"fmt"
)

var sample = register(&Strategy{
	Name:    "sample",
	Rank:    100,
	Doc:     "run the model on random input pairs and on pairs near the border of the problem",
	Kind:    Found,
	Applies: func(t *Target) bool { return t.pairs() == 0 },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		lead, err := t.run(ctx, uint64(o.Pairs), func(k uint64) Point {
			x, y := t.Instance.Sample(o.Seed, k)
			return Point{x, y}
		}, o.Progress)
		if len(lead.Candidates) == 0 {
			lead.Note = fmt.Sprintf("%d sampled input pairs are right", lead.Tried)
		}
		return lead, err
	},
})
