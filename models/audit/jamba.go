package audit

var _ = register(&Architecture{
	Type: "jamba", Class: "JambaConfig", Doc: "Mamba layers, with full attention in every attn_layer_period-th; experts are token-local and carry nothing", Cite: []string{"LieberEtAl2024"},
	Layers: func(c *Config) []Layer {
		depth, heads, kv, width := c.decoder(sizes{kv: 8})
		period, offset := c.Int(8, "attn_layer_period"), c.Least(0, 4, "attn_layer_offset")
		if offset >= period {
			c.fail("attn_layer_offset = %d is not below attn_layer_period = %d", offset, period)
		}
		if _, v, there := c.get("attn_layer_offset"); there && v == nil {
			c.fail("field %q is null, and decides which layers attend (attn_layer_period = %d)", "attn_layer_offset", period)
		}
		by := func(i int) string {
			if i%period == offset {
				return "attention"
			}
			return "mamba"
		}
		words := c.Pattern(depth, by, "layers_block_type", "layer_types")
		c.agree("layers_block_type", words, by, "attn_layer_period", "attn_layer_offset")
		c.agree("layer_types", words, by, "attn_layer_period", "attn_layer_offset")
		inner := c.Times(c.Need("hidden_size"), "2", "mamba_expand")
		return c.each("layers_block_type", words, map[string]Layer{
			"attention": c.kv(heads, kv, width, 0), "mamba": c.mamba1(inner, c.Int(16, "mamba_d_state"), c.Int(4, "mamba_d_conv")),
		})
	},
})
