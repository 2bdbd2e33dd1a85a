// Package check verifies certificates of communication bounds. It imports no
// finder: nothing here searches cleverly, and the whole package is meant to be
// read in one sitting.
//
// A certificate holds a matrix and claims. A claim names a measure, an end
// ("lower" or "upper") and an exact number, and carries one kind of evidence.
// The checker never asks whether the claim is true: it computes from the
// evidence alone what that evidence proves, and accepts when that is at least
// as strong as the claim. Evidence that is empty or trimmed proves little or
// nothing, so it is rejected or speaks for a weaker claim.
package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"

	"crosscut/internal/strict"
)

// Format is the first field of every certificate.
const Format = "crosscut bounds 1"

// Ends of an interval.
const (
	Lower = "lower"
	Upper = "upper"
)

// Limits on what is read, and on the work of one piece of evidence.
const (
	maxFile    = 1 << 28 // bytes
	maxEntries = 1 << 25 // entries of the matrix
)

// Certificate is a matrix and what is claimed of it.
type Certificate struct {
	Format string  `json:"format"`
	Matrix Source  `json:"matrix"`
	Claims []Claim `json:"claims"`
}

// Source is the matrix: its rows, or a base problem and n, and always the hash.
type Source struct {
	Entries []string `json:"entries,omitempty"` // one string per row: integers and *, a blank between any two
	Problem string   `json:"problem,omitempty"`
	N       int      `json:"n,omitempty"`
	SHA256  string   `json:"sha256"` // of the rows so written, each ended by a newline
}

// Claim is one end of one measure. Measures are named in measures.go.
type Claim struct {
	Measure  string          `json:"measure"`
	Value    *int            `json:"value,omitempty"` // for measures that are per value
	Error    string          `json:"error,omitempty"` // exact, for measures of an error
	End      string          `json:"end"`
	Number   string          `json:"number"`   // exact: "15", "7/16"
	Evidence json.RawMessage `json:"evidence"` // an object whose "kind" names its verifier
}

// Of names the measure, its value and its error.
func (c *Claim) Of() string {
	of := c.Measure
	if c.Value != nil {
		of += fmt.Sprintf(" of %d", *c.Value)
	}
	if c.Error != "" {
		of += " at error " + c.Error
	}
	return of
}

// Finding is what the checker made of one claim.
type Finding struct {
	Claim
	Kind   string
	Proved *big.Rat // what the evidence proves; nil: nothing
	Err    error    // nil: accepted
}

// kinds maps the name of each kind of evidence to its verifier, which computes what evidence proves about a claim's
// measure and end.
var kinds = map[string]func(t *work, c Claim, evidence json.RawMessage) (*big.Rat, error){}

// verifier computes what decoded evidence of one kind proves.
type verifier[E any] = func(t *work, c Claim, e *E) (*big.Rat, error)

// about is a verifier of evidence that speaks of one end of some measures alone.
func about[E any](end string, measures []string, verify verifier[E]) verifier[E] {
	return func(t *work, c Claim, e *E) (*big.Rat, error) {
		if c.End != end || !slices.Contains(measures, c.Measure) {
			return nil, errOther
		}
		return verify(t, c, e)
	}
}

// register is called from package-level variables, one per kind, with what verifies decoded evidence.
func register[E any](kind string, verify verifier[E]) bool {
	if kinds[kind] != nil {
		panic("check: two verifiers of " + kind)
	}
	kinds[kind] = func(t *work, c Claim, evidence json.RawMessage) (*big.Rat, error) {
		e := new(E)
		if err := decode(evidence, e); err != nil {
			return nil, err
		}
		return verify(t, c, e)
	}
	return true
}

// nesting is the deepest list within lists that is read: a branch of a refutation
// has one for each line.
const nesting = 5000

// decode reads JSON strictly: no list and nothing that may be absent is written as null.
func decode(raw []byte, into any) error {
	return strict.Decode(raw, into, strict.Limits{Bytes: maxFile, Depth: nesting, NoNull: true})
}

// Read decodes a certificate. Keys that are unknown, differ in case or stand twice
// are errors, and so is trailing text.
func Read(r io.Reader) (*Certificate, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("check: reading: %w", err)
	}
	c := &Certificate{}
	if err := decode(raw, c); err != nil {
		return nil, fmt.Errorf("check: reading: %w", err)
	}
	return c, nil
}

// Result is what was made of a certificate: of which matrix, claim by claim.
type Result struct {
	Table    *Table
	Findings []Finding
	Missing  []string // ends of measures that no accepted claim speaks of
}

// Verify checks every claim, however long that takes.
func Verify(c *Certificate) ([]Finding, error) {
	r, err := VerifyWithin(context.Background(), c, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	return r.Findings, nil
}

// VerifyWithin checks every claim with at most so many steps in all; what is left
// over when they, or ctx, end has an error that wraps ErrLimit or ctx's in its
// Finding. The error is about the certificate as a whole (its format or matrix); a
// rejected claim has its own. A certificate without claims, or of a matrix without
// a defined entry, is an error: it says nothing.
func VerifyWithin(ctx context.Context, c *Certificate, steps int64) (*Result, error) {
	if c.Format != Format {
		return nil, fmt.Errorf("check: format %q: want %q", c.Format, Format)
	}
	t, err := c.Matrix.table(ctx)
	if err != nil {
		return nil, fmt.Errorf("check: matrix: %w", err)
	}
	if t.inside() == 0 {
		return nil, fmt.Errorf("check: matrix: %w", ErrEmpty)
	}
	if len(c.Claims) == 0 {
		return nil, errors.New("check: no claims: nothing is proved")
	}
	r := &Result{Table: t, Findings: make([]Finding, len(c.Claims))}
	w := newWork(ctx, t, steps)
	for k, claim := range c.Claims {
		r.Findings[k] = verify(w, claim)
	}
	r.Missing = missing(w, r.Findings)
	return r, nil
}

// ErrEmpty says that a matrix has no defined entry.
var ErrEmpty = errors.New("no entry is defined: nothing can be claimed of it")

// work is a table and the steps that may still be made.
type work struct {
	*Table
	ctx     context.Context
	left    int64
	values  map[int]bool // that occur
	partial bool         // some entry is not defined
	folded  *merged      // made when first asked for, likewise the next
	flipped *merged
	// formulas, if not nil, is told the clauses of refutations by clauses.
	formulas func(Formula)
}

// every asks ctx at one of so many steps.
func every(ctx context.Context, many, step int) error {
	if step%many != many-1 {
		return nil
	}
	return ctx.Err()
}

// within limits the steps to so many until the function that it returns is called.
func (w *work) within(steps int) func() {
	all := w.left
	w.left = min(all, int64(steps))
	rest := all - w.left
	return func() { w.left += rest }
}

// charge takes steps that were made from those that are left.
func (w *work) charge(n int64) { w.left -= min(n, w.left) }

func newWork(ctx context.Context, t *Table, steps int64) *work {
	w := &work{Table: t, ctx: ctx, left: steps, values: map[int]bool{}, partial: t.inside() < int64(len(t.cells))}
	for _, v := range t.Values() {
		w.values[v] = true
	}
	return w
}

// spend takes the product of the factors from the steps that are left.
func (w *work) spend(factors ...int) error {
	n := int64(1)
	for _, f := range factors {
		if f != 0 && n > math.MaxInt64/int64(f) {
			n = math.MaxInt64
			break
		}
		n *= int64(f)
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if w.charge(n); w.left == 0 {
		return ErrLimit
	}
	return nil
}

func verify(t *work, c Claim) (f Finding) {
	f.Claim = c
	defer func() {
		if f.Err != nil {
			f.Err = fmt.Errorf("check: %s, %s: %w", c.Of(), c.End, f.Err)
		}
	}()
	claimed, err := number(c.Number)
	if err != nil {
		f.Err = err
		return f
	}
	if m := measures[c.Measure]; m != nil && m.Bits {
		if _, f.Err = t.claimed(c); f.Err != nil {
			return f
		}
	}
	if f.Kind, f.Proved, f.Err = t.prove(c); f.Err != nil {
		return f
	}
	sign := f.Proved.Cmp(claimed)
	if c.End == Lower && sign < 0 || c.End == Upper && sign > 0 {
		f.Err = fmt.Errorf("claimed %s, but the evidence proves only %s", c.Number, f.Proved.RatString())
	}
	return f
}

// Within is the same prover with another context.
func (p *Prover) Within(ctx context.Context) *Prover {
	w := *p.w
	w.ctx = ctx
	return &Prover{&w}
}

// Prove computes what a claim's evidence proves, whatever its Number says. The
// error wraps ErrLimit when the checker would have to work too long.
func Prove(t *Table, c Claim) (*big.Rat, error) {
	return NewProver(context.Background(), t).Prove(c, math.MaxInt64)
}

// Prover answers as [Prove] does, for many claims of one table.
type Prover struct{ w *work }

// NewProver is a prover that gives up when ctx ends.
func NewProver(ctx context.Context, t *Table) *Prover {
	return &Prover{newWork(ctx, t, math.MaxInt64)}
}

// Prove computes what a claim's evidence proves with at most so many steps. The error
// wraps ErrLimit when they are not enough, and ctx's when it ended.
func (p *Prover) Prove(c Claim, steps int64) (*big.Rat, error) {
	p.w.left = steps
	_, proved, err := p.w.prove(c)
	return proved, err
}

func (w *work) prove(c Claim) (kind string, proved *big.Rat, err error) {
	if err := w.meaningful(c); err != nil {
		return "", nil, err
	}
	if m := measures[c.Measure]; m.Of != "" {
		if err := w.spend(w.Rows, w.Cols); err != nil {
			return "", nil, err
		}
		other := newWork(w.ctx, w.mapped(m.Entry), w.left)
		c.Measure = m.Of
		kind, proved, err := other.prove(c)
		w.left = other.left
		return kind, proved, err
	}
	fields, err := strict.Map(c.Evidence, strict.Limits{Bytes: maxFile, Depth: nesting})
	if err != nil {
		return "", nil, fmt.Errorf("evidence: %w", err)
	}
	if err := json.Unmarshal(fields["kind"], &kind); err != nil {
		return "", nil, errors.New("evidence: it names no kind")
	}
	v := kinds[kind]
	if v == nil {
		return kind, nil, fmt.Errorf("no verifier for evidence of kind %q", kind)
	}
	if err := w.spend(1); err != nil {
		return kind, nil, err
	}
	if proved, err = v(w, c, c.Evidence); err != nil {
		return kind, nil, err
	}
	return kind, proved, nil
}

// meaningful refuses claims that say nothing: of an unknown measure or end, of one that
// partial matrices do not have, with a value where the measure has none, without one
// where it is per value, or of a value that does not occur.
func (w *work) meaningful(c Claim) error {
	m := measures[c.Measure]
	switch {
	case len(w.values) == 0:
		return ErrEmpty
	case m == nil:
		return fmt.Errorf("no measure is called %q", c.Measure)
	case c.End != Lower && c.End != Upper:
		return errors.New("an end is lower or upper")
	case m.Total && w.partial:
		return fmt.Errorf("the matrix is partial: it has no %s", c.Measure)
	case !m.PerValue && c.Value != nil:
		return fmt.Errorf("%s is no measure of a value, but value %d is given", c.Measure, *c.Value)
	case m.PerValue && c.Value == nil:
		return fmt.Errorf("%s is a measure of a value, and none is given", c.Measure)
	case m.PerValue && m.Of == "" && !m.Bits && !w.values[*c.Value]:
		return fmt.Errorf("%d is no value of the matrix", *c.Value)
	case m.Error != (c.Error != ""):
		return fmt.Errorf("error %q: measures of an error have one, no others", c.Error)
	case c.Error != "":
		_, err := c.Right()
		return err
	}
	return nil
}

// numeral says whether an integer is written as it must be: no sign but -, no leading zero.
func numeral(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return s == "0" || digits != "" && digits[0] != '0' && strings.Trim(digits, "0123456789") == ""
}

// maxDigits of a claimed number.
const maxDigits = 4096

// number reads an exact integer or fraction, in decimal and one way only.
func number(s string) (*big.Rat, error) {
	above, below, fraction := strings.Cut(s, "/")
	if len(s) > maxDigits || !numeral(above) || fraction && (!numeral(below) || below[0] == '-' || below == "0") {
		return nil, fmt.Errorf("%.40q is no exact number such as 12, -3 or 7/16", s)
	}
	v, _ := new(big.Rat).SetString(s)
	return v, nil
}

// missing lists the ends of measures of the matrix that no accepted claim bounds.
func missing(w *work, findings []Finding) []string {
	done := map[string]bool{}
	name := func(measure, end string, v *int) string {
		if v != nil {
			return fmt.Sprintf("%s of %d %s", measure, *v, end)
		}
		return measure + " " + end
	}
	for _, f := range findings {
		if f.Err == nil {
			done[name(f.Measure, f.End, f.Value)] = true
		}
	}
	var all []string
	_, _, _, many := w.pair()
	for _, m := range Measures() {
		if many != nil && m.Two || w.partial && m.Total || m.Bits || m.Error || m.Asked {
			continue // the matrix has no such measure, or nobody asked
		}
		of := w.Table
		if m.Of != "" {
			of = w.mapped(m.Entry)
		}
		for _, end := range []string{Lower, Upper} {
			if !m.PerValue {
				if n := name(m.Name, end, nil); !done[n] {
					all = append(all, n)
				}
				continue
			}
			for _, v := range of.Values() {
				if n := name(m.Name, end, &v); !done[n] {
					all = append(all, n)
				}
			}
		}
	}
	return all
}

// Entry is an entry's row and column.
type Entry [2]int

// within says whether there is such an entry among so many rows and columns.
func (e Entry) within(rows, cols int) bool {
	return uint(e[0]) < uint(rows) && uint(e[1]) < uint(cols)
}

// largest and smallest of numbers.
func largest[T interface{ Cmp(T) int }](v ...T) T  { return slices.MaxFunc(v, T.Cmp) }
func smallest[T interface{ Cmp(T) int }](v ...T) T { return slices.MinFunc(v, T.Cmp) }

// Rectangle is a set of rows times a set of columns.
type Rectangle struct {
	Rows []int `json:"rows"`
	Cols []int `json:"cols"`
}

// indices says whether set consists of different numbers in 0..n-1.
func indices(set []int, n int) error {
	last, sorted := -1, true
	for _, i := range set {
		if i < 0 || i >= n {
			return fmt.Errorf("index %d is not in 0..%d", i, n-1)
		}
		last, sorted = i, sorted && i > last
	}
	if sorted {
		return nil
	}
	seen := make(map[int]bool, len(set))
	for _, i := range set {
		if seen[i] {
			return fmt.Errorf("index %d occurs twice", i)
		}
		seen[i] = true
	}
	return nil
}

// Kinds lists the kinds of evidence that are understood, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }
