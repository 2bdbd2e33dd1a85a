package audit

// Decoders whose attention sees the whole context, in every layer.
var (
	_ = register(&Architecture{Type: "phi", Class: "PhiConfig", Doc: "decoder; num_key_value_heads defaults to num_attention_heads", Cite: []string{"LiEtAl2023"}, Layers: full(0)})
	_ = register(&Architecture{Type: "cohere", Class: "CohereConfig", Doc: "decoder; attention and feed-forward in parallel", Cite: []string{"Cohere2024"}, Layers: full(0)})
	_ = register(&Architecture{Type: "olmo", Class: "OlmoConfig", Doc: "decoder", Cite: []string{"GroeneveldEtAl2024"}, Layers: full(0)})
	_ = register(&Architecture{Type: "olmo2", Class: "Olmo2Config", Doc: "decoder; norms after the layers", Cite: []string{"OLMo2025"}, Layers: full(0)})
	_ = register(&Architecture{Type: "granite", Class: "GraniteConfig", Doc: "decoder; multipliers are weights", Cite: []string{"IBM2024"}, Layers: full(0)})
	_ = also(&Architecture{Class: "GraniteMoeConfig", Doc: "granite with mixtures of experts", Cite: []string{"IBM2024"}, Layers: full(0)}, "granitemoe", "granitemoeshared")
	_ = register(&Architecture{Type: "nemotron", Class: "NemotronConfig", Doc: "decoder with grouped heads", Cite: []string{"NVIDIA2024"}, Layers: full(0)})
	_ = register(&Architecture{Type: "arcee", Class: "ArceeConfig", Doc: "decoder with grouped heads", Cite: []string{"Arcee2025"}, Layers: full(0)})
	_ = register(&Architecture{Type: "apertus", Class: "ApertusConfig", Doc: "decoder with grouped heads", Cite: []string{"SwissAI2025"}, Layers: full(0)})
	_ = register(&Architecture{Type: "deepseek", Class: "DeepseekConfig (hub)", Doc: "the first DeepSeek-MoE: grouped heads, no latent", Cite: []string{"DaiEtAl2024"}, Layers: full(0)})
	_ = register(&Architecture{Type: "internlm2", Class: "InternLM2Config (hub)", Doc: "decoder with grouped heads", Cite: []string{"CaiEtAl2024"}, Layers: full(0)})
	_ = register(&Architecture{Type: "minicpm", Class: "MiniCPMConfig (hub)", Doc: "decoder with grouped heads", Cite: []string{"HuEtAl2024"}, Layers: full(0)})
	_ = register(&Architecture{Type: "bitnet", Class: "BitNetConfig", Doc: "decoder with ternary weights; its cache has the model's own type", Cite: []string{"MaEtAl2025"}, Layers: full(5)})
	_ = register(&Architecture{Type: "ernie4_5_moe", Class: "Ernie4_5_MoeConfig", Doc: "decoder with mixtures of experts", Cite: []string{"Baidu2025"}, Layers: full(4)})
	_ = register(&Architecture{Type: "seed_oss", Class: "SeedOssConfig", Doc: "decoder; head_dim is 128 in the class", Cite: []string{"ByteDance2025"}, Layers: glm(8)})
	_ = register(&Architecture{Type: "ernie4_5", Class: "Ernie4_5Config", Doc: "decoder; head_dim is 128 in the class", Cite: []string{"Baidu2025"}, Layers: glm(2)})
	_ = register(&Architecture{Type: "helium", Class: "HeliumConfig", Doc: "decoder; head_dim is 128 in the class", Cite: []string{"Kyutai2025"}, Layers: glm(20)})
	_ = register(&Architecture{Type: "olmoe", Class: "OlmoeConfig", Doc: "olmo with mixtures of experts", Cite: []string{"GroeneveldEtAl2024"}, Layers: full(0)})
	_ = register(&Architecture{Type: "stablelm", Class: "StableLmConfig", Doc: "decoder", Cite: []string{"BellagenteEtAl2024"}, Layers: full(32)})
	_ = register(&Architecture{Type: "glm", Class: "GlmConfig", Doc: "decoder with two key-value heads", Cite: []string{"GLM2024"}, Layers: glm(2)})
	_ = register(&Architecture{Type: "glm4", Class: "Glm4Config", Doc: "decoder with two key-value heads", Cite: []string{"GLM2024"}, Layers: glm(2)})
	_ = register(&Architecture{Type: "glm4_moe", Class: "Glm4MoeConfig", Doc: "glm4 with mixtures of experts", Cite: []string{"GLM2025"}, Layers: glm(8)})
)

// glm has head_dim 128 in the class; null is hidden_size / num_attention_heads, as in llama.
func glm(kvDefault int) func(c *Config) []Layer {
	return func(c *Config) []Layer {
		hidden := c.Need("hidden_size")
		depth, heads := c.Depth("num_hidden_layers"), c.Need("num_attention_heads")
		width := 128
		if _, _, stated := c.get("head_dim"); stated {
			width = c.headDim(hidden, heads)
		}
		return repeat(depth, c.kv(heads, c.kvHeads(kvDefault, heads), width, 0))
	}
}
