package papers

import (
	"fmt"
	"math/big"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// layerSizes are the sizes of one attention layer, and what it does with scores.
type layerSizes struct {
	H, M, DV, P, F int
	Arithmetic     attention.Arithmetic // "" is shift
}

func (s layerSizes) String() string {
	return fmt.Sprintf("H=%d m=%d d_v=%d p=%d f=%d %s", s.H, s.M, s.DV, s.P, s.F, s.Arithmetic)
}

// seeded is a transformer of given depth and sizes whose token-wise maps are drawn
// from a seed: the embedding of a token, and from it queries, keys and values, are
// arbitrary p-bit numbers, and the output map compares the first averages of all
// heads with a threshold. Lower bounds speak of every such model, whatever its
// maps; it stands for them where a concrete one must be seen to fail.
func seeded(sh tasks.Shape, depth int, s layerSizes, seed uint64) (models.Machine, error) {
	draw := func(words ...uint64) int64 {
		h := seed
		for _, w := range words {
			h = mix(h ^ mix(w))
		}
		return int64(h) >> (64 - s.P)
	}
	fill := func(kind, h, pos int, e, into attention.Ints) {
		words := []uint64{uint64(kind), uint64(h), uint64(pos), 0}
		for c := range e.Len() {
			words = append(words, uint64(e.At(c)))
		}
		for c := range into.Len() {
			words[3] = uint64(c)
			into.Set(c, draw(words...))
		}
	}
	var layers []*attention.Layer
	var next []func(pos int, e attention.Ints, heads []attention.Average, into attention.Ints) error
	for k := range depth {
		layers = append(layers, &attention.Layer{
			Heads: s.H, Width: s.M, Values: s.DV, Embed: s.M, P: s.P, F: s.F, G: s.F, Arithmetic: s.Arithmetic,
			Top:   new(big.Int).Lsh(big.NewInt(1), uint(s.P-1)),
			Query: func(h, pos int, e, q attention.Ints) error { fill(4*k+1, h, pos, e, q); return nil },
			Key:   func(h, pos int, e, q attention.Ints) error { fill(4*k+2, h, pos, e, q); return nil },
			Value: func(h, pos int, e, v attention.Ints) (int, error) { fill(4*k+3, h, pos, e, v); return 0, nil },
		})
		if k > 0 {
			next = append(next, func(pos int, e attention.Ints, heads []attention.Average, into attention.Ints) error {
				fill(4*k, int(heads[0].Nearest(0, 1)), pos, e, into)
				return nil
			})
		}
	}
	outputs := 1
	if sh.Task.Vector {
		outputs = sh.Int("d")
	}
	return attention.New(&attention.Stack{
		Shape: sh, Layers: layers, Next: next,
		In: func(pos int, t tasks.Token, e attention.Ints) error {
			words := []uint64{0, uint64(pos), uint64(t.X), uint64(t.To), 0}
			for _, z := range t.Z {
				words = append(words, uint64(int64(z*(1<<30))))
			}
			for _, y := range t.Y {
				words = append(words, uint64(y))
			}
			for c := range e.Len() {
				words[4] = uint64(c)
				e.Set(c, draw(words...))
			}
			return nil
		},
		Out: func(_ int, _ attention.Ints, heads []attention.Average) (tasks.Value, error) {
			sum := new(big.Rat)
			for _, a := range heads {
				sum.Add(sum, a.Ratio(0))
			}
			out := make(tasks.Value, outputs)
			if sum.Sign() > 0 {
				out[0] = 1
			}
			return out, nil
		},
		Chosen: map[string]string{"weights": fmt.Sprintf("drawn from seed %d", seed)},
	})
}

// mix is a bijection that scatters its argument (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// oneLayerBits is what one layer's protocol costs: H (B_Z + d_v B_N), where
// B_Z = ceil(log2(a 2^f + 1)) and B_N = ceil(log2(a 2^f (2^p - 1) + 1)) for sums over a
// tokens; under the maximum both players' largest scores cross first, which adds
// 2 H B_s with B_s = ceil(log2(m (2^(2p-1) - 2^(p-1)) + 1)). It is computed here from the
// formula alone, beside the compiler's own.
func oneLayerBits(s layerSizes, a int) int {
	weights := new(big.Int).Lsh(big.NewInt(int64(a)), uint(s.F))
	span := new(big.Int).Lsh(big.NewInt(1), uint(s.P))
	span.Mul(span.Sub(span, big.NewInt(1)), weights)
	// ceil(log2(x + 1)) is the length of x in bits.
	head := weights.BitLen() + s.DV*span.BitLen()
	if s.Arithmetic == attention.WithMax {
		scores := big.NewInt(int64(s.M) * (1<<(2*s.P-1) - 1<<(s.P-1)))
		head += 2 * scores.BitLen()
	}
	return s.H * head
}
