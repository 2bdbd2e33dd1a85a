package trained

import (
	"fmt"
	"sync"

	"crosscut/internal/exact"
)

// cell is one direction of one recurrent layer. Its state is a list of float32
// numbers, rounded after every step; products and sums inside a step are float64,
// in a fixed order.
type cell interface {
	// numbers is the length of the state.
	numbers() int
	// step reads x; s is the state before, changed in place.
	step(s []float32, x vec)
	// emit is what the layer gives out, from the state after the step on x.
	emit(s []float32, x vec) []float32
}

// gates are the affine maps that PyTorch's recurrent cells share: W x + b_ih and
// U h + b_hh, for several gates stacked.
type gates struct {
	hidden int
	w, u   *Matrix
	bi, bh []float64
	pool   sync.Pool // of *scratch: a machine may run in several goroutines
}

// scratch holds the two affine maps of one step.
type scratch struct{ in, rec []float64 }

// newGates reads weight_ih_l0 and its companions: suffix is l0, l1_reverse, ....
func newGates(t *Tensors, suffix string, count, hidden, inputs int) (*gates, error) {
	g := &gates{hidden: hidden}
	g.pool.New = func() any { return &scratch{make([]float64, count*hidden), make([]float64, count*hidden)} }
	var err error
	if g.w, err = t.Matrix("cell.weight_ih_"+suffix, count*hidden, inputs); err != nil {
		return nil, err
	}
	if g.u, err = t.Matrix("cell.weight_hh_"+suffix, count*hidden, hidden); err != nil {
		return nil, err
	}
	bi, err := t.Matrix("cell.bias_ih_"+suffix, count*hidden, 0)
	if err != nil {
		return nil, err
	}
	bh, err := t.Matrix("cell.bias_hh_"+suffix, count*hidden, 0)
	if err != nil {
		return nil, err
	}
	g.bi, g.bh = bi.vector(), bh.vector()
	return g, nil
}

// apply computes both maps for input x and hidden state h. The caller gives the
// result back to the pool.
func (g *gates) apply(x vec, h []float32) *scratch {
	t := g.pool.Get().(*scratch)
	copy(t.in, g.bi)
	copy(t.rec, g.bh)
	g.w.addTo(t.in, x)
	g.u.addTo(t.rec, vec{val: h})
	return t
}

// rnnCell is nn.RNN: h' = tanh(W x + b + U h + c).
type rnnCell struct{ *gates }

func (c rnnCell) numbers() int { return c.hidden }

func (c rnnCell) step(s []float32, x vec) {
	t := c.apply(x, s)
	defer c.pool.Put(t)
	for k := range s {
		s[k] = float32(exact.Tanh(t.in[k] + t.rec[k]))
	}
}

func (c rnnCell) emit(s []float32, _ vec) []float32 { return s[:c.hidden] }

// gruCell is nn.GRU, gates r, z, n: n = tanh(in_n + r rec_n), h' = (1-z) n + z h.
type gruCell struct{ *gates }

func (c gruCell) numbers() int { return c.hidden }

func (c gruCell) step(s []float32, x vec) {
	t := c.apply(x, s)
	defer c.pool.Put(t)
	m := c.hidden
	for k := range s {
		r := exact.Sigmoid(t.in[k] + t.rec[k])
		z := exact.Sigmoid(t.in[m+k] + t.rec[m+k])
		n := exact.Tanh(t.in[2*m+k] + float64(r*t.rec[2*m+k]))
		s[k] = float32(float64((1-z)*n) + float64(z*float64(s[k])))
	}
}

func (c gruCell) emit(s []float32, _ vec) []float32 { return s[:c.hidden] }

// lstmCell is nn.LSTM, gates i, f, g, o; the state is h, then c.
type lstmCell struct{ *gates }

func (c lstmCell) numbers() int { return 2 * c.hidden }

func (c lstmCell) step(s []float32, x vec) {
	m := c.hidden
	h, cell := s[:m], s[m:]
	t := c.apply(x, h)
	defer c.pool.Put(t)
	for k := range h {
		i := exact.Sigmoid(t.in[k] + t.rec[k])
		f := exact.Sigmoid(t.in[m+k] + t.rec[m+k])
		g := exact.Tanh(t.in[2*m+k] + t.rec[2*m+k])
		o := exact.Sigmoid(t.in[3*m+k] + t.rec[3*m+k])
		cell[k] = float32(float64(f*float64(cell[k])) + float64(i*g))
		h[k] = float32(o * exact.Tanh(float64(cell[k])))
	}
}

func (c lstmCell) emit(s []float32, _ vec) []float32 { return s[:c.hidden] }

// linearCell is causal linear attention with feature map elu + 1: the state is
// S (features x hidden), row by row, then z (features).
type linearCell struct {
	features, hidden int
	query, key, val  *Matrix
}

func newLinearCell(t *Tensors, features, hidden, inputs int) (cell, error) {
	c := &linearCell{features: features, hidden: hidden}
	var err error
	if c.query, err = t.Matrix("query.weight", features, inputs); err != nil {
		return nil, err
	}
	if c.key, err = t.Matrix("key.weight", features, inputs); err != nil {
		return nil, err
	}
	c.val, err = t.Matrix("value.weight", hidden, inputs)
	return c, err
}

func (c *linearCell) numbers() int { return c.features * (c.hidden + 1) }

// elu1 is elu(x) + 1: x + 1 above 0, e^x below.
func elu1(x float64) float64 {
	if x > 0 {
		return x + 1
	}
	return exact.Exp(x)
}

func (c *linearCell) step(s []float32, x vec) {
	keys, values := make([]float64, c.features), make([]float64, c.hidden)
	c.key.addTo(keys, x)
	c.val.addTo(values, x)
	z := s[c.features*c.hidden:]
	for f := range keys {
		phi := elu1(keys[f])
		row := s[f*c.hidden:][:c.hidden]
		for h := range row {
			row[h] = float32(float64(row[h]) + float64(phi*values[h]))
		}
		z[f] = float32(float64(z[f]) + phi)
	}
}

func (c *linearCell) emit(s []float32, x vec) []float32 {
	queries := make([]float64, c.features)
	c.query.addTo(queries, x)
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

// ssmCell is a diagonal selective state-space layer, as in Mamba without its
// convolution and gate: u = in_proj x, dt = softplus(dt_proj u + bias), for channel
// c and state s: h = exp(-exp(A_log) dt_c) h + dt_c B_s u_c with B = b_proj u,
// C = c_proj u; out_c = sum_s C_s h + D_c u_c.
type ssmCell struct {
	channels, states int
	in, dt, b, c     *Matrix
	bias, aLog, skip []float64
}

// projected is what one input makes of itself.
type projected struct{ u, d, b, c []float64 }

func newSSMCell(t *Tensors, channels, states, inputs int) (cell, error) {
	m := &ssmCell{channels: channels, states: states}
	var bias, skip, a *Matrix
	for _, w := range []struct {
		to         **Matrix
		name       string
		rows, cols int
	}{
		{&m.in, "in_proj.weight", channels, inputs}, {&m.dt, "dt_proj.weight", channels, channels}, {&bias, "dt_proj.bias", channels, 0},
		{&m.b, "b_proj.weight", states, channels}, {&m.c, "c_proj.weight", states, channels}, {&a, "A_log", channels, states}, {&skip, "D", channels, 0},
	} {
		var err error
		if *w.to, err = t.Matrix(w.name, w.rows, w.cols); err != nil {
			return nil, err
		}
	}
	m.bias, m.skip = bias.vector(), skip.vector()
	m.aLog = make([]float64, channels*states)
	for k := range m.aLog {
		m.aLog[k] = a.at(k/states, k%states)
	}
	return m, nil
}

func (m *ssmCell) numbers() int { return m.channels * m.states }

// project computes u, dt (before its softplus), B and C for an input.
func (m *ssmCell) project(x vec) projected {
	p := projected{make([]float64, m.channels), make([]float64, m.channels), make([]float64, m.states), make([]float64, m.states)}
	m.in.addTo(p.u, x)
	u := vec{val: make([]float32, m.channels)}
	for c, v := range p.u {
		u.val[c] = float32(v)
		p.u[c] = float64(u.val[c])
	}
	copy(p.d, m.bias)
	m.dt.addTo(p.d, u)
	m.b.addTo(p.b, u)
	m.c.addTo(p.c, u)
	return p
}

func (m *ssmCell) step(h []float32, x vec) {
	p := m.project(x)
	for c := range m.channels {
		dt := exact.Log1pExp(p.d[c])
		for s := range m.states {
			k := c*m.states + s
			decay := exact.Exp(-float64(exact.Exp(m.aLog[k]) * dt))
			h[k] = float32(float64(decay*float64(h[k])) + float64(float64(dt*p.b[s])*p.u[c]))
		}
	}
}

func (m *ssmCell) emit(h []float32, x vec) []float32 {
	p := m.project(x)
	out := make([]float32, m.channels)
	for c := range out {
		sum := float64(m.skip[c] * p.u[c])
		for s := range m.states {
			sum += float64(p.c[s] * float64(h[c*m.states+s]))
		}
		out[c] = float32(sum)
	}
	return out
}

// newCell reads one direction of one layer.
func newCell(t *Tensors, c *Config, layer, inputs int, reverse bool) (cell, error) {
	suffix := fmt.Sprintf("l%d", layer)
	if reverse {
		suffix += "_reverse"
	}
	switch c.Architecture {
	case "linear-attention":
		return newLinearCell(t, max(c.StateSize, 1), c.HiddenSize, inputs)
	case "ssm":
		return newSSMCell(t, c.HiddenSize, max(c.StateSize, 1), inputs)
	}
	count := map[string]int{"rnn": 1, "gru": 3, "lstm": 4}[c.Architecture]
	g, err := newGates(t, suffix, count, c.HiddenSize, inputs)
	if err != nil {
		return nil, err
	}
	switch c.Architecture {
	case "rnn":
		return rnnCell{g}, nil
	case "gru":
		return gruCell{g}, nil
	}
	return lstmCell{g}, nil
}
