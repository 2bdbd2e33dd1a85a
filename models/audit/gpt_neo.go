package audit

import (
	"encoding/json"
	"slices"
	"strings"
)

var _ = register(&Architecture{
	Type: "gpt_neo", Class: "GPTNeoConfig", Doc: "decoder; attention_types repeats a pattern of global layers and of local ones, which see window_size tokens", Cite: []string{"BlackEtAl2021"},
	Layers: func(c *Config) []Layer {
		hidden, depth, heads := c.Int(2048, "hidden_size"), c.DepthOr(24, "num_layers", "num_hidden_layers"), c.Int(16, "num_heads", "num_attention_heads")
		width := c.Divides(hidden, "hidden_size", heads, "num_heads")
		words := c.attentionTypes()
		if len(words) != depth {
			c.fail(`field "attention_types" names %d layers, but there are %d`, len(words), depth)
		}
		if stated := c.List("attention_layers"); stated != nil && !slices.Equal(stated, words) {
			c.fail(`fields "attention_types" and "attention_layers" contradict each other: %s and %s`, show(c.fields["attention_types"]), show(c.fields["attention_layers"]))
		}
		c.note("transformers stores the keys and values of all tokens of local layers too, and masks those outside the window")
		return c.each("attention_types", words, map[string]Layer{"global": c.kv(heads, heads, width, 0), "local": c.kv(heads, heads, width, c.Int(256, "window_size"))})
	},
})

// attentionTypes expands [[["global", "local"], 12]], which is the class's own, to a word for each layer.
func (c *Config) attentionTypes() []string {
	def := strings.Fields(strings.Repeat("global local ", 12))
	_, v, _ := c.get("attention_types")
	if v == nil {
		return def
	}
	var words []string
	groups, _ := v.([]any)
	for _, g := range groups {
		pair, _ := g.([]any)
		if len(pair) != 2 {
			words = nil
			break
		}
		names, _ := pair[0].([]any)
		times, _ := pair[1].(json.Number)
		n, err := whole(times)
		if err != nil || n < 1 || n > maxLayers || len(words)+n*len(names) > maxLayers {
			words = nil
			break
		}
		for range n {
			for _, name := range names {
				s, _ := name.(string)
				words = append(words, s)
			}
		}
	}
	if words == nil {
		c.fail(`field "attention_types": %s: want a list like [[["global", "local"], 12]]`, show(v))
		return def
	}
	return words
}
