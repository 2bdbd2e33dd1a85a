package trained

import (
	"cmp"
	"math"

	"crosscut/internal/exact"
)

// deltaCell is a gated DeltaNet layer (Yang, Kautz, Hatamizadeh 2024) as in flash-linear-attention:
// q, k, v through short convolutions and silu, q and k of length 1 in each head; for each head
// a = exp(-exp(A_log) softplus(a_proj x + dt_bias)), b = sigmoid(b_proj x); S = a S; S = S + k (b (v - S^T k))^T;
// out = S^T q / sqrt(head_dim), normalised in each head, times silu(g_proj x) with a gate, through o_proj.
// The state is the three convolutions' windows of kernel columns, then S, head by head, row by row.
type deltaCell struct {
	heads, k, v, kernel    int
	q, key, val, a, b, out *Matrix
	qc, kc, vc, g          *Matrix // nil without convolutions, without a gate
	decay, dtBias, weight  []float64
	eps                    float64
}

var _ = register(&Architecture{
	Name: "gated-deltanet",
	Doc: "a gated DeltaNet layer in the names of flash-linear-attention: q_proj.weight, k_proj.weight, v_proj.weight, a_proj.weight, b_proj.weight, A_log, dt_bias, with conv_kernel " +
		"q_conv1d.weight, k_conv1d.weight, v_conv1d.weight, with gate g_proj.weight, o_norm.weight, o_proj.weight; num_heads heads of head_dim, values of expand_v head_dim",
	Fields: []string{"num_heads", "head_dim", "expand_v", "conv_kernel", "gate", "norm_eps"},
	Build: func(r reader) ([]layer, int, error) {
		c := r.c
		m := &deltaCell{heads: cmp.Or(c.NumHeads, 1), k: cmp.Or(c.HeadDim, 16), kernel: c.ConvKernel, eps: c.eps()}
		m.v = cmp.Or(c.ExpandV, 2) * m.k
		keys, values := m.heads*m.k, m.heads*m.v
		var a, bias, weight *Matrix
		list := []place{{&m.q, "q_proj.weight", keys, r.inputs}, {&m.key, "k_proj.weight", keys, r.inputs}, {&m.val, "v_proj.weight", values, r.inputs},
			{&m.a, "a_proj.weight", m.heads, r.inputs}, {&m.b, "b_proj.weight", m.heads, r.inputs}, {&a, "A_log", m.heads, 0}, {&bias, "dt_bias", m.heads, 0},
			{&weight, "o_norm.weight", m.v, 0}, {&m.out, "o_proj.weight", c.HiddenSize, values}}
		if m.kernel > 0 {
			list = append(list, place{&m.qc, "q_conv1d.weight", keys, m.kernel}, place{&m.kc, "k_conv1d.weight", keys, m.kernel}, place{&m.vc, "v_conv1d.weight", values, m.kernel})
		}
		if c.Gate == nil || *c.Gate {
			list = append(list, place{&m.g, "g_proj.weight", values, r.inputs})
		}
		if err := r.matrices(list...); err != nil {
			return nil, 0, err
		}
		m.decay, m.dtBias, m.weight = a.exps(), bias.vector(), weight.vector()
		return single(m, c.HiddenSize, nil)
	},
})

func (m *deltaCell) windows() (q, v int) { return m.heads * m.k * m.kernel, m.heads * m.v * m.kernel }

func (m *deltaCell) numbers(int) int {
	q, v := m.windows()
	return 2*q + v + m.heads*m.k*m.v
}

// short is one of the three paths: the window moves on in a step, then silu of its convolution.
func short(p, conv *Matrix, window []float32, x vec, move bool) []float64 {
	var y []float64
	if conv == nil {
		y = p.times(x, nil)
	} else {
		if move {
			shift(window, rounded(p.times(x, nil)).val)
		}
		y = convolve(conv, window, nil)
	}
	for k, v := range y {
		y[k] = silu(v)
	}
	return y
}

// unit makes each head's part of y a vector of length 1.
func unit(y []float64, each int) {
	for h := 0; h < len(y); h += each {
		sum := 1e-6
		for _, v := range y[h:][:each] {
			sum += float64(v * v)
		}
		for k := range each {
			y[h+k] /= math.Sqrt(sum)
		}
	}
}

func (m *deltaCell) parts(s []float32) (q, k, v, state []float32) {
	nq, nv := m.windows()
	return s[:nq], s[nq:][:nq], s[2*nq:][:nv], s[2*nq+nv:]
}

func (m *deltaCell) step(s []float32, x vec) []float32 {
	wq, wk, wv, state := m.parts(s)
	short(m.q, m.qc, wq, x, true)
	k, v := short(m.key, m.kc, wk, x, true), short(m.val, m.vc, wv, x, true)
	unit(k, m.k)
	a, b := m.a.times(x, m.dtBias), m.b.times(x, nil)
	for h := range m.heads {
		keep := exact.Exp(-float64(m.decay[h] * exact.Log1pExp(a[h])))
		beta := exact.Sigmoid(b[h])
		S, kh := state[h*m.k*m.v:][:m.k*m.v], k[h*m.k:][:m.k]
		read := make([]float64, m.v)
		for i, w := range kh {
			for j := range read {
				read[j] += float64(w * float64(keep*float64(S[i*m.v+j])))
			}
		}
		for i, w := range kh {
			for j := range read {
				more := float64(w * float64(beta*(v[h*m.v+j]-read[j])))
				S[i*m.v+j] = float32(float64(keep*float64(S[i*m.v+j])) + more)
			}
		}
	}
	return s
}

func (m *deltaCell) emit(s []float32, x vec) []float32 {
	wq, _, _, state := m.parts(s)
	q := short(m.q, m.qc, wq, x, false)
	unit(q, m.k)
	out := make([]float64, m.heads*m.v)
	for h := range m.heads {
		y := out[h*m.v:][:m.v]
		for i, w := range q[h*m.k:][:m.k] {
			for j := range y {
				y[j] += float64(w / math.Sqrt(float64(m.k)) * float64(state[(h*m.k+i)*m.v+j]))
			}
		}
		rms(y, m.weight, m.eps)
	}
	if m.g != nil {
		for k, v := range m.g.times(x, nil) {
			out[k] *= silu(v)
		}
	}
	return rounded(m.out.times(rounded(out), nil)).val
}
