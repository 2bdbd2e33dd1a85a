package audit

// Decoders whose attention sees the whole context, in every layer.
var (
	_ = register(&Architecture{Type: "phi", Class: "PhiConfig", Doc: "decoder; num_key_value_heads defaults to num_attention_heads", Cite: []string{"LiEtAl2023"}, Layers: full(0)})
	_ = register(&Architecture{Type: "cohere", Class: "CohereConfig", Doc: "decoder; attention and feed-forward in parallel", Cite: []string{"Cohere2024"}, Layers: full(0)})
	_ = register(&Architecture{Type: "olmo", Class: "OlmoConfig", Doc: "decoder", Cite: []string{"GroeneveldEtAl2024"}, Layers: full(0)})
	_ = register(&Architecture{Type: "olmo2", Class: "Olmo2Config", Doc: "decoder; norms after the layers", Cite: []string{"OLMo2025"}, Layers: full(0)})
	_ = register(&Architecture{Type: "granite", Class: "GraniteConfig", Doc: "decoder; multipliers are weights", Cite: []string{"IBM2024"}, Layers: full(0)})
	_ = also(&Architecture{Class: "GraniteMoeConfig", Doc: "granite with mixtures of experts", Cite: []string{"IBM2024"}, Layers: full(0)}, "granitemoe", "granitemoeshared")
	_ = register(&Architecture{Type: "olmoe", Class: "OlmoeConfig", Doc: "olmo with mixtures of experts", Cite: []string{"GroeneveldEtAl2024"}, Layers: full(0)})
	_ = register(&Architecture{Type: "stablelm", Class: "StableLmConfig", Doc: "decoder", Cite: []string{"BellagenteEtAl2024"}, Layers: full(32)})
	_ = register(&Architecture{Type: "glm", Class: "GlmConfig", Doc: "decoder with two key-value heads", Cite: []string{"GLM2024"}, Layers: glm(2)})
	_ = register(&Architecture{Type: "glm4", Class: "Glm4Config", Doc: "decoder with two key-value heads", Cite: []string{"GLM2024"}, Layers: glm(2)})
	_ = register(&Architecture{Type: "glm4_moe", Class: "Glm4MoeConfig", Doc: "glm4 with mixtures of experts", Cite: []string{"GLM2025"}, Layers: glm(8)})
)

// glm has head_dim 128 in the class.
func glm(kvDefault int) func(c *Config) []Layer {
	return func(c *Config) []Layer {
		c.Need("hidden_size")
		depth, heads := c.Depth("num_hidden_layers"), c.Need("num_attention_heads")
		return repeat(depth, c.kv(heads, c.kvHeads(kvDefault, heads), c.Int(128, "head_dim"), 0))
	}
}
