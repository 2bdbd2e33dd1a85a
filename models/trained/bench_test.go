package trained

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"crosscut/models/tasks"
)

const (
	benchHidden = 256
	benchTokens = 4096
)

func benchModel(b *testing.B) (*Model, []tasks.Token) {
	m := newSynthetic("lstm", benchHidden, 1, false, benchTokens, 0, 1).load(b)
	seq, err := m.Sample(1)
	if err != nil {
		b.Fatal(err)
	}
	return m, seq
}

// BenchmarkLSTM is an LSTM of 256 units over 4,096 tokens, bit-exact.
func BenchmarkLSTM(b *testing.B) {
	m, seq := benchModel(b)
	machine, err := m.Machine(nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := machine.Whole(b.Context(), seq, []int{benchTokens}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLSTMGonum is the same forward pass with gonum's matrix-vector products
// and the standard library's functions: fast, and different on other machines.
func BenchmarkLSTMGonum(b *testing.B) {
	m, seq := benchModel(b)
	c := m.layers[0].forward.(lstmCell)
	wide := func(w *Matrix) blas64.General {
		g := blas64.General{Rows: w.rows, Cols: w.cols, Stride: w.cols, Data: make([]float64, w.rows*w.cols)}
		for k := range g.Data {
			g.Data[k] = w.at(k/w.cols, k%w.cols)
		}
		return g
	}
	u := wide(c.u)
	n := benchHidden
	for b.Loop() {
		h, cell, gates := make([]float64, n), make([]float64, n), make([]float64, 4*n)
		for pos, t := range seq {
			copy(gates, c.bi)
			for k, v := range c.bh {
				gates[k] += v
			}
			x := m.embed(pos+1, t)
			for r := range gates {
				for k, at := range x.at {
					gates[r] += c.w.at(r, int(at)) * float64(x.val[k])
				}
			}
			blas64.Gemv(blas.NoTrans, 1, u, blas64.Vector{N: n, Inc: 1, Data: h}, 1, blas64.Vector{N: 4 * n, Inc: 1, Data: gates})
			for k := range n {
				i, f := 1/(1+math.Exp(-gates[k])), 1/(1+math.Exp(-gates[n+k]))
				g, o := math.Tanh(gates[2*n+k]), 1/(1+math.Exp(-gates[3*n+k]))
				cell[k] = f*cell[k] + i*g
				h[k] = o * math.Tanh(cell[k])
			}
		}
	}
}
