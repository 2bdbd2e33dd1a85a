package zoo

import (
	"math/big"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/tensor"
)

// The integer form of the match units: s - 1 heads, head h with the target
// T = t + h M, where t = (-x_i) mod M and tokens are reduced to 0..M-1, and the score
//
//	-beta (x_j1 + ... + x_j(s-1) - T)^2,   beta = exact.Vanish(f),
//
// so a tuple that hits the target weighs 2^f and every other one 0. Expanded:
//
//	s-1     coordinates x_a^2, query -beta
//	s-1 choose 2    coordinates x_a x_b, query -2 beta
//	s-1     coordinates x_a, query 2 beta T
//	1       constant, query -beta T^2
//	s-1     (s > 2) "a is blank and the next one is real", query -beta
//
// The last kind pushes tuples with some blanks down; the all-blank tuple scores 0. At
// s = 3: two heads of m = 8. With k hits a head gives k/(k+1); a match is a sum of
// at least 1/2. The sums x_j1 + ... lie in 0..(s-1)(M-1), so the s - 1 targets are all
// that occur. No rounding anywhere (docs/tensor.md).
var (
	_ = construct(tensorInteger("match3-integer", "match3", 0))
	_ = construct(tensorInteger("match-s-integer", "match-s", 2))
)

func tensorInteger(name, task string, rank int) *models.Construction {
	return &models.Construction{
		Name:   name,
		Model:  "tensor-attention",
		Tasks:  []string{task},
		Doc:    "s-1 heads, one for each value of the sum: score -beta (sum - target)^2 in small integers; at s = 3 two heads of m = 8",
		Cite:   []string{"SanfordHsuTelgarsky2023", "derived here: docs/tensor.md"},
		Rank:   rank,
		Params: precision("bits per number", 2, 1024, 0, 40),
		New:    newTensorInteger,
	}
}

func newTensorInteger(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	s, m := sh.Task.Terms(sh), int64(sh.Int("M"))
	f, g := set.Int("f", 0), set.Int("g", 0)
	beta := int64(exact.Vanish(f))
	t := &tensor.Layer{Of: sh, Order: s, E: 4, F: f, G: g, Log: !set.Sets("p"), Top: new(big.Int), Unit: big.NewInt(1), Blank: true}
	t.Embed = func(x int) []*big.Int { // x, x^2, t, t^2
		r := int64(x) % m
		u := (m - r) % m
		return []*big.Int{big.NewInt(r), square(r), big.NewInt(u), square(u)}
	}

	row := func(at int, v *big.Int) []*big.Int { // columns x, x^2, t, t^2, real, blank
		r := make([]*big.Int, 6)
		for c := range r {
			r[c] = new(big.Int)
		}
		r[at].Set(v)
		return r
	}
	one := big.NewInt(1)
	x, x2, real, isBlank := row(0, one), row(1, one), row(4, one), row(5, one)
	either := row(4, one)
	either[5].Set(one)

	for h := range int64(s - 1) {
		head := tensor.Head{Keys: make([]tensor.Linear, s-1), Values: make([]tensor.Linear, s-1)}
		add := func(query []*big.Int, rest []*big.Int, special map[int][]*big.Int) {
			head.Query = append(head.Query, query)
			for a := range head.Keys {
				k, ok := special[a]
				if !ok {
					k = rest
				}
				head.Keys[a] = append(head.Keys[a], k)
			}
		}
		constant := func(v int64) []*big.Int { return row(4, big.NewInt(v)) }
		shift := new(big.Int).Mul(big.NewInt(h), big.NewInt(m)) // T = t + shift
		for a := range s - 1 {
			add(constant(-beta), real, map[int][]*big.Int{a: x2})
		}
		for a := range s - 1 {
			for b := range a {
				add(constant(-2*beta), real, map[int][]*big.Int{a: x, b: x})
			}
		}
		target := row(2, big.NewInt(2*beta))
		target[4].Mul(shift, big.NewInt(2*beta))
		for a := range s - 1 {
			add(target, real, map[int][]*big.Int{a: x})
		}
		squared := row(3, big.NewInt(-beta)) // T^2 = t^2 + 2 shift t + shift^2
		squared[2].Mul(shift, big.NewInt(-2*beta))
		squared[4].Mul(shift, shift).Mul(squared[4], big.NewInt(-beta))
		add(squared, real, nil)
		for a := range s - 1 {
			if s > 2 {
				add(constant(-beta), either, map[int][]*big.Int{a: isBlank, (a + 1) % (s - 1): real})
			}
		}
		for a := range head.Values {
			head.Values[a] = tensor.Linear{real}
		}
		t.Heads = append(t.Heads, head)
	}

	t.P = exact.BigSignedBits(square(m - 1))
	for _, h := range t.Heads {
		for _, l := range append([]tensor.Linear{h.Query}, h.Keys...) {
			for _, r := range l {
				for _, v := range r {
					t.P = max(t.P, exact.BigSignedBits(v))
				}
			}
		}
	}
	if p := set.Int("p", t.P); p < t.P {
		return nil, models.Unsupportedf("p = %d bits cannot hold the weights and squares at M = %d, which need %d", p, m, t.P)
	} else {
		t.P = p
	}
	t.Out = tensorMatched(big.NewRat(1, 2))
	return t.Ready()
}

func square(x int64) *big.Int {
	v := big.NewInt(x)
	return v.Mul(v, v)
}
