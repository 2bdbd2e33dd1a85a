package audit

var _ = register(&Architecture{
	Type: "kimi_linear", Class: "KimiLinearConfig", Doc: "Kimi delta attention, with multi-head latent attention in the layers of full_attn_layers (counted from 1)", Cite: []string{"Kimi2025"},
	Layers: func(c *Config) []Layer {
		c.Need("hidden_size")
		depth, heads := c.Depth("num_hidden_layers"), c.Need("num_attention_heads")
		for _, name := range []string{"num_key_value_heads", "head_dim", "qk_head_dim", "mla_use_nope"} {
			c.read[name] = true
		}
		full := c.latent(heads, c.Int(512, "kv_lora_rank"), c.Least(0, 64, "qk_rope_head_dim"), c.Int(128, "qk_nope_head_dim"), c.Int(128, "v_head_dim"))
		a, done := c.Object("linear_attn_config")
		h, d := a.Int(c.Int(32, "linear_num_heads"), "num_heads"), a.Int(c.Int(128, "linear_head_dim"), "head_dim")
		kda := c.withConv(c.outer("Kimi delta attention", h, d, d, 64), 3*h*d, a.Int(c.Int(4, "linear_conv_kernel_dim"), "short_conv_kernel_size"))
		linear, softmax := a.Indices(depth, 1, "kda_layers"), a.Indices(depth, 1, "full_attn_layers")
		done()
		if linear == nil && softmax == nil && !c.has("layer_types") {
			c.missing = append(c.missing, "linear_attn_config.full_attn_layers") // the hub's class makes all layers full, that of transformers every fourth
			return nil
		}
		by := func(i int) string {
			isLinear, isFull := linear != nil && linear[i], softmax != nil && softmax[i]
			switch {
			case linear == nil && softmax == nil:
				return "" // layer_types says it
			case isLinear == isFull:
				c.fail("linear_attn_config: layer %d must be in exactly one of kda_layers and full_attn_layers", i+1)
			case isFull:
				return "full_attention"
			}
			return "linear_attention"
		}
		words := c.Pattern(depth, by, "layer_types")
		if linear != nil || softmax != nil {
			c.agree("layer_types", words, by, "linear_attn_config")
		}
		return c.each("layer_types", words, map[string]Layer{"full_attention": full, "linear_attention": kda})
	},
})
