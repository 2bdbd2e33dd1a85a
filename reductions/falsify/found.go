package falsify

import (
	"context"
	"fmt"

	"crosscut/internal/par"
	"crosscut/reductions"
)

// run tries the input pairs 0..count-1 until one is wrong.
func (t *Target) run(ctx context.Context, count uint64, input func(k uint64) Point, progress func(done, of uint64)) (Lead, error) {
	const size = 64
	margins := make([]float64, size)
	var lead Lead
	for start := uint64(0); start < count; start += size {
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
			if wrong(m) {
				lead.Candidates = []Point{input(start + uint64(i))}
				lead.Note = fmt.Sprintf("pair %d of those tried is wrong", lead.Tried)
				return lead, nil
			}
		}
	}
	return lead, nil
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
			if wrong(m) {
				at = next
			}
		}
	}
	return at, nil
}
