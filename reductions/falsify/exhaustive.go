package falsify

import (
	"context"
	"fmt"
)

// exhaustiveLimit is the largest n whose 2^n messages are all computed.
const exhaustiveLimit = 20

var exhaustive = register(&Strategy{
	Name:    "exhaustive",
	Rank:    10,
	Strings: true,
	Doc:     "compute the message of every x (in two-way protocols the transcript of every fooling pair) and look for two that are equal",
	Kind:    Forced,
	Applies: func(t *Target) bool { return t.forcible() && t.xbits() <= exhaustiveLimit },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		bits := t.xbits()
		lead, err := t.space(flat(bits), bits).collide(ctx, 1<<bits, o.Seed, o.Progress)
		switch {
		case err != nil:
		case len(lead.Candidates) > 0:
			lead.Note = fmt.Sprintf("two of the first %d inputs of Alice's share all words", lead.Tried)
		case t.OneWay():
			lead.Settled = true
			lead.Note = fmt.Sprintf("all 2^%d inputs of Alice's were tried and no two that must be told apart share their words", bits)
		default:
			lead.Note = fmt.Sprintf("the transcripts of all 2^%d fooling pairs differ", bits)
		}
		return lead, err
	},
})
