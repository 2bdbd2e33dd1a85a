package falsify

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"sync"

	"crosscut/models"
	"crosscut/protocol"
)

// exhaustiveLimit is the largest n whose 2^n messages are all computed.
const exhaustiveLimit = 20

var exhaustive = &Strategy{
	Name:    "exhaustive",
	Doc:     "compute the message of every x (in two-way protocols the transcript of every fooling pair) and look for two that are equal",
	Kind:    Forced,
	Applies: func(t *Target) bool { return t.forcible() && t.Instance.From.XBits(t.Instance.Size) <= exhaustiveLimit },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		bits := t.Instance.From.XBits(t.Instance.Size)
		lead, err := t.collide(ctx, 1<<bits, o.Seed, func(k uint64) protocol.Word { return protocol.UintWord(k, bits) })
		if err == nil && len(lead.Candidates) == 0 {
			lead.Settled = true
			lead.Note = fmt.Sprintf("all 2^%d inputs of Alice's were tried and no two that must be told apart share their words", bits)
		}
		return lead, err
	},
}

var hash = &Strategy{
	Name:    "hash",
	Doc:     "remember the messages of random x until two are equal; b bits collide after about 2^(b/2)",
	Kind:    Forced,
	Applies: func(t *Target) bool { return t.forcible() },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		p, n := t.Instance.From, t.Instance.Size
		lead, err := t.collide(ctx, uint64(o.Messages), o.Seed, func(k uint64) protocol.Word { return p.RandomX(n, rand.New(rand.NewPCG(o.Seed, k))) })
		if len(lead.Candidates) == 0 {
			lead.Note = fmt.Sprintf("%d random inputs of Alice's, no two that must be told apart share their words", lead.Tried)
		}
		return lead, err
	},
}

// forcible says whether collisions force a failure: one-way, or two-way with a
// fooling set at hand.
func (t *Target) forcible() bool { return t.OneWay() || t.fooling != nil }

// words of input x: Alice's message, or the transcript of x's fooling pair.
func (t *Target) key(x protocol.Word) (protocol.Word, error) {
	if t.OneWay() {
		return t.Message(x)
	}
	return t.Transcript(x, t.fooling(x))
}

// collide computes the words of inputs 0..count-1, several at a time, in an order
// that does not depend on the machine, until two that must be told apart agree.
// It remembers a 64-bit digest of each and recomputes on a match.
func (t *Target) collide(ctx context.Context, count uint64, seed uint64, input func(k uint64) protocol.Word) (Lead, error) {
	const most = 1 << 10
	seen := map[uint64]uint64{} // digest of words -> input
	digests := make([]uint64, most)
	rng := rand.New(rand.NewPCG(seed, 1<<63))
	var lead Lead
	size := 16 // small models collide at once
	for start := uint64(0); start < count; start, size = start+uint64(size), min(2*size, most) {
		if err := ctx.Err(); err != nil {
			return lead, err
		}
		size = int(min(uint64(size), count-start))
		if err := parallel(size, func(i int) error {
			w, err := t.key(input(start + uint64(i)))
			digests[i] = digest(w)
			return err
		}); err != nil {
			return lead, err
		}
		for i, d := range digests[:size] {
			k := start + uint64(i)
			lead.Tried = k + 1
			first, hit := seen[d]
			if !hit {
				seen[d] = k
				continue
			}
			candidates, err := t.twins(input(first), input(k), rng)
			if err != nil {
				return lead, err
			}
			if candidates != nil {
				lead.Candidates = candidates
				lead.Note = fmt.Sprintf("two of %d inputs share all words", lead.Tried)
				return lead, nil
			}
		}
	}
	return lead, nil
}

// twins turns two inputs whose digests agree into candidates, or nil when they
// need not be told apart.
func (t *Target) twins(x, x2 protocol.Word, rng *rand.Rand) ([]Point, error) {
	if x == x2 {
		return nil, nil
	}
	a, err := t.key(x)
	if err != nil {
		return nil, err
	}
	b, err := t.key(x2)
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
	switch v := p.F(n, x, y); {
	case p.F(n, x2, y) != v:
		return []Point{{x, y}, {x2, y}}, nil
	case p.F(n, x, y2) != v:
		return []Point{{x2, y2}, {x, y2}}, nil
	}
	return nil, nil
}

// pairsLimit is the largest number of input pairs that are all run.
const pairsLimit = 1 << 12

var allPairs = &Strategy{
	Name:    "all-pairs",
	Doc:     "run the model on every input pair of the problem",
	Kind:    Found,
	Applies: func(t *Target) bool { return t.pairs() > 0 },
	Search: func(ctx context.Context, t *Target, _ Options) (Lead, error) {
		p, n := t.Instance.From, t.Instance.Size
		ys := uint64(p.Ys(n))
		lead, err := t.run(ctx, t.pairs(), func(k uint64) Point { return Point{p.X(n, int(k/ys)), p.Y(n, int(k%ys))} })
		if err == nil && len(lead.Candidates) == 0 {
			lead.Settled, lead.Note = true, fmt.Sprintf("all %d input pairs are right", lead.Tried)
		}
		return lead, err
	},
}

// pairs is the number of input pairs, or 0 when there are more than pairsLimit.
func (t *Target) pairs() uint64 {
	p, n := t.Instance.From, t.Instance.Size
	ys := p.Ys(n)
	if p.XBits(n) > 12 || ys < 1 || ys > pairsLimit || uint64(ys)<<p.XBits(n) > pairsLimit {
		return 0
	}
	return uint64(ys) << p.XBits(n)
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
		})
		if len(lead.Candidates) == 0 {
			lead.Note = fmt.Sprintf("%d sampled input pairs are right", lead.Tried)
		}
		return lead, err
	},
}

// run tries the input pairs 0..count-1 until one is wrong.
func (t *Target) run(ctx context.Context, count uint64, input func(k uint64) Point) (Lead, error) {
	const chunk = 64
	wrong := make([]bool, chunk)
	var lead Lead
	for start := uint64(0); start < count; start += chunk {
		if err := ctx.Err(); err != nil {
			return lead, err
		}
		size := int(min(chunk, count-start))
		if err := parallel(size, func(i int) error {
			p := input(start + uint64(i))
			r, err := models.Run(t.Machine, t.job, t.Instance.Encode(p.X, p.Y))
			if err != nil {
				return err
			}
			if !r.Agree {
				return fmt.Errorf("the protocol's output %v differs from the uncut model's %v", r.Output, r.Whole)
			}
			wrong[i] = !r.Correct
			return nil
		}); err != nil {
			return lead, err
		}
		for i, w := range wrong[:size] {
			lead.Tried = start + uint64(i) + 1
			if w {
				lead.Candidates = []Point{input(start + uint64(i))}
				lead.Note = fmt.Sprintf("pair %d of those tried is wrong", lead.Tried)
				return lead, nil
			}
		}
	}
	return lead, nil
}

// parallel calls f(0..n-1) on all processors and returns the error of the
// smallest index that has one.
func parallel(n int, f func(i int) error) error {
	workers := min(n, runtime.GOMAXPROCS(0))
	errs := make([]error, n)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				errs[i] = f(i)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func digest(w protocol.Word) uint64 {
	h := fnv.New64a()
	h.Write(w.Packed())
	return h.Sum64()
}
