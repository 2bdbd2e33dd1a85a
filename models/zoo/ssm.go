package zoo

import (
	"math/big"

	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// SSM is a linear state-space model; ours are diagonal and exact, over integers
// modulo a power of two.
var SSM = register(&models.Model{
	Name: "ssm",
	Doc:  "linear recurrence s_t = A s_{t-1} + B x_t, diagonal, on exact integers; the state crosses at each ownership change",
	Cite: []string{"GuGoelRe2022", "SanfordHsuTelgarsky2023"},
})

// SSMQSA is a time-invariant diagonal system that shifts: A = 2^p, B = 1, modulo
// 2^(m p), one channel for each of the d coordinates. The value read r tokens ago
// stands r p places up, so the state is the last m values; the output map reads
// digits off.
//
// Statement. With m = N and sqrt(d) 2^-p <= eps it is within eps wherever the set
// does not point forward; with fewer, wherever it points less than m back.
//
// Cost. d channels of min(t, m) p bits after t tokens.
var SSMQSA = construct(&models.Construction{
	Name: "ssm-qsa", Model: "ssm", Tasks: []string{"qsa"},
	Doc: "s_t = 2^p s_{t-1} + z_t mod 2^(m p), one channel a coordinate: the state is the last m values; " +
		"causal: sets must not point forward",
	Cite: []string{"GuGoelRe2022", "SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{
		{Name: "m", Doc: "values that a channel holds; default N", Min: 1, Max: tasks.MaxN},
		gridParam,
	},
	New: with(gridFor, func(sh tasks.Shape, set models.Settings, g grid) (models.Machine, error) {
		d, q := sh.Int("d"), sh.Int("q")
		m := set.Int("m", sh.N)
		if err := models.Fits(float64(min(m, sh.N)) * float64(g.p) * float64(d) / 8); err != nil {
			return nil, err
		}
		width := func(t int) int { return min(t, m) * g.p }
		var mask *big.Int // 2^(m p) - 1, where the state ever grows beyond
		if m < sh.N {
			mask = new(big.Int).Lsh(big.NewInt(1), uint(m*g.p))
			mask.Sub(mask, big.NewInt(1))
		}
		cell := fold.Cell[[]*big.Int]{
			Bits: func(t int) protocol.Bits { return protocol.Bits(d * width(t)) },
			Init: func() []*big.Int {
				s := make([]*big.Int, d)
				for c := range s {
					s[c] = new(big.Int)
				}
				return s
			},
			Step: func(s []*big.Int, pos int, t tasks.Token) []*big.Int {
				var in big.Int
				for c, z := range t.Z {
					s[c].Lsh(s[c], uint(g.p))
					s[c].Add(s[c], in.SetUint64(g.index(z)))
					if pos > m {
						s[c].And(s[c], mask)
					}
				}
				return s
			},
			Output: func(s []*big.Int, pos int, t tasks.Token) tasks.Value {
				v := make(tasks.Value, d)
				for c := range v {
					var sum uint64
					for _, l := range t.Y {
						if pos-l >= m {
							sum += g.zero()
							continue
						}
						for b := range g.p {
							sum += uint64(s[c].Bit((pos-l)*g.p+b)) << b
						}
					}
					v[c] = g.mean(sum, q)
				}
				return v
			},
			Put: func(w *protocol.Packer, t int, s []*big.Int) {
				for _, x := range s {
					w.Big(x, width(t))
				}
			},
			Get: func(u *protocol.Unpacker, t int) []*big.Int {
				s := make([]*big.Int, d)
				for c := range s {
					s[c] = u.Big(width(t))
				}
				return s
			},
		}
		r := cell.Recurrent(sh, tasks.Params{"m": float64(m), "p": float64(g.p)}, "d m p")
		r.Out, r.Reach = g.codec(q, d), reachBack(sh, hintReads)
		r.At = "d min(t, m) p"
		return r, nil
	}),
})
