package models

import (
	"math/big"

	"crosscut/models/tasks"
)

// Sparse averaging that is right on every input: keys from a Reed-Solomon code or,
// where they are narrower, orthonormal ones (which are its degree 0). Everything
// is a small whole number: keys 0 and 1, queries 0 and beta, a member's score
// beta K, any other score at most beta (K - 1), with beta = vanish(f). The proof for all y
// at once is in keys_code.go and docs/qsa.md.
var _ = construct(&Construction{
	Name:  "qsa-code",
	Model: "attention",
	Tasks: []string{"qsa"},
	Doc: "one head, keys from a Reed-Solomon code or orthonormal ones, whichever is narrower: right for every set y, " +
		"with m = T P, T = r (2q-1) + 1, N <= P^(r+1)",
	Cite:   []string{"SanfordHsuTelgarsky2023", "DeVore2007", "derived here: docs/qsa.md"},
	Rank:   0,
	Params: qsaParams,
	Choices: []Choice{
		{Name: "keys", Doc: "the narrower family, or one by name", Of: []string{"smallest", "devore", "orthonormal"}},
		arithmeticChoice,
	},
	New: func(sh tasks.Shape, set Settings) (Machine, error) {
		n, q := sh.N, sh.Int("q")
		var c codeKeys
		m, given := set.Num["m"]
		switch keys := set.Pick("keys", "smallest"); {
		case keys == "orthonormal":
			if c = newCode(n, q, 0, 1); given && int(m) < c.p {
				return nil, unsupportedf("orthonormal keys need m = N = %d", n)
			}
		case given:
			c = codeOfWidth(n, q, int(m))
		case keys == "devore":
			c = smallestDeVore(n, q)
		default:
			c = smallestCode(n, q)
		}
		return qsaMachine(sh, set, func(p int) qsaKeys {
			return codeQuery{c, clip(int64(vanish(set.Int("f", 0))), p), p, max(int(m), c.width()), set.Int("f", 0)}
		})
	},
})

// codeQuery is codeKeys in a layer: queries are scaled by beta, and m may be wider
// than the code, the rest staying 0.
type codeQuery struct {
	codeKeys
	beta int64
	p    int
	m    int
	f    int
}

func (c codeQuery) width() int { return c.m }
func (c codeQuery) scale() int { return 0 }
func (c codeQuery) bits() int  { return max(2, signedBits(int64(vanish(c.f)))) }

func (c codeQuery) top() *big.Int { return big.NewInt(c.beta * int64(c.k)) }

func (c codeQuery) bounds() (q, k []*big.Int) {
	return equalBounds(c.m, big.NewInt(c.beta)), equalBounds(c.m, big.NewInt(1))
}

// ones lists the T ones of u_pos.
func (c codeQuery) ones(pos int, at []int32) []int32 {
	var buf [64]int
	word := buf[:]
	if c.t > len(buf) {
		word = make([]int, c.t)
	}
	c.word(pos, word)
	for t, v := range word[:c.t] {
		at = append(at, int32(t*c.codeKeys.p+v))
	}
	return at
}

func (c codeQuery) key(pos int, k Ints) {
	for _, i := range c.ones(pos, nil) {
		k.Set(int(i), 1)
	}
}

func (c codeQuery) query(y []int, w Ints) {
	for i, v := range c.codeKeys.query(y) {
		w.Set(i, c.beta*v)
	}
}

func (c codeQuery) uniform() bool { return c.codeKeys.uniform() && c.beta >= int64(vanish(c.f)) }

func (c codeQuery) certified(y []int) bool {
	w := c.codeKeys.query(y)
	word := make([]int, c.t)
	top := c.beta * int64(c.k)
	return certifies(c.n, y, top, top, int64(vanish(c.f)), func(j int) int64 {
		c.word(j, word)
		var s int64
		for t, v := range word {
			s += w[t*c.codeKeys.p+v]
		}
		return c.beta * s
	})
}

func (c codeQuery) names() map[string]string {
	family := "devore"
	if c.r == 0 {
		family = "orthonormal"
	}
	guarantee := "every set"
	if !c.uniform() {
		guarantee = "per input"
	}
	return map[string]string{"keys": family, "guarantee": guarantee}
}

func (c codeQuery) sizes() tasks.Params {
	return tasks.Params{"r": float64(c.r), "T": float64(c.t), "P": float64(c.codeKeys.p), "K": float64(c.k)}
}
