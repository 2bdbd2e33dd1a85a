package zoo

import (
	"fmt"
	"math/big"
	"math/bits"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Statement. sanford2023, Theorem 6: one unit (H = D = 1) with m = 3 computes
// Match2 on [M]^N, with p = O(log M).
//
// Construction (integer form, derived here). Tokens are reduced to x in 0..M-1
// and t = (-x_i) mod M, so token i matches token j iff t = x_j. Then
//
//	query B (2t, -1, -t^2), key (x_j, x_j^2, 1), blank key (0, 0, 0)
//
// give the score -B (t - x_j)^2, and 0 for the blank. With B at least
// (f+1) ln 2 every weight below the top is round(2^f e^-B) = 0, so the softmax is
// an exact argmax; the default is f = 1 and B = 3. Values are 1, and 0 for the
// blank: k matching tokens make k/(k+1), at least 1/2, and none makes 0.
//
// WithRounded arithmetic. Each of k <= N matching tokens gets round(2^p/(k+1)), off
// by at most 1/2, so the output is off by at most N/2^(p+1) <= 1/16 when
// p >= 3 + ceil(log2 N); the threshold 3/8 still separates.
//
// Cost. H (B_Z + d_v B_N) with H = d_v = 1; the query, m p bits, or the embedded
// token, p bits, when its owner is not public.
//
// Assumptions. None on M and N. Deviation: the paper's form is trigonometric
// (match2-trig).
var AttentionMatch2 = construct(&models.Construction{
	Name:    "match2-integer",
	Model:   "attention",
	Tasks:   []string{"match2"},
	Doc:     "Match2 by an exact argmax: score -3 (t - x_j)^2 with t = -x_i mod M, a blank token at score 0; m = 3, f = 1.",
	Cite:    []string{"SanfordHsuTelgarsky2023", "derived here: docs/attention.md"},
	Params:  argmaxParams,
	Choices: []models.Choice{arithmeticChoice},
	New:     newMatch2,
})

// argmaxParams are the sizes of constructions whose softmax is an exact argmax.
var argmaxParams = precision("bits of a number", 1, 128, 1, 30)

func newMatch2(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	l, err := matchTwo(sh, set)
	if err != nil {
		return nil, err
	}
	if err := growTo(l, set); err != nil {
		return nil, err
	}
	return attention.New(&attention.Stack{
		Shape:  sh,
		In:     residue(sh.Int("M")),
		Layers: []*attention.Layer{l},
		Out:    threshold(3, 8),
		Chosen: map[string]string{"construction": "match2-integer"},
	})
}

// matchTwo is the layer, on embeddings that begin with x mod M, with the smallest
// p. Squares are formed in 64 bits where they fit.
func matchTwo(sh tasks.Shape, set models.Settings) (*attention.Layer, error) {
	m := int64(sh.Int("M"))
	f := set.Int("f", 1)
	factor := max(3, exact.CeilMulLog(big.NewRat(int64(f+1), 1), big.NewRat(2, 1)).Int64())
	most := big.NewInt(m - 1)
	square := new(big.Int).Mul(most, most)
	scaled := func(by int64, x *big.Int) *big.Int { return new(big.Int).Mul(big.NewInt(by), x) }
	linear, constant := scaled(2*factor, most), scaled(factor, square)
	small := constant.BitLen() < 63
	l := &attention.Layer{
		Heads: 1, Width: 3, Values: 1, Embed: 1, Blank: true,
		P: max(linear.BitLen(), constant.BitLen(), bits.Len64(uint64(factor))) + 1, F: f, G: set.Int("g", 0),
		Arithmetic: arithmeticOf(set),
		QueryMax:   []*big.Int{linear, big.NewInt(factor), constant},
		KeyMax:     []*big.Int{most, square, big.NewInt(1)},
		ValueMax:   big.NewInt(1),
		Query: func(_, _ int, e, q attention.Ints) error {
			t := (m - e.At(0)) % m
			q.Set(0, 2*factor*t)
			q.Set(1, -factor)
			if small {
				q.Set(2, -factor*t*t)
			} else {
				q.SetBig(2, scaled(-factor, new(big.Int).Mul(big.NewInt(t), big.NewInt(t))))
			}
			return nil
		},
		Key: func(_, pos int, e, k attention.Ints) error {
			if pos > sh.N {
				return nil
			}
			x := e.At(0)
			k.Set(0, x)
			if small {
				k.Set(1, x*x)
			} else {
				k.SetBig(1, new(big.Int).Mul(big.NewInt(x), big.NewInt(x)))
			}
			k.Set(2, 1)
			return nil
		},
		Value: oneForReal(sh.N),
	}
	if l.Arithmetic == attention.WithRounded {
		l.P = max(l.P, 3+bits.Len(uint(sh.N-1)))
		if l.P > 62 {
			return nil, models.Unsupportedf("rounded probabilities of p = %d bits: at most 62", l.P)
		}
	}
	return l, nil
}

// growTo takes p from the settings; it must hold the layer's numbers.
func growTo(l *attention.Layer, set models.Settings) error {
	need := l.P
	if l.P = set.Int("p", need); l.P < need {
		return fmt.Errorf("p = %d is less than the %d bits that the numbers of this construction have", l.P, need)
	}
	return nil
}
