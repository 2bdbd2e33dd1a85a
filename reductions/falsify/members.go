package falsify

import (
	"context"
	"fmt"

	"crosscut/protocol"
)

// members is exhaustive where Alice's inputs are no bit strings.
var members = register(&Strategy{
	Name:    "members",
	Rank:    20,
	Doc:     "compute the message of every member of Alice's domain, or of the first 2^18, and look for two that are equal",
	Kind:    Forced,
	Applies: func(t *Target) bool { return t.OneWay() && !t.strings() },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		p, n := t.Instance.From, t.Instance.Size
		count := p.Xs(n)
		most := min(o.Messages, 1<<18)
		all := uint(count) <= uint(most) // -1: very many
		if !all {
			count = most
		}
		var lead Lead
		rng := seeded(o.Seed)
		seen := map[protocol.Word]protocol.Word{}
		for k := range count {
			x := p.X(n, k)
			w, err := t.key(ctx, x)
			if err != nil {
				return lead, err
			}
			lead.Tried++
			other, hit := seen[w]
			if !hit {
				seen[w] = x
				continue
			}
			if lead.Candidates, err = t.twins(ctx, other, x, rng); err != nil || lead.Candidates != nil {
				lead.Note = fmt.Sprintf("two of the first %d inputs of Alice's share all words", lead.Tried)
				return lead, err
			}
		}
		lead.Settled = all
		lead.Note = fmt.Sprintf("%d inputs of Alice's, and no two that must be told apart share their words", lead.Tried)
		return lead, nil
	},
})
