package audit

var _ = register(&Architecture{
	Type: "rwkv", Doc: "RWKV-4: a weighted average as numerator, denominator and largest exponent, and the previous token at both mixers", Cite: []string{"PengEtAl2023"},
	Fields: []Field{need("hidden_size"), or("attention_hidden_size", same("hidden_size")), need("num_hidden_layers")},
	Layers: func(c Config) ([]Layer, error) {
		h, a := c.Int("hidden_size"), c.Int("attention_hidden_size")
		return []Layer{{Kind: "rwkv", Count: c.Int("num_hidden_layers"), Fixed: []Part{
			{Name: "previous token, time mixing", Elements: h, Formula: "hidden_size"},
			{Name: "previous token, channel mixing", Elements: h, Formula: "hidden_size"},
			{Name: "numerator", Elements: a, Formula: "attention_hidden_size"},
			{Name: "denominator", Elements: a, Formula: "attention_hidden_size"},
			{Name: "largest exponent", Elements: a, Formula: "attention_hidden_size"},
		}}}, nil
	},
})
