package audit

var _ = register(&Architecture{
	Type: "mamba2", Doc: "state-space duality: one scalar decay per head; the convolution covers x, B and C", Cite: []string{"DaoGu2024"},
	Fields: []Field{
		need("hidden_size"), need("state_size"), need("num_hidden_layers"), need("conv_kernel"), need("expand"),
		need("num_heads"), need("head_dim"), need("n_groups"),
	},
	Layers: func(c Config) ([]Layer, error) {
		width := c.Int("num_heads") * c.Int("head_dim")
		return []Layer{{Kind: "mamba2", Count: c.Int("num_hidden_layers"), Fixed: []Part{
			{Name: "state", Elements: width * c.Int("state_size"), Formula: "num_heads x head_dim x state_size"},
			{Name: "convolution", Elements: (width + 2*c.Int("n_groups")*c.Int("state_size")) * (c.Int("conv_kernel") - 1),
				Formula: "(num_heads x head_dim + 2 n_groups state_size) x (conv_kernel - 1)"},
		}}}, nil
	},
})
