package trained

import "crosscut/internal/exact"

// ssmCell is a diagonal selective state-space layer, as in Mamba without its
// convolution and gate: u = in_proj x, dt = softplus(dt_proj u + bias), for channel
// c and state s: h = exp(-exp(A_log) dt_c) h + dt_c B_s u_c with B = b_proj u,
// C = c_proj u; out_c = sum_s C_s h + D_c u_c.
type ssmCell struct {
	selective
	in, dt, b, c *Matrix
	bias         []float64
}

// selective is the scan that state-space layers have in common, of some states for each channel:
// h = exp(-decay dt) h + dt B u, and C h + D u is read.
type selective struct {
	channels, states int
	decay, skip      []float64 // exp(A_log), channel by channel; D
}

// scanned is what a token makes of itself for the scan.
type scanned struct{ u, dt, b, c []float64 }

// exps are e to each weight, row by row.
func (m *Matrix) exps() []float64 {
	out := make([]float64, m.rows*m.cols)
	for k := range out {
		out[k] = exact.Exp(m.stored(k))
	}
	return out
}

// scan takes the state one token on.
func (m *selective) scan(h []float32, t scanned) {
	for c, dt := range t.dt {
		for s, b := range t.b {
			k := c*m.states + s
			keep := exact.Exp(-float64(m.decay[k] * dt))
			h[k] = float32(float64(keep*float64(h[k])) + float64(float64(dt*b)*t.u[c]))
		}
	}
}

// read is what channel c gives out.
func (m *selective) read(h []float32, t scanned, c int) float64 {
	sum := float64(m.skip[c] * t.u[c])
	for k, v := range t.c {
		sum += float64(v * float64(h[c*m.states+k]))
	}
	return sum
}

var _ = register(&Architecture{
	Name: "ssm",
	Doc: "ours, a Mamba layer without convolution and gate: u = in_proj x, dt = softplus(dt_proj u + bias), B = b_proj u, C = c_proj u; h = exp(-exp(A_log) dt) h + dt B u, out = C h + D u; " +
		"in_proj.weight, dt_proj.weight, dt_proj.bias, b_proj.weight, c_proj.weight, A_log (channels x states), D",
	Fields: []string{"state_size"},
	Build: func(r reader) ([]layer, int, error) {
		m := &ssmCell{selective: selective{channels: r.c.HiddenSize, states: max(r.c.StateSize, 1)}}
		var bias, skip, a *Matrix
		err := r.matrices(place{&m.in, "in_proj.weight", m.channels, r.inputs}, place{&m.dt, "dt_proj.weight", m.channels, m.channels}, place{&bias, "dt_proj.bias", m.channels, 0},
			place{&m.b, "b_proj.weight", m.states, m.channels}, place{&m.c, "c_proj.weight", m.states, m.channels}, place{&a, "A_log", m.channels, m.states}, place{&skip, "D", m.channels, 0})
		if err != nil {
			return nil, 0, err
		}
		m.bias, m.skip, m.decay = bias.vector(), skip.vector(), a.exps()
		return single(m, m.channels, nil)
	},
})

func (m *ssmCell) numbers(int) int { return m.channels * m.states }

// project computes u, dt, B and C for an input.
func (m *ssmCell) project(x vec) scanned {
	u := rounded(m.in.times(x, nil))
	t := scanned{u.wide(), m.dt.times(u, m.bias), m.b.times(u, nil), m.c.times(u, nil)}
	for c, v := range t.dt {
		t.dt[c] = exact.Log1pExp(v)
	}
	return t
}

func (m *ssmCell) step(h []float32, x vec) []float32 {
	m.scan(h, m.project(x))
	return h
}

func (m *ssmCell) emit(h []float32, x vec) []float32 {
	t, out := m.project(x), make([]float32, m.channels)
	for c := range out {
		out[c] = float32(m.read(h, t, c))
	}
	return out
}
