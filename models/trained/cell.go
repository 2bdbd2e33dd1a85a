package trained

import "crosscut/internal/exact"

// cell is one direction of one recurrent layer. Its state is a list of float32
// numbers, rounded after every step; products and sums inside a step are float64,
// in a fixed order.
type cell interface {
	// numbers is the length of the state after t tokens.
	numbers(t int) int
	// step reads x; it owns the state before and may change it in place.
	step(s []float32, x vec) []float32
	// emit is what the layer gives out, from the state after the step on x. It does not keep s.
	emit(s []float32, x vec) []float32
}

// times is m x, and bias where there is one.
func (m *Matrix) times(x vec, bias []float64) []float64 {
	sum := make([]float64, m.rows)
	copy(sum, bias)
	m.addTo(sum, x)
	return sum
}

// rounded is m x in float32, as the next map reads it.
func rounded(sum []float64) vec {
	out := make([]float32, len(sum))
	for k, v := range sum {
		out[k] = float32(v)
	}
	return vec{val: out}
}

// wide is a dense vector in float64.
func (x vec) wide() []float64 {
	out := make([]float64, len(x.val))
	for k, v := range x.val {
		out[k] = float64(v)
	}
	return out
}

// silu is x sigmoid(x).
func silu(x float64) float64 { return x * exact.Sigmoid(x) }

// shift moves the columns of a convolution's window by one and appends x; the window holds kernel
// columns, the oldest first, as transformers and flash-linear-attention keep them.
func shift(window, x []float32) {
	copy(window, window[len(x):])
	copy(window[len(window)-len(x):], x)
}

// convolve is the depth-wise causal convolution over a full window, with weights channels x kernel.
func convolve(w *Matrix, window []float32, bias []float64) []float64 {
	out := make([]float64, w.rows)
	copy(out, bias)
	for k := range w.cols {
		for c := range out {
			out[c] += float64(w.at(c, k) * float64(window[k*w.rows+c]))
		}
	}
	return out
}
