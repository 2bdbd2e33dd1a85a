package audit

var (
	_ = register(&Architecture{Type: "llama", Class: "LlamaConfig", Doc: "decoder with grouped key-value heads", Cite: []string{"TouvronEtAl2023"}, Layers: full(sizes{4096, 32, 32, 0, 0, 0})})
	_ = also(&Architecture{
		Class: "Llama4TextConfig", Doc: "decoder; three of four layers attend within a chunk of attention_chunk_size tokens", Cite: []string{"Meta2025"},
		Layers: func(c *Config) []Layer {
			hidden, depth := c.Int(5120, "hidden_size"), c.DepthOr(48, "num_hidden_layers")
			heads := c.Int(40, "num_attention_heads")
			kv, width := c.kvHeads(8, heads), c.headDim(hidden, heads, 128, 0)
			rope := c.List("no_rope_layers")
			period := c.Int(4, "no_rope_layer_interval")
			if rope != nil && len(rope) != depth {
				c.fail(`field "no_rope_layers" names %d layers, but there are %d`, len(rope), depth)
				return nil
			}
			words := c.Pattern(depth, func(i int) string {
				if rope != nil && rope[i] == "0" || rope == nil && (i+1)%period == 0 {
					return "full_attention"
				}
				return "chunked_attention"
			}, "layer_types")
			chunk := c.kv(heads, kv, width, c.Int(8192, "attention_chunk_size"))
			chunk.Chunked = true
			if _, v, there := c.get("attention_chunk_size"); there && v == nil {
				chunk = c.kv(heads, kv, width, 0)
			}
			c.note("chunked layers carry t mod attention_chunk_size tokens past a cut after t, nothing at a chunk's end; claims count the most, attention_chunk_size - 1; transformers allocates as for a window")
			return c.each("layer_types", words, map[string]Layer{"full_attention": c.kv(heads, kv, width, 0), "chunked_attention": chunk})
		},
	}, "llama4", "llama4_text")
)
