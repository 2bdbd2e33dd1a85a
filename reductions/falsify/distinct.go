package falsify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"crosscut/internal/par"
	"crosscut/protocol"
)

// BitsBy is what one player writes, by the formula.
func (t *Target) BitsBy(p protocol.Player) protocol.Bits { return t.prog.Bits[p] }

// sampledMessages is how many inputs are counted where there are too many for all.
const sampledMessages = 1 << 14

// Distinct counts the different messages of Alice's, on all 2^n inputs for n up to
// 20, else on a sample. In two-way protocols her words depend on Bob's: then it is
// the most over his inputs of the different transcripts for one of them, on all 2^n
// inputs while 2^n times his inputs are few.
func (t *Target) Distinct(ctx context.Context, seed uint64) (messages, of uint64, exact bool, err error) {
	if !t.strings() {
		return 0, 0, false, fmt.Errorf("falsify: %w: %s: Alice's inputs are no bit strings", errors.ErrUnsupported, t.Instance.Name)
	}
	if !t.OneWay() {
		return t.distinctTranscripts(ctx, seed)
	}
	bits := t.xbits()
	of, exact = 1<<min(bits, exhaustiveLimit), bits <= exhaustiveLimit
	if !exact {
		of = sampledMessages
	}
	keys := make([][2]uint64, of)
	passes := 1
	if t.Bits() > 64 {
		passes = 2 // two digests: 128 bits tell messages apart
	}
	for pass := range passes {
		if err := t.fill(ctx, keys, pass, exact, seed); err != nil {
			return 0, 0, false, err
		}
	}
	slices.SortFunc(keys, func(a, b [2]uint64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return uint64(len(slices.Compact(keys))), of, exact, nil
}

// fill computes one digest of the message of every input.
func (t *Target) fill(ctx context.Context, keys [][2]uint64, pass int, all bool, seed uint64) error {
	s := t.space(flat(t.xbits()), 64)
	workers := par.Workers()
	return par.Each(ctx, workers, func(w int) error {
		sp := s.speaker(ctx)
		sp.salt = uint64(pass)
		buf := make([]uint64, min(chunk, len(keys)))
		for from := w * len(buf); from < len(keys); from += workers * len(buf) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if all {
				if err := sp.sweep(uint64(from), buf); err != nil {
					return err
				}
			} else {
				for k := range buf {
					var err error
					if buf[k], err = sp.say(mix(mix(seed)+uint64(from+k)) & (1<<len(s.free) - 1)); err != nil {
						return err
					}
				}
			}
			for k, key := range buf {
				keys[from+k][pass] = key
			}
		}
		return nil
	})
}

// distinctTranscripts is Distinct in two-way protocols.
func (t *Target) distinctTranscripts(ctx context.Context, seed uint64) (messages, of uint64, exact bool, err error) {
	p, n := t.Instance.From, t.Instance.Size
	ys := t.questions()
	bits := t.xbits()
	of, exact = sampledMessages/16, len(ys) <= sampledMessages>>bits
	if exact {
		of = 1 << bits
	}
	for _, y := range ys {
		rng := seeded(seed)
		xs, words := make([]protocol.Word, of), make([]protocol.Word, of)
		for k := range xs {
			if xs[k] = p.RandomX(n, rng); exact {
				xs[k] = p.X(n, k)
			}
		}
		if err := par.Each(ctx, len(xs), func(k int) (err error) {
			words[k], err = t.Transcript(ctx, xs[k], y)
			return err
		}); err != nil {
			return 0, 0, false, err
		}
		different := map[protocol.Word]bool{}
		for _, w := range words {
			different[w] = true
		}
		messages = max(messages, uint64(len(different)))
	}
	return messages, of, exact, nil
}
