package audit

var (
	_ = register(qwen("qwen2", "Qwen2Config", 32, 0, "decoder with grouped heads; a window only with use_sliding_window, from layer max_window_layers on", "YangEtAl2024"))
	_ = register(qwen("qwen2_moe", "Qwen2MoeConfig", 16, 0, "qwen2 with mixtures of experts, which carry nothing", "YangEtAl2024"))
	_ = register(qwen("qwen3", "Qwen3Config", 32, 128, "decoder; head_dim is 128 in the class, not hidden_size / heads", "YangEtAl2025"))
	_ = register(qwen("qwen3_moe", "Qwen3MoeConfig", 4, 0, "qwen3 with mixtures of experts", "YangEtAl2025"))
)

// qwen is a decoder with an optional window in the layers from max_window_layers on. Class
// defaults of the key-value heads and of the head width (0: hidden_size / heads).
func qwen(name, class string, kvDefault, width int, doc string, cite ...string) *Architecture {
	return &Architecture{Type: name, Class: class, Doc: doc, Cite: cite, Layers: func(c *Config) []Layer {
		hidden, depth, heads := c.Need("hidden_size"), c.Depth("num_hidden_layers"), c.Need("num_attention_heads")
		kv := c.kvHeads(min(kvDefault, heads), heads)
		d := width
		if d == 0 || c.has("head_dim") {
			d = c.headDim(hidden, heads)
		}
		w, from := c.window(4096), c.Least(0, 28, "max_window_layers")
		if !c.Bool(false, "use_sliding_window") {
			w, from = 0, depth
		}
		return c.sliding(depth, heads, kv, d, w, func(i int) bool { return w > 0 && i >= from })
	}}
}
