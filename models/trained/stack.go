package trained

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

var _ = register(&Architecture{
	Name: "stack",
	Doc: "layers one after the other, each of an architecture of its own: tensors layers.K. and then their names; with residual, x + layer(x); with norm rms or layer, the norm of what comes in " +
		"(layers.K.norm.weight, and .bias for layer); with final_norm, one more at the end (norm.weight, norm.bias)",
	Fields: []string{"layers", "residual", "norm", "final_norm", "norm_eps"},
	Check: func(c *LayerConfig) error {
		if !slices.Contains([]string{"", "rms", "layer"}, c.Norm) {
			return fmt.Errorf(`field "norm": %q: want rms or layer`, clip(c.Norm))
		}
		if c.FinalNorm && c.Norm == "" {
			return errors.New(`field "final_norm": which norm? state "norm"`)
		}
		if len(c.Layers) == 0 || len(c.Layers) > maxLayers {
			return fmt.Errorf(`field "layers": %d layers are outside 1..%d`, len(c.Layers), maxLayers)
		}
		return nil
	},
	Build: func(r reader) ([]layer, int, error) {
		var out []layer
		width := r.inputs
		for k, raw := range r.c.Layers {
			where := fmt.Sprintf("layers[%d]", k)
			c, a, err := parseLayer(raw, r.c.HiddenSize)
			if err != nil {
				return nil, 0, fmt.Errorf("config.json: %s: %w", where, err)
			}
			if a.Name == "stack" {
				return nil, 0, fmt.Errorf("config.json: %s: a stack in a stack", where)
			}
			inner := reader{r.t, c, fmt.Sprintf("%slayers.%d.", r.prefix, k), width}
			layers, w, err := a.Build(inner)
			if err != nil {
				return nil, 0, fmt.Errorf("%s: %w", where, err)
			}
			if r.c.Residual || r.c.Norm != "" {
				if len(layers) != 1 || layers[0].back != nil {
					return nil, 0, fmt.Errorf("config.json: %s: residuals and norms stand around one layer that reads forward", where)
				}
				if r.c.Residual && w != width {
					return nil, 0, fmt.Errorf("config.json: %s: %d numbers come in and %d go out, so they cannot be added", where, width, w)
				}
				n, err := newNorm(inner, "norm.", r.c, width)
				if err != nil {
					return nil, 0, err
				}
				layers[0].forward = &blockCell{layers[0].forward, n, r.c.Residual, width}
			}
			out, width = append(out, layers...), w
		}
		if r.c.FinalNorm {
			n, err := newNorm(r, "norm.", r.c, width)
			if err != nil {
				return nil, 0, err
			}
			out = append(out, layer{forward: &localCell{n.apply}})
		}
		return out, width, nil
	},
})

// blockCell is x + inner(norm(x)), or without one of the two.
type blockCell struct {
	inner    cell
	norm     *norm
	residual bool
	width    int
}

func (c *blockCell) numbers(t int) int { return c.inner.numbers(t) }
func (c *blockCell) step(s []float32, x vec) []float32 {
	return c.inner.step(s, c.norm.vec(x, c.width))
}

func (c *blockCell) emit(s []float32, x vec) []float32 {
	y := c.inner.emit(s, c.norm.vec(x, c.width))
	if !c.residual {
		return y
	}
	out := x.dense(c.width)
	for k, v := range y {
		out[k] = float32(float64(out[k]) + float64(v))
	}
	return out
}

// localCell acts on one token and carries nothing.
type localCell struct{ f func(x []float32) []float32 }

func (c *localCell) numbers(int) int                   { return 0 }
func (c *localCell) step(s []float32, _ vec) []float32 { return s }
func (c *localCell) emit(_ []float32, x vec) []float32 { return c.f(x.dense(len(x.val))) }

// dense writes a vector of n numbers out, in memory of its own.
func (x vec) dense(n int) []float32 {
	if x.at == nil {
		return slices.Clone(x.val)
	}
	out := make([]float32, n)
	for k, at := range x.at {
		out[at] = x.val[k]
	}
	return out
}

// norm is nn.RMSNorm or nn.LayerNorm.
type norm struct {
	weight, bias []float64
	mean         bool // subtracted first
	eps          float64
}

func newNorm(r reader, name string, c *LayerConfig, width int) (*norm, error) {
	if c.Norm == "" {
		return nil, nil
	}
	n := &norm{mean: c.Norm == "layer", eps: c.eps()}
	var err error
	if n.weight, err = r.vector(false, name+"weight", width); err != nil {
		return nil, err
	}
	n.bias, err = r.vector(!n.mean, name+"bias", width)
	return n, err
}

// eps is what norms add to the mean square; 1e-5, as in nn.LayerNorm.
func (c *LayerConfig) eps() float64 { return cmp.Or(c.NormEps, 1e-5) }

// vec is the norm of what comes in; without a norm, the same.
func (n *norm) vec(x vec, width int) vec {
	if n == nil {
		return x
	}
	return vec{val: n.apply(x.dense(width))}
}

func (n *norm) apply(x []float32) []float32 {
	y := make([]float64, len(x))
	mean := 0.0
	for k, v := range x {
		y[k] = float64(v)
		mean += y[k] / float64(len(x))
	}
	if n.mean {
		for k := range y {
			y[k] -= mean
		}
	}
	rms(y, n.weight, n.eps)
	for k := range y {
		y[k] += n.bias[k]
	}
	return rounded(y).val
}

// rms divides by the root of the mean square plus eps and multiplies by the weights.
func rms(y, weight []float64, eps float64) {
	sum := 0.0
	for _, v := range y {
		sum += float64(v*v) / float64(len(y))
	}
	root := math.Sqrt(sum + eps)
	for k := range y {
		y[k] = y[k] / root * weight[k]
	}
}
