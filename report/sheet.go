package report

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Sheet is a result in the form that every format can print. Whoever computed
// it has written all numbers out: the writers only lay out.
type Sheet struct {
	Title  string
	Text   string  // prose, printed as it stands
	Fields []Field // single facts, in the order in which they are read
	Grids  []Grid  // tables, in the order in which they are read
	// Warnings and remarks about the whole; those of a grid's row stand in the row.
	Warnings []string
	// Command reproduces the sheet.
	Command string
	// Value is what JSON prints: the names that scripts rely on.
	Value any
	// Flat is the one rectangular table that CSV prints. nil: the first grid, or
	// the fields as one row when there is no grid.
	Flat *Grid
}

// NoCommand is the Command of a sheet that another one continues, as text.
const NoCommand = "\x00"

// Field is one named fact.
type Field struct {
	Name, Value string
}

// Grid is a table of strings.
type Grid struct {
	Title   string
	Columns []Column
	Rows    []Line
}

// Column heads one column.
type Column struct {
	Name  string
	Right bool // numbers stand to the right
	// Long columns leave the row first, to a line of their own below it, where a
	// terminal is too narrow.
	Long bool
	// Fact columns that say the same in every row stand above the grid.
	Fact bool
}

// Line is one row: a cell per column, and what must be said about it.
type Line struct {
	Cells []string
	Notes []string // footnotes: doubt travels with the number
}

// Add appends a row.
func (g *Grid) Add(cells ...string) {
	g.Rows = append(g.Rows, Line{Cells: cells})
}

// Put adds a column to a table of one row.
func (g *Grid) Put(name, value string) {
	if g.Columns = append(g.Columns, Column{Name: name}); len(g.Rows) == 0 {
		g.Add()
	}
	g.Rows[0].Cells = append(g.Rows[0].Cells, value)
}

// Append adds the tables that have rows.
func (s *Sheet) Append(grids ...Grid) {
	for _, g := range grids {
		if len(g.Rows) > 0 {
			s.Grids = append(s.Grids, g)
		}
	}
}

// Params writes parameters as m=8 p=16, sorted by name. Numbers print so that they
// read back as the same number.
func Params[V any](p map[string]V) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		words = append(words, name+"="+Value(p[name]))
	}
	return strings.Join(words, " ")
}

// Value writes one number or name.
func Value(v any) string {
	if f, ok := v.(float64); ok {
		return Number(f)
	}
	return fmt.Sprint(v)
}

// Number writes a number in full where it is a whole one below 2^53, else in the
// shortest form that reads back the same.
func Number(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// Formats lists the names that --format takes; the first is the default.
var Formats = []string{"text", "json", "csv", "markdown", "latex"}

// Style says what a terminal can show.
type Style struct {
	Color bool
}

// Write prints a sheet in one of the Formats.
func Write(w io.Writer, format string, s *Sheet, style Style) error {
	switch format {
	case "text":
		return writeText(w, s, style)
	case "json":
		return writeJSON(w, s)
	case "csv":
		return writeCSV(w, s)
	case "markdown":
		return markdown.write(w, s)
	case "latex":
		return latex.write(w, s)
	}
	return fmt.Errorf("report: unknown format %q", format)
}

// footnotes numbers the notes of all rows in order of appearance, each once.
func footnotes(grids []Grid) []string {
	var notes []string
	for _, g := range grids {
		for _, row := range g.Rows {
			for _, n := range row.Notes {
				if !slices.Contains(notes, n) {
					notes = append(notes, n)
				}
			}
		}
	}
	return notes
}

// mark writes the numbers of each row's notes behind its verdict, or behind its
// last cell where it has none.
func (g Grid) mark(notes []string) Grid {
	h := g.only(func(int) bool { return true })
	for _, row := range h.Rows {
		if len(row.Notes) == 0 || len(row.Cells) == 0 {
			continue
		}
		at := slices.IndexFunc(row.Cells, func(cell string) bool { return Verdict(cell).known() })
		if at < 0 {
			at = len(row.Cells) - 1
		}
		for _, n := range row.Notes {
			row.Cells[at] += fmt.Sprintf(" [%d]", 1+slices.Index(notes, n))
		}
	}
	return h
}

// compact drops the columns of g in which no row has anything.
func (g Grid) compact() Grid {
	keep := make([]bool, len(g.Columns))
	for _, row := range g.Rows {
		for c, cell := range row.Cells {
			keep[c] = keep[c] || cell != ""
		}
	}
	return g.only(func(c int) bool { return keep[c] })
}

// lift takes the columns that are facts out of a grid and says them in words. Where
// the grid is wider than limit, whatever else is the same in every row goes too.
func (g Grid) lift(limit int) (said string, rest Grid) {
	if len(g.Rows) == 0 {
		return "", g
	}
	narrow := limit > 0 && len(g.Rows) > 1 && g.width() > limit
	var facts []string
	gone := make([]bool, len(g.Columns))
	left := len(g.Columns)
	for c, col := range g.Columns {
		if (col.Fact || narrow) && left > 1 && g.constant(c) {
			gone[c] = true
			left--
			facts = append(facts, col.Name+": "+g.Rows[0].Cells[c])
		}
	}
	return strings.Join(facts, "; "), g.only(func(c int) bool { return !gone[c] })
}

// constant says whether a column is the same in every row. Verdicts always stand
// in their rows.
func (g Grid) constant(c int) bool {
	return !slices.ContainsFunc(g.Rows, func(row Line) bool { return row.Cells[c] != g.Rows[0].Cells[c] || verdictIn(row.Cells[c]) != "" })
}

// only keeps the columns that pass.
func (g Grid) only(pass func(c int) bool) Grid {
	h := Grid{Title: g.Title}
	for c, col := range g.Columns {
		if pass(c) {
			h.Columns = append(h.Columns, col)
		}
	}
	for _, row := range g.Rows {
		line := Line{Notes: row.Notes}
		for c, cell := range row.Cells {
			if pass(c) {
				line.Cells = append(line.Cells, cell)
			}
		}
		h.Rows = append(h.Rows, line)
	}
	return h
}
