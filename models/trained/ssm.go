package trained

import "crosscut/internal/exact"

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

var _ = register(&Architecture{
	Name: "ssm",
	Doc: "ours, a Mamba layer without convolution and gate: u = in_proj x, dt = softplus(dt_proj u + bias), B = b_proj u, C = c_proj u; h = exp(-exp(A_log) dt) h + dt B u, out = C h + D u; " +
		"in_proj.weight, dt_proj.weight, dt_proj.bias, b_proj.weight, c_proj.weight, A_log (channels x states), D",
	Fields: []string{"state_size"},
	Build: func(r reader) ([]layer, int, error) {
		m := &ssmCell{channels: r.c.HiddenSize, states: max(r.c.StateSize, 1)}
		var bias, skip, a *Matrix
		err := r.matrices(place{&m.in, "in_proj.weight", m.channels, r.inputs}, place{&m.dt, "dt_proj.weight", m.channels, m.channels}, place{&bias, "dt_proj.bias", m.channels, 0},
			place{&m.b, "b_proj.weight", m.states, m.channels}, place{&m.c, "c_proj.weight", m.states, m.channels}, place{&a, "A_log", m.channels, m.states}, place{&skip, "D", m.channels, 0})
		if err != nil {
			return nil, 0, err
		}
		m.bias, m.skip, m.aLog = bias.vector(), skip.vector(), a.flat()
		return single(m, m.channels, nil)
	},
})

// flat lists the numbers of a matrix, row by row.
func (m *Matrix) flat() []float64 {
	out := make([]float64, m.rows*m.cols)
	for k := range out {
		out[k] = m.at(k/m.cols, k%m.cols)
	}
	return out
}

func (m *ssmCell) numbers(int) int { return m.channels * m.states }

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

func (m *ssmCell) step(h []float32, x vec) []float32 {
	p := m.project(x)
	for c := range m.channels {
		dt := exact.Log1pExp(p.d[c])
		for s := range m.states {
			k := c*m.states + s
			decay := exact.Exp(-float64(exact.Exp(m.aLog[k]) * dt))
			h[k] = float32(float64(decay*float64(h[k])) + float64(float64(dt*p.b[s])*p.u[c]))
		}
	}
	return h
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
