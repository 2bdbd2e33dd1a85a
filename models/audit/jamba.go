package audit

var _ = register(&Architecture{
	Type: "jamba", Doc: "Mamba layers, with full attention in every attn_layer_period-th; experts are token-local and carry nothing", Cite: []string{"LieberEtAl2024"},
	Fields: decoder(need("attn_layer_period"), Field{Name: "attn_layer_offset"}, need("mamba_d_state"), need("mamba_d_conv"), need("mamba_expand")),
	Layers: func(c Config) ([]Layer, error) {
		attention := 0
		for i := range c.Int("num_hidden_layers") {
			if i%c.Int("attn_layer_period") == c.Int("attn_layer_offset") {
				attention++
			}
		}
		return []Layer{
			mamba1(c.Int("num_hidden_layers")-attention, c.Int("mamba_expand")*c.Int("hidden_size"), c.Int("mamba_d_state"), c.Int("mamba_d_conv")),
			softmax(attention, c.Int("num_attention_heads"), c.Int("num_key_value_heads"), c.Int("head_dim"), 0),
		}, nil
	},
})
