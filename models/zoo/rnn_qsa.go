package zoo

import (
	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// RNNQSA stores values as they come and averages the ones a token asks for.
//
// Statement. With D layers of m numbers of p bits, D m >= (N - 1) d and
// sqrt(d) 2^-p <= eps, the output at every position whose set does not point forward is
// within eps (docs/recurrent.md). With D = d = q = 1 and eps = 1/2 one bit is a value,
// and with from = 2, m = n the state has exactly the n bits that Theorem 11 asks for
// on its inputs.
//
// Construction. The coordinates from position `from` on are numbered in order;
// layer k keeps numbers (k-1) m + 1 .. k m and adds those that the token asks for to
// what the layer below found. Values that were not kept are read as 0.
//
// Cost. After t tokens the stack has min(D m, (t - from + 1) d) p bits.
var RNNQSA = construct(&models.Construction{
	Name: "rnn-qsa", Model: "rnn", Tasks: []string{"qsa"},
	Doc: "D layers of m numbers of p bits keep the coordinates of z from position `from` on, in order; " +
		"the output averages what is kept; causal: sets must not point forward",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{
		{Name: "m", Doc: "numbers of a layer's state; default ceil((N - from) d / D)", Max: 1 << 31},
		gridParam,
		{Name: "D", Doc: "layers; default 1", Min: 1, Max: 1 << 10, Lab: 8},
		{Name: "from", Doc: "the first position that is kept; default 1", Min: 1, Max: tasks.MaxN, Lab: 512},
	},
	New: with(gridFor, func(sh tasks.Shape, set models.Settings, g grid) (models.Machine, error) {
		d, q := sh.Int("d"), sh.Int("q")
		layers, from := set.Int("D", 1), set.Int("from", 1)
		m := set.Int("m", (max(0, sh.N-from)*d+layers-1)/layers)
		if err := models.Fits(min(float64(layers)*float64(m), float64(sh.N)*float64(d)) * 8); err != nil {
			return nil, err
		}
		kept := func(t int) int { return min(layers*m, max(0, t-from+1)*d) } // numbers in the whole stack
		var most protocol.Growth
		if !set.Sets("m", "p", "from") { // (N - 1 + D) d p bits, right for every set
			most.Power = 1
		}
		r := &fold.Recurrent[asked, []uint64]{
			Grows: most,
			Of:    sh, Sizes: tasks.Params{"D": float64(layers), "m": float64(m), "p": float64(g.p), "from": float64(from)},
			State: "D m p", At: "min(D m, (t - from + 1) d) p", Out: g.codec(q, d), Reach: reachBack(sh, hintDirections),
			Embed: func(_ int, t tasks.Token) asked { return asked{token: t} },
			Output: func(pos int, in asked) tasks.Value {
				v := make(tasks.Value, d)
				for c := range v {
					sum := in.found[c]
					for _, l := range in.token.Y {
						switch n := (l-from)*d + c; {
						case l == pos:
							sum += g.index(in.token.Z[c])
						case l < from || n >= kept(pos):
							sum += g.zero()
						}
					}
					v[c] = g.mean(sum, q)
				}
				return v
			},
		}
		for k := range layers {
			r.Layers = append(r.Layers, fold.Layer[asked, []uint64]{Forward: storing(g, d, from, k*m, func(t int) int {
				return min(m, max(0, kept(t)-k*m))
			})})
		}
		return r, nil
	}),
})

// asked is what goes up the stack: the token, and for each coordinate the sum of
// the values it asks for that the layers below have found.
type asked struct {
	token tasks.Token
	found []uint64
}

// storing is a layer that keeps held(t) numbers after t tokens, from number first
// on; number n is coordinate n mod d of position from + n / d.
func storing(g grid, d, from, first int, held func(t int) int) fold.Fold[asked, []uint64] {
	return fold.Fold[asked, []uint64]{
		Bits: func(t int) protocol.Bits { return protocol.Bits(held(t) * g.p) },
		Init: func() []uint64 { return nil },
		Copy: fold.CopySlice[uint64],
		Step: func(s []uint64, pos int, in asked) []uint64 {
			for len(s) < held(pos) {
				s = append(s, g.index(in.token.Z[(first+len(s))%d]))
			}
			return s
		},
		Emit: func(s []uint64, pos int, in asked) asked {
			found := make([]uint64, d)
			copy(found, in.found)
			for _, l := range in.token.Y {
				for c := range found {
					if at := (l-from)*d + c - first; l != pos && l >= from && at >= 0 && at < len(s) {
						found[c] += s[at]
					}
				}
			}
			return asked{in.token, found}
		},
		Put: func(w *protocol.Packer, _ int, s []uint64) {
			for _, k := range s {
				w.Uint(k, g.p)
			}
		},
		Get: func(u *protocol.Unpacker, t int) []uint64 {
			s := make([]uint64, held(t))
			for k := range s {
				s[k] = u.Uint(g.p)
			}
			return s
		},
	}
}
