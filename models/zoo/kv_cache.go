package zoo

import (
	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// KVCache is causal attention over a bounded number of key/value pairs.
var KVCache = register(&models.Model{
	Name: "kv-cache",
	Doc:  "causal attention over at most `slots` key/value pairs, the oldest evicted; the cache crosses at each ownership change",
	Cite: []string{"SanfordHsuTelgarsky2023"},
})

// slot is one cached pair: the key of a position and the cells of its value.
type slot struct {
	key   int
	value []uint64
}

// KVCacheQSA caches one-hot keys e_l, written as the number l, and values z_l. The
// query of token i is the sum of e_l over its set: weight 1 on the cached keys in
// the set, 0 elsewhere, normalised over what is still cached.
//
// Statement. With slots = N and sqrt(d) 2^-p <= eps it is within eps wherever the
// set does not point forward; with fewer, wherever it points less than `slots` back.
//
// Cost. min(t, slots) (ceil(log2 N) + d p) bits after t tokens.
var KVCacheQSA = construct(&models.Construction{
	Name: "kv-cache-qsa", Model: "kv-cache", Tasks: []string{"qsa"},
	Doc:  "one-hot keys written as their index, values of p bits; attends to the cached keys in y; causal: sets must not point forward",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{
		{Name: "slots", Doc: "pairs that the cache holds; default N", Min: 1, Max: tasks.MaxN, Lab: 512},
		gridParam,
	},
	New: with(gridFor, func(sh tasks.Shape, set models.Settings, g grid) (models.Machine, error) {
		d := sh.Int("d")
		slots := set.Int("slots", sh.N)
		keyBits := protocol.Width(uint64(sh.N))
		if err := models.Fits(float64(min(slots, sh.N)) * float64(32+8*d)); err != nil {
			return nil, err
		}
		held := func(t int) int { return min(t, slots) }
		cell := fold.Cell[[]slot]{
			Bits: func(t int) protocol.Bits { return protocol.Bits(held(t) * (keyBits + d*g.p)) },
			Init: func() []slot { return nil },
			Step: func(s []slot, pos int, t tasks.Token) []slot {
				value := make([]uint64, d)
				for c, z := range t.Z {
					value[c] = g.index(z)
				}
				s = append(s, slot{pos, value})
				return s[len(s)-held(len(s)):]
			},
			Output: func(s []slot, _ int, t tasks.Token) tasks.Value {
				sums, found := make([]uint64, d), 0
				for _, l := range t.Y {
					// The cached keys are consecutive positions, so the lookup is an index.
					if k := l - s[0].key; k >= 0 && k < len(s) {
						found++
						for c := range sums {
							sums[c] += s[k].value[c]
						}
					}
				}
				v := make(tasks.Value, d)
				for c := range v {
					if found > 0 {
						v[c] = g.mean(sums[c], found)
					}
				}
				return v
			},
			Put: func(w *protocol.Packer, _ int, s []slot) {
				for _, x := range s {
					w.Uint(uint64(x.key-1), keyBits)
					for _, k := range x.value {
						w.Uint(k, g.p)
					}
				}
			},
			Get: func(u *protocol.Unpacker, t int) []slot {
				s := make([]slot, held(t))
				for k := range s {
					s[k] = slot{int(u.Uint(keyBits)) + 1, make([]uint64, d)}
					for c := range s[k].value {
						s[k].value[c] = u.Uint(g.p)
					}
				}
				return s
			},
		}
		r := cell.Recurrent(sh, tasks.Params{"slots": float64(slots), "p": float64(g.p)}, "slots (ceil(log2 N) + d p)")
		if slots >= sh.N {
			r.Out = g.codec(sh.Int("q"), d)
		}
		r.Reach = reachBack(sh, hintReads)
		r.At = "min(t, slots) (ceil(log2 N) + d p)"
		return r, nil
	}),
})
