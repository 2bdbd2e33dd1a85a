package keys

import (
	"math/big"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Code are 0-1 keys from Reed-Solomon codes (Kautz-Singleton 1964, DeVore
// 2007): position j is a polynomial over the field of P elements, of degree at most r;
// its codeword lists the values at T points; its key has, for each point, a block
// of P coordinates with a single 1. Two keys share at most r ones, so keys of norm
// sqrt(T) have coherence mu <= r/T.
//
// The certificate (derived here; docs/qsa.md): call point t private to l in y if no other
// member of y has l's value there. Each l has at least T - r(q-1) private points.
// w_y is 1 on K = T - r(q-1) private ones of every l, 0 elsewhere. Then
// <w_y, u_l> = K for l in y exactly, and at most q r for all others. It suffices
// that K > q r:
//
//	T = r (2q-1) + 1,   K = q r + 1,   every y, no rounding, m = T P.
//
// (The least-norm certificate needs mu <= 1/(3q-1), T = r (3q-1).) With r = 0 these
// are the orthonormal keys: T = 1, P = N. When T = r + 1 every word of T symbols is
// a codeword and P need not be prime: the digits of j - 1.
type Code struct {
	n, q int
	r    int // degree, the largest number of shared ones
	t    int // T, points
	p    int // P, alphabet
	k    int // K, the score of members at scale 1
}

// NewCode is the code of degree r with t points and the smallest alphabet that
// tells n positions apart.
func NewCode(n, q, r, t int) Code {
	c := Code{n: n, q: q, r: r, t: t, p: 1, k: max(t-r*(q-1), 1)}
	if r == 0 {
		c.p = n
	}
	for !powerReaches(c.p, r+1, n) {
		c.p++
	}
	if t > r+1 {
		for c.p = max(c.p, t); !prime(c.p); {
			c.p++
		}
	}
	return c
}

func powerReaches(b, e, n int) bool {
	x := 1
	for range e {
		if x *= b; x >= n {
			return true
		}
	}
	return x >= n
}

func prime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return n > 1
}

// SmallestCode is the narrowest code that certifies every y.
func SmallestCode(n, q int) Code { return narrowest(n, q, NewCode(n, q, 0, 1)) }

// smallestDeVore is the narrowest of positive degree.
func smallestDeVore(n, q int) Code { return narrowest(n, q, NewCode(n, q, 1, 2*q)) }

// CodeNamed is the code of a family, "smallest", "devore" or "orthonormal", of width at
// most m; m = 0: as wide as the proof asks.
func CodeNamed(family string, n, q, m int) (Code, error) {
	switch {
	case family == "orthonormal" && 0 < m && m < n:
		return Code{}, models.Unsupportedf("orthonormal keys need m = N = %d", n)
	case family == "orthonormal":
		return NewCode(n, q, 0, 1), nil
	case m > 0:
		return codeOfWidth(n, q, m), nil
	case family == "devore":
		return smallestDeVore(n, q), nil
	}
	return SmallestCode(n, q), nil
}

func narrowest(n, q int, best Code) Code {
	for r := 1; ; r++ {
		t := r*(2*q-1) + 1
		if t*2 >= best.Width() { // P is at least 2
			return best
		}
		if c := NewCode(n, q, r, t); c.Width() < best.Width() {
			best = c
		}
	}
}

// codeOfWidth is the best code of width at most m: a certified one when there is
// one, else the one that falls short by the least.
func codeOfWidth(n, q, m int) Code {
	if c := SmallestCode(n, q); c.Width() <= m {
		return c
	}
	// One block of m values: positions that agree modulo m share a key.
	best, lack := Code{n: n, q: q, r: 1, t: 1, p: m, k: 1}, 2*q
	for r := 1; r < min(m, 24); r++ { // 2^24 positions at most
		for t := min(r*(2*q-1), m); t > r; t-- {
			if c := NewCode(n, q, r, t); c.Width() <= m {
				if l := r*(2*q-1) + 1 - t; l < lack {
					best, lack = c, l
				}
				break
			}
		}
	}
	return best
}

func (c Code) Width() int { return c.t * c.p }

// Uniform says whether the proof above covers every y.
func (c Code) Uniform() bool {
	return c.t >= c.r*(2*c.q-1)+1 && powerReaches(c.p, c.r+1, c.n) && (c.t == c.r+1 || c.t <= c.p && prime(c.p))
}

// word writes the codeword of position j: T symbols in 0..P-1.
func (c Code) word(j int, dst []int) {
	x := j - 1
	if c.t <= c.r+1 {
		for t := range c.t {
			dst[t] = x % c.p
			x /= c.p
		}
		return
	}
	var coef [64]uint32
	n := 0
	for ; x > 0; x /= c.p {
		coef[n] = uint32(x % c.p)
		n++
	}
	p := uint32(c.p) // T P is at most 2^22, so products stay below 2^32
	for t := range c.t {
		v := uint32(0)
		for i := n - 1; i >= 0; i-- {
			v = (v*uint32(t) + coef[i]) % p
		}
		dst[t] = int(v)
	}
}

// query is w_y, width() zeros and ones. Where a member has fewer than K private
// points it gets those it has, or all its points when it has none: a set without
// a certificate, possible only when the code is not uniform.
func (c Code) query(y []int) []int64 {
	w := make([]int64, c.Width())
	words := make([][]int, len(y))
	for i, l := range y {
		words[i] = make([]int, c.t)
		c.word(l, words[i])
	}
	for i := range y {
		left := c.k
		for t := 0; t < c.t && left > 0; t++ {
			private := true
			for o := range y {
				private = private && (o == i || words[o][t] != words[i][t])
			}
			if private {
				w[t*c.p+words[i][t]] = 1
				left--
			}
		}
		if left == c.k {
			for t, v := range words[i] {
				w[t*c.p+v] = 1
			}
		}
	}
	return w
}

// Layer is the code in a layer of m coordinates, or as many as it has, whose weights have f
// fractional bits.
func (c Code) Layer(m, f, p int) CodeLayer {
	return CodeLayer{c, clip(int64(exact.Vanish(f)), p), p, max(m, c.Width()), f}
}

// CodeLayer is codeKeys in a layer: queries are scaled by beta, and m may be wider
// than the code, the rest staying 0.
type CodeLayer struct {
	Code
	beta int64
	p    int
	m    int
	f    int
}

func (c CodeLayer) Width() int { return c.m }
func (c CodeLayer) Scale() int { return 0 }
func (c CodeLayer) Bits() int  { return max(2, exact.SignedBits(int64(exact.Vanish(c.f)))) }

func (c CodeLayer) Top() *big.Int { return big.NewInt(c.beta * int64(c.k)) }

func (c CodeLayer) Bounds() (q, k []*big.Int) {
	return equalBounds(c.m, big.NewInt(c.beta)), equalBounds(c.m, big.NewInt(1))
}

// Ones lists the T ones of u_pos.
func (c CodeLayer) Ones(pos int, at []int32) []int32 {
	var buf [64]int
	word := buf[:]
	if c.t > len(buf) {
		word = make([]int, c.t)
	}
	c.word(pos, word)
	for t, v := range word[:c.t] {
		at = append(at, int32(t*c.Code.p+v))
	}
	return at
}

func (c CodeLayer) Key(pos int, k attention.Ints) {
	for _, i := range c.Ones(pos, nil) {
		k.Set(int(i), 1)
	}
}

func (c CodeLayer) Query(y []int, w attention.Ints) {
	if c.r == 0 { // orthonormal: the sum of the keys
		for _, j := range y {
			w.Set(j-1, c.beta)
		}
		return
	}
	for i, v := range c.Code.query(y) {
		w.Set(i, c.beta*v)
	}
}

func (c CodeLayer) Uniform() bool { return c.Code.Uniform() && c.beta >= int64(exact.Vanish(c.f)) }

func (c CodeLayer) Certified(y []int) bool {
	w := c.Code.query(y)
	word := make([]int, c.t)
	top := c.beta * int64(c.k)
	return certifies(c.n, y, top, top, int64(exact.Vanish(c.f)), func(j int) int64 {
		c.word(j, word)
		var s int64
		for t, v := range word {
			s += w[t*c.Code.p+v]
		}
		return c.beta * s
	})
}

func (c CodeLayer) Names() map[string]string {
	family := "devore"
	if c.r == 0 {
		family = "orthonormal"
	}
	guarantee := "every set"
	if !c.Uniform() {
		guarantee = "per input"
	}
	return map[string]string{"keys": family, "guarantee": guarantee}
}

func (c CodeLayer) Sizes() tasks.Params {
	return tasks.Params{"r": float64(c.r), "T": float64(c.t), "P": float64(c.Code.p), "K": float64(c.k)}
}
