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
// Construction (the paper's idea; constants derived here). With th = 2 pi x / M,
//
//	query c (cos th_i, sin th_i, 1), key (cos th_j, -sin th_j, 0), blank key (0, 0, 1)
//
// give the score c cos(2 pi (x_i + x_j) / M), and c for the blank, which is top.
// c = ceil((M^2/8) ln(4N)), so that a non-match stands at least ln(4N) below the
// top: 1 - cos(2 pi/M) >= 8/M^2. Values are 1, and 0 for the blank.
//
// Rounding. Coordinates have F = ceil(log2(8 (c+2))) fractional bits, so a score
// is off by at most 2^-F (c+2) <= 1/8, and p = F + bits(c) + 1 = O(log M +
// loglog N). Differences are floored to g = 4 bits, which adds at most 1/16, and
// weights have f = 3 + ceil(log2 N) bits: N rounding errors of 1/2 are at most
// 2^f / 16. A match weighs at least round(2^f e^(-1/4)), so the output is at least
// 0.42; without one the weights sum to at most 2^f (e^(3/16)/4 + 1/16), so it is
// at most 0.27. The threshold is 3/8. The same holds for the maximum (which lies
// in [c, c + 1/8]) and for the fold: the last maximum alone weighs 2^f, and the
// blank's rescaling brings any sum of non-matches below the bound. Rounded
// probabilities with p >= 6 + ceil(log2 N) add at most 1/128.
//
// Cost. H (B_Z + d_v B_N) with H = d_v = 1; the query, m p bits, or the embedded
// token, p bits, when its owner is not public.
//
// Assumptions. None on M and N. Deviations: c, F and the threshold are this
// project's explicit constants.
var AttentionMatch2Trigonometric = construct(&models.Construction{
	Name:    "match2-trigonometric",
	Model:   "attention",
	Tasks:   []string{"match2"},
	Rank:    1,
	Doc:     "Match2 by angles: score c cos(2 pi (x_i + x_j)/M) against a blank token at c; m = 3, the paper's form.",
	Cite:    []string{"SanfordHsuTelgarsky2023"},
	Params:  precision("bits of a number, F + bits(c) + 1", 3, 1024, 0, 40),
	Choices: []models.Choice{arithmeticChoice},
	New:     newMatch2Trigonometric,
})

func newMatch2Trigonometric(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	m := int64(sh.Int("M"))
	if m > 1<<31 {
		return nil, models.Unsupportedf("match2-trigonometric: M = %d is more than 2^31", m)
	}
	c := exact.CeilMulLog(big.NewRat(m*m, 8), big.NewRat(4*int64(sh.N), 1))
	grain := new(big.Int).Lsh(new(big.Int).Add(c, big.NewInt(2)), 3)
	frac := grain.Sub(grain, big.NewInt(1)).BitLen() // ceil(log2(8 (c+2)))
	logN := bits.Len(uint(sh.N - 1))
	needP, needF, needG := frac+c.BitLen()+1, 3+logN, 4
	if arithmeticOf(set) == attention.WithRounded {
		needP = max(needP, 6+logN)
	}
	p := set.Int("p", needP)
	if frac = min(frac, p-1-c.BitLen()); frac < 1 {
		return nil, fmt.Errorf("p = %d leaves no fractional bits: c = %v alone needs %d", p, c, c.BitLen()+1)
	}
	one := new(big.Int).Lsh(big.NewInt(1), uint(frac))
	most := new(big.Int).Mul(c, one)
	finer := c.BitLen() + 8 // so that c cos is rounded from cos with spare bits
	l := &attention.Layer{
		Heads: 1, Width: 3, Values: 1, Embed: 1, Blank: true,
		P: p, F: set.Int("f", needF), G: set.Int("g", needG), Scale: 2 * frac,
		Top:        new(big.Int).Lsh(most, uint(frac)),
		Arithmetic: arithmeticOf(set),
		QueryMax:   []*big.Int{most, most, most},
		KeyMax:     []*big.Int{one, one, one},
		ValueMax:   big.NewInt(1),
		Query: func(_, _ int, e, q attention.Ints) error {
			cos, sin := exact.CosSin(e.At(0), m, frac+finer)
			q.SetBig(0, roundShift(cos.Mul(cos, c), finer))
			q.SetBig(1, roundShift(sin.Mul(sin, c), finer))
			q.SetBig(2, most)
			return nil
		},
		Key: func(_, pos int, e, k attention.Ints) error {
			if pos > sh.N {
				k.SetBig(2, one)
				return nil
			}
			cos, sin := exact.CosSin(e.At(0), m, frac)
			k.SetBig(0, cos)
			k.SetBig(1, sin.Neg(sin))
			return nil
		},
		Value: oneForReal(sh.N),
	}
	s := &attention.Stack{
		Shape:  sh,
		In:     residue(int(m)),
		Layers: []*attention.Layer{l},
		Out:    threshold(3, 8),
		Extra:  tasks.Params{"F": float64(frac)},
		Chosen: map[string]string{"construction": "match2-trigonometric"},
	}
	s.Extra["c"], _ = new(big.Float).SetInt(c).Float64()
	if p < needP || l.F < needF || l.G < needG {
		s.Warn = belowProof("p = %d, f = %d, g = %d", needP, needF, needG)
	}
	return attention.New(s)
}

// roundShift sets x to the integer nearest to x / 2^n, n > 0; halves go up.
func roundShift(x *big.Int, n int) *big.Int {
	x.Rsh(x, uint(n-1))
	x.Add(x, big.NewInt(1))
	return x.Rsh(x, 1)
}

// belowProof warns on every input that the sizes set are smaller than the proof's.
func belowProof(format string, sizes ...any) func([]tasks.Token, []int) []string {
	text := fmt.Sprintf("below the sizes for which the construction is proved ("+format+"): outputs may be wrong", sizes...)
	return func([]tasks.Token, []int) []string { return []string{text} }
}
