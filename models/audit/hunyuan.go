package audit

var _ = also(&Architecture{
	Class: "HunYuanMoEV1Config", Doc: "decoder with grouped heads; use_cla (layers that share keys and values) and use_mla are not known here", Cite: []string{"Tencent2025"},
	Layers: func(c *Config) []Layer {
		depth, heads, kv, width := c.decoder(sizes{4096, 32, 32, 0, 0, 0})
		c.Same(width, "the head width", "attention_head_dim")
		for _, name := range []string{"use_cla", "use_mla"} {
			if _, v, _ := c.get(name); !isFalse(v) {
				c.fail("field %q: %s: which layers own keys and values is not known here", name, show(v))
			}
		}
		c.read["cla_share_factor"] = true // without use_cla nobody reads it
		return repeat(depth, c.kv(heads, kv, width, 0))
	},
}, "hunyuan", "hunyuan_v1_dense", "hunyuan_v1_moe")
