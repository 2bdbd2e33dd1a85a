package models

import (
	"math"
	"math/big"

	"crosscut/models/tasks"
)

// Theorem 3: sets of q are separated by keys in 2q dimensions, the vertices of a
// cyclic polytope, if precision is no object. "Infinite" precision means here
// p of about 2q log2 N bits, the size of the coefficients of prod (t - l)^2.
//
// Keys (1, j, ..., j^2q), m = 2q + 1: scores are -beta P_y(j), 0 on y and at most
// -beta elsewhere, beta = vanish(f), top 0 (keys_moment.go). With m <= 2q the
// polynomial is cut short and, by Radon's theorem, no query would do: see Radon.
var _ = construct(&Construction{
	Name:    "qsa-moment",
	Model:   "attention",
	Tasks:   []string{"qsa"},
	Doc:     "one head, keys on the moment curve, m = 2q + 1, exact integers of about 2q log2 N bits: right for every set y",
	Cite:    []string{"SanfordHsuTelgarsky2023", "derived here: docs/qsa.md"},
	Rank:    1,
	Params:  qsaParams,
	Choices: []Choice{arithmeticChoice},
	New: func(sh tasks.Shape, set Settings) (Machine, error) {
		n, q := sh.N, sh.Int("q")
		if q > 256 {
			return nil, unsupportedf("the moment curve at q = %d has coefficients of about 2q log2 N = %.0f bits: q is at most 256", q, 2*float64(q)*math.Log2(float64(n)))
		}
		k := momentKeys{n, q, set.Int("m", 2*q+1)}
		return qsaMachine(sh, set, func(p int) qsaKeys {
			return momentLayer{k, int64(vanish(set.Int("f", 0))), p}
		})
	},
})

// momentLayer is momentKeys in a layer.
type momentLayer struct {
	momentKeys
	beta int64
	p    int
}

func (k momentLayer) scale() int    { return 0 }
func (k momentLayer) top() *big.Int { return new(big.Int) }
func (k momentLayer) bits() int     { return max(2, k.momentKeys.bits(k.beta)) }

func (k momentLayer) bounds() (q, key []*big.Int) {
	for _, c := range k.largest() {
		q = append(q, new(big.Int).Abs(c.Mul(c, big.NewInt(k.beta))))
	}
	return q, k.momentKeys.key(k.n)
}

func (k momentLayer) key(pos int, u Ints) {
	for i, v := range k.momentKeys.key(pos) {
		u.SetBig(i, clipBig(v, k.p))
	}
}

func (k momentLayer) query(y []int, w Ints) {
	beta := big.NewInt(k.beta)
	for i, v := range k.momentKeys.query(y) {
		w.SetBig(i, clipBig(v.Mul(v, beta), k.p))
	}
}

// certified compares every score, in integers of any size.
func (k momentLayer) certified(y []int) bool {
	w := NewInts(k.m, true)
	k.query(y, w)
	u := NewInts(k.m, true)
	next := 0
	for j := 1; j <= k.n; j++ {
		k.key(j, u)
		s := new(big.Int)
		for c := range k.m {
			s.Add(s, new(big.Int).Mul(w.Big(c), u.Big(c)))
		}
		if next < len(y) && y[next] == j {
			next++
			if s.Sign() != 0 {
				return false
			}
		} else if s.Cmp(big.NewInt(-k.beta)) > 0 {
			return false
		}
	}
	return true
}

func (k momentLayer) names() map[string]string {
	names := map[string]string{"keys": "moment", "guarantee": "every set"}
	if !k.uniform() {
		names["guarantee"] = "per input"
	}
	return names
}

func (k momentLayer) sizes() tasks.Params { return nil }

// clipBig is clip for big integers.
func clipBig(x *big.Int, p int) *big.Int {
	if p == 0 || fitsSigned(x, p) {
		return x
	}
	r := new(big.Int).Lsh(big.NewInt(1), uint(p-1))
	if x.Sign() < 0 {
		return r.Neg(r)
	}
	return r.Sub(r, big.NewInt(1))
}
