package fold

import (
	"errors"
	"fmt"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Passed cuts a model that reads forward between any number of players, each of whom holds
// one run of positions: whoever holds a run passes the state on to the holder of the next,
// up to the last read position. The last player answers, so it must hold all that is read;
// any other layout is errors.ErrUnsupported. bits is what each player writes.
func (r *Recurrent[F, S]) Passed(split tasks.Split, read []int, players int) (bits []protocol.Bits, player func(h tasks.Half) func(*protocol.Port) []tasks.Value, err error) {
	if err := r.complete(); err != nil {
		return nil, nil, err
	}
	if slices.ContainsFunc(r.Layers, func(l Layer[F, S]) bool { return l.Backward != nil }) {
		return nil, nil, fmt.Errorf("models: %w: a layer that reads both ways is passed on by two players only", errors.ErrUnsupported)
	}
	pl := r.plan(split, read)
	bits = make([]protocol.Bits, players)
	last := protocol.Player(players - 1)
	for _, i := range pl.read {
		if pl.holder(i) != last {
			return nil, nil, fmt.Errorf("models: %w: position %d is read, which the last player does not hold", errors.ErrUnsupported, i)
		}
	}
	for c, sp := range pl.spans {
		if slices.ContainsFunc(pl.spans[:c], func(before tasks.Run) bool { return before.Owner == sp.Owner }) {
			return nil, nil, fmt.Errorf("models: %w: player %d holds more than one run of positions", errors.ErrUnsupported, sp.Owner+1)
		}
		if c == 0 || len(pl.read) == 0 || sp.Lo > pl.read[len(pl.read)-1] {
			continue
		}
		before := pl.spans[c-1]
		for _, l := range r.Layers {
			bits[before.Owner] += l.Forward.Bits(before.Hi)
		}
	}
	return bits, func(h tasks.Half) func(*protocol.Port) []tasks.Value {
		return func(p *protocol.Port) []tasks.Value {
			defer catch(func(err error) { p.Fail(err) })
			e := engine[F, S]{ctx: p.Context(), r: r, plan: pl, tokens: h.Span, port: p}
			given := e.run()
			if h.Self != last {
				return nil
			}
			out := make([]tasks.Value, len(read))
			for k, i := range read {
				out[k] = r.Output(i, given[i])
			}
			return out
		}
	}, nil
}
