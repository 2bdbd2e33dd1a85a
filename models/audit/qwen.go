package audit

var (
	_ = also(qwen("Qwen2Config", sizes{4096, 32, 32, 32, 0, 0}, 28, "decoder with grouped heads; a window only with use_sliding_window, from layer max_window_layers on", "YangEtAl2024"), "qwen2")
	_ = also(qwen("Qwen2VLTextConfig", sizes{8192, 80, 64, 8, 0, 0}, 80, "qwen2 that reads images as tokens", "YangEtAl2024"), "qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text")
	_ = also(qwen("Qwen3Config", sizes{4096, 32, 32, 32, 128, 128}, 28, "decoder; head_dim is 128 in the class, not hidden_size / heads", "YangEtAl2025"), "qwen3")
	_ = also(qwen("Qwen3MoeConfig", sizes{2048, 24, 32, 4, 0, 0}, 28, "qwen3 with mixtures of experts; later classes slide in every layer: the fewer count", "YangEtAl2025"), "qwen3_moe")
	_ = register(&Architecture{
		Type: "qwen3_vl_text", Class: "Qwen3VLTextConfig", Doc: "qwen3 that reads images as tokens, without windows", Cite: []string{"YangEtAl2025"}, Layers: full(sizes{4096, 32, 32, 32, 128, 128}),
	})
	_ = register(&Architecture{
		Type: "qwen2_moe", Class: "Qwen2MoeConfig", Doc: "qwen2 with mixtures of experts, which carry nothing; classes differ in which layers slide", Cite: []string{"YangEtAl2024"},
		Layers: func(c *Config) []Layer {
			depth, heads, kv, width := c.decoder(sizes{2048, 24, 16, 16, 0, 0})
			w := c.window(4096)
			c.read["max_window_layers"] = true
			if c.Bool(false, "use_sliding_window") && !c.has("layer_types") {
				c.note("of the layers of which layer_types says nothing, some classes let every second one below max_window_layers slide, others those from it on: counted as full, the larger")
			}
			return c.sliding(depth, heads, kv, width, w, func(int) bool { return false })
		},
	})
)

// qwen is a decoder with an optional window in the layers from max_window_layers on; from is the class's.
func qwen(class string, size sizes, from int, doc string, cite ...string) *Architecture {
	return &Architecture{Class: class, Doc: doc, Cite: cite, Layers: func(c *Config) []Layer {
		depth, heads, kv, width := c.decoder(size)
		w, from := c.window(4096), c.Least(0, from, "max_window_layers")
		if !c.Bool(false, "use_sliding_window") {
			w, from = 0, depth
		}
		return c.sliding(depth, heads, kv, width, w, func(i int) bool { return w > 0 && i >= from })
	}}
}
