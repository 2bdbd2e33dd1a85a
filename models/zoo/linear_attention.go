package zoo

import (
	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// LinearAttention replaces the exponential by a feature map, so that a prefix is
// summed up in a state that does not grow with it.
var LinearAttention = register(&models.Model{
	Name: "linear-attention",
	Doc: "output q S / q z with S = sum of K'^T V and z = sum of K' over the tokens read, exact integers; " +
		"(S, z) crosses at each ownership change",
	Cite: []string{"KatharopoulosVyasPappasFleuret2020"},
})

// sums is the state of linear attention: S, one row of d numerators for each
// feature, and z, one normaliser for each.
type sums struct {
	num [][]uint64
	den []uint64
}

// LinearQSA has orthonormal keys: token j has feature (j - 1) mod m, the query of a
// set is the sum of its features, the values are z in p bits.
//
// Statement. With m = N features and sqrt(d) 2^-p <= eps it is within eps wherever
// the set does not point forward. With fewer, values that share a feature are
// averaged.
//
// Cost. A feature that c of the t tokens read have takes ceil(log2(c + 1)) bits for
// z and d ceil(log2(c (2^p - 1) + 1)) for S: with m = N, t (1 + d p) in all, the
// widths of L H m' (m + 1) p for L = H = 1 counted exactly.
var LinearQSA = construct(&models.Construction{
	Name: "linear-attention-qsa", Model: "linear-attention", Tasks: []string{"qsa"},
	Doc: "orthonormal features by position, values of p bits; the normalised sum over the set; " +
		"causal: sets must not point forward",
	Cite: []string{"KatharopoulosVyasPappasFleuret2020", "SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{
		{Name: "m", Doc: "features; default N", Min: 1, Max: tasks.MaxN},
		gridParam,
	},
	New: with(gridFor, func(sh tasks.Shape, set models.Settings, g grid) (models.Machine, error) {
		d, q := sh.Int("d"), sh.Int("q")
		m := set.Int("m", sh.N)
		if m > sh.N {
			return nil, models.Unsupportedf("m = %d features for N = %d tokens", m, sh.N)
		}
		if err := models.Fits(float64(m) * float64(32+8*d)); err != nil {
			return nil, err
		}
		feature := func(pos int) int { return (pos - 1) % m }
		count := func(t, feature int) uint64 { return uint64(t+m-1-feature) / uint64(m) }
		denBits := func(c uint64) int { return protocol.Width(c + 1) }
		numBits := func(c uint64) int { return protocol.Width(c*(1<<g.p-1) + 1) }
		cell := fold.Cell[*sums]{
			Bits: func(t int) protocol.Bits {
				// t mod m features stand for one token more than the others.
				less, more := uint64(t/m), uint64(t/m+1)
				n := t%m*(denBits(more)+d*numBits(more)) + (m-t%m)*(denBits(less)+d*numBits(less))
				return protocol.Bits(n)
			},
			Init: func() *sums { return newSums(m, d) },
			Step: func(s *sums, pos int, t tasks.Token) *sums {
				k := feature(pos)
				s.den[k]++
				for c, z := range t.Z {
					s.num[k][c] += g.index(z)
				}
				return s
			},
			Output: func(s *sums, pos int, t tasks.Token) tasks.Value {
				var den uint64
				num := make([]uint64, d)
				for _, l := range t.Y {
					k := feature(l)
					den += s.den[k]
					for c := range num {
						num[c] += s.num[k][c]
					}
				}
				v := make(tasks.Value, d)
				for c := range v {
					v[c] = g.mean(num[c], int(den))
				}
				return v
			},
			Put: func(w *protocol.Packer, t int, s *sums) {
				for k := range m {
					c := count(t, k)
					w.Uint(s.den[k], denBits(c))
					for _, x := range s.num[k] {
						w.Uint(x, numBits(c))
					}
				}
			},
			Get: func(u *protocol.Unpacker, t int) *sums {
				s := newSums(m, d)
				for k := range m {
					c := count(t, k)
					s.den[k] = u.Uint(denBits(c))
					for j := range s.num[k] {
						s.num[k][j] = u.Uint(numBits(c))
					}
				}
				return s
			},
		}
		r := cell.Recurrent(sh, tasks.Params{"m": float64(m), "p": float64(g.p)}, "sum over the m features, c tokens each, of ceil(log2(c+1)) + d ceil(log2(c (2^p-1) + 1))")
		if m >= sh.N {
			r.Out = g.codec(q, d)
		}
		r.Reach = reachBack(sh, hintReads)
		return r, nil
	}),
})

func newSums(m, d int) *sums {
	s := &sums{make([][]uint64, m), make([]uint64, m)}
	flat := make([]uint64, m*d)
	for k := range s.num {
		s.num[k] = flat[k*d : (k+1)*d]
	}
	return s
}

// LinearMatch2 counts residues: the key of token j is the feature x_j mod m, the
// query of token i is the feature -x_i, and a match is a normaliser above 0.
//
// Statement. With m = M features it is right on every input, reading both ways.
// With fewer, residues that agree mod m are confused.
//
// Cost. m ceil(log2(t + 1)) bits a direction, after t tokens of it: more than the
// tokens themselves where M is of order N.
var LinearMatch2 = construct(&models.Construction{
	Name: "linear-attention-match2", Model: "linear-attention", Tasks: []string{"match2"},
	Doc:  "one feature for each residue mod m, default M: counts how often -x_i was read, from both ends",
	Cite: []string{"KatharopoulosVyasPappasFleuret2020", "SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{
		{Name: "m", Doc: "features; default M", Min: 1},
	},
	New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		modulus := sh.Int("M")
		m := set.Int("m", modulus)
		if err := models.Fits(4 * 8 * float64(m)); err != nil {
			return nil, err
		}
		type seen struct{ x, found int }
		f := fold.Fold[seen, []int]{
			Bits: func(t int) protocol.Bits { return protocol.Bits(m * protocol.Width(uint64(t)+1)) },
			Init: func() []int { return make([]int, m) },
			Step: func(s []int, _ int, in seen) []int { s[in.x%m]++; return s },
			Emit: func(s []int, _ int, in seen) seen { return seen{in.x, s[(modulus-in.x)%m]} },
			Put: func(w *protocol.Packer, t int, s []int) {
				for _, c := range s {
					w.Uint(uint64(c), protocol.Width(uint64(t)+1))
				}
			},
			Get: func(u *protocol.Unpacker, t int) []int {
				s := make([]int, m)
				for k := range s {
					s[k] = int(u.Uint(protocol.Width(uint64(t) + 1)))
				}
				return s
			},
		}
		return &fold.Recurrent[seen, []int]{
			Of: sh, Sizes: tasks.Params{"m": float64(m), "directions": 2}, Out: fold.SymbolCodec(2),
			State: "2 m ceil(log2(N + 1))", At: "m ceil(log2(t + 1))",
			Embed: func(_ int, t tasks.Token) seen { return seen{x: t.X % modulus} },
			Layers: []fold.Layer[seen, []int]{{Forward: f, Backward: &f,
				Join: func(_ int, a, b seen) seen { return seen{a.x, a.found + b.found} }}},
			Output: func(_ int, in seen) tasks.Value { return tasks.Truth(in.found > 0) },
		}, nil
	},
})
