package models

import (
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// RNNQSA stores values as they come and averages the ones a token asks for.
//
// Statement. With m = (N-1) d numbers of p bits, sqrt(d) 2^-p <= eps, the output at
// every position whose set points to it or back is within eps (docs/recurrent.md).
// With d = q = 1, eps = 1/2 one bit is a value, and with from = 2, m = n the state
// has exactly the n bits that Theorem 11 asks for on its inputs.
//
// Cost. After t tokens the state has min(m, (t - from + 1) d) p bits. With fewer
// numbers than needed, values that were not kept are read as 0.
var RNNQSA = construct(&Construction{
	Name: "rnn-qsa", Model: "rnn", Tasks: []string{"qsa"},
	Doc: "m numbers of p bits keep the coordinates of z from position `from` on, in order; " +
		"the output averages what is kept; causal: sets must not point forward",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{
		{Name: "m", Doc: "numbers of the state; default (N - from) d", Max: 1 << 31},
		gridParam,
		{Name: "from", Doc: "the first position that is kept; default 1", Min: 1, Max: tasks.MaxN},
	},
	New: func(sh tasks.Shape, set Settings) (Machine, error) {
		g, err := gridFor(sh, set)
		if err != nil {
			return nil, err
		}
		d, q := sh.Int("d"), sh.Int("q")
		from := set.Int("from", 1)
		m := set.Int("m", max(0, sh.N-from)*d)
		if err := fits(min(float64(m), float64(sh.N)*float64(d)) * float64(g.p)); err != nil {
			return nil, err
		}
		held := func(t int) int { return min(m, max(0, t-from+1)*d) }
		cell := Cell[[]uint32]{
			Bits: func(t int) protocol.Bits { return protocol.Bits(held(t) * g.p) },
			Init: func() []uint32 { return nil },
			Step: func(s []uint32, pos int, t tasks.Token) []uint32 {
				for c := 0; len(s) < held(pos); c++ {
					s = append(s, uint32(g.index(t.Z[c])))
				}
				return s
			},
			Output: func(s []uint32, pos int, t tasks.Token) tasks.Value {
				v := make(tasks.Value, d)
				for c := range v {
					var sum uint64
					for _, l := range t.Y {
						switch at := (l-from)*d + c; {
						case l == pos:
							sum += g.index(t.Z[c])
						case l >= from && at < len(s):
							sum += uint64(s[at])
						default:
							sum += g.zero()
						}
					}
					v[c] = g.mean(sum, q)
				}
				return v
			},
			Put: func(w *protocol.Packer, _ int, s []uint32) {
				for _, k := range s {
					w.Uint(uint64(k), g.p)
				}
			},
			Get: func(u *protocol.Unpacker, t int) []uint32 {
				s := make([]uint32, held(t))
				for k := range s {
					s[k] = uint32(u.Uint(g.p))
				}
				return s
			},
		}
		r := cell.Recurrent(sh, tasks.Params{"m": float64(m), "p": float64(g.p), "from": float64(from)}, "m p")
		r.Out, r.Reach = g.codec(q, d), reachBack(sh)
		return r, nil
	},
})
