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
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"crosscut/protocol/problems"
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
	Entries []string `json:"entries,omitempty"` // one string per row: integers and * separated by blanks
	Problem string   `json:"problem,omitempty"`
	N       int      `json:"n,omitempty"`
	SHA256  string   `json:"sha256"` // of the rows so written, each ended by a newline
}

// Claim is one end of one measure. Measures are named in measures.go.
type Claim struct {
	Measure  string          `json:"measure"`
	Value    *int            `json:"value,omitempty"` // for measures that are per value
	End      string          `json:"end"`
	Number   string          `json:"number"`   // exact: "15", "7/16"
	Evidence json.RawMessage `json:"evidence"` // an object whose "kind" names its verifier
}

// Finding is what the checker made of one claim.
type Finding struct {
	Claim
	Kind   string
	Proved *big.Rat // what the evidence proves; nil: nothing
	Err    error    // nil: accepted
}

// verifier computes what evidence proves about a claim's measure and end.
type verifier func(t *Table, c Claim, evidence json.RawMessage) (*big.Rat, error)

// kinds maps the name of each kind of evidence to its verifier.
var kinds = map[string]verifier{}

// register is called from package-level variables, one per kind.
func register(kind string, v verifier) verifier {
	if kinds[kind] != nil {
		panic("check: two verifiers of " + kind)
	}
	kinds[kind] = v
	return v
}

// Read decodes a certificate; unknown fields and trailing text are errors.
func Read(r io.Reader) (*Certificate, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("check: reading: %w", err)
	}
	if len(raw) > maxFile {
		return nil, fmt.Errorf("check: reading: more than %d bytes", maxFile)
	}
	c := &Certificate{}
	if err := strict(raw, c); err != nil {
		return nil, fmt.Errorf("check: reading: %w", err)
	}
	return c, nil
}

// Verify checks every claim. The error is about the certificate as a whole (its
// format or matrix); a rejected claim has its own in its Finding. A certificate
// without claims is an error: it says nothing.
func Verify(c *Certificate) ([]Finding, error) {
	if c.Format != Format {
		return nil, fmt.Errorf("check: format %q: want %q", c.Format, Format)
	}
	t, err := c.Matrix.table()
	if err != nil {
		return nil, fmt.Errorf("check: matrix: %w", err)
	}
	if len(c.Claims) == 0 {
		return nil, errors.New("check: no claims: nothing is proved")
	}
	findings := make([]Finding, len(c.Claims))
	for k, claim := range c.Claims {
		findings[k] = verify(t, claim)
	}
	return findings, nil
}

func verify(t *Table, c Claim) (f Finding) {
	f.Claim = c
	defer func() {
		if f.Err != nil {
			f.Err = fmt.Errorf("check: %s, %s: %w", c.Measure, c.End, f.Err)
		}
	}()
	claimed, ok := number(c.Number)
	if !ok {
		f.Err = fmt.Errorf("%q is no exact number", c.Number)
		return f
	}
	if c.End != Lower && c.End != Upper {
		f.Err = errors.New("an end is lower or upper")
		return f
	}
	if f.Kind, f.Proved, f.Err = prove(t, c); f.Err != nil {
		return f
	}
	sign := f.Proved.Cmp(claimed)
	if c.End == Lower && sign < 0 || c.End == Upper && sign > 0 {
		f.Err = fmt.Errorf("claimed %s, but the evidence proves only %s", c.Number, f.Proved.RatString())
	}
	return f
}

// Prove computes what a claim's evidence proves, whatever its Number says. The
// error wraps ErrLimit when the checker would have to work too long.
func Prove(t *Table, c Claim) (*big.Rat, error) {
	_, proved, err := prove(t, c)
	return proved, err
}

func prove(t *Table, c Claim) (kind string, proved *big.Rat, err error) {
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(c.Evidence, &head); err != nil {
		return "", nil, fmt.Errorf("evidence: %w", err)
	}
	v := kinds[head.Kind]
	if v == nil {
		return head.Kind, nil, fmt.Errorf("no verifier for evidence of kind %q", head.Kind)
	}
	if proved, err = v(t, c, c.Evidence); err != nil {
		return head.Kind, nil, err
	}
	return head.Kind, proved, nil
}

// number reads an exact integer or fraction in decimal.
func number(s string) (*big.Rat, bool) {
	if len(s) == 0 || len(s) > 1<<16 || strings.Trim(s, "-0123456789/") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// strict decodes one JSON value without unknown fields or trailing text.
func strict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("text after the end")
	}
	return nil
}

// Table is the checker's matrix.
type Table struct {
	Rows, Cols int
	cells      []int
	defined    []bool
}

// At is entry (i, j), counting from 0, and whether it is within the promise.
func (t *Table) At(i, j int) (value int, defined bool) {
	k := i*t.Cols + j
	return t.cells[k], t.defined[k]
}

// Is reports that entry (i, j) is defined and equals v.
func (t *Table) Is(i, j, v int) bool {
	k := i*t.Cols + j
	return t.defined[k] && t.cells[k] == v
}

// Differs reports that entry (i, j) is defined and does not equal v.
func (t *Table) Differs(i, j, v int) bool {
	k := i*t.Cols + j
	return t.defined[k] && t.cells[k] != v
}

// Entry is an entry's row and column.
type Entry [2]int

// Rectangle is a set of rows times a set of columns.
type Rectangle struct {
	Rows []int `json:"rows"`
	Cols []int `json:"cols"`
}

// indices says whether set consists of different numbers in 0..n-1.
func indices(set []int, n int) error {
	seen := make(map[int]bool, len(set))
	for _, i := range set {
		if i < 0 || i >= n {
			return fmt.Errorf("index %d is not in 0..%d", i, n-1)
		}
		if seen[i] {
			return fmt.Errorf("index %d occurs twice", i)
		}
		seen[i] = true
	}
	return nil
}

// table builds the matrix and compares its hash.
func (s *Source) table() (*Table, error) {
	t, err := s.build()
	if err != nil {
		return nil, err
	}
	if got := t.Hash(); got != s.SHA256 {
		return nil, fmt.Errorf("the hash is %s, not %s as stated", got, s.SHA256)
	}
	return t, nil
}

func (s *Source) build() (*Table, error) {
	if s.Problem != "" {
		if len(s.Entries) > 0 {
			return nil, errors.New("both entries and a problem are given")
		}
		p, err := problems.Catalog().Get(s.Problem)
		if err != nil {
			return nil, err
		}
		if s.N < 1 || s.N > maxEntries || !p.YesNo() {
			return nil, fmt.Errorf("%s at n = %d is no matrix of 0 and 1", p.Name, s.N)
		}
		rows, cols := p.Xs(s.N), p.Ys(s.N)
		if rows < 1 || cols < 1 || rows > maxEntries/cols {
			return nil, fmt.Errorf("n = %d is out of range", s.N)
		}
		t := newTable(rows, cols)
		for k := range t.cells {
			t.defined[k] = true
			if p.Holds(s.N, p.X(s.N, k/t.Cols), p.Y(s.N, k%t.Cols)) {
				t.cells[k] = 1
			}
		}
		return t, nil
	}
	if len(s.Entries) == 0 || s.N != 0 {
		return nil, errors.New("entries, or a problem and n, are needed")
	}
	cols := len(strings.Fields(s.Entries[0]))
	if cols == 0 || len(s.Entries)*cols > maxEntries {
		return nil, fmt.Errorf("%d x %d is out of range", len(s.Entries), cols)
	}
	t := newTable(len(s.Entries), cols)
	for i, line := range s.Entries {
		fields := strings.Fields(line)
		if len(fields) != cols {
			return nil, fmt.Errorf("row %d has %d entries, row 0 has %d", i, len(fields), cols)
		}
		for j, f := range fields {
			if f == "*" {
				continue
			}
			v, err := strconv.ParseInt(f, 10, 32)
			if err != nil {
				return nil, fmt.Errorf("entry %d of row %d: %q", j, i, f)
			}
			t.cells[i*cols+j], t.defined[i*cols+j] = int(v), true
		}
	}
	return t, nil
}

func newTable(rows, cols int) *Table {
	return &Table{rows, cols, make([]int, rows*cols), make([]bool, rows*cols)}
}

// NewTable tabulates a function, for those who write certificates.
func NewTable(rows, cols int, f func(i, j int) (value int, defined bool)) *Table {
	t := newTable(rows, cols)
	for k := range t.cells {
		t.cells[k], t.defined[k] = f(k/cols, k%cols)
	}
	return t
}

// Lines writes the rows as a Source holds them.
func (t *Table) Lines() []string {
	lines := make([]string, t.Rows)
	var b []byte
	for i := range lines {
		b = b[:0]
		for j := range t.Cols {
			if j > 0 {
				b = append(b, ' ')
			}
			if v, ok := t.At(i, j); ok {
				b = strconv.AppendInt(b, int64(v), 10)
			} else {
				b = append(b, '*')
			}
		}
		lines[i] = string(b)
	}
	return lines
}

// Hash is the SHA-256 of the rows as text, in hexadecimal.
func (t *Table) Hash() string {
	h := sha256.New()
	for _, line := range t.Lines() {
		io.WriteString(h, line)
		io.WriteString(h, "\n")
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Kinds lists the kinds of evidence that are understood, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }
