package audit

var _ = also(&Architecture{
	Class: "Lfm2Config", Doc: "short convolutions with gates, and full attention where layer_types or full_attn_idxs says; absent: all attention", Cite: []string{"Liquid2025"},
	Layers: func(c *Config) []Layer {
		hidden, depth, heads := c.Int(2560, "hidden_size"), c.DepthOr(32, "num_hidden_layers"), c.Int(32, "num_attention_heads", "num_heads")
		attention := c.kv(heads, c.kvHeads(8, heads), c.headDim(hidden, heads, 0, 0), 0)
		conv := Layer{Kind: "convolution", Fixed: c.columns(hidden, c.Int(3, "conv_L_cache"), "hidden_size", "conv_L_cache")}
		full := c.Indices(depth, 0, "full_attn_idxs")
		c.Same(hidden, "hidden_size", "conv_dim", "block_dim")
		c.Same(hidden, "hidden_size", "conv_dim_out")
		by := func(i int) string {
			if full == nil || full[i] {
				return "full_attention"
			}
			return "conv"
		}
		words := c.Pattern(depth, by, "layer_types")
		c.agree("layer_types", words, by, "full_attn_idxs")
		return c.each("layer_types", words, map[string]Layer{"full_attention": attention, "conv": conv})
	},
}, "lfm2", "lfm2_moe")
