package rules

import (
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// KernelAttention is rule C4: layers of attention whose weights are products of features,
// over all positions at once. In each layer every player writes its sum of K'^T V and of
// K'; all rounds are simultaneous.
var KernelAttention = register((&Rule{
	Name: "kernel-attention", Title: "kernel attention, both directions",
	Doc:     "layers of non-causal kernel attention (Performer, PolySketchFormer): weights are products of features of query and key",
	Crosses: "in each of the rounds, one a layer, of every player, per head the sums of key features times values and of key features",
	Cite:    []string{"SanfordHsuTelgarsky2024b"},
	Params: []tasks.Param{layersParam, small(size("H", "heads", 1, 1<<12, 1), 1, 2), small(size("features", "features of a key (m')", 1, 1<<14, 16), 1, 2),
		small(size("m", "width of a value", 1, 1<<14, 16), 1, 2), bitsParam},
	InRounds:   func(r int) tasks.Params { return tasks.Params{"layers": float64(r)} },
	Inequality: " of each player",
	Width:      "features",
	Arithmetic: "exact, in the integers modulo 2^p; rounding sums makes them depend on who adds",
	Compile: func(c Cut, set models.Settings) (*Protocol, error) {
		v := set.Num
		layers, heads, k, m, p := v.Int("layers"), v.Int("H"), v.Int("features"), v.Int("m"), v.Int("p")
		word, width := kernelSums.at(v)(0), heads*m
		layer := func(l int) weights { return weights{draw(set.Seed, uint64(l)+1), mask(p)} }
		// sums adds one token's features times values.
		sums := func(w weights, into []uint64, x []uint64) {
			for h := range heads {
				key, value := w.vector(3*h+1, k, x), append(w.vector(3*h+2, m, x), 1)
				for i := range k {
					for j := range m + 1 {
						into[(h*k+i)*(m+1)+j] = (into[(h*k+i)*(m+1)+j] + key[i]*value[j]) & w.mask
					}
				}
			}
		}
		// ask reads the sums with a token's query.
		ask := func(w weights, total, x []uint64) []uint64 {
			read := append([]uint64{}, x...)
			for h := range heads {
				query := w.vector(3*h+3, k, x)
				for j := range m + 1 {
					var sum uint64
					for i := range k {
						sum += query[i] * total[(h*k+i)*(m+1)+j]
					}
					read = append(read, sum&w.mask)
				}
			}
			return w.local(width, read...)
		}
		held := c.holders()
		return layered{
			layers: layers, width: width, p: p, what: "sums",
			says: func(l int, who protocol.Player) int {
				if l == layers-1 && who == c.last() {
					return 0
				}
				return word
			},
			word: func(l int, who protocol.Player, at [][]uint64) []uint64 {
				w, own := layer(l), make([]uint64, word)
				for i, x := range at {
					if held[i] == who {
						sums(w, own, x)
					}
				}
				return own
			},
			next: func(l int, who protocol.Player, at, said [][]uint64) [][]uint64 {
				w, total := layer(l), make([]uint64, word)
				for _, own := range said {
					for i, x := range own {
						total[i] = (total[i] + x) & w.mask
					}
				}
				for i, x := range at {
					if held[i] == who {
						at[i] = ask(w, total, x)
					}
				}
				return at
			},
			plain: func(l int, at [][]uint64) [][]uint64 { // by pairs, not by sums
				w, next := layer(l), make([][]uint64, len(at))
				for i, x := range at {
					read := append([]uint64{}, x...)
					for h := range heads {
						query, sum := w.vector(3*h+3, k, x), make([]uint64, m+1)
						for _, y := range at {
							var score uint64
							for f, q := range w.vector(3*h+1, k, y) {
								score += q * query[f]
							}
							for j, value := range append(w.vector(3*h+2, m, y), 1) {
								sum[j] = (sum[j] + score*value) & w.mask
							}
						}
						read = append(read, sum...)
					}
					next[i] = w.local(width, read...)
				}
				return next
			},
		}.at(c, set.Seed, "layers "+string(kernelSums)+" p of each player, a layer less of the last")
	},
}).says("layers", kernelSums))
