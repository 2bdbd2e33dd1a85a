package falsify

import (
	"context"
	"fmt"
	"runtime"
)

// A birthday search with distinguished points (van Oorschot and Wiener 1999): a
// message decides the next input, so messages form trails. A trail ends at a
// message whose scattered bits begin with enough zeros; only ends are remembered.
// Two trails with one end have met, and walking both again shows where: at two
// inputs with one message. It takes about sqrt(pi/2 2^b) messages for b bits, as a
// table of all would, and memory for one in 2^d of them.

// voice gives keys of messages by the free bits of the input.
type voice func(v uint64) (uint64, error)

// trail is one walk.
type trail struct {
	start, end uint64
	length     int
	lost       bool // no end in sight: a loop without a distinguished message
}

// trails searches a space whose messages have bits <= 64 bits.
type trails struct {
	s     *space
	bits  int // of a message
	skip  int // a message ends a trail with probability 2^-skip
	width int // free bits
	seed  uint64
}

// mostEnds is how many ends of trails are remembered at most, roughly.
const mostEnds = 1 << 20

func newTrails(s *space, bits int, seed uint64) *trails {
	t := &trails{s: s, bits: bits, width: len(s.free), seed: mix(seed)}
	for bits/2+1-t.skip > 16 { // 2^16 trails or so
		t.skip++
	}
	return t
}

// input is the next input after a message.
func (t *trails) input(message uint64) uint64 {
	v := mix(message ^ t.seed)
	if t.width < 64 {
		v &= 1<<t.width - 1
	}
	return v
}

func (t *trails) ends(message uint64) bool {
	return mix(message^^t.seed)>>(64-t.skip) == 0
}

func (t *trails) walk(ctx context.Context, say voice, start uint64) (trail, error) {
	r := trail{start: start}
	m := start
	for limit := 20 << t.skip; ; {
		var err error
		if m, err = say(t.input(m)); err != nil {
			return r, err
		}
		r.length++
		if t.ends(m) {
			r.end = m
			return r, nil
		}
		if r.length >= limit {
			r.lost = true
			return r, nil
		}
		if r.length&0xfff == 0 && ctx.Err() != nil {
			return r, ctx.Err()
		}
	}
}

// meet walks two trails with one end to the two inputs whose messages are equal.
// ok is false when one trail begins inside the other.
func (t *trails) meet(say voice, a, b trail) (v, w uint64, ok bool, err error) {
	if a.length < b.length {
		a, b = b, a
	}
	x, y := a.start, b.start
	for range a.length - b.length {
		if x, err = say(t.input(x)); err != nil {
			return 0, 0, false, err
		}
	}
	for range b.length {
		if x == y {
			return 0, 0, false, nil
		}
		v, w = t.input(x), t.input(y)
		if x, err = say(v); err != nil {
			return 0, 0, false, err
		}
		if y, err = say(w); err != nil {
			return 0, 0, false, err
		}
		if x == y {
			return v, w, v != w, nil
		}
	}
	return 0, 0, false, nil
}

// search walks trails until two inputs that must be told apart have one message.
// Each goroutine has a voice of its own; the outcome does not depend on how many.
func (t *trails) search(ctx context.Context, voices func() (voice, error), progress func(done, of uint64)) (Lead, error) {
	const batch = 16 // trails of one goroutine in one round
	workers := runtime.GOMAXPROCS(0)
	says := make([]voice, workers)
	for w := range says {
		var err error
		if says[w], err = voices(); err != nil {
			return Lead{}, err
		}
	}
	rng := seeded(t.seed)
	seen := map[uint64]trail{}
	round := make([]trail, batch*workers)
	var lead Lead
	expected := uint64(1.26 * float64(uint64(1)<<(t.bits/2)))
	for next := uint64(0); len(seen) < mostEnds; next += uint64(len(round)) {
		err := parallel(workers, func(w int) error {
			for k := range batch {
				i := w*batch + k
				start := mix(t.seed+next+uint64(i)) & (1<<t.bits - 1)
				var err error
				if round[i], err = t.walk(ctx, says[w], start); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return lead, err
		}
		if progress != nil {
			progress(min(lead.Tried, expected*4), expected*4)
		}
		for _, r := range round {
			lead.Tried += uint64(r.length)
			other, hit := seen[r.end]
			switch {
			case r.lost:
				continue
			case !hit:
				seen[r.end] = r
				continue
			}
			v, w, ok, err := t.meet(says[0], other, r)
			if err != nil {
				return lead, err
			}
			if !ok {
				continue
			}
			candidates, err := t.s.t.twins(t.s.word(v), t.s.word(w), rng)
			if err != nil {
				return lead, err
			}
			if candidates != nil {
				lead.Candidates = candidates
				lead.Note = fmt.Sprintf("two trails met after %d messages; the ends of %d trails were remembered", lead.Tried, len(seen))
				return lead, nil
			}
		}
	}
	return lead, nil
}
