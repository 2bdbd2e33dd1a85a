package audit

var _ = register(&Architecture{
	Type: "gpt2", Doc: "decoder; every head has its own keys and values", Cite: []string{"RadfordWuChildLuanAmodeiSutskever2019"},
	Fields: []Field{need("n_embd"), need("n_layer"), need("n_head")},
	Layers: func(c Config) ([]Layer, error) {
		width, err := quotient("n_embd", "n_head")(c)
		return []Layer{softmax(c.Int("n_layer"), c.Int("n_head"), c.Int("n_head"), width, 0)}, err
	},
})
