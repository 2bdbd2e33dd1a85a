package validate

import (
	"context"
	"math/rand/v2"

	"crosscut/protocol"
)

// sampleTokens bounds the tokens that are written for a sample, unless a budget is set.
const sampleTokens = 1 << 27

// adversarial lists the pairs on which faulty reductions of this kind tend to
// fail: no ones, single ones, all ones, complements, complements with one common
// element, and runs of ones.
func (s *Subject) adversarial(rng *rand.Rand) [][2]protocol.Word {
	dx, dy := s.Problem.Domain(s.Size, protocol.Alice), s.Problem.Domain(s.Size, protocol.Bob)
	if !dx.Plain() || !dy.Plain() && dy.Len() < 0 || dy.Plain() && !s.Problem.Strings(s.Size) {
		return s.edges(dx, dy, rng)
	}
	nx, ny := dx.Bits(), dy.Bits()
	fill := func(n int, bit func(i int) bool) protocol.Word {
		var p protocol.Packer
		for i := range n {
			v := uint64(0)
			if bit(i) {
				v = 1
			}
			p.Uint(v, 1)
		}
		return p.Word()
	}
	one := func(n, at int) protocol.Word { return fill(n, func(i int) bool { return i == at }) }
	// Singles are tried pairwise at up to 512 places, fewer where sequences are long.
	most := min(nx, 512, max(8, sampleTokens>>4/s.Shape.N))
	var pairs [][2]protocol.Word
	ys := func(at int) protocol.Word {
		if !dy.Plain() {
			return dy.Nth(at % dy.Len())
		}
		return one(ny, at)
	}
	none, full := fill(nx, func(int) bool { return false }), fill(nx, func(int) bool { return true })
	for i := range most {
		pairs = append(pairs, [2]protocol.Word{none, ys(i)}, [2]protocol.Word{full, ys(i)})
		for j := range most {
			if i == j || i < 8 || j < 8 || i-j < 3 && j-i < 3 || most <= 64 {
				pairs = append(pairs, [2]protocol.Word{one(nx, i), ys(j)})
			}
		}
		hole := fill(nx, func(k int) bool { return k != i })
		pairs = append(pairs, [2]protocol.Word{hole, ys(i)}, [2]protocol.Word{hole, ys(i + 1)})
	}
	if dy.Plain() {
		fullY, noneY := fill(ny, func(int) bool { return true }), fill(ny, func(int) bool { return false })
		pairs = append(pairs, [2]protocol.Word{full, fullY}, [2]protocol.Word{full, noneY}, [2]protocol.Word{none, fullY}, [2]protocol.Word{none, noneY})
		for range min(1024, max(8, sampleTokens>>5/s.Shape.N)) {
			x := s.Problem.RandomX(s.Size, rng)
			if nx != ny {
				break
			}
			at := rng.IntN(max(nx, 1))
			pairs = append(pairs,
				[2]protocol.Word{x, fill(ny, func(i int) bool { return !x.Bit(i) })},
				[2]protocol.Word{x, fill(ny, func(i int) bool { return !x.Bit(i) || i == at })},
				[2]protocol.Word{x, x})
		}
	}
	return pairs
}

// edges pairs members of any two domains: all while they are few, else the first and
// the last ones and random ones; and where the domains are one, each beside itself.
func (s *Subject) edges(dx, dy protocol.Domain, rng *rand.Rand) [][2]protocol.Word {
	some := func(d protocol.Domain) []protocol.Word {
		n := d.Len()
		var list []protocol.Word
		for k := range 48 {
			switch {
			case 0 <= n && n <= 48:
				if k < n {
					list = append(list, d.Nth(k))
				}
			case k < 8:
				list = append(list, d.Nth(k))
			case k < 16 && n > 0:
				list = append(list, d.Nth(n-1-(k-8)))
			default:
				list = append(list, d.Random(rng))
			}
		}
		return list
	}
	xs, ys := some(dx), some(dy)
	var pairs [][2]protocol.Word
	for _, x := range xs {
		for _, y := range ys {
			pairs = append(pairs, [2]protocol.Word{x, y})
		}
		if dx.Name() == dy.Name() {
			pairs = append(pairs, [2]protocol.Word{x, x})
		}
	}
	return pairs
}

// sample checks the adversarial pairs, then uniform ones. The interval speaks of
// the uniform ones only.
func (s *Subject) sample(ctx context.Context, opt Options) (tally, *Interval, error) {
	rng := rand.New(rand.NewPCG(opt.Seed, 1))
	list := s.adversarial(rng)
	uniform := min(int64(SampleSize), max(64, int64(sampleTokens/s.Shape.N)))
	if opt.Budget > 0 { // a quarter of it for the adversarial pairs
		list = list[:min(int64(len(list)), (opt.Budget+3)/4)]
		uniform = max(1, opt.Budget-int64(len(list)))
	}
	one := func(m *merger, x, y protocol.Word) (t tally, err error) {
		if err := s.pairAt(m, x, y); err != nil {
			return t, err
		}
		return t, s.judge(&t, m, x, y)
	}
	t, err := parallel(ctx, opt, len(list), func() func(int) (tally, error) {
		m := s.merger()
		return func(k int) (tally, error) { return one(m, list[k][0], list[k][1]) }
	})
	if err != nil {
		return t, nil, err
	}
	const chunk = 256
	u, err := parallel(ctx, opt, int(uniform+chunk-1)/chunk, func() func(int) (tally, error) {
		m := s.merger()
		return func(k int) (t tally, err error) {
			rng := rand.New(rand.NewPCG(opt.Seed, uint64(k)+2))
			for i := int64(k * chunk); i < min(uniform, int64(k+1)*chunk) && ctx.Err() == nil; i++ {
				v, err := one(m, s.Problem.RandomX(s.Size, rng), s.Problem.RandomY(s.Size, rng))
				t.add(v)
				if err != nil {
					return t, err
				}
			}
			return t, nil
		}
	})
	interval := &Interval{Confidence: 0.99, Samples: u.checked, Failures: u.failures}
	interval.Low, interval.High = protocol.ClopperPearson(u.failures, u.checked, interval.Confidence)
	t.add(u)
	return t, interval, err
}
