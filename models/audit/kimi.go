package audit

var _ = register(&Architecture{
	Type: "kimi_linear", Class: "KimiLinearConfig", Doc: "Kimi delta attention, with multi-head latent attention in the layers of full_attn_layers (counted from 1)", Cite: []string{"Kimi2025"},
	Layers: func(c *Config) []Layer {
		c.Need("hidden_size")
		depth, heads := c.Depth("num_hidden_layers"), c.Need("num_attention_heads")
		for _, name := range []string{"num_key_value_heads", "head_dim", "mla_use_nope"} {
			c.read[name] = true
		}
		full := c.latent(heads, c.Int(512, "kv_lora_rank"), c.Int(64, "qk_rope_head_dim"), c.Int(128, "qk_nope_head_dim"), c.Int(128, "v_head_dim"))
		a, done := c.Object("linear_attn_config")
		h, d := a.Int(32, "num_heads"), a.Int(128, "head_dim")
		kda := c.withConv(c.outer("Kimi delta attention", h, d, d, 64), 3*h*d, a.Int(4, "short_conv_kernel_size"))
		linear, softmax := a.Indices(depth, 1, "kda_layers"), a.Indices(depth, 1, "full_attn_layers")
		done()
		var layers []Layer
		for i := range depth {
			isLinear, isFull := linear != nil && linear[i], softmax != nil && softmax[i]
			if linear == nil && softmax == nil {
				isFull = (i+1)%4 == 0
				isLinear = !isFull
			}
			switch {
			case isLinear == isFull:
				c.fail("linear_attn_config: layer %d must be in exactly one of kda_layers and full_attn_layers", i+1)
				return nil
			case isFull:
				layers = append(layers, full)
			default:
				layers = append(layers, kda)
			}
		}
		return layers
	},
})
