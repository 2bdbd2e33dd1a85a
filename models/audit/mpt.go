package audit

var _ = register(&Architecture{
	Type: "dbrx", Class: "DbrxConfig", Doc: "decoder with mixtures of experts; attn_config.kv_n_heads (1 in the class) shares keys and values", Cite: []string{"Databricks2024"},
	Layers: func(c *Config) []Layer {
		d, heads := c.Int(2048, "d_model", "hidden_size"), c.Int(16, "n_heads", "num_attention_heads")
		a, done := c.Object("attn_config")
		kv := a.Int(1, "kv_n_heads")
		a.read["model_type"] = true
		done()
		c.Same(kv, "attn_config.kv_n_heads", "num_key_value_heads")
		return repeat(c.DepthOr(24, "n_layers", "num_hidden_layers"), c.kv(heads, kv, c.Divides(d, "d_model", heads, "n_heads"), 0))
	},
})

var _ = register(&Architecture{
	Type: "mpt", Class: "MptConfig", Doc: "decoder with linear biases; attn_config.kv_n_heads shares keys and values", Cite: []string{"MosaicML2023"},
	Layers: func(c *Config) []Layer {
		d, heads := c.Need("d_model", "hidden_size"), c.Need("n_heads", "num_attention_heads")
		a, done := c.Object("attn_config")
		kv := a.Int(heads, "kv_n_heads")
		switch a.Text("multihead_attention", "attn_type") {
		case "multiquery_attention":
			kv = 1
		case "multihead_attention":
			a.Same(heads, "attn_type is multihead_attention and n_heads", "kv_n_heads")
		}
		for _, name := range []string{"alibi_bias_max", "attn_impl", "attn_pdrop", "attn_uses_sequence_id", "clip_qkv", "prefix_lm", "qk_ln", "softmax_scale", "rope", "model_type"} {
			a.read[name] = true
		}
		if a.Bool(false, "prefix_lm") {
			a.fail(`field "prefix_lm": true: a prefix is not read in order`)
		}
		done()
		return repeat(c.Depth("n_layers", "num_hidden_layers"), c.kv(heads, kv, c.Divides(d, "d_model", heads, "n_heads"), 0))
	},
})
