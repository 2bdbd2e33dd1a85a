package check

import "slices"

// The measures a claim may name. Where a measure is per value v, the claim's
// Value is v; "of v" means the entries that equal v.
const (
	DistinctRows  = "distinct.rows"       // different rows
	DistinctCols  = "distinct.cols"       // different columns
	OneWayAlice   = "one_way.alice"       // bits when Alice speaks once and Bob answers
	OneWayBob     = "one_way.bob"         // bits when Bob speaks once and Alice answers
	RankRational  = "rank.rational"       // of the matrix of integers
	RankOfValue   = "rank.value"          // over the rationals, of the 0/1 matrix of the entries of v
	RankGF2       = "rank.gf2"            // over GF(2), of the 0/1 matrix of the larger value
	Fooling       = "fooling"             // largest fooling set of v
	ShatterAlice  = "shattered.alice"     // largest k such that INDEX_k embeds, Alice holding the string
	ShatterBob    = "shattered.bob"       // the same with Bob holding it
	LargestRect   = "rectangle"           // most entries of v in a rectangle without another value
	Cover         = "cover"               // fewest rectangles without another value that cover v
	Partition     = "partition"           // the same, each entry of v covered once
	DiscUniform   = "discrepancy.uniform" // largest |ones - zeros| in a rectangle, by the number of entries
	DiscBest      = "discrepancy.best"    // the same under the distribution that makes it smallest
	Gamma2        = "gamma2"              // of the sign matrix
	Deterministic = "deterministic"       // D(f), bits, both know the answer

	// Of an error e below 1/2, the claim's Error (gamma2.infinity has none).
	Gamma2Near      = "gamma2.approx"    // least gamma_2 of a matrix between the signs and 1/(1 - 2e) times the signs
	Gamma2Infinity  = "gamma2.infinity"  // the same without a limit above
	Corruption      = "corruption"       // least total weight of rectangles that weigh 1 - e on v, at most e on other values
	SmoothRectangle = "smooth_rectangle" // the same, and at most 1 on v
	Randomised      = "randomised"       // bits, public coins, error at most e on every input, both know the answer
)

// measures says of every measure whether it is per value.
var measures = map[string]bool{
	DistinctRows: false, DistinctCols: false, OneWayAlice: false, OneWayBob: false,
	RankRational: false, RankOfValue: true, RankGF2: false,
	Fooling: true, ShatterAlice: false, ShatterBob: false,
	LargestRect: true, Cover: true, Partition: true,
	DiscUniform: false, DiscBest: false, Gamma2: false, Deterministic: false,
	Success: true, SuccessKept: true, Gamma2Near: false, Gamma2Infinity: false,
	Corruption: true, SmoothRectangle: true, Randomised: false,
}

// ofBits are the measures whose value is a number of bits, or of kept tokens, rather than an entry, ofError
// those of an error, and asked all that nobody misses: certificates have them on demand.
var (
	ofBits  = []string{Success, SuccessKept}
	ofError = []string{Gamma2Near, Corruption, SmoothRectangle, Randomised}
	asked   = slices.Concat(ofBits, ofError, []string{Gamma2Infinity})
)

// Measures of matrices with at most two values, and of those without blanks.
var (
	ofTwo   = []string{RankGF2, ShatterAlice, ShatterBob, DiscUniform, DiscBest, Gamma2, Gamma2Near, Gamma2Infinity}
	ofTotal = []string{RankRational, RankOfValue, RankGF2, Gamma2, SuccessKept}
)
