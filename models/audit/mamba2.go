package audit

import "slices"

var (
	_ = register(&Architecture{
		Type: "mamba2", Class: "Mamba2Config", Doc: "state-space duality: one scalar decay per head; the convolution covers x, B and C", Cite: []string{"DaoGu2024"},
		Claims: func(fields map[string]any) bool { return original(fields, "Mamba2") },
		Layers: func(c *Config) []Layer {
			hidden, depth := c.Need("hidden_size", "d_model"), c.Depth("num_hidden_layers", "n_layer")
			inner := c.Times(hidden, "2", "expand")
			headsDefault, groups, width := 128, 8, 64
			if ssm, done := c.Object("ssm_cfg"); len(ssm.fields) > 0 {
				inner, width, groups = ssm.Times(hidden, "2", "expand"), ssm.Int(64, "headdim"), ssm.Int(1, "ngroups")
				if layer := ssm.Text("Mamba2", "layer"); layer != "Mamba2" {
					c.fail(`fields "model_type" and "ssm_cfg.layer" contradict each other: %s and %s`, c.Type, clip(layer))
				}
				headsDefault = c.Divides(inner, "expand x d_model", width, "headdim")
				l := c.mamba2(headsDefault, width, groups, ssm.Int(128, "d_state"), ssm.Int(4, "d_conv"), ssm.Int(256, "chunk_size"), c.Dtype)
				done()
				c.read["d_intermediate"] = true
				for _, name := range []string{"attn_layer_idx", "attn_cfg"} {
					if _, v, _ := c.get(name); !isEmpty(v) {
						c.fail("field %q: attention layers beside Mamba's are not known here", name)
					}
				}
				return repeat(depth, l)
			}
			heads, width := c.Int(headsDefault, "num_heads"), c.Int(width, "head_dim")
			if heads*width != inner {
				c.fail("expand x hidden_size = %d, but num_heads x head_dim = %d x %d", inner, heads, width)
			}
			c.Same(inner, "expand x hidden_size", "intermediate_size", "d_inner")
			return c.only(depth, c.mamba2(heads, width, c.Int(groups, "n_groups"), c.Int(128, "state_size"), c.Int(4, "conv_kernel"), c.Int(256, "chunk_size"), c.Dtype))
		},
	})
	_ = register(&Architecture{
		Type: "bamba", Class: "BambaConfig", Doc: "Mamba-2 layers, with full attention in the layers of attn_layer_indices (counted from 0)", Cite: []string{"IBM2024bamba"},
		Layers: func(c *Config) []Layer {
			depth, heads, kv, width := c.decoder(sizes{kv: 8})
			attends := c.Indices(depth, 0, "attn_layer_indices")
			by := func(i int) string {
				if attends != nil && attends[i] {
					return "attention"
				}
				return "mamba"
			}
			words := c.Pattern(depth, by, "layer_types", "layers_block_type")
			c.agree("layer_types", words, by, "attn_layer_indices")
			c.agree("layers_block_type", words, by, "attn_layer_indices")
			return c.each("layer_types", words, map[string]Layer{"attention": c.kv(heads, kv, width, 0), "mamba": c.hybridMamba(c.Need("hidden_size"), 0)})
		},
	})
	_ = register(&Architecture{
		Type: "granitemoehybrid", Class: "GraniteMoeHybridConfig", Doc: "Mamba-2 layers and full attention as layer_types says; absent: all Mamba-2", Cite: []string{"IBM2025"},
		Layers: func(c *Config) []Layer {
			depth, heads, kv, width := c.decoder(sizes{})
			words := c.Pattern(depth, func(int) string { return "mamba" }, "layer_types", "layers_block_type")
			return c.each("layer_types", words, map[string]Layer{"attention": c.kv(heads, kv, width, 0), "mamba": c.hybridMamba(c.Need("hidden_size"), 0)})
		},
	})
	_ = register(&Architecture{
		Type: "falcon_h1", Class: "FalconH1Config", Doc: "every layer has both full attention and Mamba-2 heads", Cite: []string{"ZuoEtAl2025"},
		Layers: func(c *Config) []Layer {
			hidden, depth, heads := c.Int(4096, "hidden_size"), c.DepthOr(32, "num_hidden_layers"), c.Int(32, "num_attention_heads")
			l := c.kv(heads, c.kvHeads(8, heads), c.headDim(hidden, heads, 0, 0), 0)
			inner := 1024
			if _, v, there := c.get("mamba_d_ssm"); there && v == nil {
				inner = 0
			}
			m := c.hybridMamba(hidden, c.Least(0, inner, "mamba_d_ssm"))
			l.Kind, l.Fixed, l.Scan = "attention and mamba2", m.Fixed, m.Scan
			return repeat(depth, l)
		},
	})
	_ = register(&Architecture{
		Type: "zamba2", Class: "Zamba2Config", Doc: "Mamba-2 in all layers; hybrid layers add shared attention on [h; embedding], with caches of their own", Cite: []string{"GloriosoEtAl2024"},
		Layers: func(c *Config) []Layer {
			hidden, depth, heads := c.Int(2560, "hidden_size"), c.DepthOr(54, "num_hidden_layers"), c.Int(32, "num_attention_heads")
			c.Same(2*hidden, "2 hidden_size", "attention_hidden_size")
			width := c.Divides(2*hidden, "2 hidden_size", heads, "num_attention_heads")
			c.Same(width, "2 hidden_size / num_attention_heads", "attention_head_dim", "head_dim")
			kv := c.kvHeads(0, heads)
			inner := c.Times(hidden, "2", "mamba_expand")
			mHeads := c.Int(8, "n_mamba_heads")
			head := c.Int(c.Divides(inner, "mamba_expand x hidden_size", mHeads, "n_mamba_heads"), "mamba_headdim")
			if head*mHeads != inner {
				c.fail("mamba_expand x hidden_size = %d, but n_mamba_heads x mamba_headdim = %d x %d", inner, mHeads, head)
			}
			state := c.Int(64, "mamba_d_state")
			c.Same(state, "mamba_d_state", "state_size")
			m := c.mamba2(mHeads, head, c.Int(1, "mamba_ngroups"), state, c.Int(4, "mamba_d_conv"), c.Int(256, "chunk_size"), c.Dtype)
			hybrid := c.kv(heads, kv, width, 0)
			hybrid.Kind, hybrid.Fixed, hybrid.Scan = "attention and mamba2", m.Fixed, m.Scan
			named := c.Indices(depth, 0, "hybrid_layer_ids")
			c.Same(kv, "num_key_value_heads", "num_query_groups")
			c.read["kv_channels"] = true // the class derives it and does not use it
			words := c.Pattern(depth, func(i int) string {
				if named == nil && depth == 54 && slices.Contains([]int{6, 12, 18, 24, 30, 36, 42, 47, 51}, i) {
					return "hybrid"
				}
				if named != nil {
					return map[bool]string{true: "hybrid", false: "mamba"}[named[i]]
				}
				if depth != 54 && i == 0 {
					c.missing = append(c.missing, "layers_block_type")
				}
				return "mamba"
			}, "layers_block_type")
			for i, word := range words {
				if named != nil && i < depth && named[i] != (word == "hybrid") {
					c.fail("layer %d is %q in layers_block_type, and hybrid_layer_ids says otherwise", i, clip(word))
				}
			}
			return c.each("layers_block_type", words, map[string]Layer{"mamba": m, "hybrid": hybrid})
		},
	})
	_ = register(&Architecture{
		Type: "nemotron_h", Class: "NemotronHConfig", Doc: "hybrid_override_pattern: M Mamba-2, * full attention, - feed-forward, E experts", Cite: []string{"NVIDIA2025"},
		Layers: func(c *Config) []Layer {
			c.Int(4096, "hidden_size")
			heads := c.Int(32, "num_attention_heads")
			stored := c.Text("float32", "mamba_ssm_cache_dtype")
			d, ok := ParseDtype(stored)
			if !ok {
				c.fail("field %q: %q: want one of %v", "mamba_ssm_cache_dtype", clip(stored), Dtypes())
			}
			c.read["expand"], c.read["mamba_expand"] = true, true // not used for the width
			kv := c.kvHeads(8, heads)
			c.Same(kv, "num_key_value_heads", "num_query_groups")
			kinds := map[string]Layer{
				"mamba":     c.mamba2(c.Int(128, "mamba_num_heads"), c.Int(64, "mamba_head_dim"), c.Int(8, "n_groups", "mamba_n_groups"), c.Int(128, "ssm_state_size"), c.Int(4, "conv_kernel", "mamba_d_conv"), c.Int(128, "chunk_size", "mamba_chunk_size"), d),
				"attention": c.kv(heads, kv, c.Int(128, "attention_head_dim", "head_dim"), 0), "mlp": {Kind: "feed-forward"}, "moe": {Kind: "experts"},
			}
			words := c.List("layers_block_type", "layer_types") // transformers 5 saves the pattern so
			pattern := c.Text("M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-", "hybrid_override_pattern")
			if len(pattern) > maxLayers {
				c.fail("field %q names more than %d layers", "hybrid_override_pattern", maxLayers)
				return nil
			}
			var letters []string
			for _, r := range pattern {
				word, ok := map[rune]string{'M': "mamba", '*': "attention", '-': "mlp", 'E': "moe"}[r]
				if !ok {
					word = string(r)
				}
				letters = append(letters, word)
			}
			switch listed := len(words); {
			case listed == 0:
				words = letters
			case c.has("hybrid_override_pattern") && listed != len(letters):
				c.fail("fields %q and %q contradict each other: %d and %d layers", "layers_block_type", "hybrid_override_pattern", listed, len(letters))
				return nil
			default:
				for _, list := range []string{"layers_block_type", "layer_types"} {
					c.agree(list, words, func(i int) string { return letters[i] }, "hybrid_override_pattern")
				}
			}
			c.Same(len(words), "the number of layers that are listed", "num_hidden_layers")
			return c.each("hybrid_override_pattern", words, kinds)
		},
	})
)

// hybridMamba reads the mamba_* fields that Bamba, Granite and Falcon-H1 share; inner 0 is mamba_expand x hidden_size.
func (c *Config) hybridMamba(hidden, inner int) Layer {
	if expand := c.Times(hidden, "2", "mamba_expand"); inner == 0 {
		inner = expand
	}
	heads := c.Int(128, "mamba_n_heads")
	width := c.Divides(inner, "the Mamba-2 width", heads, "mamba_n_heads")
	if c.fields["mamba_d_head"] != "auto" {
		c.Same(width, "the Mamba-2 width / mamba_n_heads", "mamba_d_head")
	}
	c.read["mamba_d_head"] = true
	return c.mamba2(heads, width, c.Int(1, "mamba_n_groups"), c.Int(256, "mamba_d_state"), c.Int(4, "mamba_d_conv"), c.Int(256, "mamba_chunk_size"), c.Dtype)
}
