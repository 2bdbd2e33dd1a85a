package trained

import (
	"cmp"
	"crosscut/internal/exact"
)

// mambaCell is a Mamba layer as published (Gu and Dao 2023), with its convolution and gate:
// (u, z) = in_proj x; u = silu(conv(u)); (dt, B, C) = x_proj u; dt = softplus(dt_proj dt + bias);
// h = exp(-exp(A_log) dt) h + dt B u; out = out_proj((C h + D u) silu(z)). The state is the last
// kernel columns of u before the convolution, then h, channel by channel.
type mambaCell struct {
	selective
	kernel, rank         int
	in, conv, x, dt, out *Matrix
	convBias, dtBias     []float64
}

var _ = register(&Architecture{
	Name: "mamba",
	Doc: "a Mamba layer as published: in_proj.weight (2 inner rows), conv1d.weight (inner x 1 x conv_kernel), conv1d.bias, x_proj.weight (dt_rank + 2 state_size rows), dt_proj.weight, dt_proj.bias, " +
		"A_log, D, out_proj.weight; inner = expand hidden_size",
	Fields: []string{"state_size", "conv_kernel", "expand", "dt_rank"},
	Build: func(r reader) ([]layer, int, error) {
		c := r.c
		m := &mambaCell{selective: selective{channels: cmp.Or(c.Expand, 2) * c.HiddenSize, states: cmp.Or(c.StateSize, 16)}, kernel: cmp.Or(c.ConvKernel, 4), rank: cmp.Or(c.DtRank, (c.HiddenSize+15)/16)}
		var convBias, dtBias, a, d *Matrix
		err := r.matrices(place{&m.in, "in_proj.weight", 2 * m.channels, r.inputs}, place{&m.conv, "conv1d.weight", m.channels, m.kernel}, place{&convBias, "conv1d.bias", m.channels, 0},
			place{&m.x, "x_proj.weight", m.rank + 2*m.states, m.channels}, place{&m.dt, "dt_proj.weight", m.channels, m.rank}, place{&dtBias, "dt_proj.bias", m.channels, 0},
			place{&a, "A_log", m.channels, m.states}, place{&d, "D", m.channels, 0}, place{&m.out, "out_proj.weight", c.HiddenSize, m.channels})
		if err != nil {
			return nil, 0, err
		}
		m.convBias, m.dtBias, m.decay, m.skip = convBias.vector(), dtBias.vector(), a.exps(), d.vector()
		return single(m, c.HiddenSize, nil)
	},
})

func (m *mambaCell) numbers(int) int { return m.channels * (m.kernel + m.states) }

// project is what a token makes of itself once its window is full.
func (m *mambaCell) project(window []float32) scanned {
	u := convolve(m.conv, window, m.convBias)
	for k, v := range u {
		u[k] = silu(v)
	}
	cut := rounded(u)
	p := m.x.times(cut, nil)
	dt := m.dt.times(rounded(p[:m.rank]), m.dtBias)
	for k, v := range dt {
		dt[k] = exact.Log1pExp(v)
	}
	return scanned{cut.wide(), dt, p[m.rank:][:m.states], p[m.rank+m.states:]}
}

func (m *mambaCell) step(s []float32, x vec) []float32 {
	window, h := s[:m.channels*m.kernel], s[m.channels*m.kernel:]
	shift(window, rounded(m.in.times(x, nil)[:m.channels]).val)
	m.scan(h, m.project(window))
	return s
}

func (m *mambaCell) emit(s []float32, x vec) []float32 {
	window, h := s[:m.channels*m.kernel], s[m.channels*m.kernel:]
	t, y := m.project(window), make([]float64, m.channels)
	for c, z := range m.in.times(x, nil)[m.channels:] {
		y[c] = m.read(h, t, c) * silu(z)
	}
	return rounded(m.out.times(rounded(y), nil)).val
}
