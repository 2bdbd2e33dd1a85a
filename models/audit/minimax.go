package audit

var _ = also(&Architecture{
	Class: "MiniMaxConfig", Doc: "lightning attention (linear, decayed), with full attention where layer_types or attn_type_list says", Cite: []string{"MiniMax2025"},
	Layers: func(c *Config) []Layer {
		hidden := c.Need("hidden_size")
		depth, heads := c.Depth("num_hidden_layers"), c.Need("num_attention_heads")
		width := c.headDim(hidden, heads, 0, 0)
		linear := Layer{Kind: "lightning attention", Rank: heads * width, Scan: c.Int(256, "block_size"), Fixed: []Part{
			{Name: "state", Elements: heads * width * width, Formula: "heads x head_dim x head_dim", Pass: c.Dtype, Stored: c.Dtype, State: true},
		}}
		c.note("the state is counted in the model's type, as transformers and vLLM keep it; the hub's own code and SGLang keep float32: --state-dtype float32 counts it so")
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
