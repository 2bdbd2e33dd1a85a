package rules

import "crosscut/models/tasks"

// kernelSums are the sums of features times values, and of features.
const kernelSums states = "H features (m + 1)"

// LinearAttention is rule C1c: per head the sums of K'^T V and of K', p bits a number.
var LinearAttention = carries(Rule{
	Name: "linear-attention", Title: "linear attention",
	Doc:     "causal linear (kernel) attention: per head features' features of the key, values of width m, a normaliser",
	Crosses: "per head the sums of key features times values and of key features, once for each ownership change up to the read position",
	Cite:    []string{"KatharopoulosVyasPappasFleuret2020"},
	Params: []tasks.Param{layersParam, size("H", "heads", 1, 1<<12, 1), size("features", "features of a key (m')", 1, 1<<14, 16),
		size("m", "width of a value", 1, 1<<14, 16), bitsParam},
	Width: "m",
}, kernelSums, func(v tasks.Params) causal {
	heads, m, k := v.Int("H"), v.Int("m"), v.Int("features")
	head := k * (m + 1)
	return causal{
		width: heads * m,
		step: func(w weights, s []uint64, _ int, in []uint64) (next, out []uint64) {
			var given []uint64
			for h := range heads {
				own := s[h*head : (h+1)*head]
				key, value, query := w.vector(3*h+1, k, in), w.vector(3*h+2, m, in), w.vector(3*h+3, k, in)
				sums := make([]uint64, m+1)
				for i := range k {
					row := own[i*(m+1) : (i+1)*(m+1)]
					for c := range m {
						row[c] = (row[c] + key[i]*value[c]) & w.mask
					}
					row[m] = (row[m] + key[i]) & w.mask
					for c := range sums {
						sums[c] = (sums[c] + query[i]*row[c]) & w.mask
					}
				}
				given = append(given, sums...)
			}
			return s, w.local(heads*m, append(given, in...)...)
		},
		plain: func(w weights, ins [][]uint64) [][]uint64 {
			outs := make([][]uint64, len(ins))
			for t := range ins {
				var given []uint64
				for h := range heads {
					query, sums := w.vector(3*h+3, k, ins[t]), make([]uint64, m+1)
					for _, in := range ins[:t+1] {
						key, value := w.vector(3*h+1, k, in), w.vector(3*h+2, m, in)
						var score uint64
						for i := range k {
							score += query[i] * key[i]
						}
						for c := range m {
							sums[c] = (sums[c] + score*value[c]) & w.mask
						}
						sums[m] = (sums[m] + score) & w.mask
					}
					given = append(given, sums...)
				}
				outs[t] = w.local(heads*m, append(given, ins[t]...)...)
			}
			return outs
		},
	}
})
