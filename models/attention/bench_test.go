package attention

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"crosscut/internal/beside"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// denseStack is a layer of the usual shape: H heads, query and value width m, all
// numbers p-bit, keys and values a cheap function of token and position.
func denseStack(sh tasks.Shape, heads, m, values, p, f, g int) *Stack {
	mix := func(h, pos, x, c, kind int) int64 {
		v := uint64(x+kind*977)*0x9e3779b97f4a7c15 ^ uint64(pos*64+c+h<<20)*0xd1342543de82ef95
		v ^= v >> 29
		return int64(v>>40)%(1<<(p-1)) - 1<<(p-2)
	}
	fill := func(h, pos int, e, v Ints, kind int) {
		x := int(e.At(0))
		for c := range v.Len() {
			v.Set(c, mix(h, pos, x, c, kind))
		}
	}
	scale := 2*(p-2) + 1 // scores of a few units
	return &Stack{
		Shape: sh,
		In:    func(_ int, t tasks.Token, e Ints) error { e.Set(0, int64(t.X)); return nil },
		Layers: []*Layer{{
			Heads: heads, Width: m, Values: values, Embed: 1, P: p, F: f, G: g, Scale: scale,
			Top:   new(big.Int).Lsh(big.NewInt(4), uint(scale)),
			Query: func(h, pos int, e, q Ints) error { fill(h, pos, e, q, 1); return nil },
			Key:   func(h, pos int, e, k Ints) error { fill(h, pos, e, k, 2); return nil },
			Value: func(h, pos int, e, v Ints) (int, error) { fill(h, pos, e, v, 3); return 0, nil },
		}},
		Out: func(_ int, _ Ints, heads []Average) (tasks.Value, error) {
			v := tasks.Value{0}
			for _, a := range heads {
				v[0] += a.Float(0, p-1)
			}
			return v, nil
		},
	}
}

func denseMachine(b *testing.B, n, heads, m, values, p, f, g int) (models.Machine, *Stack, []tasks.Token) {
	sh := tinyShape(n, 1000)
	s := denseStack(sh, heads, m, values, p, f, g)
	machine, err := New(s)
	if err != nil {
		b.Fatal(err)
	}
	return machine, s, tokensOf(rand.New(rand.NewPCG(1, 1)), n, 1000)
}

// BenchmarkAttentionCut: a protocol run of one attention layer beside the uncut
// run, N = 65,536, m = 64, one read position. Cutting must be free.
func BenchmarkAttentionCut(b *testing.B) {
	m, s, seq := denseMachine(b, 1<<16, 1, 64, 64, 16, 16, 10)
	job := models.Job{Split: s.Shape.Half(), Read: []int{1}, Answer: models.ByBob}
	prog, err := m.Compile(job)
	if err != nil {
		b.Fatal(err)
	}
	halves := job.Split.Deal(s.Shape, seq)
	beside.Run(b, "cut/whole", func() error {
		_, _, err := protocol.Run(b.Context(), nil, prog.Player(halves[0]), prog.Player(halves[1]))
		return err
	}, func() error {
		_, err := m.Whole(b.Context(), seq, job.Read)
		return err
	})
}

// BenchmarkAttentionLayer: all N outputs of an integer layer at N = 2,048, m = d_v
// = 64, H = 4, p = f = 16, g = 10, beside a plain float64 layer written with
// gonum's mat.
func BenchmarkAttentionLayer(b *testing.B) {
	machine, s, seq := denseMachine(b, 2048, 4, 64, 64, 16, 16, 10)
	beside.Run(b, "exact/float", func() error {
		_, err := machine.Whole(b.Context(), seq, s.Shape.All())
		return err
	}, func() error {
		plainFloat(s.Layers[0], seq)
		return nil
	})
}

// plainFloat is product, exp, normalise, product, for each head.
func plainFloat(l *Layer, seq []tasks.Token) []float64 {
	n, m := len(seq), l.Width
	out := make([]float64, n)
	e, x := NewInts(1, false), NewInts(m, false)
	for h := range l.Heads {
		q, k, v := mat.NewDense(n, m, nil), mat.NewDense(n, m, nil), mat.NewDense(n, m, nil)
		for i := range n {
			e.Set(0, int64(seq[i].X))
			for kind, into := range []*mat.Dense{q, k, v} {
				switch kind {
				case 0:
					l.Query(h, i+1, e, x)
				case 1:
					l.Key(h, i+1, e, x)
				default:
					l.Value(h, i+1, e, x)
				}
				for c, y := range x.Narrow() {
					into.Set(i, c, float64(y)/(1<<15))
				}
			}
		}
		var s, y mat.Dense
		s.Mul(q, k.T())
		for i := range n {
			row := s.RawRowView(i)
			sum := 0.0
			for j, x := range row {
				row[j] = math.Exp(x)
				sum += row[j]
			}
			for j := range row {
				row[j] /= sum
			}
		}
		y.Mul(&s, v)
		for i := range n {
			out[i] += y.At(i, 0)
		}
	}
	return out
}
