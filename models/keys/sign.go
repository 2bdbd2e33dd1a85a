package keys

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sync"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Signs are m random signs per position (Theorem 2's key family), a function
// of the seed and the position alone, so that they stream. Integer keys +-1 are
// exact; the 1/sqrt(m) of unit keys moves into the queries.
//
// The certificate is a combination of keys, w_y = sum_l c_l u_l with whole c_l:
// the least-norm vector with <w, u_l> = A on y, each coefficient rounded. At
// scale 2^F the rounding moves a score by at most e = reach/2, where reach is a
// bound on sum_l |<u_l, u_j>| over the members that carry coefficients, so
//
//	members score in [A - e, A + e], top = A + e, A = 2 gap 2^F + 4e, 2e < 2^(F-g);
//	the others may score up to A/2 + e = A - e - gap 2^F: <w, u_j>/A <= 1/2 before
//	rounding.
//
// The condition is one-sided: a very negative score only helps.
type Signs struct {
	n, q, m int
	seed    uint64
	f, g    int         // table bits: gap = exact.Vanish(f), flooring to 2^-g
	cross   int         // |<u_i, u_j>| <= cross for i != j: proved by measure, or m
	span    int         // number of members that may carry coefficients: q, or 3q with corrections
	frac    int         // F
	a       int64       // A, at scale 2^F
	e       int64       // e, at scale 2^F
	listed  *Enumerated // not nil: every set was enumerated, Off takes the place of 1/2
}

// newSignKeys fixes the scales. cross = m says that nothing is known of inner
// products.
func newSignKeys(n, q, m, f, g, cross, span int, seed uint64) Signs {
	k := Signs{n: n, q: q, m: m, f: f, g: g, seed: seed, cross: cross, span: span}
	reach := int64(m) + int64(span-1)*int64(cross)
	k.e = (reach + 1) / 2
	k.frac = g + bits.Len64(uint64(2*k.e)) // 2e < 2^(F-g)
	k.a = int64(2*exact.Vanish(f))<<k.frac + 4*k.e
	return k
}

func (k Signs) top() int64 { return k.a + k.e }

// words is the length of a packed key.
func (k Signs) words() int { return (k.m + 63) / 64 }

// packed writes the key of position j, one bit per sign, 1 for -1.
func (k Signs) packed(j int, dst []uint64) {
	var src rand.PCG
	src.Seed(k.seed, uint64(j))
	for i := range dst {
		dst[i] = src.Uint64()
	}
	if r := k.m & 63; r != 0 {
		dst[len(dst)-1] &= 1<<r - 1
	}
}

// dot is <u, v> of packed keys.
func (k Signs) dot(u, v []uint64) int {
	d := 0
	v = v[:len(u)]
	for i, x := range u {
		d += bits.OnesCount64(x ^ v[i])
	}
	return k.m - 2*d
}

// key writes the signs of position j.
func (k Signs) key(j int, dst []int64) {
	u := make([]uint64, k.words())
	k.packed(j, u)
	for i := range dst {
		dst[i] = 1 - 2*int64(u[i>>6]>>(i&63)&1)
	}
}

// coherent says whether (3q-1) |<u_i, u_j>| <= m for all i < j, so that every
// least-norm certificate is valid (docs/qsa.md, "coherence"), and gives the
// largest |<u_i, u_j>| seen. It stops once so many pairs are too close, and gives them.
func (k Signs) coherent(most int) (largest int, close [][2]int) {
	nw := k.words()
	all := make([]uint64, k.n*nw)
	for j := range k.n {
		k.packed(j+1, all[j*nw:(j+1)*nw])
	}
	for i := range k.n {
		for j := range i {
			d := k.dot(all[i*nw:(i+1)*nw], all[j*nw:(j+1)*nw])
			if d = max(d, -d); d*(3*k.q-1) > k.m {
				if close = append(close, [2]int{i + 1, j + 1}); len(close) == most {
					return max(largest, d), close
				}
			}
			largest = max(largest, d)
		}
	}
	return largest, close
}

// smallestCoherent searches upwards for a width whose keys are coherent, in steps
// of 1/64, and gives the measured largest inner product.
func smallestCoherent(n, q int, seed uint64) (m, largest int) {
	var close [][2]int // keys that were too close at a width before: often some still are
	for m = (3*q - 1) * (3*q - 1) / 2; ; m += max(1, m/64) {
		k := Signs{n: n, q: q, m: max(m, 1), seed: seed}
		u, v := make([]uint64, k.words()), make([]uint64, k.words())
		if slices.ContainsFunc(close, func(pair [2]int) bool {
			k.packed(pair[0], u)
			k.packed(pair[1], v)
			d := k.dot(u, v)
			return max(d, -d)*(3*q-1) > k.m
		}) {
			continue
		}
		c, more := k.coherent(64)
		if more == nil {
			return k.m, c
		}
		close = append(close, more...)
	}
}

// lazyWidth is the width at which one set has no certificate with probability at
// most 1/100, when the Gram matrix of its keys has no eigenvalue below m/2: each
// off score is a sum of independent signs with variance at most 2q/m, so it
// exceeds 1/2 with probability at most exp(-m/(16q)) (Hoeffding). Nothing rests
// on it: certificates are checked per input.
func lazyWidth(n, q int) int {
	return max(1, int(math.Ceil(16*float64(q)*math.Log(100*float64(n)))))
}

// signQuery is a query in the span of keys.
type signQuery struct {
	at        []int   // positions whose keys carry coefficients
	coef      []int64 // parallel, at scale 2^F
	certified bool    // every score was looked at, or the coherence proof covers all sets
}

// leastNorm solves for the least-norm w with <w, u_l> = A for the first q of at
// and 0 for the rest, coefficients rounded to whole numbers. ok is false when the
// keys are dependent or scores could leave 62 bits.
func (k Signs) leastNorm(at []int) (coef []int64, ok bool) {
	u := make([][]uint64, len(at))
	for i, j := range at {
		u[i] = make([]uint64, k.words())
		k.packed(j, u[i])
	}
	gram := make([][]*big.Int, len(at))
	want := make([]*big.Int, len(at))
	for i := range at {
		gram[i] = make([]*big.Int, len(at))
		for l := range at {
			gram[i][l] = big.NewInt(int64(k.dot(u[i], u[l])))
		}
		want[i] = new(big.Int)
		if i < k.q {
			want[i].SetInt64(k.a)
		}
	}
	num, den, ok := exact.Solve(gram, want)
	if !ok {
		return nil, false
	}
	for _, x := range num {
		r := roundQuo(x, den)
		if r.BitLen()+bits.Len(uint(k.m*len(at))) > 62 { // scores stay in 64 bits
			return nil, false
		}
		coef = append(coef, r.Int64())
	}
	return coef, true
}

// roundQuo is num/den rounded to the nearest, halves up; den > 0.
func roundQuo(num, den *big.Int) *big.Int {
	t := new(big.Int).Lsh(num, 1)
	t.Add(t, den)
	return t.Div(t, new(big.Int).Lsh(den, 1))
}

// scores calls yield for every position with its score, which is exact.
func (k Signs) scores(s signQuery, yield func(j int, score int64)) {
	u := make([][]uint64, len(s.at))
	for i, j := range s.at {
		u[i] = make([]uint64, k.words())
		k.packed(j, u[i])
	}
	key := make([]uint64, k.words())
	for j := 1; j <= k.n; j++ {
		k.packed(j, key)
		var sum int64
		for i, v := range u {
			sum += s.coef[i] * int64(k.dot(v, key))
		}
		yield(j, sum)
	}
}

// check says whether the query gives weight 2^f on y and 0 elsewhere, in
// integers after rounding, and the worst offenders off y, at most q.
func (k Signs) check(s signQuery, y []int) (certified bool, worst []int) {
	type off struct {
		j int
		v int64
	}
	var offs []off
	certified = true
	gap := int64(exact.Vanish(k.f)) << k.frac
	k.scores(s, func(j int, v int64) {
		if _, in := slices.BinarySearch(y, j); in {
			certified = certified && k.a-k.e <= v && v <= k.a+k.e
		} else if v > k.a-k.e-gap {
			certified = false
			offs = append(offs, off{j, v})
		}
	})
	slices.SortStableFunc(offs, func(a, b off) int { return int(min(1, max(-1, b.v-a.v))) })
	for _, o := range offs[:min(len(offs), k.q)] {
		worst = append(worst, o.j)
	}
	return certified, worst
}

// query finds w_y. With corrections allowed (span > q) it checks all scores, and
// where some are too high it asks the least-norm vector to be 0 there too
// (Candes and Tao 2005, the idea), as long as span allows; each result is checked. A set that
// stays uncertified keeps its first least-norm vector; dependent keys keep the
// sum of keys.
func (k Signs) query(y []int) signQuery {
	first := signQuery{at: y}
	var ok bool
	if first.coef, ok = k.leastNorm(y); !ok {
		first.coef = make([]int64, len(y))
		for i := range first.coef {
			first.coef[i] = k.a / int64(k.m)
		}
		first.certified, _ = k.check(first, y)
		return first
	}
	if k.Uniform() {
		first.certified = true // by coherence, or by enumeration
		return first
	}
	var worst []int
	first.certified, worst = k.check(first, y)
	for s := first; !s.certified && len(worst) > 0; {
		at := append(slices.Clone(s.at), worst...)
		if len(at) > k.span {
			break
		}
		coef, ok := k.leastNorm(at)
		if !ok {
			break
		}
		s = signQuery{at: at, coef: coef}
		if s.certified, worst = k.check(s, y); s.certified {
			return s
		}
	}
	return first
}

// vector writes w_y = sum_l c_l u_l.
func (k Signs) vector(s signQuery) []int64 {
	w := make([]int64, k.m)
	u := make([]int64, k.m)
	for i, j := range s.at {
		k.key(j, u)
		for c := range w {
			w[c] += s.coef[i] * u[c]
		}
	}
	return w
}

// bits is a p that holds every entry of a query. With coherence it is proved:
// |c_l| <= A (3q-1)/(2 q m) + 1/2, so |w| <= A (3q-1)/(2m) + q/2. Without, it
// leaves room for Gram matrices with eigenvalues above m/4: |c|_2 <= 4 A sqrt(q)/m,
// |w| <= sqrt(span) |c|_2 + span/2; a query that needs more is scaled down, and
// then it is not certified.
func (k Signs) bits() int {
	if k.listed != nil { // |w| <= sum |c_l|, measured over every set
		return exact.SignedBits(k.scaled(k.listed.Norm, k.a) + int64(k.q)/2 + 1)
	}
	if k.cross*(3*k.q-1) <= k.m {
		return exact.SignedBits(k.a*int64(3*k.q-1)/int64(2*k.m) + int64(k.q)/2 + 1)
	}
	root := int64(math.Sqrt(float64(k.q*k.span))) + 1
	return exact.SignedBits(4*k.a*root/int64(k.m) + int64(k.span)/2 + 1)
}

// RandomSigns are signs for sets of q of 1..n in m dimensions (0: as many as are
// needed), certified set by set, or all at once by measured coherence.
func RandomSigns(n, q, m, f, g int, lazy bool, seed uint64) (Signs, error) {
	switch {
	case lazy:
		if m == 0 {
			m = lazyWidth(n, q)
		}
		return newSignKeys(n, q, m, f, g, m, min(3*q, n), seed), nil
	case signPairs(n, q, m) > 1<<31:
		return Signs{}, models.Unsupportedf("guarantee=uniform measures the inner products of all pairs of keys, too many at N = %d, q = %d; guarantee=lazy checks sets one by one", n, q)
	case m == 0:
		width, cross := smallestCoherent(n, q, seed)
		return newSignKeys(n, q, width, f, g, cross, q, seed), nil
	}
	cross, close := (Signs{n: n, q: q, m: m, seed: seed}).coherent(1)
	if close != nil {
		return Signs{}, models.Unsupportedf("m = %d: two keys have inner product %d, above m/(3q-1): this width proves nothing for all sets (guarantee=lazy checks sets one by one)", m, cross)
	}
	return newSignKeys(n, q, m, f, g, cross, q, seed), nil
}

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
	Signs
	p    int
	memo *Memo
}

// Layer is the family with p-bit entries. All precisions of one machine share what
// was found.
func (k Signs) Layer(p int, memo *Memo) *signLayer { return &signLayer{k, p, memo} }

// NewMemo is an empty memory.
func NewMemo() *Memo { return &Memo{of: map[string]signQuery{}} }

// Memo remembers queries: they are a function of the set, and checking one
// takes a pass over all keys.
type Memo struct {
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
	s = k.Signs.query(y)
	k.memo.Lock()
	if len(k.memo.of) >= memoised {
		clear(k.memo.of)
	}
	k.memo.of[name] = s
	k.memo.Unlock()
	return s
}

func (k *signLayer) Width() int    { return k.m }
func (k *signLayer) Scale() int    { return k.frac }
func (k *signLayer) Top() *big.Int { return big.NewInt(k.Signs.top()) }
func (k *signLayer) Bits() int     { return max(2, k.Signs.bits()) }

func (k *signLayer) Bounds() (q, key []*big.Int) {
	p := k.p
	if p == 0 || p > k.Bits() {
		p = k.Bits()
	}
	return equalBounds(k.m, new(big.Int).Lsh(big.NewInt(1), uint(p-1))), equalBounds(k.m, big.NewInt(1))
}

func (k *signLayer) Key(pos int, u attention.Ints) {
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

func (k *signLayer) Query(y []int, w attention.Ints) {
	for i, v := range k.vector(k.find(y)) {
		w.Set(i, clip(v, min(k.p, k.Bits())))
	}
}

// Uniform says whether every set is certified.
func (k Signs) Uniform() bool {
	return k.listed != nil || k.span == k.q && k.cross*(3*k.q-1) <= k.m
}

// Certified holds for the query as it is sent: nothing may have been clipped.
func (k *signLayer) Certified(y []int) bool {
	s := k.find(y)
	for _, v := range k.vector(s) {
		if clip(v, min(k.p, k.Bits())) != v {
			return false
		}
	}
	return s.certified
}

func (k *signLayer) Names() map[string]string {
	names := map[string]string{"keys": "random-sign", "guarantee": "per input"}
	if k.Uniform() {
		names["guarantee"] = "every set"
	}
	return names
}

func (k *signLayer) Sizes() tasks.Params {
	sizes := tasks.Params{"F": float64(k.frac), "alpha": float64(k.a) / float64(int64(1)<<k.frac)}
	if k.listed == nil && k.Uniform() { // elsewhere nobody measured it
		sizes["coherence"] = float64(k.cross) / float64(k.m)
	}
	return sizes
}
