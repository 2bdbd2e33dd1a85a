package audit

var (
	_ = register(slidingAll("mistral", "MistralConfig", sizes{4096, 32, 32, 8, 0, 0}, 4096, "decoder with grouped heads; every layer slides over sliding_window tokens, null: none does", "JiangEtAl2023"))
	_ = register(slidingAll("mixtral", "MixtralConfig", sizes{4096, 32, 32, 8, 0, 0}, 0, "mistral with mixtures of experts; experts are token-local and carry nothing", "JiangEtAl2024"))
	_ = register(slidingAll("phimoe", "PhimoeConfig", sizes{4096, 32, 32, 8, 0, 0}, 0, "phi3 with mixtures of experts", "AbdinEtAl2024"))
	_ = register(slidingAll("starcoder2", "Starcoder2Config", sizes{3072, 30, 24, 2, 0, 0}, 0, "decoder with grouped heads, every layer slides", "LozhkovEtAl2024"))
	_ = register(slidingAll("phi3", "Phi3Config", sizes{3072, 32, 32, 0, 0, 0}, 0, "decoder; every layer slides if sliding_window is stated", "AbdinEtAl2024"))
)

// slidingAll is a decoder in which every layer sees the last sliding_window tokens.
func slidingAll(name, class string, size sizes, window int, doc string, cite ...string) *Architecture {
	return &Architecture{Type: name, Class: class, Doc: doc, Cite: cite, Layers: func(c *Config) []Layer {
		depth, heads, kv, width := c.decoder(size)
		w := c.window(window)
		return c.sliding(depth, heads, kv, width, w, func(int) bool { return w > 0 })
	}}
}
