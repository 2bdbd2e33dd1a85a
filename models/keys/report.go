package keys

import (
	"math/big"
	"math/rand/v2"
	"slices"

	"crosscut/models/tasks"
)

// Report is one key family at one N and q, as measured: how wide, how precise,
// how well its queries separate, for how many of the sets that were tried.
type Report struct {
	Family    string // "orthonormal", "devore", "random-sign", "moment"
	Guarantee string // "every set" (proved, or all pairs measured) or "per input"
	M         int    // width
	P         int    // bits that hold every query and key entry
	F         int    // fractional bits of a score
	Alpha     float64
	// OffMax is the largest score outside a set over the least inside, over the sets
	// tried; certificates want at most 1/2 for random signs, at most (K-1)/K for codes. Moment
	// scores are 0 inside; OffMax is then the largest score outside.
	OffMax     float64
	Sets       int // sets tried
	Exhaustive bool
	Certified  int // of them
	LeastNorm  int // random signs: certified without corrections
	// Smallest is the least width found at which every set tried is certified; 0
	// when it was not searched.
	Smallest int
}

// Reports measures all families at N and q on up to limit sets: all of them when
// there are no more, else seeded ones. search also looks for smaller widths than
// the proofs give. m sets the width of random signs checked set by set; 0: lazyWidth.
func Reports(n, q, m int, seed uint64, limit int, search bool) []Report {
	sets, all := someSets(n, q, seed, limit)
	var rs []Report
	codes := []Code{NewCode(n, q, 0, 1), smallestDeVore(n, q)}
	for _, c := range codes {
		r := Report{Family: "devore", Guarantee: "every set", M: c.Width(), P: 2, Alpha: float64(c.k), Sets: len(sets), Exhaustive: all}
		if c.r == 0 {
			r.Family = "orthonormal"
		}
		for _, y := range sets {
			off, ok := c.separates(y)
			if ok {
				r.Certified++
			}
			r.OffMax = max(r.OffMax, float64(off)/float64(c.k))
		}
		if search && c.r > 0 {
			r.Smallest = smallestCodeFound(n, q, sets)
		}
		rs = append(rs, r)
	}

	if (3*q-1)*(3*q-1) <= 1<<13 && n <= 1<<11 {
		width, cross := smallestCoherent(n, q, seed)
		r := newSignKeys(n, q, width, 0, 0, cross, q, seed).report(sets)
		r.Guarantee, r.Exhaustive, r.Smallest = "every set", all, width
		rs = append(rs, r)
	}
	if m == 0 {
		m = lazyWidth(n, q)
	}
	r := newSignKeys(n, q, m, 0, 0, m, min(3*q, n), seed).report(sets)
	r.Guarantee, r.Exhaustive = "per input", all
	if search {
		r.Smallest = smallestSignFound(n, q, m, seed, sets)
	}
	rs = append(rs, r)

	k := Moment{n, q, 2*q + 1}.Layer(0, 0)
	r = Report{Family: "moment", Guarantee: "every set", M: k.m, P: k.Bits(), OffMax: -1, Sets: len(sets), Exhaustive: all, Smallest: k.m}
	for _, y := range sets {
		if k.Certified(y) {
			r.Certified++
		}
	}
	return append(rs, r)
}

// someSets lists all q-subsets of 1..n when there are at most limit, else limit
// seeded ones.
func someSets(n, q int, seed uint64, limit int) (sets [][]int, all bool) {
	if c := new(big.Int).Binomial(int64(n), int64(q)); c.IsInt64() && c.Int64() <= int64(limit) {
		return slices.Collect(tasks.Sets(n, q)), true
	}
	rng := rand.New(rand.NewPCG(seed, uint64(n)<<16|uint64(q)))
	for range limit {
		y := rng.Perm(n)[:q]
		for i := range y {
			y[i]++
		}
		slices.Sort(y)
		sets = append(sets, y)
	}
	return sets, false
}

// separates gives the largest score outside y at scale 1, and whether members
// score K and all others less.
func (c Code) separates(y []int) (off int, ok bool) {
	w := c.query(y)
	word := make([]int, c.t)
	ok = true
	next := 0
	for j := 1; j <= c.n; j++ {
		c.word(j, word)
		s := 0
		for t, v := range word {
			s += int(w[t*c.p+v])
		}
		if next < len(y) && y[next] == j {
			next++
			ok = ok && s == c.k
		} else {
			off = max(off, s)
		}
	}
	return off, ok && off < c.k
}

// smallestCodeFound tries codes with fewer points than the proof asks for, from
// the narrowest up, until one certifies every set of the list.
func smallestCodeFound(n, q int, sets [][]int) int {
	best := SmallestCode(n, q).Width()
	var tries []Code
	for r := 1; r < 24 && r < best; r++ {
		for t := r + 1; t <= r*(2*q-1); t++ {
			if c := NewCode(n, q, r, t); c.Width() < best {
				tries = append(tries, c)
			}
		}
	}
	slices.SortStableFunc(tries, func(a, b Code) int { return a.Width() - b.Width() })
	for _, c := range tries {
		if !slices.ContainsFunc(sets, func(y []int) bool { _, ok := c.separates(y); return !ok }) {
			return c.Width()
		}
	}
	return best
}

// report tries the queries of the sets.
func (k Signs) report(sets [][]int) Report {
	r := Report{Family: "random-sign", M: k.m, P: k.bits(), F: k.frac, Alpha: float64(k.a) / float64(int64(1)<<k.frac), Sets: len(sets)}
	for _, y := range sets {
		if coef, ok := k.leastNorm(y); ok {
			if ok, _ := k.check(signQuery{at: y, coef: coef}, y); ok {
				r.LeastNorm++
			}
		}
		s := k.query(y)
		if ok, _ := k.check(s, y); ok {
			r.Certified++
		}
		in, off := int64(1)<<62, -int64(1)<<62
		k.scores(s, func(j int, v int64) {
			if _, member := slices.BinarySearch(y, j); member {
				in = min(in, v)
			} else {
				off = max(off, v)
			}
		})
		if len(y) < k.n && in > 0 {
			r.OffMax = max(r.OffMax, float64(off)/float64(in))
		}
	}
	return r
}

// smallestSignFound is the first width, in steps of 1/16 from q up, at which every set of
// the list is certified; at most limit.
func smallestSignFound(n, q, limit int, seed uint64, sets [][]int) int {
	for m := q; m < limit; m += max(1, m/16) {
		k := newSignKeys(n, q, m, 0, 0, m, min(3*q, n), seed)
		if !slices.ContainsFunc(sets, func(y []int) bool {
			ok, _ := k.check(k.query(y), y)
			return !ok
		}) {
			return m
		}
	}
	return limit
}
