package audit

var _ = also(&Architecture{
	Class: "MiniMaxConfig", Doc: "lightning attention (linear, decayed), with full attention where layer_types or attn_type_list says", Cite: []string{"MiniMax2025"},
	Layers: func(c *Config) []Layer {
		hidden := c.Need("hidden_size")
		depth, heads := c.Depth("num_hidden_layers"), c.Need("num_attention_heads")
		width := c.headDim(hidden, heads, 0, 0)
		linear := Layer{Kind: "lightning attention", Rank: heads * width, Scan: c.Int(256, "block_size"), Fixed: []Part{
			sum("state", heads*width*width, "heads x head_dim x head_dim", c.Dtype),
		}}
		c.note("the hub's own code and SGLang keep the state in float32, transformers and vLLM in the model's type; float32 is the larger")
		full := c.kv(heads, c.kvHeads(8, heads), width, 0)
		kinds := map[string]Layer{"0": linear, "1": full, "linear_attention": linear, "full_attention": full}
		list := c.List("attn_type_list")
		if n := len(list); n > 0 && n < depth && depth%n == 0 {
			c.note("attn_type_list names %d layers of %d: read as a pattern that repeats", n, depth)
			for i := n; i < depth; i++ {
				list = append(list, list[i-n])
			}
		}
		if list != nil && len(list) != depth {
			c.fail(`field "attn_type_list" names %d layers, but there are %d`, len(list), depth)
			return nil
		}
		return c.each("layer_types", c.Pattern(depth, func(i int) string {
			if list != nil {
				return list[i]
			}
			return map[bool]string{true: "full_attention", false: "linear_attention"}[i%2 == 0]
		}, "layer_types"), kinds)
	},
}, "minimax", "minimax_text_01")
