package trained

import (
	"fmt"
	"sync"

	"crosscut/internal/exact"
)

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

// gated registers nn.RNN, nn.LSTM or nn.GRU: count gates stacked, num_layers layers, one or two directions.
func gated(name, doc string, count int, fields []string, check func(*LayerConfig) error, make func(g *gates, c *LayerConfig) cell) *Architecture {
	return register(&Architecture{
		Name: name, Doc: doc, Fields: append([]string{"num_layers", "bidirectional", "bias"}, fields...), Check: check,
		Build: func(r reader) ([]layer, int, error) {
			if r.prefix == "" {
				r.prefix = "cell."
			}
			var layers []layer
			for k := range r.c.NumLayers {
				l := layer{}
				g, err := newGates(r, fmt.Sprintf("l%d", k), count)
				if err != nil {
					return nil, 0, err
				}
				l.forward = make(g, r.c)
				if r.c.Bidirectional {
					if g, err = newGates(r, fmt.Sprintf("l%d_reverse", k), count); err != nil {
						return nil, 0, err
					}
					l.back = make(g, r.c)
				}
				layers = append(layers, l)
				r.inputs = r.c.HiddenSize
				if r.c.Bidirectional {
					r.inputs *= 2
				}
			}
			return layers, r.inputs, nil
		},
	})
}

// newGates reads weight_ih_l0 and its companions: suffix is l0, l1_reverse, ....
func newGates(r reader, suffix string, count int) (*gates, error) {
	n := count * r.c.HiddenSize
	g := &gates{hidden: r.c.HiddenSize}
	g.pool.New = func() any { return &scratch{make([]float64, n), make([]float64, n)} }
	if err := r.matrices(place{&g.w, "weight_ih_" + suffix, n, r.inputs}, place{&g.u, "weight_hh_" + suffix, n, g.hidden}); err != nil {
		return nil, err
	}
	none := r.c.Bias != nil && !*r.c.Bias
	var err error
	if g.bi, err = r.vector(none, "bias_ih_"+suffix, n); err != nil {
		return nil, err
	}
	g.bh, err = r.vector(none, "bias_hh_"+suffix, n)
	return g, err
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

func (g *gates) numbers(int) int { return g.hidden }

func (g *gates) emit(s []float32, _ vec) []float32 { return s[:g.hidden] }

// rnnCell is nn.RNN: h' = f(W x + b + U h + c).
type rnnCell struct {
	*gates
	f func(float64) float64
}

var _ = gated("rnn", "nn.RNN: h' = tanh(W x + b + U h + c), or max(0, .) with nonlinearity relu", 1, []string{"nonlinearity"},
	func(c *LayerConfig) error {
		if c.Nonlinearity != "" && c.Nonlinearity != "tanh" && c.Nonlinearity != "relu" {
			return fmt.Errorf(`field "nonlinearity": %q: nn.RNN has tanh and relu`, clip(c.Nonlinearity))
		}
		return nil
	},
	func(g *gates, c *LayerConfig) cell {
		if c.Nonlinearity == "relu" {
			return rnnCell{g, relu}
		}
		return rnnCell{g, exact.Tanh}
	})

func relu(x float64) float64 { return max(x, 0) }

func (c rnnCell) step(s []float32, x vec) []float32 {
	t := c.apply(x, s)
	defer c.pool.Put(t)
	for k := range s {
		s[k] = float32(c.f(t.in[k] + t.rec[k]))
	}
	return s
}

// gruCell is nn.GRU, gates r, z, n: n = tanh(in_n + r rec_n), h' = (1-z) n + z h.
type gruCell struct{ *gates }

var _ = gated("gru", "nn.GRU, gates r, z, n: n = tanh(in_n + r rec_n), h' = (1 - z) n + z h", 3, nil, nil, func(g *gates, _ *LayerConfig) cell { return gruCell{g} })

func (c gruCell) step(s []float32, x vec) []float32 {
	t := c.apply(x, s)
	defer c.pool.Put(t)
	m := c.hidden
	for k := range s {
		r := exact.Sigmoid(t.in[k] + t.rec[k])
		z := exact.Sigmoid(t.in[m+k] + t.rec[m+k])
		n := exact.Tanh(t.in[2*m+k] + float64(r*t.rec[2*m+k]))
		s[k] = float32(float64((1-z)*n) + float64(z*float64(s[k])))
	}
	return s
}

// lstmCell is nn.LSTM, gates i, f, g, o; the state is h, then c.
type lstmCell struct{ *gates }

var _ = gated("lstm", "nn.LSTM, gates i, f, g, o; the state is h, then c", 4, nil, nil, func(g *gates, _ *LayerConfig) cell { return lstmCell{g} })

func (c lstmCell) numbers(int) int { return 2 * c.hidden }

func (c lstmCell) step(s []float32, x vec) []float32 {
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
	return s
}
