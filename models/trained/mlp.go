package trained

import (
	"cmp"
	"fmt"
)

var mlpActivations = map[string]func(float64) float64{"": relu, "relu": relu, "silu": silu}

var _ = register(&Architecture{
	Name:   "mlp",
	Doc:    "two maps on one token, with relu or silu between (nonlinearity): up.weight (intermediate_size rows), up.bias, down.weight (hidden_size rows), down.bias; it carries nothing",
	Fields: []string{"intermediate_size", "nonlinearity", "bias"},
	Check: func(c *LayerConfig) error {
		if mlpActivations[c.Nonlinearity] == nil {
			return fmt.Errorf(`field "nonlinearity": %q: want relu or silu`, clip(c.Nonlinearity))
		}
		return nil
	},
	Build: func(r reader) ([]layer, int, error) {
		c := r.c
		wide := cmp.Or(c.IntermediateSize, 4*c.HiddenSize)
		var up, down *Matrix
		if err := r.matrices(place{&up, "up.weight", wide, r.inputs}, place{&down, "down.weight", c.HiddenSize, wide}); err != nil {
			return nil, 0, err
		}
		none := c.Bias != nil && !*c.Bias
		a, err := r.vector(none, "up.bias", wide)
		if err != nil {
			return nil, 0, err
		}
		b, err := r.vector(none, "down.bias", c.HiddenSize)
		f, width := mlpActivations[c.Nonlinearity], r.inputs
		return single(&mlpCell{localCell{}, func(x vec) []float32 {
			y := up.times(vec{val: x.dense(width)}, a)
			for k, v := range y {
				y[k] = f(v)
			}
			return rounded(down.times(rounded(y), b)).val
		}}, c.HiddenSize, err)
	},
})

type mlpCell struct {
	localCell
	apply func(x vec) []float32
}

func (c *mlpCell) emit(_ []float32, x vec) []float32 { return c.apply(x) }
