package audit

import "fmt"

var _ = register(&Architecture{
	Type: "qwen2", Doc: "decoder with grouped key-value heads; use_sliding_window decides whether sliding_window is used", Cite: []string{"YangEtAl2024"},
	Fields: decoder(window, Field{Name: "use_sliding_window", Default: constant(0)}),
	Layers: func(c Config) ([]Layer, error) {
		if c.Int("use_sliding_window") != 0 {
			return nil, fmt.Errorf("use_sliding_window = true: which layers have a window depends on max_window_layers, whose meaning differs between versions")
		}
		return decoderLayers(c, 0), nil
	},
})
