package falsify

import (
	"context"
	"fmt"

	"crosscut/internal/par"
	"crosscut/protocol"
	"crosscut/reductions"
)

// fixedLimit is the number of transcripts that the same-query strategy computes.
const fixedLimit = 1 << 13

var sameQuery = register(&Strategy{
	Name:    "same-query",
	Rank:    70,
	Doc:     "two-way: keep Bob's input, and so what he asks, and look for two x with equal transcripts and different right answers",
	Kind:    Forced,
	Applies: func(t *Target) bool { return !t.OneWay() },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		p, n := t.Instance.From, t.Instance.Size
		ys := t.questions()
		per := uint64(max(fixedLimit/len(ys), 1<<7))
		all := uint64(p.Xs(n)) <= per // -1: very many
		if all {
			per = uint64(p.Xs(n))
		}
		lead := Lead{Note: "not all of Bob's questions were asked"}
		for _, y := range ys {
			seen := map[protocol.Word]protocol.Word{}
			rng := seeded(o.Seed)
			words := make([]protocol.Word, min(per, 64))
			xs := make([]protocol.Word, len(words))
			for from := uint64(0); from < per; from += uint64(len(words)) {
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
					} else if p.Apart(n, other, y, xs[k], y) {
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
})

// questions are inputs of Bob's that each ask for one bit of x: the unit words,
// or all of Bob's where they are few.
func (t *Target) questions() []protocol.Word {
	p, n := t.Instance.From, t.Instance.Size
	var ys []protocol.Word
	if p.Strings(n) {
		for i := range min(p.YBits(n), 64) {
			ys = append(ys, reductions.Unit(p.YBits(n), i))
		}
		return ys
	}
	for k := range min(max(p.Ys(n), 1), 64) {
		ys = append(ys, p.Y(n, k))
	}
	return ys
}
