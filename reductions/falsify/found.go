package falsify

import (
	"context"
	"fmt"

	"crosscut/internal/par"
	"crosscut/protocol"
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
	var halves []func(p *Point) *protocol.Word
	if t.strings() {
		if t.Instance.From.Strings(t.Instance.Size) {
			halves = append(halves, func(p *Point) *protocol.Word { return &p.Y })
		}
		halves = append(halves, func(p *Point) *protocol.Word { return &p.X })
	}
	for _, half := range halves {
		for i := range int(half(&at).Len()) {
			if !half(&at).Bit(i) {
				continue
			}
			next := at
			*half(&next) = flip(*half(&at), i)
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
