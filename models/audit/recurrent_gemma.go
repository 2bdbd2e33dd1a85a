package audit

var _ = register(&Architecture{
	Type: "recurrent_gemma", Class: "RecurrentGemmaConfig", Doc: "gated linear recurrences with a short convolution, and local attention, in the pattern of block_types", Cite: []string{"DeEtAl2024"},
	Layers: func(c *Config) []Layer {
		hidden, depth, heads := c.Need("hidden_size"), c.Depth("num_hidden_layers"), c.Need("num_attention_heads")
		width := c.headDim(hidden, heads, 0, 0)
		attention := c.kv(heads, c.kvHeads(0, heads), width, 0)
		attention.Window = c.Int(2048, "attention_window_size")
		blocks := c.List("block_types", "_block_types")
		if blocks == nil {
			blocks = []string{"recurrent", "recurrent", "attention"}
		}
		w := c.Int(hidden, "lru_width")
		recurrent := Layer{Kind: "recurrent", Fixed: []Part{
			sum("state", w, "lru_width", float32s),
			c.typed("convolution", w*(c.Int(4, "conv1d_width")-1), "lru_width x (conv1d_width - 1)"),
		}}
		words := make([]string, depth)
		for i := range words {
			words[i] = blocks[i%len(blocks)]
		}
		c.note("the window is that of the paper's implementation; transformers applies none in prefill, where its attention sees every token")
		return c.each("block_types", words, map[string]Layer{"attention": attention, "recurrent": recurrent})
	},
})
