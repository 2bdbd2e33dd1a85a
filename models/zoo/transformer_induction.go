package zoo

import (
	"math/big"
	"math/bits"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Statement. sanford2024induction: two layers with one head, constant m and
// p = O(log N + log V) compute induction heads, under a causal mask.
//
// Construction (derived here). Layer 1 fetches the token before: the score
// -2 (j - (i-1))^2, with the blank at place 0 for i = 1, is 0 at j = i - 1 and at
// most -2 elsewhere. Layer 2 looks for the last j <= i whose previous token is x_i:
//
//	2 (-A (prev_j - x_i)^2 + j), A = 4 N^2, the blank at -A,
//
// and takes x_j. A match scores at least 2, a mismatch at most 2N - 2A, which is
// below the blank, so no match gives the blank's value 0. The best score is ahead by
// 2 or more, and with f = 1 every other weight is round(2 e^-2) = 0: an exact argmax.
//
// "max" arithmetic. How high the best score is depends on where the match stands, so
// a constant shift would need weights that reach down by 2N: f of order N.
//
// Cost. Layer 1, at every position: the sums over the other player's tokens, both
// ways; layer 2 as one attention layer, maxima first.
var TransformerInduction = construct(&models.Construction{
	Name:  "induction-heads",
	Model: "transformer",
	Tasks: []string{"induction-heads"},
	Doc: "Induction heads in two layers under a causal mask: the first fetches the token before, the second finds the last " +
		"position whose previous token is x_i; D = 2, H = 1, m = 3, the maximum subtracted.",
	Cite:   []string{"SanfordHsuTelgarsky2024", "derived here: docs/sanford2024induction.md"},
	Params: argmaxParams,
	New:    newTransformerInduction,
})

func newTransformerInduction(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	layers, err := inductionLayers(sh, set, 1, sameForReal(sh.N, 1))
	if err != nil {
		return nil, err
	}
	return attention.New(&attention.Stack{
		Shape:  sh,
		In:     number,
		Layers: layers,
		Next:   []func(int, attention.Ints, []attention.Average, attention.Ints) error{tokenBefore},
		Out:    found(0),
		Chosen: map[string]string{"construction": "induction-heads"},
	})
}

// tokenBefore is the map between the two layers: the token, and the one before it.
func tokenBefore(_ int, e attention.Ints, heads []attention.Average, next attention.Ints) error {
	next.Set(0, e.At(0))
	next.Set(1, heads[0].Nearest(0, 1))
	return nil
}

// argmaxFactor scales scores so that whole differences of 2 or more leave one weight
// above 0: at least (f + 1) ln 2 / 2.
func argmaxFactor(set models.Settings) int64 { return int64(max(1, (set.Int("f", 1)+1)*7/20+1)) }

// inductionLayers are the two layers, the second of which gives out values of the
// position that it finds; of the blank they must be 0.
func inductionLayers(sh tasks.Shape, set models.Settings, values int, value func(h, pos int, e, v attention.Ints) (int, error)) ([]*attention.Layer, error) {
	n, v := int64(sh.N), int64(sh.Int("V"))
	far := n + 1
	a := 4 * n * n
	big2 := func(x, y int64) *big.Int { return new(big.Int).Mul(big.NewInt(x), big.NewInt(y)) }
	squares := new(big.Int).Add(new(big.Int).Mul(big2(2*a, v), big.NewInt(v)), big.NewInt(2*n))
	causal := func(i, j int) bool { return j <= i }
	factor := argmaxFactor(set)
	p := 1 + max(bits.Len64(uint64(2*factor*far*far)), new(big.Int).Mul(squares, big.NewInt(factor)).BitLen(), big2(4*a, v).BitLen())
	before := lookUp(&attention.Layer{
		Values: 1, Embed: 1, Mask: causal, Arithmetic: attention.WithMax,
		P: p, F: set.Int("f", 1), G: set.Int("g", 0),
		Queries:  []attention.Dependence{attention.OnPosition},
		ValueMax: big.NewInt(v),
		Value:    sameForReal(sh.N, 1),
	}, 2*factor, far, func(pos int, _ attention.Ints) int64 { return int64(pos) - 1 }, ownPlace(sh.N))
	scaled := func(x *big.Int) *big.Int { return new(big.Int).Mul(x, big.NewInt(factor)) }
	last := &attention.Layer{
		Heads: 1, Width: 3, Values: values, Embed: 2, Blank: true, Mask: causal, Arithmetic: attention.WithMax,
		P: p, F: before.F, G: before.G,
		QueryMax: []*big.Int{big.NewInt(1), big2(4*a, v), squares},
		KeyMax:   []*big.Int{scaled(squares), big.NewInt(factor * v), big.NewInt(factor)},
		ValueMax: big.NewInt(max(v, n)),
		Query: func(_, _ int, e, q attention.Ints) error {
			x := e.At(0)
			q.Set(0, 1)
			q.SetBig(1, big2(4*a, x))
			q.SetBig(2, new(big.Int).Neg(new(big.Int).Mul(big2(2*a, x), big.NewInt(x))))
			return nil
		},
		Key: func(_, pos int, e, k attention.Ints) error {
			if pos > sh.N {
				k.Set(0, -factor*a)
				return nil
			}
			prev := e.At(1)
			score := new(big.Int).Neg(new(big.Int).Mul(big2(2*a, prev), big.NewInt(prev)))
			k.SetBig(0, scaled(score.Add(score, big.NewInt(2*int64(pos)))))
			k.Set(1, factor*prev)
			k.Set(2, factor)
			return nil
		},
		Value: value,
	}
	layers := []*attention.Layer{before, last}
	for _, l := range layers {
		if err := growTo(l, set); err != nil {
			return nil, err
		}
	}
	return layers, nil
}
