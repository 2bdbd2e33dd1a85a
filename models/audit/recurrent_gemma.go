package audit

import (
	"fmt"
	"slices"
)

var _ = register(&Architecture{
	Type: "recurrent_gemma", Doc: "gated linear recurrences with a short convolution, and local attention, in the pattern of block_types", Cite: []string{"DeEtAl2024"},
	Fields: []Field{
		need("hidden_size"), or("lru_width", same("hidden_size")), need("num_hidden_layers"), need("num_attention_heads"),
		or("num_key_value_heads", same("num_attention_heads")), or("head_dim", quotient("hidden_size", "num_attention_heads")),
		need("attention_window_size"), need("conv1d_width"),
	},
	Layers: func(c Config) ([]Layer, error) {
		if len(c.Blocks) == 0 {
			return nil, fmt.Errorf("field %q is missing, and decides what the model carries", "block_types")
		}
		if i := slices.IndexFunc(c.Blocks, func(b string) bool { return b != "recurrent" && b != "attention" }); i >= 0 {
			return nil, fmt.Errorf("block_types: unknown block %q: want recurrent or attention", clip(c.Blocks[i]))
		}
		attention := 0
		for i := range c.Int("num_hidden_layers") {
			if c.Blocks[i%len(c.Blocks)] == "attention" {
				attention++
			}
		}
		w := c.Int("lru_width")
		return []Layer{
			{Kind: "recurrent", Count: c.Int("num_hidden_layers") - attention, Fixed: []Part{
				{Name: "state", Elements: w, Formula: "lru_width"},
				{Name: "convolution", Elements: w * (c.Int("conv1d_width") - 1), Formula: "lru_width x (conv1d_width - 1)"},
			}},
			softmax(attention, c.Int("num_attention_heads"), c.Int("num_key_value_heads"), c.Int("head_dim"), c.Int("attention_window_size")),
		}, nil
	},
})
