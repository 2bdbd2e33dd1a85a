package rules

import "crosscut/models/tasks"

// Mamba is rule C1b: a short convolution, then a state-space layer of d channels with
// state numbers each, gated by its input. S4 is the case of constant gates and conv = 1.
var Mamba = carries(Rule{
	Name: "mamba", Title: "Mamba",
	Doc:     "selective state-space layers (Mamba, S4, S5): d channels with a state of some numbers each, after a causal convolution",
	Crosses: "the states, and the last conv - 1 inputs of every layer's convolution, once for each ownership change up to the read position",
	Cite:    []string{"GuDao2023"},
	Params: []tasks.Param{layersParam, size("d", "channels of a layer (d_inner)", 1, 1<<20, 16), size("state", "numbers of a channel's state (d_state)", 1, 1<<14, 16),
		size("conv", "length of the convolution (d_conv); 1: none", 1, 64, 4), bitsParam},
	Among: []tasks.Params{{}},
	Width: "d",
}, "d (state + conv - 1)", func(v tasks.Params) causal {
	d, n, conv := v.Int("d"), v.Int("state"), v.Int("conv")
	return causal{
		width: d,
		step: func(w weights, s []uint64, _ int, in []uint64) (next, out []uint64) {
			h, past := s[:d*n], s[d*n:] // past: the oldest input first
			u := convolved(w, conv, append(past[:len(past):len(past)], in...))
			copy(past, past[min(len(past), d):])
			if conv > 1 {
				copy(past[len(past)-d:], in)
			}
			gate, enter, leave := w.vector(1, n, u), w.vector(2, n, u), w.vector(3, n, u)
			out = make([]uint64, d)
			for c := range d {
				for j := range n {
					x := &h[c*n+j]
					*x = ((gate[j]|1)**x + enter[j]*u[c]) & w.mask
					out[c] = (out[c] + leave[j]**x) & w.mask
				}
			}
			return s, w.local(d, out...)
		},
		plain: func(w weights, ins [][]uint64) [][]uint64 { return scanned(w, d, n, conv, ins) },
	}
})

// convolved is the convolution's output from the last conv inputs, the oldest first.
func convolved(w weights, conv int, window []uint64) []uint64 {
	d := len(window) / conv
	u := make([]uint64, d)
	for i := range conv {
		for c := range d {
			u[c] = (u[c] + w.at(0, uint64(conv-1-i), uint64(c))*window[i*d+c]) & w.mask
		}
	}
	return u
}

// scanned is the layer without a state: output t is the sum over i <= t of what input i
// entered, through all gates after it.
func scanned(w weights, d, n, conv int, ins [][]uint64) [][]uint64 {
	us := make([][]uint64, len(ins))
	for t := range ins {
		window := make([]uint64, conv*d)
		for back := range conv {
			if t >= back {
				copy(window[(conv-1-back)*d:], ins[t-back])
			}
		}
		us[t] = convolved(w, conv, window)
	}
	outs := make([][]uint64, len(ins))
	for t := range ins {
		leave, sum := w.vector(3, n, us[t]), make([]uint64, d)
		for i := range t + 1 {
			enter := w.vector(2, n, us[i])
			for j := range n {
				through := leave[j] * enter[j]
				for r := i + 1; r <= t; r++ {
					through *= w.linear(1, j, us[r]) | 1
				}
				for c := range d {
					sum[c] += through * us[i][c]
				}
			}
		}
		for c := range sum { // the fold sums masked numbers; so do we, term by term of n
			sum[c] &= w.mask
		}
		outs[t] = sum
	}
	for t := range outs {
		outs[t] = w.local(d, outs[t]...)
	}
	return outs
}
