package validate

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/chance"
	"crosscut/reductions"
)

// sampleTokens bounds the tokens that are written for a sample, unless a budget is set.
const sampleTokens = 1 << 27

// A user's own task is evaluated for each input: so many uniform ones are drawn that they
// take about sampleEffort steps, some tenths of a second, and at least sampleLeast.
const (
	sampleEffort = 1 << 22
	sampleLeast  = 1 << 11
)

// wrongSize is how many uniform inputs are drawn at most where an adversarial one fails.
const wrongSize = 1 << 14

func (s *Subject) effort() int64 {
	if s.Effort == nil {
		return 0
	}
	return s.Effort()
}

// adversarial are the pairs on which faulty reductions of this kind tend to fail: no
// ones, single ones, all ones, complements, complements with one common element, and
// runs of ones; made one at a time, and at most so many. Single ones stand at places from end to end, whatever
// the limit.
func (s *Subject) adversarial(rng *rand.Rand, most int64) [][]protocol.Word {
	var list [][]protocol.Word
	yield := func(in []protocol.Word) bool {
		if int64(len(list)) >= most {
			return false
		}
		list = append(list, in)
		return true
	}
	if d := s.Problem.Domains(s.Size); len(d) == 2 && d[0].Plain() && (!d[1].Plain() && d[1].Len() != -1 || s.Problem.Strings(s.Size)) {
		s.bitPairs(rng, d[0], d[1], most, yield)
	} else {
		s.edges(rng, yield)
	}
	return list
}

// bitPairs are the adversarial pairs where Alice's input is a string of bits, and Bob's is
// one as long or a member of a domain that is not too large.
func (s *Subject) bitPairs(rng *rand.Rand, dx, dy protocol.Domain, limit int64, yield func([]protocol.Word) bool) {
	nx, ny := dx.Bits(), dy.Bits()
	one := func(n, at int) protocol.Word { return reductions.Unit(n, at) }
	none := func(n int) protocol.Word { return reductions.Word(n, func(int) bool { return false }) }
	full := func(n int) protocol.Word { return reductions.Word(n, func(int) bool { return true }) }
	pair := func(x, y protocol.Word) bool { return yield([]protocol.Word{x, y}) }
	ys := func(at int) protocol.Word {
		if !dy.Plain() {
			return dy.Nth(at % dy.Len())
		}
		return one(ny, at)
	}
	if dy.Plain() && (!pair(full(nx), none(ny)) || !pair(full(nx), full(ny)) || !pair(none(nx), full(ny)) || !pair(none(nx), none(ny))) {
		return
	}
	// Singles are tried at up to 512 places, fewer where sequences are long or few pairs are asked for, of which
	// there are two for each place: the first ones, and for every three of them one from behind, so that the first
	// pairs are some of each kind.
	most := min(nx, max(8, sampleTokens>>4/s.Shape.N), int(max(8, min(limit/2, 512))))
	place := func(k int) int {
		if k%4 == 3 {
			return nx - 1 - k/4*((nx-most+most/4)/max(1, most/4))
		}
		return k - k/4
	}
	tried := make([]bool, most)
	around := func(k int) bool {
		if tried[k] {
			return true
		}
		tried[k] = true
		i := place(k)
		hole := reductions.Word(nx, func(k int) bool { return k != i })
		return pair(one(nx, i), ys(i)) && pair(none(nx), ys(i)) && pair(hole, ys(i)) && pair(hole, ys(i+1))
	}
	for k := range most {
		if !pair(full(nx), ys(place(k))) || k%8 == 3 && !around(k/8) || k%8 == 7 && !around(k) {
			return
		}
	}
	for k := range most {
		if !around(k) {
			return
		}
	}
	for k := range most {
		for l := range most {
			i, j := place(k), place(l)
			near := most <= 64 || min(i, j) < 8 || max(i-j, j-i) < 3
			if near && i != j && !pair(one(nx, i), ys(j)) {
				return
			}
		}
	}
	if !dy.Plain() {
		return
	}
	for range min(1024, max(8, sampleTokens>>5/s.Shape.N)) {
		x, at := s.Problem.RandomX(s.Size, rng), rng.IntN(max(nx, 1))
		if !pair(x, reductions.Word(ny, func(i int) bool { return !x.Bit(i) })) ||
			!pair(x, reductions.Word(ny, func(i int) bool { return !x.Bit(i) || i == at })) || !pair(x, x) {
			return
		}
	}
}

// edgesMost bounds the inputs that edges combines: 20 of each of three players.
const edgesMost = 8000

// edges combines members of any domains: all while they are few, else the first and the
// last ones, those near the default, and random ones; and where two domains are one,
// each beside itself.
func (s *Subject) edges(rng *rand.Rand, yield func([]protocol.Word) bool) {
	domains := s.Problem.Domains(s.Size)
	most := 48
	for most > 2 && math.Pow(float64(most), float64(len(domains))) > edgesMost {
		most--
	}
	some, counts := make([][]protocol.Word, len(domains)), make([]int, len(domains))
	for who, d := range domains {
		add := func(w protocol.Word) { some[who] = append(some[who], w) }
		if n := d.Len(); n != -1 && n <= most {
			for k := range n {
				add(d.Nth(k))
			}
		} else {
			for k := range most / 6 {
				if add(d.Nth(k)); n != -1 { // else there are very many
					add(d.Nth(n - 1 - k))
				}
			}
			for range most - len(some[who]) {
				add(d.Random(rng))
			}
		}
		counts[who] = len(some[who])
	}
	in, at := make([]protocol.Word, len(domains)), make([]int, len(domains))
	for range edgesMost {
		for who, k := range at {
			in[who] = some[who][k]
		}
		if !yield(slices.Clone(in)) {
			return
		}
		if succeed(at, counts); slices.Max(at) == 0 {
			break
		}
	}
	for who, d := range domains {
		for _, w := range some[who] {
			for other := range domains {
				if in[other] = domains[other].Random(rng); domains[other].Name() == d.Name() {
					in[other] = w
				}
			}
			if !yield(slices.Clone(in)) {
				return
			}
		}
	}
}

// sample checks the adversarial pairs, then uniform ones. The interval speaks of
// the uniform ones only.
func (s *Subject) sample(ctx context.Context, opt Options) (tally, *Interval, error) {
	if err := s.publics(); err != nil {
		return tally{}, nil, err
	}
	uniform := min(int64(SampleSize), max(64, int64(sampleTokens/s.Shape.N)))
	most := int64(math.MaxInt64)
	if opt.Budget != 0 { // a quarter of it for the adversarial pairs, or most of it
		if most = (opt.Budget + 3) / 4; opt.spot {
			most = (7*opt.Budget + 7) / 8
		}
		most = min(most, opt.Budget-1) // at least one is drawn
	}
	list := s.adversarial(rand.New(rand.NewPCG(opt.Seed, 1)), most)
	const chunk = 256
	judge := func(chunks func(k int) func(i int) []protocol.Word, n int64) (tally, error) {
		return s.spoken(parallel(ctx, opt, int(n+chunk-1)/chunk, n, func() func(int) (tally, error) {
			m, players := s.merger(), s.Players()
			return func(k int) (t tally, err error) {
				mine := make([][]protocol.Word, min(chunk, int(n)-k*chunk))
				input := chunks(k)
				for i := range mine {
					mine[i] = input(k*chunk + i)
				}
				for ins := range slices.Chunk(mine, s.atOnce()) {
					if ctx.Err() != nil {
						break
					}
					list := &Inputs{Words: make([][]protocol.Word, players), Toks: make([][][]tasks.Token, players), At: make([]int32, len(ins)*players)}
					for who := range players {
						at := map[protocol.Word]int32{} // each word is written once
						var words []protocol.Word
						for i, in := range ins {
							n, known := at[in[who]]
							if !known {
								n = int32(len(words))
								at[in[who]], words = n, append(words, in[who])
							}
							list.At[i*players+who] = n
						}
						if err := s.writeAll(list, who, len(words), func(i int) protocol.Word { return words[i] }); err != nil {
							return t, err
						}
					}
					if err := s.all(ctx, &t, m, list, 0, 1, &noted{}); err != nil {
						return t, err
					}
				}
				return t, nil
			}
		}))
	}
	before := s.effort()
	t, err := judge(func(int) func(int) []protocol.Word {
		return func(i int) []protocol.Word { return list[i] }
	}, int64(len(list)))
	if err != nil {
		return t, nil, err
	}
	if each := (s.effort() - before) / int64(max(1, len(list))); opt.Budget == 0 {
		uniform = min(uniform, max(sampleLeast, sampleEffort/max(1, each)))
		if t.failures > 0 { // the verdict is known: how often it fails is told well enough
			uniform = min(uniform, wrongSize)
		}
	} else {
		uniform = opt.Budget - int64(len(list))
	}
	u, err := judge(func(k int) func(int) []protocol.Word {
		rng := rand.New(rand.NewPCG(opt.Seed, uint64(k)+2))
		return func(int) []protocol.Word { return s.random(rng) }
	}, uniform)
	interval := &Interval{Confidence: 0.99, Samples: u.checked, Failures: u.failures}
	interval.Low, interval.High = chance.ClopperPearson(u.failures, u.checked, interval.Confidence)
	t.add(u)
	return t, interval, err
}

// random is a uniform input of all players.
func (s *Subject) random(rng *rand.Rand) []protocol.Word {
	in := make([]protocol.Word, s.Players())
	for who, d := range s.Problem.Domains(s.Size) {
		in[who] = d.Random(rng)
	}
	return in
}
