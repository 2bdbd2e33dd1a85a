package matrix

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"crosscut/models/run"
	"crosscut/protocol"
	"crosscut/protocol/bounds/check"
	"crosscut/reductions/smallest/proof"
	"crosscut/report"
)

// Checked is what `crosscut check` prints: of a certificate the claims, of a
// transcript what was replayed.
type Checked struct {
	File     string `json:"file"`
	Kind     string `json:"kind"`     // "certificate" or "transcript"
	Accepted bool   `json:"accepted"` // nothing was refuted
	// Of a certificate: its matrix, its claims, and the ends that none speaks of.
	Matrix *CheckedMatrix `json:"matrix,omitempty"`
	Claims []ClaimLine    `json:"claims"`
	Open   []string       `json:"not_looked_at,omitempty"`
	// Of a transcript.
	Replayed []string      `json:"replayed"`
	Bits     protocol.Bits `json:"bits"`
	Outputs  int           `json:"outputs"`
	// Failed says what was refuted; empty when accepted.
	Failed []string `json:"failed"`
	// Left says what was not checked for want of steps or time.
	Left []string `json:"left,omitempty"`
	// Exported says what was written for other checkers.
	Exported []string `json:"exported,omitempty"`
}

// CheckedMatrix is the matrix that a certificate speaks of.
type CheckedMatrix struct {
	Rows    int    `json:"rows"`
	Cols    int    `json:"cols"`
	Values  int    `json:"values"`
	Defined int    `json:"defined"`
	SHA256  string `json:"sha256"`
	Source  string `json:"source"` // "disj, n = 4", or "entries in the file"
	Bound   bool   `json:"bound"`  // it equals the reader's own
}

// ClaimLine is the fate of one claim.
type ClaimLine struct {
	Measure  string `json:"measure"`
	Value    *int   `json:"value,omitempty"`
	Error    string `json:"error,omitempty"`
	End      string `json:"end"`
	Number   string `json:"number"`
	Kind     string `json:"kind"`   // of the evidence
	Proved   string `json:"proved"` // what the evidence proves; "" for nothing
	Accepted bool   `json:"accepted"`
}

// CheckCertificate verifies a certificate with the checker, which shares nothing
// with the finders.
// Own, when not nil, is the matrix that the reader means, under the name it is read
// from: any other is refused. The error is that of ctx, or wraps check.ErrLimit when
// claims were left over and none was refuted.
func CheckCertificate(ctx context.Context, file string, c *check.Certificate, steps int64, own *check.Table, ownName string) (*Checked, error) {
	r := &Checked{File: file, Kind: "certificate", Accepted: true, Claims: []ClaimLine{}, Replayed: []string{}, Failed: []string{}}
	res, err := check.VerifyWithin(ctx, c, steps)
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) { // not even the matrix was read
		r.Accepted, r.Left = false, []string{err.Error()}
		return r, err
	}
	if err != nil {
		r.fail(err)
		return r, nil
	}
	t := res.Table
	r.Matrix = &CheckedMatrix{Rows: t.Rows, Cols: t.Cols, Values: len(t.Values()), Defined: t.Defined(), SHA256: c.Matrix.SHA256, Source: "entries in the file", Bound: own != nil}
	if c.Matrix.Problem != "" {
		r.Matrix.Source = fmt.Sprintf("%s, n = %d", c.Matrix.Problem, c.Matrix.N)
	}
	if own != nil && own.Hash() != r.Matrix.SHA256 {
		r.Matrix.Bound = false
		r.fail(fmt.Errorf("the certificate is about another matrix than %s (%d x %d, hash %s)", ownName, own.Rows, own.Cols, own.Hash()))
	}
	r.Open = res.Missing
	var left error
	for _, f := range res.Findings {
		l := ClaimLine{Measure: f.Measure, Value: f.Value, Error: f.Error, End: f.End, Number: f.Number, Kind: f.Kind, Accepted: f.Err == nil}
		if f.Proved != nil {
			l.Proved = f.Proved.RatString()
		}
		switch {
		case f.Err == nil:
		case ctx.Err() != nil && errors.Is(f.Err, ctx.Err()), errors.Is(f.Err, check.ErrLimit):
			left = f.Err
			r.Left = append(r.Left, f.Err.Error())
		default:
			r.fail(f.Err)
		}
		r.Claims = append(r.Claims, l)
	}
	if r.Accepted {
		r.Accepted = left == nil
		return r, left
	}
	return r, nil
}

// CheckSmallest verifies a certificate of crosscut smallest. The error is that of ctx,
// or wraps proof.ErrLarge, when an end was not looked at and none was refuted.
func CheckSmallest(ctx context.Context, file string, c *proof.File) (*Checked, error) {
	r := &Checked{File: file, Kind: "certificate", Accepted: true, Claims: []ClaimLine{}, Replayed: []string{}, Failed: []string{}}
	found, err := c.Check(ctx)
	if err != nil {
		r.fail(err)
		return r, nil
	}
	var left error
	for _, f := range found {
		switch {
		case f.Err == nil:
		case ctx.Err() != nil && errors.Is(f.Err, ctx.Err()), errors.Is(f.Err, proof.ErrLarge):
			left = f.Err
			r.Left = append(r.Left, f.Err.Error())
		default:
			r.fail(fmt.Errorf("%s of %s, %s end: %w", c.Unit, c.Model, f.End, f.Err))
		}
		r.Claims = append(r.Claims, ClaimLine{Measure: fmt.Sprintf("%s, %s, N = %d: %s", c.Model, c.Task, c.N, c.Unit), End: f.End,
			Number: strconv.Itoa(f.Claimed), Kind: f.Kind, Proved: strconv.Itoa(f.Proved), Accepted: f.Err == nil})
	}
	for _, end := range []struct {
		name string
		has  bool
	}{{"lower", c.Lower != nil}, {"upper", c.Upper != nil}} {
		if !end.has {
			r.Open = append(r.Open, "the "+end.name+" end")
		}
	}
	if r.Accepted {
		r.Accepted = left == nil
		return r, left
	}
	return r, nil
}

// CheckTranscript lays out what replaying a transcript gave; err is why it was
// refuted, or nil.
func CheckTranscript(file string, done *run.Replayed, err error) *Checked {
	r := &Checked{File: file, Kind: "transcript", Accepted: true, Claims: []ClaimLine{}, Replayed: []string{}, Failed: []string{}}
	if err != nil {
		r.fail(err)
		return r
	}
	r.Replayed, r.Bits, r.Outputs = done.Halves, done.Bits, done.Outputs
	return r
}

func (r *Checked) fail(err error) {
	r.Accepted = false
	r.Failed = append(r.Failed, err.Error())
}

// Sheet lays the check out.
func (r *Checked) Sheet() *report.Sheet {
	verdict := "accepted: everything that it claims holds"
	switch {
	case len(r.Failed) > 0:
		verdict = "refuted"
	case r.Kind == "transcript" && len(r.Replayed) == 1:
		other := map[string]string{"alice": "bob", "bob": "alice"}[r.Replayed[0]]
		verdict = fmt.Sprintf("accepted: %s's side holds; %s's half is not in the file", r.Replayed[0], other)
	case len(r.Left) > 0:
		verdict = fmt.Sprintf("%s not checked", report.Plural(len(r.Left), "claim"))
	}
	s := &report.Sheet{Title: fmt.Sprintf("%s %s", r.Kind, r.File), Value: r}
	s.Fields = []report.Field{{Name: "verdict", Value: verdict}}
	if m := r.Matrix; m != nil {
		about := fmt.Sprintf("%d x %d, %s, %d of %d entries defined; %s", m.Rows, m.Cols, report.Plural(m.Values, "value"), m.Defined, m.Rows*m.Cols, m.Source)
		s.Fields = append(s.Fields, report.Field{Name: "matrix", Value: about}, report.Field{Name: "sha256", Value: m.SHA256})
		bound := "whether this is the matrix that you mean (--matrix FILE compares)"
		if m.Bound {
			bound = ""
		}
		if len(r.Open) > 0 {
			bound = strings.TrimSuffix(shorten(r.Open, 6)+"; "+bound, "; ")
		}
		if bound != "" {
			s.Fields = append(s.Fields, report.Field{Name: "not looked at", Value: bound})
		}
	}
	for _, what := range r.Exported {
		s.Fields = append(s.Fields, report.Field{Name: "written", Value: what})
	}
	for _, what := range r.Left {
		s.Fields = append(s.Fields, report.Field{Name: "left", Value: what})
	}
	for _, what := range r.Failed {
		s.Fields = append(s.Fields, report.Field{Name: "failed", Value: what})
	}
	if r.Kind == "transcript" && r.Accepted {
		s.Fields = append(s.Fields,
			report.Field{Name: "replayed", Value: "the halves of " + strings.Join(r.Replayed, " and ")},
			report.Field{Name: "bits", Value: fmt.Sprintf("%d, as the model's formula says", r.Bits)},
			report.Field{Name: "outputs", Value: report.Plural(r.Outputs, "output") + " recomputed"})
	}
	if len(r.Claims) > 0 {
		g := report.Grid{Title: "claims", Columns: []report.Column{{Name: "measure"}, {Name: "of value", Right: true}, {Name: "end"}, {Name: "claimed", Right: true},
			{Name: "proved", Right: true}, {Name: "by evidence"}, {Name: "accepted"}}}
		for _, c := range r.Claims {
			of := check.Claim{Measure: c.Measure, Error: c.Error}
			g.Add(of.Of(), report.Known(c.Value, strconv.Itoa), c.End, cut(c.Number), cut(c.Proved), c.Kind, report.Yes(c.Accepted))
		}
		s.Grids = []report.Grid{g}
	}
	return s
}

// shorten lists so many names and counts the others.
func shorten(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more ends", strings.Join(names[:most], ", "), len(names)-most)
}

// cut shortens a long fraction.
func cut(s string) string {
	const most = 24
	if len(s) > most {
		return s[:most-3] + "..."
	}
	return s
}
