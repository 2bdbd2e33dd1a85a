package trained

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"crosscut/internal/exact"
)

// projections are the maps that softmax attention begins and ends with, for num_heads heads of equal width;
// groups of them share the keys and values of one of kv/each heads.
type projections struct {
	hidden, heads, each int
	kv                  int       // numbers of a key, and of a value
	rope                []float64 // angles by position 1, one for each pair of numbers of a head; nil: none
	scale               float64
	query, key, val     *Matrix
	bq, bk, bv          []float64
	out                 *Matrix // nil: none
	bo                  []float64
}

var _ = register(&Architecture{
	Name: "attention",
	Doc: "softmax(scale q k^T) v in num_heads heads, over all tokens, or with causal over those read: query.weight, key.weight, value.weight (hidden_size rows), with bias query.bias, ..., " +
		"with out_proj out.weight, out.bias; scale is 1 unless it is stated, a number or 1/sqrt(d); num_key_value_heads share keys and values among groups of heads; with causal and rope, " +
		"numbers i and i + d/2 of queries and keys are rotated by position rope_theta^(-2i/d), the first position being 0",
	Fields: []string{"causal", "num_heads", "num_key_value_heads", "scale", "bias", "out_proj", "rope", "rope_theta"},
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
	groups := cmp.Or(c.NumKVHeads, p.heads)
	if groups < 0 || p.heads%groups != 0 {
		return p, fmt.Errorf(`config.json: num_key_value_heads = %d does not divide num_heads = %d`, groups, p.heads)
	}
	p.kv = groups * p.each
	if p.rope, err = c.angles(p.each); err != nil {
		return p, err
	}
	if err := r.matrices(place{&p.query, "query.weight", p.hidden, r.inputs}, place{&p.key, "key.weight", p.kv, r.inputs}, place{&p.val, "value.weight", p.kv, r.inputs}); err != nil {
		return p, err
	}
	none := c.Bias == nil || !*c.Bias
	for _, b := range []struct {
		to   *[]float64
		name string
		n    int
	}{{&p.bq, "query.bias", p.hidden}, {&p.bk, "key.bias", p.kv}, {&p.bv, "value.bias", p.kv}} {
		if *b.to, err = r.vector(none, b.name, b.n); err != nil {
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

// angles are those of rope by which position 1 turns each pair of the d numbers of a head.
func (c *LayerConfig) angles(d int) ([]float64, error) {
	theta := c.RopeTheta
	switch {
	case !c.Rope && theta != 0:
		return nil, errors.New(`config.json: field "rope_theta": nothing is rotated without "rope": true`)
	case !c.Rope:
		return nil, nil
	case !c.Causal:
		return nil, errors.New(`config.json: field "rope": attention over all tokens has no rotation here: state "causal": true`)
	case d%2 != 0:
		return nil, fmt.Errorf(`config.json: field "rope": heads of %d numbers cannot be rotated in pairs`, d)
	case theta == 0:
		theta = 10000
	}
	if !(theta >= 1 && theta <= 1e9) {
		return nil, fmt.Errorf(`config.json: field "rope_theta": %v is outside 1..1e9`, theta)
	}
	out := make([]float64, d/2)
	for i := range out {
		out[i] = math.Pow(theta, -2*float64(i)/float64(d))
	}
	return out, nil
}

// turn rotates all heads of a query or key by its position, the first being 0.
func (p *projections) turn(x []float32, position int) []float32 {
	for i, angle := range p.rope {
		sin, cos := math.Sincos(angle * float64(position))
		for h := 0; h < len(x); h += p.each {
			a, b := float64(x[h+i]), float64(x[h+i+p.each/2])
			x[h+i] = float32(float64(a*cos) - float64(b*sin))
			x[h+i+p.each/2] = float32(float64(b*cos) + float64(a*sin))
		}
	}
	return x
}

// shared is where the keys and values of the head that begins at h begin.
func (p *projections) shared(h int) int { return h / p.each * (p.kv / p.each) / p.heads * p.each }

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

func (c *cacheCell) numbers(t int) int { return 2 * c.kv * t }

func (c *cacheCell) step(s []float32, x vec) []float32 {
	s = append(s, c.turn(rounded(c.key.times(x, c.bk)).val, len(s)/(2*c.kv))...)
	return append(s, rounded(c.val.times(x, c.bv)).val...)
}

func (c *cacheCell) emit(s []float32, x vec) []float32 {
	tokens := len(s) / (2 * c.kv)
	q := c.turn(rounded(c.query.times(x, c.bq)).val, tokens-1)
	out := make([]float32, c.hidden)
	scores := make([]float64, tokens)
	for h := 0; h < c.hidden; h += c.each {
		top := 0.0
		for t := range scores {
			scores[t] = c.score(q[h:][:c.each], s[2*c.kv*t+c.shared(h):][:c.each])
			if t == 0 || scores[t] > top {
				top = scores[t]
			}
		}
		z, sum := 0.0, make([]float64, c.each)
		for t, score := range scores {
			w := exact.Exp(score - top)
			z += w
			for k := range sum {
				sum[k] += float64(w * float64(s[2*c.kv*t+c.kv+c.shared(h)+k]))
			}
		}
		for k, v := range sum {
			out[h+k] = float32(v / z)
		}
	}
	return c.finish(out)
}
