package models

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"crosscut/models/tasks"
)

// Sparse averaging by one attention head, whatever the key family (Theorems 2
// and 3). An embedded token is (z, w_y): d numbers for the vector and m for the
// query of its set. Its key is u_j, a function of the position; its value is z.
// With a certified query the members of y weigh 2^f each and all others 0, so the
// head's average is the exact mean of the rounded z over y.
//
// The error budget (docs/qsa.md, "error budget"), in Euclidean norm, with p bits a
// number and s = min(p-2, 60) fractional bits for z:
//
//	z rounded to s fractional bits       sqrt(d) 2^-(s+1)
//	softmax: weights off y, table floor  0, by the certificate
//	rounded probabilities (X4 only)      q 2^-p, as each of q probabilities is off by 2^-(p+1)
//	output rounded to float64, and the
//	definition's own float64 sum         sqrt(d) (q+3) 2^-53
//	the comparison's float64 norm        eps 2^-36, for d up to 2^16
//
// p is the smallest that holds every query and keeps the sum within eps.

// qsaKeys is what the layer needs of a key family. Entries are whole numbers.
type qsaKeys interface {
	width() int                // m
	scale() int                // F, fractional bits of a score
	top() *big.Int             // the largest score of a member, at that scale
	bits() int                 // p that holds every query entry and key entry
	bounds() (q, k []*big.Int) // magnitudes of query and key entries, by coordinate
	key(pos int, k Ints)       // fills u_pos
	query(y []int, w Ints)     // fills w_y, entries that do not fit p bits clipped
	certified(y []int) bool    // whether w_y, as it is filled, separates y
	uniform() bool             // whether that is proved for every y
	names() map[string]string  // the family and its guarantee
	sizes() tasks.Params       // further sizes
}

// qsaParams are the numbers that every key family takes.
var qsaParams = []tasks.Param{
	{Name: "m", Doc: "width of queries and keys", Min: 1, Max: 1 << 22},
	{Name: "p", Doc: "bits per number", Min: 2, Max: 1 << 16, Lab: 64},
	{Name: "f", Doc: "fractional bits of a weight", Min: 0, Max: 40},
	{Name: "g", Doc: "fractional bits of a score difference", Min: 0, Max: 16},
}

// qsaFraction is s, the fractional bits of z in numbers of p bits.
func qsaFraction(p int) int { return min(p-2, 60) }

// qsaWithin says whether the budget stays within eps with p bits a number, in exact
// arithmetic: sqrt(d) a + b <= eps, a the error of a coordinate.
func qsaWithin(sh tasks.Shape, p int, rounded bool) bool {
	pow := func(e int) *big.Rat {
		return new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), uint(e)))
	}
	q := int64(sh.Int("q"))
	a := pow(qsaFraction(p) + 1)
	a.Add(a, new(big.Rat).Mul(big.NewRat(q+3, 1), pow(53)))
	left := new(big.Rat).SetFloat64(min(sh.Params["eps"], 1)) // stored vectors are then no longer than 2
	left.Sub(left, new(big.Rat).Mul(left, pow(36)))
	if rounded {
		left.Sub(left, new(big.Rat).Mul(big.NewRat(q, 1), pow(p)))
	}
	if left.Sign() < 0 {
		return false
	}
	a.Mul(a, a).Mul(a, big.NewRat(int64(sh.Int("d")), 1)) // d a^2 <= (eps - b)^2
	return a.Cmp(left.Mul(left, left)) <= 0
}

// qsaMachine builds the layer. keysOf makes the family for p-bit entries; p = 0
// asks for the family alone, to learn its bits.
func qsaMachine(sh tasks.Shape, set Settings, keysOf func(p int) qsaKeys) (Machine, error) {
	arithmetic := arithmeticOf(set)
	keys := keysOf(0)
	sparse, isSparse := keys.(interface {
		ones(pos int, at []int32) []int32
	})
	if m := keys.width(); m > 1<<22 || !isSparse && (m > 1<<16 || float64(m)*float64(sh.N) > 1<<36) {
		return nil, unsupportedf("%d keys of width m = %d: more numbers than can be held", sh.N, m)
	}
	need := max(keys.bits(), 2)
	for !qsaWithin(sh, need, arithmetic == WithRounded) {
		if need++; need > 2+60 {
			return nil, unsupportedf("eps = %g is below what outputs in float64 can hold at d = %d", sh.Params["eps"], sh.Int("d"))
		}
	}
	p := set.Int("p", need)
	keys = keysOf(p)
	d, s := sh.Int("d"), qsaFraction(p)
	one := math.Ldexp(1, s)
	largest := int64(one) + int64(one/(1<<29)) + 1 // |z| may exceed 1 by 1e-9
	if p < 62 {
		largest = min(largest, 1<<(p-1)-1)
	}
	l := &AttentionLayer{
		Heads: 1, Width: keys.width(), Values: d, Embed: d + keys.width(), Front: d,
		P: p, F: set.Int("f", 0), G: set.Int("g", 0), Scale: keys.scale(), Top: keys.top(), Arithmetic: arithmetic,
		ValueMax: big.NewInt(largest),
		Query: func(_, _ int, e, q Ints) error {
			q.Copy(e.Slice(d, e.Len()))
			return nil
		},
		Key: func(_, pos int, _, k Ints) error {
			keys.key(pos, k)
			return nil
		},
		Value: func(_, _ int, e, v Ints) (int, error) {
			v.Copy(e.Slice(0, d))
			return 0, nil
		},
	}
	l.QueryMax, l.KeyMax = keys.bounds()
	if isSparse {
		l.Ones = func(_, pos int, at []int32) []int32 { return sparse.ones(pos, at) }
	}
	warn := func(seq []tasks.Token, read []int) []string {
		var ws []string
		if p < need {
			ws = append(ws, fmt.Sprintf("p = %d is below the %d for which the construction is proved at these sizes", p, need))
		}
		if keys.uniform() && p >= keys.bits() {
			return ws
		}
		var bad []string
		for _, i := range read {
			if !keys.certified(seq[i-1].Y) {
				bad = append(bad, fmt.Sprint(i))
			}
		}
		if n := len(bad); n > 0 {
			if n > 8 {
				bad = append(bad[:8], "...")
			}
			ws = append(ws, fmt.Sprintf("no certificate for the sets of %d of %d read positions (%s): their outputs are not guaranteed", n, len(read), strings.Join(bad, ", ")))
		}
		return ws
	}
	return NewStack(&Stack{
		Shape: sh,
		In: func(_ int, t tasks.Token, e Ints) error {
			for c, z := range t.Z {
				e.Set(c, min(largest, max(-largest, int64(math.RoundToEven(z*one)))))
			}
			if e.Len() > d {
				keys.query(t.Y, e.Slice(d, e.Len()))
			}
			return nil
		},
		Layers: []*AttentionLayer{l},
		Out: func(_ int, _ Ints, heads []Average) (tasks.Value, error) {
			v := make(tasks.Value, d)
			for c := range v {
				v[c] = heads[0].Float(c, s)
			}
			return v, nil
		},
		Extra:  keys.sizes(),
		Chosen: keys.names(),
		Warn:   warn,
	})
}

// equalBounds is one bound for all m coordinates.
func equalBounds(m int, bound *big.Int) []*big.Int {
	b := make([]*big.Int, m)
	for c := range b {
		b[c] = bound
	}
	return b
}

// clip brings x into the range of p-bit numbers; p = 0 means any.
func clip(x int64, p int) int64 {
	if p == 0 || p > 63 {
		return x
	}
	return min(1<<(p-1)-1, max(-1<<(p-1), x))
}

// certifies looks at every score of a query and says whether it separates y in
// the sense of keys.go, for scores that are 64-bit integers: members within
// [low, top], others at least gap below low.
func certifies(n int, y []int, low, top, gap int64, score func(j int) int64) bool {
	next := 0
	for j := 1; j <= n; j++ {
		v := score(j)
		if next < len(y) && y[next] == j {
			next++
			if v < low || v > top {
				return false
			}
		} else if v > low-gap {
			return false
		}
	}
	return true
}
