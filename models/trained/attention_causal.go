package trained

import (
	"errors"

	"crosscut/internal/exact"
)

// projections are the maps that softmax attention begins and ends with, for num_heads heads of equal width.
type projections struct {
	hidden, heads, each int
	scale               float64
	query, key, val     *Matrix
	bq, bk, bv          []float64
	out                 *Matrix // nil: none
	bo                  []float64
}

var _ = register(&Architecture{
	Name: "attention",
	Doc: "softmax(scale q k^T) v in num_heads heads, over all tokens, or with causal over those read: query.weight, key.weight, value.weight (hidden_size rows), with bias query.bias, ..., " +
		"with out_proj out.weight, out.bias; scale is 1 unless it is stated, a number or 1/sqrt(d)",
	Fields: []string{"causal", "num_heads", "scale", "bias", "out_proj"},
	Build: func(r reader) ([]layer, int, error) {
		if !r.c.Causal {
			return nil, 0, errors.New(`config.json: attention over all tokens is no layer of a stack: state "causal": true`)
		}
		p, err := newProjections(r)
		return single(&cacheCell{p}, r.c.HiddenSize, err)
	},
})

func newProjections(r reader) (projections, error) {
	c := r.c
	p := projections{hidden: c.HiddenSize}
	var err error
	if p.heads, p.each, err = c.heads(p.hidden); err != nil {
		return p, err
	}
	if p.scale, err = c.scale(p.each); err != nil {
		return p, err
	}
	if err := r.matrices(place{&p.query, "query.weight", p.hidden, r.inputs}, place{&p.key, "key.weight", p.hidden, r.inputs}, place{&p.val, "value.weight", p.hidden, r.inputs}); err != nil {
		return p, err
	}
	none := c.Bias == nil || !*c.Bias
	for _, b := range []struct {
		to   *[]float64
		name string
	}{{&p.bq, "query.bias"}, {&p.bk, "key.bias"}, {&p.bv, "value.bias"}} {
		if *b.to, err = r.vector(none, b.name, p.hidden); err != nil {
			return p, err
		}
	}
	if c.OutProj {
		if err := r.matrices(place{&p.out, "out.weight", p.hidden, p.hidden}); err != nil {
			return p, err
		}
		p.bo, err = r.vector(none, "out.bias", p.hidden)
	}
	return p, err
}

// score is scale q k in one head.
func (p *projections) score(q, k []float32) float64 {
	sum := 0.0
	for c := range q {
		sum += float64(float64(q[c]) * float64(k[c]))
	}
	return p.scale * sum
}

// finish is the output projection, where there is one.
func (p *projections) finish(y []float32) []float32 {
	if p.out == nil {
		return y
	}
	return rounded(p.out.times(vec{val: y}, p.bo)).val
}

// cacheCell is causal attention as a fold: the state is the keys and values of all tokens read,
// token by token, and grows with them.
type cacheCell struct{ projections }

func (c *cacheCell) numbers(t int) int { return 2 * c.hidden * t }

func (c *cacheCell) step(s []float32, x vec) []float32 {
	s = append(s, rounded(c.key.times(x, c.bk)).val...)
	return append(s, rounded(c.val.times(x, c.bv)).val...)
}

func (c *cacheCell) emit(s []float32, x vec) []float32 {
	q := rounded(c.query.times(x, c.bq)).val
	tokens := len(s) / (2 * c.hidden)
	out := make([]float32, c.hidden)
	scores := make([]float64, tokens)
	for h := 0; h < c.hidden; h += c.each {
		top := 0.0
		for t := range scores {
			scores[t] = c.score(q[h:][:c.each], s[2*c.hidden*t+h:][:c.each])
			if t == 0 || scores[t] > top {
				top = scores[t]
			}
		}
		z, sum := 0.0, make([]float64, c.each)
		for t, score := range scores {
			w := exact.Exp(score - top)
			z += w
			for k := range sum {
				sum[k] += float64(w * float64(s[2*c.hidden*t+c.hidden+h+k]))
			}
		}
		for k, v := range sum {
			out[h+k] = float32(v / z)
		}
	}
	return c.finish(out)
}
