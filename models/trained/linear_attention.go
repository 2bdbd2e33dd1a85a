package trained

import "crosscut/internal/exact"

// linearCell is causal linear attention with feature map elu + 1: the state is
// S (features x hidden), row by row, then z (features).
type linearCell struct {
	features, hidden int
	query, key, val  *Matrix
}

var _ = register(&Architecture{
	Name:   "linear-attention",
	Doc:    "ours: with phi = elu + 1, S = S + phi(k) v^T and z = z + phi(k); out = phi(q)^T S / phi(q)^T z; query.weight, key.weight (state_size rows), value.weight (hidden_size rows)",
	Fields: []string{"state_size"},
	Build: func(r reader) ([]layer, int, error) {
		c := &linearCell{features: max(r.c.StateSize, 1), hidden: r.c.HiddenSize}
		return single(c, c.hidden, r.matrices(place{&c.query, "query.weight", c.features, r.inputs}, place{&c.key, "key.weight", c.features, r.inputs}, place{&c.val, "value.weight", c.hidden, r.inputs}))
	},
})

func (c *linearCell) numbers(int) int { return c.features * (c.hidden + 1) }

// elu1 is elu(x) + 1: x + 1 above 0, e^x below.
func elu1(x float64) float64 {
	if x > 0 {
		return x + 1
	}
	return exact.Exp(x)
}

func (c *linearCell) step(s []float32, x vec) []float32 {
	keys, values := c.key.times(x, nil), c.val.times(x, nil)
	z := s[c.features*c.hidden:]
	for f := range keys {
		phi := elu1(keys[f])
		row := s[f*c.hidden:][:c.hidden]
		for h := range row {
			row[h] = float32(float64(row[h]) + float64(phi*values[h]))
		}
		z[f] = float32(float64(z[f]) + phi)
	}
	return s
}

func (c *linearCell) emit(s []float32, x vec) []float32 {
	queries := c.query.times(x, nil)
	num, den := make([]float64, c.hidden), 0.0
	z := s[c.features*c.hidden:]
	for f := range queries {
		phi := elu1(queries[f])
		for h := range num {
			num[h] += float64(phi * float64(s[f*c.hidden+h]))
		}
		den += float64(phi * float64(z[f]))
	}
	out := make([]float32, c.hidden)
	for h := range out {
		if den != 0 {
			out[h] = float32(num[h] / den)
		}
	}
	return out
}
