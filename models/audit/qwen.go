package audit

var (
	_ = also(qwen("Qwen2Config", 32, 0, "decoder with grouped heads; a window only with use_sliding_window, from layer max_window_layers on", "YangEtAl2024"),
		"qwen2", "qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text")
	_ = also(qwen("Qwen2MoeConfig", 16, 0, "qwen2 with mixtures of experts, which carry nothing", "YangEtAl2024"), "qwen2_moe")
	_ = also(qwen("Qwen3Config", 32, 128, "decoder; head_dim is 128 in the class, not hidden_size / heads", "YangEtAl2025"), "qwen3", "qwen3_vl_text")
	_ = also(qwen("Qwen3MoeConfig", 4, 0, "qwen3 with mixtures of experts", "YangEtAl2025"), "qwen3_moe")
)

// qwen is a decoder with an optional window in the layers from max_window_layers on. Class
// defaults of the key-value heads and of the head width (0: hidden_size / heads).
func qwen(class string, kvDefault, width int, doc string, cite ...string) *Architecture {
	return &Architecture{Class: class, Doc: doc, Cite: cite, Layers: func(c *Config) []Layer {
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
