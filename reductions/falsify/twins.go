package falsify

import (
	"context"
	"math/rand/v2"

	"crosscut/protocol"
)

// strings says that Alice's inputs are the bit strings of some length.
func (t *Target) strings() bool {
	return t.Instance.From.Domain(t.Instance.Size, protocol.Alice).Plain()
}

// seeded is a source of random choices that are a function of the seed.
func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1<<62)) }

// xbits is the length of x.
func (t *Target) xbits() int { return t.Instance.From.XBits(t.Instance.Size) }

// short says whether the message has fewer bits than the problem needs, so that
// some failure is forced.
func (t *Target) short() bool { return t.need != nil && t.Bits() < t.need.Bits }

// forcible says whether collisions force a failure: one-way, or two-way with a
// fooling set at hand.
func (t *Target) forcible() bool { return t.OneWay() || t.fooling != nil }

// key is all words of input x: Alice's message, or the transcript of x's fooling
// pair.
func (t *Target) key(ctx context.Context, x protocol.Word) (protocol.Word, error) {
	if t.OneWay() {
		return t.Message(ctx, x)
	}
	return t.Transcript(ctx, x, t.fooling(x))
}

// twins turns two inputs whose keys agree into candidates, or nil when they need
// not be told apart or their words differ after all.
func (t *Target) twins(ctx context.Context, x, x2 protocol.Word, rng *rand.Rand) ([]Point, error) {
	if x == x2 {
		return nil, nil
	}
	a, err := t.key(ctx, x)
	if err != nil {
		return nil, err
	}
	b, err := t.key(ctx, x2)
	if err != nil || a != b {
		return nil, err
	}
	p, n := t.Instance.From, t.Instance.Size
	if t.OneWay() {
		if y, ok := t.separate(x, x2, rng); ok {
			return []Point{{x, y}, {x2, y}}, nil
		}
		return nil, nil
	}
	// (x, y) and (x2, y2) share the transcript, hence so do the crossed pairs; one
	// of these has another right answer, and stands beside a pair in which Bob, who
	// answers, holds the same half.
	y, y2 := t.fooling(x), t.fooling(x2)
	switch v := p.Holds(n, x, y); {
	case p.Holds(n, x2, y) != v:
		return []Point{{x, y}, {x2, y}}, nil
	case p.Holds(n, x, y2) != v:
		return []Point{{x2, y2}, {x, y2}}, nil
	}
	return nil, nil
}
