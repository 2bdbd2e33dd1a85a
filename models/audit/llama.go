package audit

// decoder lists the fields of decoders in the style of Llama, which share key-value
// heads between query heads.
func decoder(more ...Field) []Field {
	return append([]Field{
		need("hidden_size"), need("num_hidden_layers"), need("num_attention_heads"),
		or("num_key_value_heads", same("num_attention_heads")), or("head_dim", quotient("hidden_size", "num_attention_heads")),
	}, more...)
}

// decoderLayers are such a decoder's layers, all alike.
func decoderLayers(c Config, window int) []Layer {
	return []Layer{softmax(c.Int("num_hidden_layers"), c.Int("num_attention_heads"), c.Int("num_key_value_heads"), c.Int("head_dim"), window)}
}

// plainDecoder is a decoder whose attention sees the whole context.
func plainDecoder(name, doc string, cite ...string) *Architecture {
	return &Architecture{
		Type: name, Doc: doc, Cite: cite, Fields: decoder(),
		Layers: func(c Config) ([]Layer, error) { return decoderLayers(c, 0), nil },
	}
}

var (
	_ = register(plainDecoder("llama", "decoder with grouped key-value heads", "TouvronEtAl2023"))
	_ = register(plainDecoder("gemma", "decoder; head_dim is independent of hidden_size", "GemmaTeam2024"))
	_ = register(plainDecoder("phi", "decoder; num_key_value_heads defaults to num_attention_heads", "LiEtAl2023"))
)
