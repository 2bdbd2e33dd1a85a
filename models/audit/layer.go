package audit

import "slices"

// Layer is what one layer carries past a cut.
type Layer struct {
	Kind string // "attention", "mamba", ...
	// Fixed parts are carried whatever the context is.
	Fixed []Part
	// Cached is carried for each token, up to Window tokens (0: all).
	Cached []Part
	Window int
	// Chunked says that a query sees its own chunk only: t mod (Window + 1) tokens are carried after t.
	Chunked bool
	// Heads and Width are those of a softmax attention layer; 0 elsewhere.
	Heads, Width int
	// Rank bounds how many linearly independent values a linear reading can return; 0: not read linearly.
	Rank int
	// Scan is the number of tokens that an implementation handles at once; 0 or 1: token by token.
	Scan int
}

// Part is a count of numbers, with the formula in words and the type inside a
// forward pass and when stored between prefill and decoding.
type Part struct {
	Name         string
	Elements     int
	Formula      string
	Pass, Stored Dtype
	State        bool // a running sum, which --state-dtype narrows
	Beyond       bool // what an implementation stores beyond the information
}

// kv is an attention layer that caches the keys and values of its key-value heads.
func (c *Config) kv(heads, kv, width, window int) Layer {
	if heads%kv != 0 {
		c.fail("num_attention_heads = %d is no multiple of num_key_value_heads = %d", heads, kv)
	}
	l := Layer{Kind: "attention", Heads: heads, Width: width, Window: window}
	if window == 1 { // the query's own key is not of the past
		return l
	}
	l.Window, l.Cached = max(0, window-1), []Part{
		c.typed("keys", kv*width, "key-value heads x head width"),
		c.typed("values", kv*width, "key-value heads x head width"),
	}
	return l
}

// typed is a part in the model's own type.
func (c *Config) typed(name string, elements int, formula string) Part {
	return Part{Name: name, Elements: elements, Formula: formula, Pass: c.Dtype, Stored: c.Dtype}
}

// sum is a running sum in float32 inside a pass.
func sum(name string, elements int, formula string, stored Dtype) Part {
	return Part{Name: name, Elements: elements, Formula: formula, Pass: float32s, Stored: stored, State: true}
}

// repeat is n equal layers.
func repeat(n int, l Layer) []Layer { return slices.Repeat([]Layer{l}, n) }

// renamed are kinds of layers that transformers 5 saves under new names, and the old ones (remap_legacy_layer_types).
var renamed = map[string]string{"full_attention": "attention", "linear_attention": "mamba", "attention": "full_attention", "mamba": "linear_attention"}

// each makes a layer of every word of a pattern; a word that is in no case is refused.
func (c *Config) each(field string, pattern []string, kinds map[string]Layer) []Layer {
	var out []Layer
	for i, word := range pattern {
		l, ok := kinds[word]
		if !ok {
			l, ok = kinds[renamed[word]]
		}
		if !ok {
			c.fail("field %q: layer %d is of an unknown kind %q", field, i+1, clip(word))
			return nil
		}
		out = append(out, l)
	}
	return out
}

// sizes are what a class gives a decoder whose file omits them; 0: none, and the file must say so.
type sizes struct {
	hidden, depth, heads int
	kv                   int // key-value heads; 0: all heads
	width                int // head_dim; 0: hidden_size / num_attention_heads
	null                 int // head_dim where the file says null, as width
}

// stated is a number that the file of a model states. A wrapper's text model is written without what
// equals the class's default: there, def (0: none).
func (c *Config) stated(def int, names ...string) int {
	if c.nested && def > 0 {
		return c.Int(def, names...)
	}
	return c.Need(names...)
}

// kvHeads is num_key_value_heads: absent, the class's default (0: all heads); null, all heads.
func (c *Config) kvHeads(def, heads int) int {
	if _, v, there := c.get("num_key_value_heads"); there && v == nil || def == 0 || def > heads {
		def = heads
	}
	return c.Int(def, "num_key_value_heads")
}

// window is sliding_window: absent, the class's default; null or 0, the whole context.
func (c *Config) window(def int) int {
	if _, v, there := c.get("sliding_window"); there && v == nil {
		return 0
	}
	return c.Least(0, def, "sliding_window")
}

// decoder reads the sizes of a decoder in the style of Llama.
func (c *Config) decoder(class sizes) (depth, heads, kv, width int) {
	hidden := c.stated(class.hidden, "hidden_size")
	depth, heads = c.depth(c.stated(class.depth, "num_hidden_layers"), "num_hidden_layers"), c.stated(class.heads, "num_attention_heads")
	return depth, heads, c.kvHeads(class.kv, heads), c.headDim(hidden, heads, class.width, class.null)
}

// headDim is head_dim: absent, the class's (0: hidden_size / num_attention_heads, which must then be whole);
// null, that quotient, and at least null, since some classes keep their own width and vLLM divides.
func (c *Config) headDim(hidden, heads, absent, null int) int {
	_, v, there := c.get("head_dim")
	switch {
	case v != nil:
		return c.Int(1, "head_dim")
	case !there && absent > 0:
		return absent
	case there && null > 0:
		return max(null, hidden/heads)
	}
	return c.Divides(hidden, "hidden_size", heads, "num_attention_heads")
}

// full is a decoder whose attention sees the whole context, in every layer.
func full(class sizes) func(c *Config) []Layer {
	return func(c *Config) []Layer {
		depth, heads, kv, width := c.decoder(class)
		return repeat(depth, c.kv(heads, kv, width, 0))
	}
}

// sliding lays out a decoder with full and sliding layers: layer_types, or by(i), decides.
func (c *Config) sliding(depth, heads, kv, width, window int, slides func(i int) bool) []Layer {
	words := c.Pattern(depth, func(i int) string {
		if slides(i) {
			return "sliding_attention"
		}
		return "full_attention"
	}, "layer_types")
	if k := slices.Index(words, "sliding_attention"); k >= 0 && window == 0 {
		c.fail("layer_types says that layer %d slides, but sliding_window is null or 0", k+1)
	}
	l := c.kv(heads, kv, width, window)
	return c.each("layer_types", words, map[string]Layer{
		"sliding_attention": l, "full_attention": c.kv(heads, kv, width, 0),
	})
}

// every says whether the i-th layer (from 0) is a multiple of n, counted from 1.
func every(n int) func(i int) bool { return func(i int) bool { return (i+1)%n == 0 } }

// except is the contrary.
func except(f func(i int) bool) func(i int) bool { return func(i int) bool { return !f(i) } }

// mamba1 is a Mamba layer (Gu and Dao 2023): the scan runs in float32, the cache follows the model.
// Its output reads the state through one vector C of state_size numbers, common to all channels.
func (c *Config) mamba1(inner, state, conv int) Layer {
	return Layer{Kind: "mamba", Rank: state, Fixed: []Part{
		sum("state", inner*state, "d_inner x d_state", c.Dtype),
	}}.with(c.columns(inner, conv, "d_inner", "d_conv"))
}

// mamba2 is a Mamba-2 layer (Dao and Gu 2024). Each group of heads reads through its own C.
func (c *Config) mamba2(heads, width, groups, state, conv, scan int, stored Dtype) Layer {
	if heads%groups != 0 {
		c.fail("%d Mamba-2 heads are no multiple of n_groups = %d", heads, groups)
	}
	return Layer{Kind: "mamba2", Rank: groups * state, Scan: scan, Fixed: []Part{
		sum("state", heads*width*state, "heads x head width x d_state", stored),
	}}.with(c.columns(heads*width+2*groups*state, conv, "(heads x head width + 2 n_groups d_state)", "d_conv"))
}

// outer is a layer whose state is a matrix of keys by values for each head, read linearly by a query.
func (c *Config) outer(kind string, heads, key, value, scan int) Layer {
	return Layer{Kind: kind, Rank: heads * key, Scan: scan, Fixed: []Part{
		sum("state", heads*key*value, "heads x key width x value width", float32s),
	}}
}

// columns are what a short convolution keeps: the kernel - 1 inputs that later tokens read, and the one more that the
// caches of transformers and fla hold, which is dropped before it is read.
func (c *Config) columns(channels, kernel int, of, name string) []Part {
	more := c.typed("convolution, stored beyond it by transformers", channels, of+" x 1: the oldest of "+name+" columns")
	more.Beyond = true
	return []Part{c.typed("convolution", channels*(kernel-1), of+" x ("+name+" - 1)"), more}
}

// with adds parts that are carried whatever the context is.
func (l Layer) with(parts []Part) Layer {
	l.Fixed = append(slices.Clone(l.Fixed), parts...)
	return l
}

// withConv adds the inputs of short convolutions over channels.
func (c *Config) withConv(l Layer, channels, kernel int) Layer {
	return l.with(c.columns(channels, kernel, "channels", "kernel"))
}

// latent is multi-head latent attention: the compressed key-value vector and the rotated key, common to all heads.
func (c *Config) latent(heads, rank, rope, nope, value int) Layer {
	expanded := heads * (nope + rope + value)
	return Layer{Kind: "latent attention", Heads: heads, Width: value, Cached: []Part{
		c.typed("latent", rank, "kv_lora_rank, after the norm"),
		c.typed("rotated key", rope, "qk_rope_head_dim, common to all heads"),
		{Name: "stored beyond it by transformers", Elements: expanded - rank - rope, Formula: "heads x (qk_nope + qk_rope + v) - what is information", Pass: c.Dtype, Stored: c.Dtype, Beyond: true},
	}}
}
