package audit

var (
	_ = register(&Architecture{
		Type: "gemma", Class: "GemmaConfig", Doc: "decoder; head_dim (256 in the class) is independent of hidden_size", Cite: []string{"GemmaTeam2024"},
		Layers: func(c *Config) []Layer {
			c.Need("hidden_size")
			depth, heads := c.Depth("num_hidden_layers"), c.Need("num_attention_heads")
			return repeat(depth, c.kv(heads, c.kvHeads(16, heads), c.Int(256, "head_dim"), 0))
		},
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
			layers := c.gemma(35, 8, 2, 512, c.Int(5, "sliding_window_pattern", "_sliding_window_pattern"))
			if shared >= len(layers) && len(layers) > 0 {
				c.fail("num_kv_shared_layers = %d, but there are %d layers", shared, len(layers))
				return nil
			}
			for i := max(0, len(layers)-shared); i < len(layers); i++ {
				layers[i].Cached = nil
			}
			return layers
		},
	}, "gemma3n", "gemma3n_text")
)

// gemma is a decoder whose every period-th layer is full, the others slide.
func (c *Config) gemma(depth, heads, kv, window, period int) []Layer {
	c.Int(1, "hidden_size")
	depth, heads = c.DepthOr(depth, "num_hidden_layers"), c.Int(heads, "num_attention_heads")
	kv, width, w := c.kvHeads(kv, heads), c.Int(256, "head_dim"), c.window(window)
	c.Same(w, "sliding_window", "sliding_window_size")
	return c.sliding(depth, heads, kv, width, w, except(every(period)))
}
