package audit

var _ = register(&Architecture{
	Type: "xlstm", Class: "xLSTMConfig", Doc: "mLSTM: a matrix, a normaliser and a running maximum for each head", Cite: []string{"BeckEtAl2024", "BeckEtAl2025"},
	Layers: func(c *Config) []Layer {
		hidden, heads := c.Int(4096, "hidden_size"), c.Int(8, "num_heads")
		depth := c.DepthOr(32, "num_hidden_layers")
		c.Same(hidden, "hidden_size, 4096 in the class,", "embedding_dim") // the class does not take them from the other names
		c.Same(depth, "num_hidden_layers, 32 in the class,", "num_blocks")
		round := func(n int) int { return (n + 63) / 64 * 64 }
		qk, v := round(c.Times(hidden, "0.5", "qk_dim_factor")), round(c.Times(hidden, "1", "v_dim_factor"))
		k, w := c.Divides(qk, "query width", heads, "num_heads"), c.Divides(v, "value width", heads, "num_heads")
		c.Same(64, "the class rounds widths up to multiples", "mlstm_round_up_to_multiple_of")
		c.Same(w, "the value width / num_heads", "head_dim")
		pass, ok := ParseDtype(c.Text("float32", "inference_state_dtype"))
		if !ok {
			c.fail("field %q: want one of %v", "inference_state_dtype", Dtypes())
		}
		c.read["mode"], c.read["eps"] = true, true // training or inference; a constant of the normaliser
		part := func(name string, n int, formula string) Part {
			return Part{Name: name, Elements: n, Formula: formula, Pass: pass, Stored: "bfloat16", State: true}
		}
		c.note("transformers' xLSTMCache keeps the state in bfloat16 unless told otherwise; inside a pass it has inference_state_dtype")
		return repeat(depth, Layer{Kind: "mLSTM", Rank: heads * k, Scan: c.Int(64, "chunk_size"), Fixed: []Part{
			part("matrix", heads*k*w, "heads x query width x value width"), part("normaliser", heads*k, "heads x query width"), part("running maximum", heads, "heads"),
		}})
	},
})
