// Package named is a catalogue of matrices of the literature, one family a file: what
// the field knows of their measures, and from where, beside the matrix itself.
package named

import (
	"errors"
	"fmt"
	"iter"

	"crosscut/internal/catalog"
	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
)

// Family is a matrix for every size n.
type Family struct {
	Name string
	Doc  string // one line
	Cite []string
	// Least and Most are the sizes that are tabulated.
	Least, Most int
	// Lines is the number of rows and of columns at size n.
	Lines func(n int) (rows, cols int)
	// At is the entry in row i and column j, from 0; ok is false outside the promise.
	At func(n, i, j int) (value int, ok bool)
	// Known are values that are known for every n from a proof.
	Known []Known
}

// Known is the value of a measure at every size from From on.
type Known struct {
	Measure string // as in package check; of ones or of zeros where that matters
	Of      string // "ones", "zeros", or ""
	From    int
	Value   func(n int) int
	Formula string
	Source  string // a key of docs/references.md, or "derived here"
}

// ID is the name users type.
func (f *Family) ID() string { return f.Name }

// Validate refuses a family without what a reader needs.
func (f *Family) Validate() error {
	switch {
	case f.Doc == "" || len(f.Cite) == 0:
		return errors.New("a family says what it is, and cites a source")
	case f.Lines == nil || f.At == nil || f.Least < 1 || f.Most < f.Least:
		return errors.New("a family has entries, and sizes")
	}
	for _, k := range f.Known {
		if k.Measure == "" || k.Value == nil || k.Formula == "" || k.Source == "" {
			return errors.New("a known value has a measure, a formula and a source")
		}
	}
	return nil
}

// Matrix tabulates the family at n.
func (f *Family) Matrix(n int) (*bounds.Matrix, error) {
	if n < f.Least || n > f.Most {
		return nil, fmt.Errorf("named: %s: n = %d: n is %d to %d", f.Name, n, f.Least, f.Most)
	}
	rows, cols := f.Lines(n)
	return bounds.New(rows, cols, func(i, j int) (int, bool) { return f.At(n, i, j) })
}

// Computed is the interval of a report around the measure; ok is false where the report
// has none.
func (k *Known) Computed(r *bounds.Report) (lower, upper int, ok bool) {
	side := func(c *bounds.Covers) (int, int, bool) {
		switch {
		case c == nil:
			return 0, 0, false
		case k.Of == "zeros":
			return c.Zeros.Lower, c.Zeros.Upper, true
		}
		return c.Ones.Lower, c.Ones.Upper, true
	}
	ends := func(x bounds.Range) (int, int, bool) { return x.Lower, x.Upper, true }
	if r.Rank == nil && (k.Measure == check.RankRational || k.Measure == check.RankGF2) {
		return 0, 0, false
	}
	switch k.Measure {
	case check.Cover:
		return side(r.Cover)
	case check.Partition:
		return side(r.Partition)
	case check.RankRational:
		return ends(r.Rank.Rational)
	case check.RankGF2:
		return ends(*r.Rank.GF2)
	case check.OneWayAlice:
		return ends(r.OneWay.Alice)
	case check.OneWayBob:
		return ends(r.OneWay.Bob)
	case check.ShatterAlice:
		return ends(r.Shattered.Alice)
	case check.LargestRect:
		q := r.Rectangle.Ones
		if k.Of == "zeros" {
			q = r.Rectangle.Zeros
		}
		if q.Upper != nil {
			return q.Area, *q.Upper, true
		}
		return q.Area, q.Area, true
	case check.Deterministic:
		return r.Deterministic.Lower, r.Deterministic.Upper, true
	}
	return 0, 0, false
}

var families = catalog.New[*Family]("matrix")

func register(f *Family) *Family { return families.Add(f) }

// Catalog is all families.
func Catalog() *catalog.Catalog[*Family] { return families }

// All yields the families by name.
func All() iter.Seq[*Family] { return families.All() }

// square is Lines of a function of two words of n bits.
func square(n int) (rows, cols int) { return 1 << n, 1 << n }

// lines is Lines of an n x n matrix.
func lines(n int) (rows, cols int) { return n, n }

// total makes At of a function without a promise.
func total(f func(n, i, j int) bool) func(n, i, j int) (int, bool) {
	return func(n, i, j int) (int, bool) {
		if f(n, i, j) {
			return 1, true
		}
		return 0, true
	}
}

func power(n int) int { return 1 << n }
