package falsify

import (
	"context"
	"fmt"
	"math/bits"
)

// widest is the number of messages that one table may hold, within 1.5 GB with
// all else.
const widest = 3 << 24

// hashed is how many messages the hash strategy remembers: where the message is
// short enough that a table as large as memory allows is likely to hold two equal
// ones, that many; else a few, in case messages take few values.
func (t *Target) hashed(o Options) uint64 {
	count := uint64(o.Messages)
	if t.short() && t.Bits() > 36 && t.Bits() <= 50 && t.reads() {
		count = max(count, widest)
		for o.Memory > 0 && tableBytes(count) > o.Memory/2 && count > uint64(o.Messages) {
			count /= 2
		}
	} else if !t.short() { // nothing says that there are two
		count = min(count, 1<<14)
		if t.reads() {
			count = min(uint64(o.Messages), 1<<18)
		}
	}
	return min(count, 1<<min(t.xbits(), 40))
}

// reads says whether messages come quickly.
func (t *Target) reads() bool {
	return t.space(flat(t.xbits()), 1).speaker(context.Background()).fast()
}

var hash = register(&Strategy{
	Name:    "hash",
	Rank:    50,
	Strings: true,
	Doc:     "remember the messages of many x, alike but for the bits that are read last, until two are equal; b bits collide after about 2^(b/2)",
	Kind:    Forced,
	Applies: func(t *Target) bool { return t.forcible() && t.xbits() > exhaustiveLimit },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		count := t.hashed(o)
		width := max(1, bits.Len64(count-1))
		base := t.Instance.From.RandomX(t.Instance.Size, seeded(o.Seed))
		lead, err := t.space(base, width).collide(ctx, count, o.Seed, o.Progress)
		if len(lead.Candidates) > 0 {
			lead.Note = fmt.Sprintf("two of %d inputs of Alice's share all words", lead.Tried)
		} else {
			lead.Note = fmt.Sprintf("%d inputs of Alice's that differ in the %d bits read last, and no two that must be told apart share their words", lead.Tried, width)
		}
		return lead, err
	},
})
