package rules

import "crosscut/models/tasks"

// KVCache is rule C1e: causal attention over at most slots key/value pairs a head. Which
// pair makes room is any function of the cache and the new pair.
var KVCache = carries(Rule{
	Name: "kv-cache", Title: "bounded key-value cache",
	Doc:     "causal attention layers whose heads keep at most slots pairs of a key and a value, and evict by any rule",
	Crosses: "the cached pairs of every head and layer, once for each ownership change up to the read position",
	Cite:    []string{"HarisOnak2025"},
	Params: []tasks.Param{layersParam, size("H", "key-value heads", 1, 1<<12, 1), size("slots", "pairs that a head keeps", 1, tasks.MaxN, 64),
		size("m", "width of a key and of a value", 1, 1<<14, 16), bitsParam},
	Inequality: "; fewer slots where the sequence is younger",
	Width:      "slots",
	Arithmetic: "any: keys and values of p-bit numbers, whatever attends to them",
}, "H min(t, slots) 2 m", func(v tasks.Params) causal {
	heads, m, slots := v.Int("H"), v.Int("m"), v.Int("slots")
	pair := 2 * m
	return causal{
		width: heads * m,
		step: func(w weights, s []uint64, _ int, in []uint64) (next, out []uint64) {
			each := len(s) / heads
			for h := range heads {
				cache := append(s[h*each:(h+1)*each:(h+1)*each], w.vector(2*h+1, m, in)...)
				cache = append(cache, w.vector(2*h+2, m, in)...)
				if len(cache) > slots*pair {
					gone := int(draw(w.seed, cache...)%uint64(slots+1)) * pair
					cache = append(cache[:gone:gone], cache[gone+pair:]...)
				}
				next = append(next, cache...)
			}
			return next, w.local(heads*m, append(next[:len(next):len(next)], in...)...)
		},
	}
})
