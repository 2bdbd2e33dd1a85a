package falsify

import (
	"context"
	"math/bits"
	"math/rand/v2"

	"crosscut/internal/par"
)

// table remembers which input had which key, in eight bytes an entry: the
// input's number and as much of the scattered key as there is room for. A match
// is only a hint, to be looked at with the messages themselves.
type table struct {
	slots []uint64 // 0: empty
	mask  uint64
	bits  int // of a number
}

// newTable makes room for count entries, numbered 0..count-1.
func newTable(count uint64) *table {
	size := tableBytes(count) / 8
	return &table{slots: make([]uint64, size), mask: size - 1, bits: bits.Len64(count)}
}

// tableBytes is the memory of a table of count entries.
func tableBytes(count uint64) uint64 {
	size := uint64(16)
	for size*3/4 < count {
		size *= 2
	}
	return 8 * size
}

// put adds entry k. hits are earlier entries whose keys may be the same.
func (t *table) put(key, k uint64) (hits []uint64) {
	h := mix(key)
	tag := h >> t.bits << t.bits // the low bits choose the slot and hold the number
	for at := mix(h) & t.mask; ; at = (at + 1) & t.mask {
		e := t.slots[at]
		if e == 0 {
			t.slots[at] = tag | (k + 1)
			return hits
		}
		if e>>t.bits<<t.bits == tag {
			hits = append(hits, e&(1<<t.bits-1)-1)
		}
	}
}

// chunk is how many keys are computed at a time by one goroutine.
const chunk = 1 << 10

// collide computes the keys of the inputs 0..count-1 of a space, several at a
// time, in an order that does not depend on the machine, until two inputs that
// must be told apart have one message.
func (s *space) collide(ctx context.Context, count, seed uint64, progress func(done, of uint64)) (Lead, error) {
	workers := par.Workers()
	var speakers []*speaker
	for range workers {
		speakers = append(speakers, s.speaker(ctx))
	}
	seen := newTable(count)
	rng := rand.New(rand.NewPCG(seed, 1<<63))
	keys := make([]uint64, chunk*workers)
	var lead Lead
	for start, size := uint64(0), 0; start < count; start += uint64(size) {
		if progress != nil {
			progress(start, count)
		}
		active, each := workers, uint64(chunk)
		if start < chunk { // small models collide at once
			active, each = 1, max(start, 16)
		}
		each = min(each, count-start)
		size = int(min(uint64(active)*each, count-start))
		if err := par.Each(ctx, (size+int(each)-1)/int(each), func(w int) error {
			from := uint64(w) * each
			return speakers[w].sweep(start+from, keys[from:][:each])
		}); err != nil {
			return lead, err
		}
		for k, key := range keys[:size] {
			v := start + uint64(k)
			lead.Tried = v + 1
			for _, first := range seen.put(key, v) {
				candidates, err := s.t.twins(ctx, s.word(first), s.word(v), rng)
				if err != nil {
					return lead, err
				}
				if candidates != nil {
					lead.Candidates = candidates
					return lead, nil
				}
			}
		}
	}
	return lead, nil
}
