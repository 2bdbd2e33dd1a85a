package audit

var _ = register(&Architecture{
	Type: "falcon", Class: "FalconConfig", Doc: "decoder with one key-value head, or num_kv_heads in the new decoder architecture", Cite: []string{"AlmazroueiEtAl2023"},
	Layers: func(c *Config) []Layer {
		d, heads := c.Need("hidden_size", "n_embed"), c.Need("num_attention_heads", "n_head")
		width := c.Divides(d, "hidden_size", heads, "num_attention_heads")
		modern, one := c.Bool(false, "new_decoder_architecture"), c.Bool(true, "multi_query")
		stated := c.Int(heads, "num_kv_heads", "n_head_kv")
		kv := 1
		switch {
		case modern:
			kv = stated
		case !one:
			kv = heads
			c.Same(heads, "neither new_decoder_architecture nor multi_query, so num_attention_heads", "num_kv_heads", "n_head_kv")
		}
		l := c.kv(heads, kv, width, 0)
		if modern && kv < heads {
			l.Cached = append(l.Cached, Part{Name: "stored beyond it by transformers", Elements: 2 * (heads - kv) * width, Pass: c.Dtype, Stored: c.Dtype, Beyond: true,
				Formula: "2 (heads - num_kv_heads) x head width: keys and values are broadcast before they are cached"})
		}
		return repeat(c.Depth("num_hidden_layers", "n_layer"), l)
	},
})
