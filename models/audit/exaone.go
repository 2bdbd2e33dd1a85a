package audit

var _ = register(&Architecture{
	Type: "exaone", Class: "ExaoneConfig (hub)", Doc: "decoder with grouped heads; num_layers is its depth", Cite: []string{"LG2024"},
	Layers: func(c *Config) []Layer {
		hidden, depth, heads := c.Need("hidden_size"), c.Depth("num_layers", "num_hidden_layers"), c.Need("num_attention_heads")
		return repeat(depth, c.kv(heads, c.kvHeads(0, heads), c.headDim(hidden, heads, 0, 0), 0))
	},
})
