package bounds

import (
	"math/big"

	"crosscut/protocol/bounds/check"
)

// Report holds every bound on a matrix. Its JSON is that of `crosscut bounds`.
// For a matrix of two values, "ones" is the larger and "zeros" the smaller; with
// one value, 0 is "zeros" and any other "ones". Costs are in bits.
type Report struct {
	Rows      int  `json:"rows"`
	Cols      int  `json:"cols"`
	Values    int  `json:"values"`
	Ones      *int `json:"ones"`                // null for more than two values
	Undefined int  `json:"undefined,omitempty"` // entries outside the promise

	Distinct Lines         `json:"distinct"`
	OneWay   Both          `json:"one_way"`
	Rank     *Ranks        `json:"rank"` // null for partial matrices
	Fooling  FoolingReport `json:"fooling"`

	// Null for more than two values.
	Shattered   *Both        `json:"shattered"`
	Rectangle   *Rectangles  `json:"rectangle"`
	Cover       *Covers      `json:"cover"`
	Partition   *Covers      `json:"partition"`
	Discrepancy *Discrepancy `json:"discrepancy"`

	Deterministic Depth `json:"deterministic"`

	// Beyond the common record.
	InRounds         []RoundsDepth     `json:"in_rounds"` // D(f) with 1, 2, ... rounds, until more do not help
	Nondeterministic *Nondeterministic `json:"nondeterministic"`
	Gamma2           *Real             `json:"gamma2"`                // of the sign matrix; null when not total or too large
	Approximate      []Approximate     `json:"approximate,omitempty"` // on demand
	TooLarge         []string          `json:"too_large,omitempty"`   // what was asked for and not looked at, with the limit
	Randomised       []Randomised      `json:"randomised"`            // what follows for protocols that may err
	Embedded         []Embedding       `json:"embedded"`
	PerValue         []PerValue        `json:"per_value"`
	Derived          []Derived         `json:"derived,omitempty"`
	Interrupted      bool              `json:"interrupted,omitempty"` // time ran out, or the user stopped it

	// Tree is the best protocol tree found, or nil.
	Tree *Tree `json:"-"`

	claims []pending
	matrix *Matrix
	table  *check.Table // nil: not yet asked for
}

// Lines counts the different rows and columns.
type Lines struct {
	Rows int `json:"rows"`
	Cols int `json:"cols"`
}

// Both is a number for each player.
type Both struct {
	Alice Range `json:"alice"`
	Bob   Range `json:"bob"`
}

// Ranks are of the matrix of integers; gf2 and complement (J - M) for two values,
// of the 0/1 matrix whose ones are the larger value; sign of the +1/-1 matrix.
type Ranks struct {
	Rational   Range  `json:"rational"`
	GF2        *Range `json:"gf2"`
	Complement *Range `json:"complement,omitempty"`
	Sign       *Range `json:"sign,omitempty"`
}

// FoolingReport is the largest fooling set over all values.
type FoolingReport struct {
	Size    int  `json:"size"`
	Value   int  `json:"value"`
	Optimal bool `json:"optimal"`
	Upper   *int `json:"upper,omitempty"` // when not optimal
}

// Rect is a largest monochromatic rectangle.
type Rect struct {
	Rows    int   `json:"rows"`
	Cols    int   `json:"cols"`
	Area    int   `json:"area"` // entries of the value in it
	Optimal *bool `json:"optimal,omitempty"`
	Upper   *int  `json:"upper,omitempty"` // when not optimal
}

// Rectangles is a largest rectangle of either value.
type Rectangles struct {
	Zeros Rect `json:"zeros"`
	Ones  Rect `json:"ones"`
}

// Ends is an interval, always written with both ends.
type Ends struct {
	Lower int `json:"lower"`
	Upper int `json:"upper"`
}

// Covers is a cover or partition number of either value.
type Covers struct {
	Zeros Ends `json:"zeros"`
	Ones  Ends `json:"ones"`
}

// Discrepancy is the largest |ones - zeros| in a rectangle, by the number of
// entries; Best is the smallest such number over all distributions.
type Discrepancy struct {
	Uniform  Real   `json:"uniform"`
	Exact    bool   `json:"exact"`
	Fraction string `json:"fraction"` // of the lower end
	Best     *Span  `json:"best"`     // null when the matrix is too large for it
}

// Depth is D(f).
type Depth struct {
	Lower int    `json:"lower"`
	Upper int    `json:"upper"`
	Exact bool   `json:"exact"`
	By    string `json:"by"`
}

// Nondeterministic lists costs in bits: ceil(log2) of the cover number of the
// ones (N1), of the zeros (N0), and of the partition number of the ones (U1), of
// the zeros (U0).
type Nondeterministic struct {
	N1 Range `json:"n1"`
	N0 Range `json:"n0"`
	U1 Range `json:"u1"`
	U0 Range `json:"u0"`
}

// Randomised is a lower bound on public-coin protocols of a given error.
type Randomised struct {
	Setting string `json:"setting"`
	Error   string `json:"error"`
	Bits    int    `json:"bits"`
	By      string `json:"by"`
	Formula string `json:"formula"`
}

// Embedding is a smaller problem inside the matrix: row Rows[a], column Cols[b]
// of the matrix is entry (a, b) of the problem.
type Embedding struct {
	Problem string `json:"problem"` // "index", "eq", "neq", "gt", "disj"
	Holder  string `json:"holder"`  // who holds the rows of the problem; of an INDEX, the string
	Size    Range  `json:"size"`
	Rows    []int  `json:"rows"` // counted from 1
	Cols    []int  `json:"cols"`
	Says    string `json:"says"` // what follows
	// Bits are needed when one player answers: by a single message of the holder where
	// OneWay is set, else in any order.
	Bits   int        `json:"bits"`
	OneWay bool       `json:"one_way"`
	Exact  *Shortfall `json:"exact,omitempty"`
}

// Shortfall sets what an embedded problem needs against what the whole matrix costs.
type Shortfall struct {
	Of    string `json:"of"`    // "the one-way cost" of the holder, or "D(f)": every leaf labelled
	Needs int    `json:"needs"` // bits of the problem in the same setting
	Cost  Range  `json:"cost"`
	Short Range  `json:"short"`
}

// PerValue is what is known of one value.
type PerValue struct {
	Value     int    `json:"value"`
	Entries   int    `json:"entries"`
	Fooling   Range  `json:"fooling"`
	Rectangle Range  `json:"rectangle"`
	Cover     Range  `json:"cover"`
	Partition Range  `json:"partition"`
	Rank      *Range `json:"rank"`     // of its 0/1 matrix; null for partial matrices
	CoverBy   string `json:"cover_by"` // the argument for the lower end
	PartBy    string `json:"partition_by"`
	found     findings
}

// findings are the pieces behind a PerValue.
type findings struct {
	fooling          []place
	chain            [2][]int // antichains of rows and of columns
	cover, partition covering
	rect             rect
	capped           capped // on the largest rectangle, without a search
	minor            *eliminated
	aspect           *aspect // nil: time was over, the value was only glanced at
	// Evidence for the lower end of the partition number, and what takes the checker no search: for
	// so many leaves.
	why, cheap func() any
	leaves     int
}

// Contradiction is two results that cannot both be right: a bug here. A command
// exits with status 3.
type Contradiction struct{ What string }

func (e *Contradiction) Error() string { return "bounds: contradiction: " + e.What }

// Internal says that it is no fault of who asked.
func (e *Contradiction) Internal() bool { return true }

func ratio(a, b int) *big.Rat { return big.NewRat(int64(a), int64(b)) }
