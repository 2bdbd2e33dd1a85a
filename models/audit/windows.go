package audit

import "strings"

// Decoders in which every fourth layer is full and the others slide.
var (
	_ = register(&Architecture{
		Type: "cohere2", Class: "Cohere2Config", Doc: "every fourth layer is full, the others slide", Cite: []string{"Cohere2025"},
		Layers: func(c *Config) []Layer {
			depth, heads, kv, width := c.decoder(sizes{8192, 40, 64, 0, 0, 0})
			if order := c.Text("local_attn_first", "order_of_interleaved_layers"); order != "local_attn_first" {
				c.fail("field %q: %q: known is local_attn_first", "order_of_interleaved_layers", clip(order))
			}
			return c.sliding(depth, heads, kv, width, c.window(4096), except(every(c.Int(4, "sliding_window_pattern", "_sliding_window_pattern", "layer_switch"))))
		},
	})
	_ = register(&Architecture{
		Type: "exaone4", Class: "Exaone4Config", Doc: "every fourth layer is full, the others slide; a pattern of letters L and G ends with a full layer", Cite: []string{"LG2025"},
		Layers: func(c *Config) []Layer {
			depth, heads, kv, width := c.decoder(sizes{4096, 32, 32, 32, 0, 0})
			w := c.window(4096)
			_, v, there := c.get("sliding_window_pattern")
			pattern, text := v.(string)
			switch {
			case w == 0 || there && v == nil: // the class: null means no sliding layer
				return c.sliding(depth, heads, kv, width, w, func(int) bool { return false })
			case !text:
				return c.sliding(depth, heads, kv, width, w, except(every(c.Int(4, "sliding_window_pattern"))))
			case strings.Trim(pattern, "LG") != "" || pattern == "":
				c.fail("field %q: %q: want letters L and G", "sliding_window_pattern", clip(pattern))
				return nil
			}
			return c.sliding(depth, heads, kv, width, w, func(i int) bool { return pattern[i%len(pattern)] == 'L' && i < depth-1 })
		},
	})
	_ = register(&Architecture{
		Type: "olmo3", Class: "Olmo3Config", Doc: "every fourth layer is full, the others slide", Cite: []string{"OLMo2025"},
		Layers: func(c *Config) []Layer {
			depth, heads, kv, width := c.decoder(sizes{4096, 32, 32, 0, 0, 0})
			return c.sliding(depth, heads, kv, width, c.window(4096), except(every(4)))
		},
	})
	_ = register(&Architecture{
		Type: "dots1", Class: "Dots1Config", Doc: "decoder with mixtures of experts; layers from max_window_layers (62 in the class) on slide", Cite: []string{"Rednote2025"},
		Layers: func(c *Config) []Layer {
			depth, heads, kv, width := c.decoder(sizes{4608, 62, 32, 32, 0, 0})
			w, from := c.window(4096), c.Least(0, 62, "max_window_layers")
			return c.sliding(depth, heads, kv, width, w, func(i int) bool { return w > 0 && i >= from })
		},
	})
	_ = register(&Architecture{
		Type: "smollm3", Class: "SmolLM3Config", Doc: "decoder; every fourth layer has no rotation; a window only with use_sliding_window, on layers without rotation", Cite: []string{"HuggingFace2025"},
		Layers: func(c *Config) []Layer {
			depth, heads, kv, width := c.decoder(sizes{2048, 36, 16, 4, 0, 0})
			period, rope, w := c.Int(4, "no_rope_layer_interval"), c.List("no_rope_layers"), c.window(0)
			if !c.Bool(false, "use_sliding_window") {
				w = 0
			}
			if rope != nil && len(rope) != depth {
				c.fail(`field "no_rope_layers" names %d layers, but there are %d`, len(rope), depth)
				return nil
			}
			return c.sliding(depth, heads, kv, width, w, func(i int) bool {
				return w > 0 && (rope != nil && rope[i] == "0" || rope == nil && (i+1)%period == 0)
			})
		},
	})
)
