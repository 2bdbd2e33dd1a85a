package audit

var (
	_ = register(&Architecture{
		Type: "rwkv", Class: "RwkvConfig", Doc: "RWKV-4: a weighted average as numerator, denominator and largest exponent, and the previous token at both mixers", Cite: []string{"PengEtAl2023"},
		Layers: func(c *Config) []Layer {
			h := c.Need("hidden_size")
			a := c.Int(h, "attention_hidden_size")
			return repeat(c.Depth("num_hidden_layers"), Layer{Kind: "rwkv", Fixed: append(c.shifts(h),
				sum("numerator", a, "attention_hidden_size", float32s), sum("denominator", a, "attention_hidden_size", float32s), sum("largest exponent", a, "attention_hidden_size", float32s))})
		},
	})
	_ = register(&Architecture{
		Type: "rwkv5", Class: "Rwkv5Config", Doc: "RWKV-5: a matrix for each head of head_size channels", Cite: []string{"PengEtAl2024eagle"},
		Layers: func(c *Config) []Layer {
			c.read["model_version"] = true       // 5.0 to 5.2 differ in decays, not in shapes
			c.read["num_attention_heads"] = true // its name misleads: the heads are hidden_size / head_size
			return c.eagle(64)
		},
	})
	_ = register(&Architecture{
		Type: "rwkv6", Class: "Rwkv6Config and fla RWKV6Config", Doc: "RWKV-6: a matrix for each head, with a decay that depends on the token", Cite: []string{"PengEtAl2024eagle"},
		Layers: func(c *Config) []Layer {
			if !c.has("num_heads") && !c.has("expand_k") {
				c.read["num_attention_heads"] = true
				return c.eagle(64)
			}
			h, heads := c.Need("hidden_size"), c.Int(4, "num_heads")
			k, v := c.Divides(c.Times(h, "0.5", "expand_k"), "key width", heads, "num_heads"), c.Divides(c.Times(h, "1", "expand_v"), "value width", heads, "num_heads")
			l := c.outer("rwkv6", heads, k, v, 64)
			l.Fixed = append(l.Fixed, c.shifts(h)...)
			return c.fla(h, c.Depth("num_hidden_layers"), l)
		},
	})
	_ = register(&Architecture{
		Type: "rwkv7", Class: "fla RWKV7Config", Doc: "RWKV-7: a matrix for each head, under a generalised delta rule", Cite: []string{"PengEtAl2025goose"},
		Layers: func(c *Config) []Layer {
			h := c.Need("hidden_size")
			k := c.Int(64, "head_dim")
			heads := c.Divides(h, "hidden_size", k, "head_dim")
			c.Same(heads, "hidden_size / head_dim", "num_heads")
			v := h
			if _, w, _ := c.get("value_dim"); w != nil {
				if list, ok := w.([]any); ok && len(list) > 0 {
					if depth := c.Depth("num_hidden_layers"); len(list) != depth {
						c.fail("field %q names %d layers, but there are %d", "value_dim", len(list), depth)
					}
					for _, x := range list {
						if n, err := whole(x); err != nil || n != h {
							c.fail("field %q: %s: widths other than hidden_size = %d are not known here", "value_dim", show(w), h)
							break
						}
					}
				} else {
					v = c.Int(h, "value_dim")
				}
			}
			l := c.outer("rwkv7", heads, k, c.Divides(v, "value_dim", heads, "heads"), 64)
			l.Fixed = append(l.Fixed, c.shifts(h)...)
			return c.fla(h, c.Depth("num_hidden_layers"), l)
		},
	})
)

// shifts are the previous token at both mixers.
func (c *Config) shifts(hidden int) []Part {
	return []Part{c.typed("previous token, time mixing", hidden, "hidden_size"), c.typed("previous token, channel mixing", hidden, "hidden_size")}
}

// eagle is RWKV-5 or 6 as published: hidden_size / head_size heads of head_size x head_size.
func (c *Config) eagle(size int) []Layer {
	h := c.Need("hidden_size")
	a := c.Int(h, "attention_hidden_size")
	size = c.Int(size, "head_size")
	c.read["head_size_divisor"] = true
	l := c.outer(c.Type, c.Divides(a, "attention_hidden_size", size, "head_size"), size, size, 1)
	l.Fixed = append(l.Fixed, c.shifts(h)...)
	return repeat(c.Depth("num_hidden_layers"), l)
}
