package audit

import "slices"

var (
	_ = register(&Architecture{
		Type: "gemma", Class: "GemmaConfig", Doc: "decoder; head_dim (256 in the class) is independent of hidden_size", Cite: []string{"GemmaTeam2024"},
		Layers: full(sizes{3072, 28, 16, 16, 256, 256}),
	})
	_ = register(&Architecture{
		Type: "gemma2", Class: "Gemma2Config", Doc: "gemma with a window in every second layer, the first one slides", Cite: []string{"GemmaTeam2024b"},
		Layers: func(c *Config) []Layer { return c.gemma(26, 8, 4, 4096, 2) },
	})
	_ = also(&Architecture{
		Class: "Gemma3TextConfig", Doc: "gemma with a window in five of six layers", Cite: []string{"GemmaTeam2025"},
		Layers: func(c *Config) []Layer {
			return c.gemma(26, 8, 4, 4096, c.Int(6, "sliding_window_pattern", "_sliding_window_pattern"))
		},
	}, "gemma3", "gemma3_text")
	_ = also(&Architecture{
		Class: "Gemma3nTextConfig", Doc: "gemma3 whose last num_kv_shared_layers layers read the caches of earlier ones", Cite: []string{"GemmaTeam2025"},
		Layers: func(c *Config) []Layer {
			shared := c.Least(0, 15, "num_kv_shared_layers")
			c.Same(5, "the class's period of full layers", "sliding_window_pattern", "_sliding_window_pattern")
			layers := c.gemma(35, 8, 2, 512, 5)
			own := max(0, len(layers)-shared)
			for i := own; i < len(layers); i++ {
				if !slices.ContainsFunc(layers[:own], func(l Layer) bool { return l.Window == layers[i].Window }) {
					c.fail("num_kv_shared_layers = %d: layer %d of %d has no earlier layer of its kind to share with", shared, i+1, len(layers))
					return nil
				}
				layers[i].Cached = nil
			}
			return layers
		},
	}, "gemma3n", "gemma3n_text")
)

// gemma is a decoder whose every period-th layer is full, the others slide.
func (c *Config) gemma(depth, heads, kv, window, period int) []Layer {
	hidden := c.Int(2304, "hidden_size")
	depth, heads = c.DepthOr(depth, "num_hidden_layers"), c.Int(heads, "num_attention_heads")
	kv, width, w := c.kvHeads(kv, heads), c.headDim(hidden, heads, 256, 256), c.window(window)
	c.Same(w, "sliding_window", "sliding_window_size")
	return c.sliding(depth, heads, kv, width, w, except(every(period)))
}
