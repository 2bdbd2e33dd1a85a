package audit

var (
	_ = register(&Architecture{Type: "deepseek_v2", Class: "DeepseekV2Config", Doc: "multi-head latent attention: one latent and one rotated key a token, for all heads", Cite: []string{"DeepSeek2024"}, Layers: deepseek(32)})
	_ = also(&Architecture{Class: "DeepseekV3Config", Doc: "multi-head latent attention: one latent and one rotated key a token, for all heads", Cite: []string{"DeepSeek2024b"}, Layers: deepseek(128)}, "deepseek_v3", "kimi_k2")
)

func deepseek(headsDefault int) func(c *Config) []Layer {
	return func(c *Config) []Layer {
		c.Need("hidden_size")
		for _, name := range []string{"num_key_value_heads", "head_dim", "qk_head_dim"} {
			c.read[name] = true // without meaning: the latent is common to all heads
		}
		l := c.latent(c.Int(headsDefault, "num_attention_heads"), c.Int(512, "kv_lora_rank"), c.Int(64, "qk_rope_head_dim"), c.Int(128, "qk_nope_head_dim"), c.Int(128, "v_head_dim"))
		return repeat(c.Depth("num_hidden_layers"), l)
	}
}
