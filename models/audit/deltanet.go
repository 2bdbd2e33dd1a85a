package audit

import "slices"

// pointwise are feature maps that keep the width of a key.
var pointwise = []string{"", "elu", "exp", "identity", "relu", "sigmoid", "silu", "swish", "tanh"}

// qwenLinear is a hybrid of gated DeltaNet layers and full attention, of the class's sizes.
func qwenLinear(class sizes) func(c *Config) []Layer {
	return func(c *Config) []Layer { return c.qwenLinear(class) }
}

func (c *Config) qwenLinear(class sizes) []Layer {
	hidden := c.Int(class.hidden, "hidden_size")
	depth, heads := c.DepthOr(class.depth, "num_hidden_layers"), c.Int(class.heads, "num_attention_heads")
	kHeads, vHeads := c.Int(16, "linear_num_key_heads"), c.Int(32, "linear_num_value_heads")
	k, v := c.Int(128, "linear_key_head_dim"), c.Int(128, "linear_value_head_dim")
	if vHeads%kHeads != 0 {
		c.fail("linear_num_value_heads = %d is no multiple of linear_num_key_heads = %d", vHeads, kHeads)
	}
	linear := c.withConv(c.outer("gated DeltaNet", vHeads, k, v, 64), 2*kHeads*k+vHeads*v, c.Int(4, "linear_conv_kernel_dim"))
	linear.Rank = kHeads * k // the value heads of a group share their key
	full := c.kv(heads, c.kvHeads(class.kv, heads), c.headDim(hidden, heads, class.width, class.null), 0)
	period := c.Int(4, "full_attention_interval")
	words := c.Pattern(depth, func(i int) string {
		if (i+1)%period == 0 {
			return "full_attention"
		}
		return "linear_attention"
	}, "layer_types")
	c.note("vLLM, and the cache of transformers 5.8 to 5.10, may keep the gated DeltaNet state in the model's type; float32 is the larger")
	return c.each("layer_types", words, map[string]Layer{"full_attention": full, "linear_attention": linear})
}

var (
	_ = also(&Architecture{Class: "Qwen3NextConfig", Doc: "three of four layers are gated DeltaNet, the fourth is full attention", Cite: []string{"YangKautzHatamizadeh2024"}, Layers: qwenLinear(sizes{2048, 48, 16, 2, 256, 256})}, "qwen3_next")
	_ = also(&Architecture{Class: "Qwen3_5TextConfig", Doc: "qwen3_next without experts; 4 key-value heads in the class", Cite: []string{"YangKautzHatamizadeh2024"}, Layers: qwenLinear(sizes{4096, 32, 16, 4, 256, 256})}, "qwen3_5", "qwen3_5_text")
	_ = also(&Architecture{Class: "Qwen3_5MoeTextConfig", Doc: "qwen3_5 with mixtures of experts", Cite: []string{"YangKautzHatamizadeh2024"}, Layers: qwenLinear(sizes{2048, 40, 16, 2, 256, 256})}, "qwen3_5_moe", "qwen3_5_moe_text")
	_ = register(&Architecture{
		Type: "gated_deltanet", Class: "fla GatedDeltaNetConfig", Doc: "gated delta rule: a matrix of keys by values for each head", Cite: []string{"YangKautzHatamizadeh2024"},
		Layers: func(c *Config) []Layer {
			hidden := c.Int(2048, "hidden_size")
			heads, k := c.Int(6, "num_heads"), c.Int(256, "head_dim")
			vHeads := c.Int(heads, "num_v_heads")
			v := c.Times(k, "2", "expand_v")
			l := c.outer("gated DeltaNet", vHeads, k, v, 64)
			l.Rank = heads * k
			if c.Bool(true, "use_short_conv") {
				l = c.withConv(l, 2*heads*k+vHeads*v, c.Int(4, "conv_size"))
			}
			return c.fla(hidden, c.DepthOr(21, "num_hidden_layers"), l)
		},
	})
	_ = also(&Architecture{
		Class: "fla DeltaNetConfig", Doc: "delta rule: a matrix of keys by values for each head; 4 heads, the earlier class, is the larger state", Cite: []string{"YangWangZhangShenKim2024"},
		Layers: func(c *Config) []Layer {
			hidden := c.Need("hidden_size")
			k, v, heads := c.Times(hidden, "1", "expand_k"), c.Times(hidden, "1", "expand_v"), c.Int(4, "num_heads")
			l := c.outer("DeltaNet", heads, c.Divides(k, "key width", heads, "num_heads"), c.Divides(v, "value width", heads, "num_heads"), 64)
			if c.Bool(true, "use_short_conv") {
				l = c.withConv(l, 2*k+v, c.Int(4, "conv_size"))
			}
			return c.fla(hidden, c.Depth("num_hidden_layers"), l)
		},
	}, "delta_net", "deltanet")
	_ = register(&Architecture{
		Type: "gla", Class: "fla GLAConfig", Doc: "gated linear attention: a matrix of keys by values for each head", Cite: []string{"YangWangShenPandaKim2024"}, Layers: linear("gated linear attention", 4, "0.5", "1"),
	})
	_ = register(&Architecture{
		Type: "retnet", Class: "fla RetNetConfig", Doc: "retention: a decayed matrix of keys by values for each head", Cite: []string{"SunEtAl2023"}, Layers: linear("retention", 8, "1", "2"),
	})
)

// linear is fla's linear attention with the class's defaults of num_heads, expand_k and expand_v.
func linear(kind string, heads int, expandK, expandV string) func(c *Config) []Layer {
	return func(c *Config) []Layer {
		hidden := c.Need("hidden_size")
		k, v, heads := c.Times(hidden, expandK, "expand_k"), c.Times(hidden, expandV, "expand_v"), c.Int(heads, "num_heads")
		c.Int(heads, "num_kv_heads") // shared keys and values are counted for every head: the larger
		l := c.outer(kind, heads, c.Divides(k, "key width", heads, "num_heads"), c.Divides(v, "value width", heads, "num_heads"), 64)
		if short, shared := c.Bool(false, "use_short_conv"), c.Bool(false, "share_conv_kernel"); short && shared {
			l = c.withConv(l, max(hidden, 2*k+v), c.Int(4, "conv_size")) // before or after the projections: the larger
		} else if short {
			l = c.withConv(l, 2*k+v, c.Int(4, "conv_size"))
		}
		if f := c.Text("", "feature_map"); !slices.Contains(pointwise, f) {
			c.fail("field %q: %q may widen the keys; known to act on each number: %v", "feature_map", clip(f), pointwise[1:])
		}
		return c.fla(hidden, c.Depth("num_hidden_layers"), l)
	}
}

// fla replaces the layers that attn names by softmax attention.
func (c *Config) fla(hidden, depth int, l Layer) []Layer {
	for _, name := range []string{"use_short_conv", "conv_size", "num_attention_heads", "head_dim"} {
		c.read[name] = true
	}
	layers := repeat(depth, l)
	a, done := c.Object("attn")
	if len(a.fields) > 0 {
		heads := a.Need("num_heads")
		kv, w := a.Int(heads, "num_kv_heads"), a.Least(0, 0, "window_size")
		attention := c.kv(heads, kv, a.Divides(hidden, "hidden_size", heads, "num_heads"), w)
		for i, in := range a.Indices(depth, 0, "layers") {
			if in {
				layers[i] = attention
			}
		}
	}
	done()
	return layers
}
