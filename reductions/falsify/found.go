package falsify

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"crosscut/internal/par"
	"crosscut/models/tasks"
	"crosscut/reductions"
)

// Marginer is implemented by machines that know how far an output is from being
// wrong: positive when it is right, and the smaller the nearer.
type Marginer interface {
	Margin(got, want tasks.Value) float64
}

// pairsLimit is the largest number of input pairs that are all run.
const pairsLimit = 1 << 16

var allPairs = &Strategy{
	Name:    "all-pairs",
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
}

// pairs is the number of input pairs, or 0 when there are more than pairsLimit.
func (t *Target) pairs() uint64 {
	p, n := t.Instance.From, t.Instance.Size
	ys := p.Ys(n)
	xs := p.Xs(n)
	if xs < 1 || ys < 1 || xs > pairsLimit/ys {
		return 0
	}
	return uint64(xs) * uint64(ys)
}

var sample = &Strategy{
	Name:    "sample",
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
}

// run tries the input pairs 0..count-1 until one is wrong.
func (t *Target) run(ctx context.Context, count uint64, input func(k uint64) Point, progress func(done, of uint64)) (Lead, error) {
	const size = 64
	margins := make([]float64, size)
	var lead Lead
	for start := uint64(0); start < count; start += size {
		if err := ctx.Err(); err != nil {
			return lead, err
		}
		if progress != nil {
			progress(start, count)
		}
		n := int(min(size, count-start))
		if err := par.Each(ctx, n, func(i int) (err error) {
			margins[i], err = t.margin(ctx, input(start+uint64(i)))
			return err
		}); err != nil {
			return lead, err
		}
		for i, m := range margins[:n] {
			lead.Tried = start + uint64(i) + 1
			if m <= 0 {
				lead.Candidates = []Point{input(start + uint64(i))}
				lead.Note = fmt.Sprintf("pair %d of those tried is wrong", lead.Tried)
				return lead, nil
			}
		}
	}
	return lead, nil
}

// margin is how far the uncut model is from a wrong output: at most 0 when some
// output is wrong. Where the machine does not tell, right is 1.
func (t *Target) margin(ctx context.Context, p Point) (float64, error) {
	in := t.Instance
	seq := in.Encode(p.X, p.Y)
	out, err := t.Machine.Whole(ctx, seq, t.job.Read)
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

var localSearch = &Strategy{
	Name:    "local-search",
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
			for err == nil && m > 0 {
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
			if m <= 0 {
				lead.Candidates, lead.Note = []Point{at}, fmt.Sprintf("an error after %d input pairs", lead.Tried)
				return lead, nil
			}
			least = min(least, m)
		}
		lead.Note = fmt.Sprintf("%d input pairs on ways to smaller margins are right, the smallest margin %.3g", lead.Tried, least)
		return lead, nil
	},
}

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
	if err := ctx.Err(); err != nil {
		return at, 0, err
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

// minimise makes a wrong input pair plainer: ones of y, then of x, become zeros
// while the model stays wrong.
func (t *Target) minimise(ctx context.Context, at Point) (Point, error) {
	clear := func(p Point, i int, y bool) (Point, bool) {
		if y {
			return Point{p.X, reductions.Flip(p.Y, func(k int) bool { return k == i })}, p.Y.Bit(i)
		}
		return Point{reductions.Flip(p.X, func(k int) bool { return k == i }), p.Y}, p.X.Bit(i)
	}
	for _, y := range []bool{true, false} {
		count := t.xbits()
		if !t.strings() {
			continue
		}
		if y {
			if !t.Instance.From.Strings(t.Instance.Size) {
				continue
			}
			count = t.Instance.From.YBits(t.Instance.Size)
		}
		for i := range count {
			next, one := clear(at, i, y)
			if !one {
				continue
			}
			m, err := t.margin(ctx, next)
			if err != nil {
				return at, err
			}
			if m <= 0 {
				at = next
			}
		}
	}
	return at, nil
}
