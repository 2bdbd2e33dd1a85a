package zoo

import (
	"fmt"
	"math/big"
	"math/bits"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/tensor"
)

// The paper's third-order unit for Match3 (m = 5), for any order s: cos of a sum of s angles
// is a sum of 2^(s-1) products of cosines and sines, one for every even set of
// factors that are sines,
//
//	cos(a_1 + ... + a_s) = sum over even E of (-1)^(|E|/2) prod_{i in E} sin a_i prod_{i not in E} cos a_i,
//
// so with angles 2 pi x/M the score of a tuple is c cos(2 pi (x_i + x_j1 + ...)/M): c at a
// match, at most c - 8c/M^2 elsewhere. One more coordinate gives the all-blank tuple
// the score c and tuples with some blanks 0. m = 2^(s-1) + 1, H = 1; values 1 real, 0 blank.
//
// The proof (docs/tensor.md): with c = ceil(gap max(M^2/8, 1)), gap = exact.Vanish(f), all other
// tuples fall off the table. Cosines have F fractional bits; the score is then
// off by at most eta = c s 2^(s-1) 2^-F, and 2 eta < 2^-g makes every tuple within the
// rounding of the top weigh exactly 2^f. With k matching tuples the output is
// k/(k+1), compared with 1/4.
var _ = construct(&models.Construction{
	Name:   "match-trigonometric",
	Model:  "tensor-attention",
	Tasks:  []string{"match2", "match3", "match-s"},
	Doc:    "order s, one head of m = 2^(s-1) + 1: the score of a tuple is c cos(2 pi (sum)/M); the paper's third-order unit has s = 3, m = 5",
	Cite:   []string{"SanfordHsuTelgarsky2023", "derived here: docs/tensor.md"},
	Rank:   1,
	Params: precision("bits per number, F + 2", 4, 1024, 0, 40),
	New:    newTensorTrigonometric,
})

func newTensorTrigonometric(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	s, m := sh.Task.Terms(sh), int64(sh.Int("M"))
	if s > 12 {
		return nil, models.Unsupportedf("order s = %d needs m = 2^%d + 1 coordinates, more than 2049; the integer form (construction=match-s-integer) needs fewer", s, s-1)
	}
	f, g := set.Int("f", 0), set.Int("g", 0)
	c := new(big.Int).Mul(big.NewInt(m), big.NewInt(m)) // ceil(gap max(M^2/8, 1))
	c.Mul(c, big.NewInt(int64(exact.Vanish(f)))).Add(c, big.NewInt(7)).Rsh(c, 3)
	if least := big.NewInt(int64(exact.Vanish(f))); c.Cmp(least) < 0 {
		c = least
	}
	need := new(big.Int).Mul(c, big.NewInt(int64(s)<<(s+g))).BitLen() // 2^F > c s 2^s 2^g
	p := set.Int("p", need+2)
	frac := p - 2
	t := &tensor.Layer{Of: sh, Order: s, E: 2, P: p, F: f, G: g, Log: !set.Sets("p"), Scale: s * frac, Blank: true}
	if frac < need {
		t.Doubt = fmt.Sprintf("p = %d is below the %d for which the construction is proved at these sizes", p, need+2)
	}
	t.Unit = new(big.Int).Lsh(big.NewInt(1), uint(frac))
	t.Sizes = tasks.Params{"F": float64(frac)}
	t.Sizes["c"], _ = new(big.Float).SetInt(c).Float64()
	eta := new(big.Int).Mul(c, big.NewInt(int64(s)<<(s-1))) // at scale s F
	t.Top = new(big.Int).Lsh(c, uint(s*frac))
	t.Top.Add(t.Top, eta.Lsh(eta, uint((s-1)*frac)))
	t.Embed = func(x int) []*big.Int {
		cos, sin := exact.CosSin(int64(x)%m, m, frac)
		return []*big.Int{cos, sin}
	}

	zero, one := new(big.Int), big.NewInt(1)
	pick := func(sine bool, by *big.Int) []*big.Int { // (cos, sin, real, blank)
		if sine {
			return []*big.Int{zero, by, zero, zero}
		}
		return []*big.Int{by, zero, zero, zero}
	}
	h := tensor.Head{Keys: make([]tensor.Linear, s-1), Values: make([]tensor.Linear, s-1)}
	for e := uint(0); e < 1<<s; e++ { // bit 0: the query; bit a: K_a
		if bits.OnesCount(e)%2 == 1 {
			continue
		}
		sign := new(big.Int).Set(c)
		if bits.OnesCount(e)%4 == 2 {
			sign.Neg(sign)
		}
		h.Query = append(h.Query, pick(e&1 == 1, sign))
		for a := range h.Keys {
			h.Keys[a] = append(h.Keys[a], pick(e>>(a+1)&1 == 1, one))
		}
	}
	h.Query = append(h.Query, []*big.Int{zero, zero, c, zero})
	for a := range h.Keys {
		h.Keys[a] = append(h.Keys[a], []*big.Int{zero, zero, zero, one})
		h.Values[a] = tensor.Linear{{zero, zero, one, zero}}
	}
	t.Heads = []tensor.Head{h}
	t.Out = tensorMatched(big.NewRat(1, 4))
	return t.Ready()
}

// tensorMatched is the output map: 1 iff the heads' averages, of values 0 and 1,
// sum to at least the threshold.
func tensorMatched(least *big.Rat) func([][]*big.Rat) tasks.Value {
	return func(heads [][]*big.Rat) tasks.Value {
		sum := new(big.Rat)
		for _, h := range heads {
			sum.Add(sum, h[0])
		}
		return tasks.Truth(sum.Cmp(least) >= 0)
	}
}
