package audit

var (
	_ = register(&Architecture{
		Type: "mamba", Class: "MambaConfig", Doc: "selective state-space layers with a short causal convolution before the state", Cite: []string{"GuDao2023"},
		Claims: func(fields map[string]any) bool { return original(fields, "Mamba1") },
		Layers: func(c *Config) []Layer { return c.selective(true) },
	})
	_ = register(&Architecture{
		Type: "falcon_mamba", Class: "FalconMambaConfig", Doc: "mamba with norms; intermediate_size, not expand, is its width", Cite: []string{"ZuoEtAl2024"},
		Layers: func(c *Config) []Layer { return c.selective(false) },
	})
)

// original says that a config is of the state-spaces repository, which states no model_type.
func original(fields map[string]any, layer string) bool {
	cfg, ok := fields["ssm_cfg"].(object)
	if !ok || fields["d_model"] == nil || fields["n_layer"] == nil {
		return false
	}
	got, stated := cfg["layer"].(string)
	return got == layer || !stated && layer == "Mamba1"
}

// selective reads a Mamba model; bound says that its width is expand x hidden_size.
func (c *Config) selective(bound bool) []Layer {
	hidden := c.Need("hidden_size", "d_model")
	depth := c.Depth("num_hidden_layers", "n_layer", "n_layers")
	ssm, done := c.Object("ssm_cfg")
	if layer := ssm.Text("Mamba1", "layer"); layer != "Mamba1" {
		c.fail(`fields "model_type" and "ssm_cfg.layer" contradict each other: %s and %s`, c.Type, clip(layer))
	}
	state, conv, expand := c.Int(16, "state_size"), c.Int(4, "conv_kernel"), c.Times(hidden, "2", "expand")
	if len(ssm.fields) > 0 {
		state, conv, expand = ssm.Int(state, "d_state"), ssm.Int(conv, "d_conv"), ssm.Times(hidden, "2", "expand")
		c.Same(state, "ssm_cfg.d_state", "state_size")
		c.Same(conv, "ssm_cfg.d_conv", "conv_kernel")
	}
	done()
	if attention := c.List("attn_layer_idx"); attention != nil {
		c.fail(`field "attn_layer_idx": attention layers beside Mamba's are not known here`)
	}
	if a, _, _ := c.get("attn_cfg"); !isEmpty(c.fields[a]) {
		c.fail(`field "attn_cfg": attention layers beside Mamba's are not known here`)
	}
	inner := c.Int(expand, "intermediate_size", "d_inner")
	if c.fields["model_type"] == nil {
		inner = expand // the state-spaces field d_intermediate is a feed-forward width
		c.read["d_intermediate"] = true
	}
	if bound {
		c.Same(expand, "expand x hidden_size", "intermediate_size", "d_inner")
	}
	return c.only(depth, c.mamba1(inner, state, conv))
}

// only is a model of equal scan layers, which a file of transformers 5 also lists.
func (c *Config) only(depth int, l Layer) []Layer {
	return c.each("layer_types", c.Pattern(depth, func(int) string { return "mamba" }, "layer_types"), map[string]Layer{"mamba": l})
}
