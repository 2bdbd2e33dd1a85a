package ask

import (
	"fmt"
	"strconv"
	"strings"

	"crosscut/models/audit"
	"crosscut/report"
)

// Report is an audit with its questions answered.
type Report struct {
	*audit.Report
	Questions []Answer `json:"questions"`
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
	s.Grids = append([]report.Grid{g}, s.Grids...)
	s.Flat = &g
	return s
}

// Named is the report of a file in a comparison.
type Named struct {
	File string `json:"file"`
	*Report
}

// Compared lays several reports side by side.
func Compared(models []Named) *report.Sheet {
	grid := report.Grid{Columns: []report.Column{{Name: "file"}, {Name: "model type"}, {Name: "state bits", Right: true}, {Name: "cache bits a token", Right: true},
		{Name: "stored beyond", Right: true}, {Name: "rank", Right: true}, {Name: "type"}, {Name: "bites from N", Right: true}, {Name: "asked"}}}
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
		line := report.Line{Cells: []string{m.File, m.Type, strconv.Itoa(m.StateBits), strconv.Itoa(m.CacheBits), strconv.Itoa(m.Beyond), rank, string(m.Dtype), from, strings.TrimSpace(asked)}}
		if m.Reason != "" {
			line.Notes = []string{m.Reason}
		}
		grid.Rows = append(grid.Rows, line)
	}
	return &report.Sheet{Title: "audit of " + strconv.Itoa(len(models)) + " models", Grids: []report.Grid{grid}, Flat: &grid, Value: map[string]any{"models": models}}
}
