package falsify

import (
	"context"
	"fmt"
)

var forgetting = register(&Strategy{
	Name:    "forgetting",
	Rank:    30,
	Strings: true,
	Doc:     "flip one bit of x at a time: a token that does not move the message is forgotten",
	Kind:    Forced,
	Applies: func(t *Target) bool { return t.OneWay() && t.xbits() > exhaustiveLimit },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		const tries = 8
		p, n := t.Instance.From, t.Instance.Size
		rng := seeded(o.Seed)
		var lead Lead
		most := 0
		for range tries {
			x := p.RandomX(n, rng)
			own, err := t.key(ctx, x)
			if err != nil {
				return lead, err
			}
			still := 0
			for i := range t.xbits() {
				lead.Tried++
				other := flip(x, i)
				w, err := t.key(ctx, other)
				if err != nil {
					return lead, err
				}
				if w != own {
					continue
				}
				still++
				candidates, err := t.twins(ctx, x, other, rng)
				if err != nil {
					return lead, err
				}
				if lead.Candidates == nil {
					lead.Candidates = candidates
				}
			}
			most = max(most, still)
			if lead.Candidates != nil {
				lead.Note = fmt.Sprintf("%d of the %d bits of this x do not move the message at all", still, t.xbits())
				return lead, nil
			}
		}
		lead.Note = fmt.Sprintf("on %d random x every single bit moves the message", tries)
		return lead, nil
	},
})
