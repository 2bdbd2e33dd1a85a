package audit

var _ = register(&Architecture{
	Type: "gpt_oss", Class: "GptOssConfig", Doc: "decoder; every second layer slides, the first one does; attention sinks are weights and carry nothing", Cite: []string{"OpenAI2025"},
	Layers: func(c *Config) []Layer {
		hidden := c.Int(2880, "hidden_size")
		depth, heads := c.DepthOr(36, "num_hidden_layers"), c.Int(64, "num_attention_heads")
		return c.sliding(depth, heads, c.kvHeads(8, heads), c.headDim(hidden, heads, 64, 0), c.window(128), except(every(2)))
	},
})
