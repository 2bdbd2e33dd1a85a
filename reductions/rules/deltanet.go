package rules

import "crosscut/models/tasks"

// DeltaNet is rule C1c without a normaliser: per head a matrix that each token corrects
// along its key.
var DeltaNet = carries(Rule{
	Name: "deltanet", Title: "DeltaNet",
	Doc:  "causal layers whose heads keep a matrix S and replace S k by a value: S <- S - b (S k - v) k^T",
	Cite: []string{"YangEtAl2024"},
	Params: []tasks.Param{layersParam, size("H", "heads", 1, 1<<12, 1), size("features", "width of a key (m')", 1, 1<<14, 16),
		size("m", "width of a value", 1, 1<<14, 16), bitsParam},
	Width: "m",
}, "H features m", func(v tasks.Params) causal {
	heads, m, k := v.Int("H"), v.Int("m"), v.Int("features")
	return causal{
		width: heads * m,
		step: func(w weights, s []uint64, _ int, in []uint64) (next, out []uint64) {
			var given []uint64
			for h := range heads {
				own := s[h*k*m : (h+1)*k*m] // k numbers for each coordinate of a value
				key, value, query, rate := w.vector(4*h+1, k, in), w.vector(4*h+2, m, in), w.vector(4*h+3, k, in), w.linear(4*h+4, 0, in)
				for c := range m {
					row := own[c*k : (c+1)*k]
					var recalled, read uint64
					for i := range k {
						recalled += row[i] * key[i]
					}
					for i := range k {
						row[i] = (row[i] - rate*(recalled-value[c])*key[i]) & w.mask
						read = (read + row[i]*query[i]) & w.mask
					}
					given = append(given, read)
				}
			}
			return s, w.local(heads*m, append(given, in...)...)
		},
	}
})
