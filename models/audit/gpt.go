package audit

var (
	_ = register(&Architecture{Type: "gpt2", Class: "GPT2Config", Doc: "decoder; every head has its own keys and values", Cite: []string{"RadfordWuChildLuanAmodeiSutskever2019"}, Layers: everyHead("n_embd", "n_layer", "n_head")})
	_ = register(&Architecture{
		Type: "gpt_bigcode", Class: "GPTBigCodeConfig", Doc: "gpt2 with one key-value head for all (multi_query)", Cite: []string{"LiEtAl2023starcoder"},
		Layers: func(c *Config) []Layer {
			hidden, heads := c.Need("n_embd", "hidden_size"), c.Need("n_head", "num_attention_heads")
			kv := heads
			if c.Bool(true, "multi_query") {
				kv = 1
			}
			c.Same(kv, "what multi_query says", "num_key_value_heads") // the class derives it, and saves it
			return repeat(c.Depth("n_layer", "num_hidden_layers"), c.kv(heads, kv, c.Divides(hidden, "n_embd", heads, "n_head"), 0))
		},
	})
	_ = register(&Architecture{Type: "codegen", Class: "CodeGenConfig", Doc: "gptj trained on programs", Cite: []string{"NijkampEtAl2022"}, Layers: everyHead("n_embd", "n_layer", "n_head")})
	_ = register(&Architecture{Type: "openai-gpt", Class: "OpenAIGPTConfig", Doc: "the first GPT; transformers keeps no cache for it and reads all tokens again", Cite: []string{"RadfordNarasimhan2018"}, Layers: everyHead("n_embd", "n_layer", "n_head")})
	_ = register(&Architecture{Type: "persimmon", Class: "PersimmonConfig", Doc: "decoder; every head has its own keys and values", Cite: []string{"Adept2023"}, Layers: everyHead("hidden_size", "num_hidden_layers", "num_attention_heads")})
	_ = register(&Architecture{Type: "baichuan", Class: "BaichuanConfig (hub)", Doc: "decoder; every head has its own keys and values", Cite: []string{"YangEtAl2023"}, Layers: everyHead("hidden_size", "num_hidden_layers", "num_attention_heads")})
	_ = register(&Architecture{
		Type: "gptj", Class: "GPTJConfig", Doc: "decoder; attention and feed-forward in parallel", Cite: []string{"WangKomatsuzaki2021"},
		Layers: func(c *Config) []Layer {
			if c.Dtype.Bits() < float32s.Bits() {
				c.note("transformers rotates keys in float32, and its later caches keep them so: they follow from the keys in the model's type, which count")
			}
			return everyHead("n_embd", "n_layer", "n_head")(c)
		},
	})
	_ = register(&Architecture{Type: "gpt_neox", Class: "GPTNeoXConfig", Doc: "decoder; every head has its own keys and values", Cite: []string{"BlackEtAl2022"}, Layers: everyHead("hidden_size", "num_hidden_layers", "num_attention_heads")})
	_ = register(&Architecture{Type: "opt", Class: "OPTConfig", Doc: "decoder; every head has its own keys and values", Cite: []string{"ZhangEtAl2022"}, Layers: everyHead("hidden_size", "num_hidden_layers", "num_attention_heads")})
	_ = register(&Architecture{Type: "bloom", Class: "BloomConfig", Doc: "decoder with linear biases; every head has its own keys and values", Cite: []string{"ScaoEtAl2022"}, Layers: everyHead("hidden_size", "n_layer", "n_head", "n_embed")})
)

// everyHead is a decoder in which every head has its own keys and values, in fields of these names.
func everyHead(hidden, layers, heads string, more ...string) func(c *Config) []Layer {
	return func(c *Config) []Layer {
		d := c.Need(append([]string{hidden, "hidden_size", "n_embd"}, more...)...)
		h := c.Need(heads, "num_attention_heads", "n_head")
		return repeat(c.Depth(layers, "num_hidden_layers", "n_layer"), c.kv(h, h, c.Divides(d, hidden, h, heads), 0))
	}
}
