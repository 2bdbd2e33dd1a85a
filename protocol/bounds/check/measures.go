package check

import (
	"cmp"
	"maps"
	"slices"
)

// Measure is a number of a matrix that a claim may bound.
type Measure struct {
	Name, Doc string
	// PerValue: a claim has a value v; "of v" means the entries that equal v. Of a measure of
	// bits v is a number of bits, or of kept tokens, instead.
	PerValue, Bits bool
	Error          bool // of an error below 1/2, the claim's Error
	Asked          bool // nobody misses it: certificates have it on demand, as those of bits and of errors
	Two, Total     bool // only matrices with at most two values, without blanks, have it
	// Of and Entry define a measure by another: it is Of of the matrix that has Entry(v) where
	// this one has v. Evidence about that matrix then proves it, and finders look there.
	Of    string
	Entry func(v int) int
}

var measures = map[string]*Measure{}

// measure registers what a claim may name.
func measure(m *Measure) string {
	if measures[m.Name] != nil {
		panic("check: two measures " + m.Name)
	}
	measures[m.Name] = m
	return m.Name
}

// Measures lists what claims may name, by name.
func Measures() []*Measure {
	return slices.SortedFunc(maps.Values(measures), func(a, b *Measure) int { return cmp.Compare(a.Name, b.Name) })
}

// The measures that kinds of evidence speak of.
var (
	DistinctRows  = measure(&Measure{Name: "distinct.rows", Doc: "different rows"})
	DistinctCols  = measure(&Measure{Name: "distinct.cols", Doc: "different columns"})
	OneWayAlice   = measure(&Measure{Name: "one_way.alice", Doc: "bits when Alice speaks once and Bob answers"})
	OneWayBob     = measure(&Measure{Name: "one_way.bob", Doc: "bits when Bob speaks once and Alice answers"})
	RankRational  = measure(&Measure{Name: "rank.rational", Doc: "rank of the matrix of integers", Total: true})
	RankOfValue   = measure(&Measure{Name: "rank.value", Doc: "rank over the rationals, of the 0/1 matrix of the entries of v", PerValue: true, Total: true})
	RankGF2       = measure(&Measure{Name: "rank.gf2", Doc: "rank over GF(2), of the 0/1 matrix of the larger value", Two: true, Total: true})
	Fooling       = measure(&Measure{Name: "fooling", Doc: "largest fooling set of v", PerValue: true})
	ShatterAlice  = measure(&Measure{Name: "shattered.alice", Doc: "largest k such that INDEX_k embeds, Alice holding the string", Two: true})
	ShatterBob    = measure(&Measure{Name: "shattered.bob", Doc: "largest k such that INDEX_k embeds, Bob holding the string", Two: true})
	LargestRect   = measure(&Measure{Name: "rectangle", Doc: "most entries of v in a rectangle without another value", PerValue: true})
	Cover         = measure(&Measure{Name: "cover", Doc: "fewest rectangles without another value that cover v", PerValue: true})
	Partition     = measure(&Measure{Name: "partition", Doc: "fewest rectangles without another value that cover each entry of v once", PerValue: true})
	DiscUniform   = measure(&Measure{Name: "discrepancy.uniform", Doc: "largest |ones - zeros| in a rectangle, by the number of entries", Two: true})
	DiscBest      = measure(&Measure{Name: "discrepancy.best", Doc: "largest |ones - zeros| in a rectangle, weighed by the distribution that makes it smallest", Two: true})
	Gamma2        = measure(&Measure{Name: "gamma2", Doc: "gamma_2 of the sign matrix", Two: true, Total: true})
	Deterministic = measure(&Measure{Name: "deterministic", Doc: "D(f), bits, both know the answer"})
	// Success of value s is the best probability of a right answer when Alice speaks s bits once and
	// Bob answers, over a uniform defined entry. Bob's answers after a message are one word with
	// an answer for each column; the best success is that of 2^s such words, each row using its best.
	Success = measure(&Measure{Name: "success", Doc: "best probability of a right answer when Alice speaks so many bits once, over a uniform entry", PerValue: true, Bits: true})

	Gamma2Near      = measure(&Measure{Name: "gamma2.approx", Doc: "least gamma_2 of a matrix between the signs and 1/(1 - 2e) times the signs", Error: true, Two: true})
	Gamma2Infinity  = measure(&Measure{Name: "gamma2.infinity", Doc: "least gamma_2 of a matrix that has the signs, and is at least 1 in absolute value everywhere", Asked: true, Two: true})
	Corruption      = measure(&Measure{Name: "corruption", Doc: "least total weight of rectangles that weigh 1 - e on v, at most e on other values", Error: true, PerValue: true})
	SmoothRectangle = measure(&Measure{Name: "smooth_rectangle", Doc: "least total weight of rectangles that weigh 1 - e to 1 on v, at most e on other values", Error: true, PerValue: true})
	Randomised      = measure(&Measure{Name: "randomised", Doc: "bits, public coins, error at most e on every input, both know the answer", Error: true})
)
