package falsify

import (
	"context"
	"fmt"
	"math/rand/v2"

	"crosscut/internal/par"
	"crosscut/protocol"
)

// exhaustiveLimit is the largest n whose 2^n messages are all computed.
const exhaustiveLimit = 20

var exhaustive = &Strategy{
	Name:    "exhaustive",
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
}

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
	if n := t.xbits(); n < 40 {
		count = min(count, 1<<n)
	}
	return count
}

// reads says whether messages come quickly.
func (t *Target) reads() bool {
	sp, err := t.space(flat(t.xbits()), 1).speaker(context.Background())
	return err == nil && sp.fast()
}

var hash = &Strategy{
	Name:    "hash",
	Strings: true,
	Doc:     "remember the messages of many x, alike but for the bits that are read last, until two are equal; b bits collide after about 2^(b/2)",
	Kind:    Forced,
	Applies: func(t *Target) bool { return t.forcible() && t.xbits() > exhaustiveLimit },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		count := t.hashed(o)
		width := 1
		for 1<<width < count {
			width++
		}
		base := t.Instance.From.RandomX(t.Instance.Size, seeded(o.Seed))
		lead, err := t.space(base, width).collide(ctx, count, o.Seed, o.Progress)
		if len(lead.Candidates) > 0 {
			lead.Note = fmt.Sprintf("two of %d inputs of Alice's share all words", lead.Tried)
		} else {
			lead.Note = fmt.Sprintf("%d inputs of Alice's that differ in the %d bits read last, and no two that must be told apart share their words", lead.Tried, width)
		}
		return lead, err
	},
}

// birthdayLimit is the largest message, in bits, that a birthday search is laid out for.
const birthdayLimit = 62

var birthday = &Strategy{
	Name:    "birthday",
	Strings: true,
	Doc:     "walk trails of messages that decide the next input, and remember only those with distinguished ends, until two trails meet; b bits take about 2^(b/2) messages and little memory",
	Kind:    Forced,
	Applies: func(t *Target) bool {
		return t.OneWay() && t.short() && t.xbits() > exhaustiveLimit && t.Bits() <= birthdayLimit
	},
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		lead, err := t.trails(o.Seed).search(ctx, o.Counted, o.Progress)
		if len(lead.Candidates) == 0 {
			lead.Note = fmt.Sprintf("%d messages, and no two trails met where they had to be told apart", lead.Tried)
		}
		return lead, err
	},
}

var forgetting = &Strategy{
	Name:    "forgetting",
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
				if err := ctx.Err(); err != nil {
					return lead, err
				}
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
}

// members is exhaustive where Alice's inputs are no bit strings.
var members = &Strategy{
	Name:    "members",
	Doc:     "compute the message of every member of Alice's domain, or of the first 2^18, and look for two that are equal",
	Kind:    Forced,
	Applies: func(t *Target) bool { return t.OneWay() && !t.strings() },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		const most = 1 << 18
		p, n := t.Instance.From, t.Instance.Size
		count := p.Xs(n)
		all := 0 <= count && count <= most
		if !all {
			count = most
		}
		var lead Lead
		rng := seeded(o.Seed)
		seen := map[protocol.Word]protocol.Word{}
		for k := range count {
			if err := ctx.Err(); err != nil {
				return lead, err
			}
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
}

// strings says that Alice's inputs are the bit strings of some length.
func (t *Target) strings() bool {
	return t.Instance.From.Domain(t.Instance.Size, protocol.Alice).Plain()
}

// fixedLimit is the number of transcripts that the same-query strategy computes.
const fixedLimit = 1 << 13

var sameQuery = &Strategy{
	Name:    "same-query",
	Doc:     "two-way: keep Bob's input, and so what he asks, and look for two x with equal transcripts and different right answers",
	Kind:    Forced,
	Applies: func(t *Target) bool { return !t.OneWay() },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		p, n := t.Instance.From, t.Instance.Size
		total := p.Xs(n)
		ys := t.questions()
		per := uint64(max(fixedLimit/len(ys), 1<<7))
		all := total > 0 && uint64(total) <= per
		if all {
			per = uint64(total)
		}
		lead := Lead{Note: "not all of Bob's questions were asked"}
		for _, y := range ys {
			seen := map[protocol.Word]protocol.Word{}
			rng := seeded(o.Seed)
			words := make([]protocol.Word, min(per, 64))
			xs := make([]protocol.Word, len(words))
			for from := uint64(0); from < per; from += uint64(len(words)) {
				if err := ctx.Err(); err != nil {
					return lead, err
				}
				xs = xs[:min(per-from, uint64(len(xs)))]
				for k := range xs {
					if all {
						xs[k] = p.X(n, int(from)+k)
					} else {
						xs[k] = p.RandomX(n, rng)
					}
				}
				if err := par.Each(ctx, len(xs), func(k int) (err error) {
					words[k], err = t.Transcript(ctx, xs[k], y)
					return err
				}); err != nil {
					return lead, err
				}
				for k, w := range words[:len(xs)] {
					lead.Tried++
					other, hit := seen[w]
					if !hit {
						seen[w] = xs[k]
					} else if p.Holds(n, other, y) != p.Holds(n, xs[k], y) {
						lead.Candidates = []Point{{other, y}, {xs[k], y}}
						lead.Note = fmt.Sprintf("with Bob's input %s the words are equal", p.ShowY(n, y))
						return lead, nil
					}
				}
			}
		}
		how := "sampled"
		if all {
			how = "all"
		}
		lead.Note = fmt.Sprintf("for %d inputs of Bob's, %s inputs of Alice's: no two that must be told apart share a transcript", len(ys), how)
		return lead, nil
	},
}

// questions are inputs of Bob's that each ask for one bit of x: the unit words,
// or all of Bob's where they are few.
func (t *Target) questions() []protocol.Word {
	p, n := t.Instance.From, t.Instance.Size
	var ys []protocol.Word
	if p.Strings(n) {
		for i := range min(p.YBits(n), 64) {
			ys = append(ys, unit(p.YBits(n), i))
		}
		return ys
	}
	for k := range min(max(p.Ys(n), 1), 64) {
		ys = append(ys, p.Y(n, k))
	}
	return ys
}

func unit(n, i int) protocol.Word { return flip(flat(n), i) }

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
