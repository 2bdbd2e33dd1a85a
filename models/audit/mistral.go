package audit

// window is the sliding_window field: null or absent means the whole context.
var window = Field{Name: "sliding_window", Null: true, Default: constant(0)}

// windowed is a decoder in which every layer sees the last sliding_window tokens.
func windowed(name, doc string, cite ...string) *Architecture {
	return &Architecture{
		Type: name, Doc: doc, Cite: cite, Fields: decoder(window),
		Layers: func(c Config) ([]Layer, error) { return decoderLayers(c, c.Int("sliding_window")), nil },
	}
}

var (
	_ = register(windowed("mistral", "decoder with a sliding window: a layer's cache holds the last sliding_window tokens", "JiangEtAl2023"))
	_ = register(windowed("mixtral", "mistral with mixtures of experts after the attention; experts are token-local and carry nothing", "JiangEtAl2024"))
)
