package matrix

import (
	"fmt"
	"strconv"
	"strings"

	"crosscut/models"
	"crosscut/protocol"
	"crosscut/protocol/bounds/check"
	"crosscut/report"
)

// Checked is what `crosscut check` prints: of a certificate the claims, of a
// transcript what was replayed.
type Checked struct {
	File     string      `json:"file"`
	Kind     string      `json:"kind"`     // "certificate" or "transcript"
	Accepted bool        `json:"accepted"` // nothing was refuted
	Claims   []ClaimLine `json:"claims"`   // of a certificate
	// Of a transcript.
	Replayed []string      `json:"replayed"`
	Bits     protocol.Bits `json:"bits"`
	Outputs  int           `json:"outputs"`
	// Failed says what was refuted; empty when accepted.
	Failed  []string `json:"failed"`
	Command string   `json:"command,omitempty"`
}

// ClaimLine is the fate of one claim.
type ClaimLine struct {
	Measure  string `json:"measure"`
	Value    *int   `json:"value,omitempty"`
	End      string `json:"end"`
	Number   string `json:"number"`
	Kind     string `json:"kind"`   // of the evidence
	Proved   string `json:"proved"` // what the evidence proves; "" for nothing
	Accepted bool   `json:"accepted"`
}

// CheckCertificate verifies a certificate with the checker, which shares nothing
// with the finders.
func CheckCertificate(file string, c *check.Certificate) *Checked {
	r := &Checked{File: file, Kind: "certificate", Accepted: true, Claims: []ClaimLine{}, Replayed: []string{}, Failed: []string{}}
	findings, err := check.Verify(c)
	if err != nil {
		r.fail(err)
	}
	for _, f := range findings {
		l := ClaimLine{Measure: f.Measure, Value: f.Value, End: f.End, Number: f.Number, Kind: f.Kind, Accepted: f.Err == nil}
		if f.Proved != nil {
			l.Proved = f.Proved.RatString()
		}
		if f.Err != nil {
			r.fail(f.Err)
		}
		r.Claims = append(r.Claims, l)
	}
	return r
}

// CheckTranscript lays out what replaying a transcript gave; err is why it was
// refuted, or nil.
func CheckTranscript(file string, done *models.Replayed, err error) *Checked {
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
	if !r.Accepted {
		verdict = "refuted"
	}
	s := &report.Sheet{Title: fmt.Sprintf("%s %s", r.Kind, r.File), Value: r}
	s.Fields = []report.Field{{Name: "verdict", Value: verdict}}
	for _, what := range r.Failed {
		s.Fields = append(s.Fields, report.Field{Name: "failed", Value: what})
	}
	if r.Kind == "transcript" && r.Accepted {
		s.Fields = append(s.Fields,
			report.Field{Name: "replayed", Value: "the halves of " + strings.Join(r.Replayed, " and ")},
			report.Field{Name: "bits", Value: fmt.Sprintf("%d, as the model's formula says", r.Bits)},
			report.Field{Name: "outputs", Value: plural(r.Outputs, "output") + " recomputed"})
	}
	if len(r.Claims) > 0 {
		g := report.Grid{Title: "claims", Columns: []report.Column{{Name: "measure"}, {Name: "of value", Right: true}, {Name: "end"}, {Name: "claimed", Right: true},
			{Name: "proved", Right: true}, {Name: "by evidence"}, {Name: "accepted"}}}
		for _, c := range r.Claims {
			value := ""
			if c.Value != nil {
				value = strconv.Itoa(*c.Value)
			}
			g.Add(c.Measure, value, c.End, cut(c.Number), cut(c.Proved), c.Kind, yes(c.Accepted))
		}
		s.Grids = []report.Grid{g}
	}
	return s
}

// cut shortens a long fraction.
func cut(s string) string {
	const most = 24
	if len(s) > most {
		return s[:most-3] + "..."
	}
	return s
}
