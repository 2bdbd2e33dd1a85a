package models

import (
	"fmt"
	"math"
	"math/big"
	"sync"

	"crosscut/models/tasks"
)

// Theorem 2 as the paper has it: keys of random signs, queries of least norm. Two
// guarantees, kept apart:
//
//   - uniform: the inner products of all pairs of keys were measured when the
//     machine was built, and are at most m/(3q-1); then every set has a certificate
//     (keys_sign.go, docs/qsa.md). m grows like q^2 log N.
//   - lazy: nothing is known of all sets; the sets at the read positions are checked
//     one by one, and those without a certificate are named in a warning. m is of
//     order q log N. This is no theorem about all inputs.
//
// For N <= m orthonormal keys (qsa-code with keys=orthonormal) are narrower and
// always right; the machine says so.
var _ = construct(&Construction{
	Name:   "qsa-random-sign",
	Model:  "attention",
	Tasks:  []string{"qsa"},
	Doc:    "one head, keys of m random signs, least-norm queries; right for every set (guarantee=uniform, coherence measured) or checked set by set (guarantee=lazy)",
	Cite:   []string{"SanfordHsuTelgarsky2023", "CandesTao2005", "derived here: docs/qsa.md"},
	Rank:   2,
	Params: qsaParams,
	Choices: []Choice{
		{Name: "guarantee", Doc: "for which sets the queries are certified", Of: []string{"uniform", "lazy"}},
		arithmeticChoice,
	},
	New: func(sh tasks.Shape, set Settings) (Machine, error) {
		n, q, f, g := sh.N, sh.Int("q"), set.Int("f", 0), set.Int("g", 0)
		m, given := set.Num["m"]
		lazy := set.Pick("guarantee", "uniform") == "lazy"
		var k signKeys
		switch {
		case lazy:
			width := int(m)
			if !given {
				width = lazyWidth(n, q)
			}
			k = newSignKeys(n, q, width, f, g, width, min(3*q, n), set.Seed)
		case signPairs(n, q, int(m)) > 1<<31:
			return nil, unsupportedf("guarantee=uniform measures the inner products of all pairs of keys, too many at N = %d, q = %d; guarantee=lazy checks sets one by one", n, q)
		default:
			width, cross := int(m), 0
			if given {
				ok := false
				if cross, ok = (signKeys{n: n, q: q, m: width, seed: set.Seed}).coherent(); !ok {
					return nil, unsupportedf("m = %d: two keys have inner product %d, above m/(3q-1): this width proves nothing for all sets (guarantee=lazy checks sets one by one)", width, cross)
				}
			} else {
				width, cross = smallestCoherent(n, q, set.Seed)
			}
			k = newSignKeys(n, q, width, f, g, cross, q, set.Seed)
		}
		memo := &signMemo{of: map[string]signQuery{}}
		return qsaMachine(sh, set, func(p int) qsaKeys { return &signLayer{k, p, memo} })
	},
})

// signPairs is the words that a measurement of all pairs compares, at width m (0:
// 4 (3q-1)^2 ln N, where random signs are coherent).
func signPairs(n, q, m int) float64 {
	width := float64(m)
	if m == 0 {
		width = 4 * math.Pow(float64(3*q-1), 2) * math.Log(float64(n)+1)
	}
	return float64(n) * float64(n) / 2 * math.Ceil(width/64)
}

// signLayer is signKeys in a layer.
type signLayer struct {
	signKeys
	p    int
	memo *signMemo
}

// signMemo remembers queries: they are a function of the set, and checking one
// takes a pass over all keys.
type signMemo struct {
	sync.Mutex
	of map[string]signQuery
}

const memoised = 1 << 12

func (k *signLayer) find(y []int) signQuery {
	name := fmt.Sprint(y)
	k.memo.Lock()
	s, ok := k.memo.of[name]
	k.memo.Unlock()
	if ok {
		return s
	}
	s = k.signKeys.query(y)
	k.memo.Lock()
	if len(k.memo.of) >= memoised {
		clear(k.memo.of)
	}
	k.memo.of[name] = s
	k.memo.Unlock()
	return s
}

func (k *signLayer) width() int    { return k.m }
func (k *signLayer) scale() int    { return k.frac }
func (k *signLayer) top() *big.Int { return big.NewInt(k.signKeys.top()) }
func (k *signLayer) bits() int     { return max(2, k.signKeys.bits()) }

func (k *signLayer) bounds() (q, key []*big.Int) {
	p := k.p
	if p == 0 || p > k.bits() {
		p = k.bits()
	}
	return equalBounds(k.m, new(big.Int).Lsh(big.NewInt(1), uint(p-1))), equalBounds(k.m, big.NewInt(1))
}

func (k *signLayer) key(pos int, u Ints) {
	packed := make([]uint64, k.words())
	k.packed(pos, packed)
	if dst := u.Narrow(); dst != nil {
		for i := range dst {
			dst[i] = 1 - 2*int64(packed[i>>6]>>(i&63)&1)
		}
		return
	}
	for i := range u.Len() {
		u.Set(i, 1-2*int64(packed[i>>6]>>(i&63)&1))
	}
}

func (k *signLayer) query(y []int, w Ints) {
	for i, v := range k.vector(k.find(y)) {
		w.Set(i, clip(v, min(k.p, k.bits())))
	}
}

func (k *signLayer) uniform() bool {
	return k.span == k.q && k.cross*(3*k.q-1) <= k.m
}

// certified holds for the query as it is sent: nothing may have been clipped.
func (k *signLayer) certified(y []int) bool {
	s := k.find(y)
	for _, v := range k.vector(s) {
		if clip(v, min(k.p, k.bits())) != v {
			return false
		}
	}
	return s.certified
}

func (k *signLayer) names() map[string]string {
	names := map[string]string{"keys": "random-sign", "guarantee": "per input"}
	if k.uniform() {
		names["guarantee"] = "every set"
	}
	return names
}

func (k *signLayer) sizes() tasks.Params {
	return tasks.Params{"F": float64(k.frac), "alpha": float64(k.a) / float64(int64(1)<<k.frac), "coherence": float64(k.cross) / float64(k.m)}
}
