package ask

import (
	"fmt"
	"strconv"
	"strings"

	"crosscut/models/audit"
	"crosscut/protocol/bounds/curve"
	"crosscut/report"
)

// Report is an audit with its questions answered.
type Report struct {
	*audit.Report
	Questions []Answer `json:"questions"`
	// Ceiling and Points are of the one question that was asked with measured points.
	Ceiling []Ceiling `json:"ceiling,omitempty"`
	Points  []Point   `json:"points,omitempty"`

	asked string
	top   func(bits float64) float64
}

// Measure lays measured points beside the ceiling of a question.
func (r *Report) Measure(q *Question, s Sizes, points []Point) {
	need := q.Need(s)
	r.Ceiling, r.Points, r.asked = q.Curve(s), q.Judge(points, s), q.Phrase(s)
	r.top = func(bits float64) float64 { return curve.Fano(need.Base, need.Power, bits) }
	above := 0
	for _, p := range r.Points {
		if p.Above {
			above++
		}
	}
	if above > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d of %d measured points lie above what is possible: their bits do not count all that the model carries, the values were not uniform and independent, or, where no low is given, the accuracy is a sample's", above, len(points)))
	}
}

// Sheet lays out the answers before the counts.
func (r *Report) Sheet() *report.Sheet {
	s := r.Report.Sheet()
	s.Value = r
	if len(r.Questions) == 0 {
		return s
	}
	g := report.Grid{Title: "questions", Columns: []report.Column{{Name: "ask"}, {Name: "needed bits", Right: true}, {Name: "available bits", Right: true},
		{Name: "rank", Right: true}, {Name: "verdict"}, {Name: "largest not excluded", Right: true}, {Name: "answer", Long: true}}}
	for _, a := range r.Questions {
		rank, largest := "", ""
		if a.Rank != nil {
			rank = strconv.Itoa(*a.Rank)
		}
		if a.Largest != nil {
			largest = strconv.Itoa(*a.Largest)
		}
		g.Rows = append(g.Rows, report.Line{Notes: []string{"not said: " + a.NotSaid},
			Cells: []string{a.Ask, fmt.Sprintf("%.1f", a.Needed), strconv.Itoa(a.Available), rank, a.Verdict, largest, strings.TrimSuffix(a.Sentence, ".")}})
	}
	front := []report.Grid{g}
	s.Flat = &g
	if len(r.Ceiling) > 0 {
		top := report.Grid{Title: "the proved ceiling: " + r.asked, Columns: []report.Column{{Name: "error", Right: true}, {Name: "bits at least", Right: true}}}
		for _, c := range r.Ceiling {
			top.Add(strconv.FormatFloat(c.Error, 'g', -1, 64), fmt.Sprintf("%.1f", c.Bits))
		}
		measured := report.Grid{Title: "measured", Columns: []report.Column{{Name: "name"}, {Name: "bits", Right: true}, {Name: "effective bits", Right: true},
			{Name: "accuracy", Right: true}, {Name: "low", Right: true}, {Name: "at most", Right: true}, {Name: "above"}}}
		for _, p := range r.Points {
			show := func(v *float64) string {
				return report.Known(v, func(v float64) string { return fmt.Sprintf("%.4g", v) })
			}
			measured.Add(p.Name, strconv.FormatFloat(p.Bits, 'f', -1, 64), show(p.Effective), fmt.Sprintf("%.4f", p.Accuracy), show(p.Low), fmt.Sprintf("%.4f", p.Ceiling), report.Yes(p.Above))
		}
		front = append(front, top, measured)
		s.Flat = &measured
	}
	s.Grids, s.Warnings = append(front, s.Grids...), r.Warnings
	return s
}

// Named is the report of a file in a comparison.
type Named struct {
	File string `json:"file"`
	*Report
}

// Compared lays several reports side by side.
func Compared(models []Named) *report.Sheet {
	grid := report.Grid{Columns: []report.Column{{Name: "file"}, {Name: "model type"}, {Name: "state bits", Right: true}, {Name: "stored beyond", Right: true}, {Name: "cache bits a token", Right: true},
		{Name: "stored beyond a token", Right: true}, {Name: "rank", Right: true}, {Name: "type"}, {Name: "bites from N", Right: true}, {Name: "asked"}}}
	for _, m := range models {
		rank, from, asked := "", "never", ""
		if m.Rank != nil {
			rank = strconv.Itoa(*m.Rank)
		}
		for _, row := range m.Rows {
			if row.Claim == "theorem 11" && row.BitesFrom != nil {
				from = strconv.Itoa(*row.BitesFrom)
			}
		}
		if m.Verdict != "" {
			from = m.Verdict
		}
		for _, a := range m.Questions {
			asked += a.Ask + ": " + a.Verdict + " "
		}
		line := report.Line{Cells: []string{m.File, m.Type, strconv.Itoa(m.StateBits), strconv.Itoa(m.Besides), strconv.Itoa(m.CacheBits), strconv.Itoa(m.Beyond), rank, string(m.Dtype), from, strings.TrimSpace(asked)}}
		if m.Reason != "" {
			line.Notes = []string{m.Reason}
		}
		grid.Rows = append(grid.Rows, line)
	}
	return &report.Sheet{Title: "audit of " + strconv.Itoa(len(models)) + " models", Grids: []report.Grid{grid}, Flat: &grid, Value: map[string]any{"models": models}}
}
