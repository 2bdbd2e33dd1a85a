package zoo

import (
	"math/big"
	"math/bits"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Statement. sanford2023, Theorem 8: a transformer of constant size (D = 2, H = 1,
// m = 3, p = O(log M + log N)) computes Match3Bigram.
//
// Construction (derived here; the paper's may differ). Layer 1 averages over i and
// i + 1: the integer score -B (2j - 2i - 1)^2 is -B there and at most -9 B
// elsewhere, so with 8 B >= (f+1) ln 2 just these two have weight. The blank stands
// at position N + 1, so that i = N has two as well. Values (3 numbers): x_j in the
// first if j is even, in the second if j is odd, and j in the third, so the two
// neighbours never collide and the average is (x_even/2, x_odd/2, i + 1/2). The map
// between the layers doubles, finds i from the third number, tells x_i from
// x_(i+1), and forms P_i = x_i + x_(i+1). Layer 2 is Match2 in integer form with
// query x_i and key P_j: score -B' (t - P_j)^2 with t = -x_i mod M, a blank at 0.
// Position N has no bigram: its key scores -B' for every query and its value is 0.
//
// Rounded arithmetic. Layer 1 has two probabilities of exactly 1/2; layer 2 is as
// for match2.
//
// Cost. Layer 1, at every position: the sums over the other player's tokens, both
// ways (its queries depend on positions only); layer 2 as one attention layer.
//
// Assumptions. The pairs are (j, j+1) for j < N, so N = 1 never matches.
var TransformerBigram = construct(&models.Construction{
	Name:  "match3-bigram",
	Model: "transformer",
	Tasks: []string{"match3-bigram"},
	Doc: "Match3Bigram in two layers: the first averages x_i and x_(i+1) in separate slots, the second is Match2 of x_i " +
		"against their sums; D = 2, H = 1, m = 3.",
	Cite:    []string{"SanfordHsuTelgarsky2023", "derived here: docs/attention.md"},
	Params:  argmaxParams,
	Choices: []models.Choice{arithmeticChoice},
	New:     newTransformerBigram,
})

func newTransformerBigram(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	n, m := int64(sh.N), int64(sh.Int("M"))
	second, err := matchTwo(sh, set)
	if err != nil {
		return nil, err
	}
	f := set.Int("f", 1)
	factor := max(1, exact.CeilMulLog(big.NewRat(int64(f+1), 8), big.NewRat(2, 1)).Int64())
	far := 2*n + 2
	first := lookUp(&attention.Layer{
		Values: 3, Embed: 1,
		P: bits.Len64(uint64(max(m, factor*far*far))) + 1, F: f, G: set.Int("g", 0),
		Top:        big.NewInt(-factor),
		Arithmetic: arithmeticOf(set),
		Queries:    []attention.Dependence{attention.OnPosition},
		ValueMax:   big.NewInt(max(m, n+1)),
		Value: func(_, pos int, e, v attention.Ints) (int, error) {
			if pos <= sh.N {
				v.Set(pos%2, e.At(0))
			}
			v.Set(2, int64(pos))
			return 0, nil
		},
	}, factor, far,
		func(pos int, _ attention.Ints) int64 { return 2*int64(pos) + 1 },
		func(pos int) int64 { return 2 * int64(pos) })
	// Layer 2 reads (x_i, P_i mod M); its maps see P where match2 sees x.
	second.Embed = 2
	if second.KeyMax[1].Sign() == 0 {
		second.KeyMax[1] = big.NewInt(1) // the key of position N
	}
	key, value := second.Key, second.Value
	second.Key = func(h, pos int, e, k attention.Ints) error {
		if pos == sh.N {
			k.Set(1, 1)
			return nil
		}
		if pos > sh.N {
			return key(h, pos, e, k)
		}
		return key(h, pos, e.Slice(1, 2), k)
	}
	second.Value = func(h, pos int, e, v attention.Ints) (int, error) {
		if pos == sh.N {
			return 0, nil
		}
		return value(h, pos, e, v)
	}
	first.P = max(first.P, second.P)
	second.P = first.P
	for _, l := range []*attention.Layer{first, second} {
		if err := growTo(l, set); err != nil {
			return nil, err
		}
	}
	return attention.New(&attention.Stack{
		Shape:  sh,
		In:     number,
		Layers: []*attention.Layer{first, second},
		Next: []func(int, attention.Ints, []attention.Average, attention.Ints) error{
			func(_ int, _ attention.Ints, heads []attention.Average, next attention.Ints) error {
				i := (heads[0].Nearest(2, 2) - 1) / 2
				x, y := heads[0].Nearest(int(i%2), 2), heads[0].Nearest(int((i+1)%2), 2)
				next.Set(0, x%m)
				next.Set(1, (x+y)%m)
				return nil
			},
		},
		Out:    threshold(3, 8),
		Chosen: map[string]string{"construction": "match3-bigram"},
	})
}
