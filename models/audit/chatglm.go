package audit

var (
	_ = register(&Architecture{
		Type: "chatglm", Class: "ChatGLMConfig (hub, ChatGLM2 and later)", Doc: "decoder; multi_query_group_num key-value heads of kv_channels", Cite: []string{"GLM2024"},
		Layers: func(c *Config) []Layer {
			if c.Bool(false, "position_encoding_2d") || c.has("inner_hidden_size") {
				c.fail("the first ChatGLM reads its prefix in both directions: no state stands between a prefix and the rest, and theorem 11 does not apply")
				return nil
			}
			for _, name := range []string{"quantization_bit", "pre_seq_len", "prefix_projection", "fp32_residual_connection"} {
				if _, v, _ := c.get(name); !isFalse(v) {
					c.fail("field %q: %s is not known here", name, show(v))
				}
			}
			c.Need("hidden_size")
			heads := c.Need("num_attention_heads")
			kv := heads
			if groups := c.Int(1, "multi_query_group_num"); c.Bool(false, "multi_query_attention") {
				kv = groups
			}
			return repeat(c.Depth("num_layers", "num_hidden_layers"), c.kv(heads, kv, c.Int(128, "kv_channels"), 0))
		},
	})
	_ = register(&Architecture{
		Type: "qwen", Class: "QWenConfig (hub)", Doc: "the first Qwen: every head has its own keys and values, of kv_channels", Cite: []string{"BaiEtAl2023"},
		Layers: func(c *Config) []Layer {
			c.Need("hidden_size")
			if _, v, _ := c.get("use_cache_quantization"); !isFalse(v) {
				c.fail("field %q: %s: its int8 cache has scales that are not known here", "use_cache_quantization", show(v))
			}
			heads, width := c.Need("num_attention_heads"), c.Int(128, "kv_channels")
			c.Same(heads*width, "num_attention_heads x kv_channels", "hidden_size") // it splits its projection at hidden_size
			return repeat(c.Depth("num_hidden_layers"), c.kv(heads, heads, width, 0))
		},
	})
)
