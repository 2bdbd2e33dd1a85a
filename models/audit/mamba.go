package audit

var _ = register(&Architecture{
	Type: "mamba", Doc: "selective state-space layers with a short causal convolution before the state", Cite: []string{"GuDao2023"},
	Fields: []Field{
		need("hidden_size"), need("state_size"), need("num_hidden_layers"), need("conv_kernel"), need("expand"), or("intermediate_size", inner),
	},
	Layers: func(c Config) ([]Layer, error) {
		return []Layer{mamba1(c.Int("num_hidden_layers"), c.Int("intermediate_size"), c.Int("state_size"), c.Int("conv_kernel"))}, nil
	},
})

// inner is d_inner = expand x hidden_size.
func inner(c Config) (int, error) { return c.Int("expand") * c.Int("hidden_size"), nil }
