package trained

import "crosscut/internal/exact"

// mambaCell is a Mamba layer as published (Gu and Dao 2023), with its convolution and gate:
// (u, z) = in_proj x; u = silu(conv(u)); (dt, B, C) = x_proj u; dt = softplus(dt_proj dt + bias);
// h = exp(-exp(A_log) dt) h + dt B u; out = out_proj((C h + D u) silu(z)). The state is the last
// kernel columns of u before the convolution, then h, channel by channel.
type mambaCell struct {
	inner, states, kernel, rank int
	in, conv, x, dt, out        *Matrix
	convBias, dtBias            []float64
	decay, skip                 []float64 // exp(A_log), D
}

var _ = register(&Architecture{
	Name: "mamba",
	Doc: "a Mamba layer as published: in_proj.weight (2 inner rows), conv1d.weight (inner x 1 x conv_kernel), conv1d.bias, x_proj.weight (dt_rank + 2 state_size rows), dt_proj.weight, dt_proj.bias, " +
		"A_log, D, out_proj.weight; inner = expand hidden_size",
	Fields: []string{"state_size", "conv_kernel", "expand", "dt_rank"},
	Build: func(r reader) ([]layer, int, error) {
		c := r.c
		m := &mambaCell{inner: or(c.Expand, 2) * c.HiddenSize, states: or(c.StateSize, 16), kernel: or(c.ConvKernel, 4), rank: or(c.DtRank, (c.HiddenSize+15)/16)}
		var convBias, dtBias, a, d *Matrix
		err := r.matrices(place{&m.in, "in_proj.weight", 2 * m.inner, r.inputs}, place{&m.conv, "conv1d.weight", m.inner, m.kernel}, place{&convBias, "conv1d.bias", m.inner, 0},
			place{&m.x, "x_proj.weight", m.rank + 2*m.states, m.inner}, place{&m.dt, "dt_proj.weight", m.inner, m.rank}, place{&dtBias, "dt_proj.bias", m.inner, 0},
			place{&a, "A_log", m.inner, m.states}, place{&d, "D", m.inner, 0}, place{&m.out, "out_proj.weight", c.HiddenSize, m.inner})
		if err != nil {
			return nil, 0, err
		}
		m.convBias, m.dtBias, m.decay, m.skip = convBias.vector(), dtBias.vector(), a.flat(), d.vector()
		for k, v := range m.decay {
			m.decay[k] = exact.Exp(v)
		}
		return single(m, c.HiddenSize, nil)
	},
})

// or is v, or a default where v is 0.
func or(v, def int) int {
	if v == 0 {
		return def
	}
	return v
}

func (m *mambaCell) numbers(int) int { return m.inner * (m.kernel + m.states) }

// scanned is what a token makes of itself once its window is full.
type scanned struct {
	u        []float64
	dt, b, c []float64
}

func (m *mambaCell) scan(window []float32) scanned {
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
	for k, v := range cut.val {
		u[k] = float64(v)
	}
	return scanned{u, dt, p[m.rank:][:m.states], p[m.rank+m.states:]}
}

func (m *mambaCell) step(s []float32, x vec) []float32 {
	window, h := s[:m.inner*m.kernel], s[m.inner*m.kernel:]
	shift(window, rounded(m.in.times(x, nil)[:m.inner]).val)
	t := m.scan(window)
	for c := range m.inner {
		for k := range m.states {
			i := c*m.states + k
			keep := exact.Exp(-float64(m.decay[i] * t.dt[c]))
			h[i] = float32(float64(keep*float64(h[i])) + float64(float64(t.dt[c]*t.b[k])*t.u[c]))
		}
	}
	return s
}

func (m *mambaCell) emit(s []float32, x vec) []float32 {
	window, h := s[:m.inner*m.kernel], s[m.inner*m.kernel:]
	t := m.scan(window)
	z := m.in.times(x, nil)[m.inner:]
	y := make([]float64, m.inner)
	for c := range y {
		sum := float64(m.skip[c] * t.u[c])
		for k := range m.states {
			sum += float64(t.c[k] * float64(h[c*m.states+k]))
		}
		y[c] = sum * silu(z[c])
	}
	return rounded(m.out.times(rounded(y), nil)).val
}
