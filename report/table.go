package report

import (
	"fmt"
	"strconv"
	"strings"
)

// Sheet lays a table out for all formats. Rows are grouped by claim; headings
// gives each claim's statement, and may be nil.
func (t Table) Sheet(headings map[string]string) *Sheet {
	s := &Sheet{Title: t.Title, Value: t.plain(), Command: t.Command, Flat: t.flat()}
	var g *Grid
	for i, r := range t.Rows {
		if i == 0 || r.Claim != t.Rows[i-1].Claim {
			s.Grids = append(s.Grids, Grid{Title: heading(r.Claim, headings), Columns: rowColumns()})
			g = &s.Grids[len(s.Grids)-1]
		}
		line := Line{Cells: r.cells(), Notes: r.Warnings}
		if r.Witness != "" {
			line.Notes = append(append([]string{}, r.Warnings...), "it fails on "+r.Witness)
		}
		g.Rows = append(g.Rows, line)
	}
	if len(t.Growth) > 0 {
		growth := Grid{Title: "growth, fitted", Columns: []Column{{Name: "model"}, {Name: "of"}, {Name: "shape"}, {Name: "exponent", Right: true}, {Name: "how close", Long: true}}}
		for _, f := range t.Growth {
			growth.Add(f.Model, f.Of, f.Shape, strconv.FormatFloat(f.Exponent, 'f', 3, 64), f.Note)
		}
		s.Grids = append(s.Grids, growth)
	}
	if len(t.Rows) > 0 {
		s.Fields = append(s.Fields, Field{"rows", t.Tally()})
	}
	return s
}

func heading(claim string, headings map[string]string) string {
	if text := headings[claim]; text != "" {
		return claim + ": " + text
	}
	return claim
}

// Tally counts the rows by verdict.
func (t Table) Tally() string {
	count := map[Verdict]int{}
	for _, r := range t.Rows {
		count[r.Verdict]++
	}
	var parts []string
	for _, v := range []Verdict{Meets, Errs, Unknown, Contradiction} {
		parts = append(parts, fmt.Sprintf("%d %s", count[v], v))
	}
	return fmt.Sprintf("%d: %s", len(t.Rows), strings.Join(parts, ", "))
}

// plain is the table as JSON has it: lists are never null.
func (t Table) plain() Table {
	rows := make([]Row, len(t.Rows))
	for i, r := range t.Rows {
		if r.Params == nil {
			r.Params = map[string]any{}
		}
		if r.Warnings == nil {
			r.Warnings = []string{}
		}
		if r.Verdict == "" {
			r.Verdict = Unknown
		}
		rows[i] = r
	}
	t.Rows = rows
	if t.Growth == nil {
		t.Growth = []Growth{}
	}
	return t
}

// rowColumns are the columns of a row for people.
func rowColumns() []Column {
	return []Column{
		{Name: "task"}, {Name: "model"}, {Name: "reduction"}, {Name: "n", Right: true}, {Name: "N", Right: true},
		{Name: "params", Long: true}, {Name: "size", Right: true}, {Name: "bits", Right: true}, {Name: "formula", Right: true},
		{Name: "formula in words", Long: true}, {Name: "needed", Right: true}, {Name: "trivial", Right: true},
		{Name: "setting", Long: true}, {Name: "basis"}, {Name: "runs", Right: true}, {Name: "wrong", Right: true},
		{Name: "what ran", Long: true}, {Name: "verdict"},
	}
}

func (r Row) cells() []string {
	runs := strconv.Itoa(r.Runs)
	if r.Exhaustive {
		runs = "all " + runs
	}
	return []string{
		r.Task, r.Model, r.Reduction, count(r.N0), count(r.N),
		Params(r.Params), amount(r.Size), amount(r.Bits), amount(r.Formula),
		r.FormulaText, amount(r.Needed), amount(r.Trivial),
		string(r.Setting), r.Basis, runs, strconv.Itoa(r.Wrong), r.Note, string(r.Verdict),
	}
}

// flat is the table as CSV has it: the names of the JSON, one line per row, the
// fitted growth of the row's model beside it.
func (t Table) flat() *Grid {
	g := &Grid{}
	for _, name := range []string{"claim", "task", "model", "reduction", "n", "N", "params", "size", "bits", "formula", "formula_text", "needed",
		"trivial", "setting", "basis", "runs", "exhaustive", "wrong", "verdict", "witness", "note", "size_growth", "bits_growth"} {
		g.Columns = append(g.Columns, Column{Name: name})
	}
	for _, r := range t.Rows {
		verdict := r.Verdict
		if verdict == "" {
			verdict = Unknown
		}
		g.Rows = append(g.Rows, Line{Notes: r.Warnings, Cells: []string{
			r.Claim, r.Task, r.Model, r.Reduction, count(r.N0), count(r.N), Params(r.Params), amount(r.Size), amount(r.Bits), amount(r.Formula),
			r.FormulaText, amount(r.Needed), amount(r.Trivial), string(r.Setting), r.Basis, strconv.Itoa(r.Runs),
			strconv.FormatBool(r.Exhaustive), strconv.Itoa(r.Wrong), string(verdict), r.Witness, r.Note,
			t.shape(r.Model, "size"), t.shape(r.Model, "bits"),
		}})
	}
	return g
}

func (t Table) shape(model, of string) string {
	for _, f := range t.Growth {
		if f.Model == model && f.Of == of {
			return f.Shape
		}
	}
	return ""
}

func count(v *int) string {
	if v == nil {
		return ""
	}
	return strconv.Itoa(*v)
}

func amount(v *float64) string {
	if v == nil {
		return ""
	}
	return Number(*v)
}
