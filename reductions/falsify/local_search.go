package falsify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"crosscut/internal/par"
	"crosscut/models/tasks"
	"crosscut/models/trained"
)

// Marginer is implemented by machines that know how far an output is from being
// wrong: positive when it is right, and the smaller the nearer.
type Marginer interface {
	Margin(got, want tasks.Value) float64
}

var localSearch = register(&Strategy{
	Name:    "local-search",
	Rank:    110,
	Strings: true,
	Doc:     "from random input pairs, flip the bit of x or y that brings an output nearest to being wrong, until one is",
	Kind:    Found,
	Applies: func(t *Target) bool { _, ok := t.Machine.(Marginer); return ok && t.pairs() == 0 },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		var lead Lead
		rng := seeded(o.Seed)
		p, n := t.Instance.From, t.Instance.Size
		least := math.Inf(1)
		for lead.Tried < uint64(o.Pairs) {
			at := Point{p.RandomX(n, rng), p.RandomY(n, rng)}
			m, err := t.margin(ctx, at)
			lead.Tried++
			for err == nil && !wrong(m) {
				var next Point
				var best float64
				next, best, err = t.steepest(ctx, at, rng, &lead)
				if err != nil || best >= m {
					break
				}
				at, m = next, best
			}
			if err != nil {
				return lead, err
			}
			if wrong(m) {
				lead.Candidates, lead.Note = []Point{at}, fmt.Sprintf("an error after %d input pairs", lead.Tried)
				return lead, nil
			}
			least = min(least, m)
		}
		lead.Note = fmt.Sprintf("%d input pairs on ways to smaller margins are right, the smallest margin %.3g", lead.Tried, least)
		return lead, nil
	},
})

// steepest is the best neighbour of a pair: one bit of x, or one of y where y is a
// word of bits, else another random y.
func (t *Target) steepest(ctx context.Context, at Point, rng *rand.Rand, lead *Lead) (Point, float64, error) {
	p, n := t.Instance.From, t.Instance.Size
	var near []Point
	for i := range t.xbits() {
		near = append(near, Point{flip(at.X, i), at.Y})
	}
	if p.Strings(n) {
		for i := range p.YBits(n) {
			near = append(near, Point{at.X, flip(at.Y, i)})
		}
	} else {
		for range min(8, p.Ys(n)) {
			near = append(near, Point{at.X, p.RandomY(n, rng)})
		}
	}
	margins := make([]float64, len(near))
	err := par.Each(ctx, len(near), func(i int) (err error) {
		margins[i], err = t.margin(ctx, near[i])
		return err
	})
	lead.Tried += uint64(len(near))
	best := 0
	for k, m := range margins {
		if m < margins[best] {
			best = k
		}
	}
	return near[best], margins[best], err
}

// margin is how far the uncut model is from a wrong output: minus infinity when some
// output is wrong, else positive. Where the machine does not tell, right is 1.
func (t *Target) margin(ctx context.Context, p Point) (float64, error) {
	in := t.Instance
	seq := in.Encode(p.X, p.Y)
	out, err := t.Machine.Whole(ctx, seq, t.job.Read)
	if _, moved := t.fragile(err, in.Shape.Eval(seq, t.job.Read)); moved != nil {
		return math.Inf(-1), nil
	}
	if err != nil {
		return 0, err
	}
	least := 1.0
	far, knows := t.Machine.(Marginer)
	for k, want := range in.Shape.Eval(seq, t.job.Read) {
		if !in.Shape.Correct(out[k], want) {
			return math.Inf(-1), nil
		}
		if knows {
			least = min(least, max(far.Margin(out[k], want), math.SmallestNonzeroFloat64))
		}
	}
	return least, nil
}

func wrong(margin float64) bool { return math.IsInf(margin, -1) }

// fragile reads the error of a layer that is to be right under every small change of its averages: output k of those read is
// wrong, as it is or after such a change. wrong is nil for any other error.
func (t *Target) fragile(err error, expected []tasks.Value) (k int, wrong tasks.Value) {
	var f *trained.Fragile
	if errors.As(err, &f) && f.Moved != nil {
		for _, out := range []tasks.Value{f.Sides, f.Moved} {
			if !t.Instance.Shape.Correct(out, expected[f.Read]) {
				return f.Read, out
			}
		}
	}
	return 0, nil
}
