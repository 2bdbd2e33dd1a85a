// Package report holds rows, verdicts and tables. It computes nothing but the
// verdict: the wings above fill in the numbers.
package report

import (
	"golang.org/x/exp/constraints"

	"crosscut/protocol"
)

// Verdict is the outcome of a row. The zero value draws no conclusion.
type Verdict string

// The four verdicts.
const (
	Unknown       Verdict = "unknown"
	Meets         Verdict = "meets"         // right on everything tried, and bits >= needed
	Errs          Verdict = "errs"          // an input on which the model is wrong
	Contradiction Verdict = "contradiction" // right on every input with fewer bits than needed: a bug here
)

// Row is one line of a table: one model at one size, or one claim's check.
type Row struct {
	Paper       string         `json:"paper,omitempty"`
	Claim       string         `json:"claim"`
	Task        string         `json:"task"`
	Model       string         `json:"model"`
	Reduction   string         `json:"reduction"`
	N0          *int           `json:"n"` // problem size n
	N           *int           `json:"N"` // sequence length
	Params      map[string]any `json:"params"`
	Size        *float64       `json:"size"` // model size in bits as the claim measures it
	Bits        *float64       `json:"bits"` // metered
	Formula     *float64       `json:"formula"`
	FormulaText string         `json:"formula_text"`
	Needed      *float64       `json:"needed"`
	// NeededBy names the need: whose it is, its split or size, its formula; or says why none is known.
	NeededBy   string           `json:"needed_by,omitempty"`
	Trivial    *float64         `json:"trivial"`
	Setting    protocol.Setting `json:"setting"`
	Basis      string           `json:"basis"`
	Runs       int              `json:"runs"`
	Exhaustive bool             `json:"exhaustive"`
	Wrong      int              `json:"wrong"`
	Verdict    Verdict          `json:"verdict"`
	Warnings   []string         `json:"warnings"`
	// Rank is the number of rows of a first layer, RankNeeded the rank that every right one
	// has: the sandwich of feed-forward networks, of which bits are not tight.
	Rank       *float64 `json:"rank,omitempty"`
	RankNeeded *float64 `json:"rank_needed,omitempty"`
	// SizeNeeded is what the size cannot be below, as a message that it bounds needs so much; By
	// names the need, and the messages that a size may hold.
	SizeNeeded   *float64 `json:"-"`
	SizeNeededBy string   `json:"-"`
	// SizeIn and BitsIn are the orders in N between which size and bits are proved to stay.
	SizeIn, BitsIn Band `json:"-"`
	// NeededOfTask says that the need speaks of all inputs of the task, also of those
	// that Exhaustive does not mean.
	NeededOfTask bool `json:"-"`
	// Worst is the largest error of any output, where outputs are approximate.
	Worst *float64 `json:"worst_error,omitempty"`
	// Printed says that the row tries a paper's own words: errs then refutes them.
	Printed bool `json:"as_printed,omitempty"`
	// Witness is an input on which the model is wrong, in words; Errs rows have one.
	Witness string `json:"witness,omitempty"`
	// Note says what ran, in words: sizes, exhaustive or sampled.
	Note string `json:"note,omitempty"`
}

// Band is two orders in N between which a column is proved to stay, all else that was set
// staying the same, and whose need the lower one is; zero: not proved.
type Band struct {
	Least, Most protocol.Growth
	By          string
}

// Num makes a present number.
func Num[T constraints.Integer | constraints.Float](v T) *float64 {
	f := float64(v)
	return &f
}

// Sandwich is what the model has over what is needed, in the quantity that the claim
// bounds. ok is false where either is unknown.
func (r Row) Sandwich() (ratio float64, of string, ok bool) {
	ours, needed, of := r.Bits, r.Needed, "bits"
	if r.Rank != nil {
		ours, needed, of = r.Rank, r.RankNeeded, "rank"
	}
	if ours == nil || needed == nil || *needed <= 0 {
		return 0, of, false
	}
	return *ours / *needed, of, true
}

// Judge sets the verdict from what the row holds. Wrong outputs refute the model;
// fewer bits than needed with no error on every input is a contradiction, and on
// a sample no conclusion.
func (r *Row) Judge() {
	short := r.Needed != nil && r.Bits != nil && *r.Bits < *r.Needed
	switch {
	case r.Wrong > 0:
		r.Verdict = Errs
	case r.Runs == 0:
		r.Verdict = Unknown
	case short && r.Exhaustive && !r.NeededOfTask:
		r.Verdict = Contradiction
	case short:
		r.Verdict = Unknown
	default:
		r.Verdict = Meets
	}
}

// Growth is what is known of one column against N: a fit, and a proof where there is one.
type Growth struct {
	Task     string  `json:"task,omitempty"` // where a table holds several
	Model    string  `json:"model"`
	Of       string  `json:"of"` // "size" or "bits", never mixed; or a width, with what is held fixed
	Exponent float64 `json:"exponent"`
	Shape    string  `json:"shape"` // "log N", "N", "N^a", "constant"
	// Basis is "proved" where the shape is that of two proved lines; else the fit gives it.
	Basis string `json:"basis,omitempty"`
	// Undecided says that the points do not tell the best two shapes apart.
	Undecided bool `json:"undecided,omitempty"`
	// Note says how close each shape came.
	Note string `json:"note,omitempty"`
}

// Standing is what a run says of a claim.
type Standing string

// The standings of a claim. Holds means that the statement, with the constants
// shown, was proved or checked here and seen to fail where it should.
const (
	Holds     Standing = "holds"
	Fails     Standing = "fails as printed"
	Vacuous   Standing = "vacuous"   // the hypothesis asks for sizes that nobody has
	Dominated Standing = "dominated" // another claim says as much wherever this one says something
	Open      Standing = "open"
	Outside   Standing = "outside" // the method does not reach it
)

// MapOnly marks a claim that holds, but whose bound no number was held against.
const MapOnly = "map only"

// Claim sums up what a run found of one claim of a paper.
type Claim struct {
	Paper         string   `json:"paper"`
	ID            string   `json:"id"`
	Short         string   `json:"short"`     // about ten words
	Statement     string   `json:"statement"` // in full
	Hypothesis    string   `json:"hypothesis"`
	SatisfiableAt string   `json:"satisfiable_at"` // sizes at which the hypothesis holds
	Ran           string   `json:"ran"`
	Exhaustive    bool     `json:"exhaustive"` // every row that ran, planted failures apart, ran on all inputs of its size
	Verdict       Standing `json:"verdict"`
	Basis         string   `json:"basis"`
	Control       string   `json:"negative_control"` // a planted failure that was found
	Source        string   `json:"source"`
	Seen          string   `json:"seen"` // how far the paper's own words were at hand
	// Measure is the sandwich or the worst error, in words; Failures counts planted
	// failures that were found.
	Measure  string `json:"measure"`
	Failures int    `json:"planted_failures"`
	// Witness refutes the statement as printed; By names the claim that dominates it;
	// Why says why the method does not reach it.
	Witness string `json:"witness,omitempty"`
	By      string `json:"by,omitempty"`
	// Only says what alone holds, where a bound is quoted without its constant.
	Only string `json:"only,omitempty"`
	Why  string `json:"why,omitempty"`
}

// Table is what table and reproduce print.
type Table struct {
	Title  string   `json:"title"`
	Rows   []Row    `json:"rows"`
	Growth []Growth `json:"growth"`
	// Claims sum the rows up by claim; nil where there are none.
	Claims []Claim `json:"claims,omitempty"`
	// Command reproduces the table.
	Command string `json:"command,omitempty"`
	// Flags are those of the command that bear on every claim, with a blank before each.
	Flags string `json:"-"`
}
