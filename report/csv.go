package report

import (
	"encoding/csv"
	"io"
	"strings"
)

// writeCSV prints one rectangular table with a header. The reproducing command
// and the warnings are columns, so that every reader of CSV can take the file.
func writeCSV(w io.Writer, s *Sheet) error {
	g := s.flat()
	out := csv.NewWriter(w)
	head := make([]string, 0, len(g.Columns)+2)
	for _, c := range g.Columns {
		head = append(head, c.Name)
	}
	out.Write(append(head, "warnings", "command"))
	for _, row := range g.Rows {
		warnings := append(append([]string{}, row.Notes...), s.Warnings...)
		line := append([]string{}, row.Cells...)
		out.Write(append(line, strings.Join(warnings, "; "), s.Command))
	}
	out.Flush()
	return out.Error()
}

// flat is the sheet as one table.
func (s *Sheet) flat() Grid {
	switch {
	case s.Flat != nil:
		return *s.Flat
	case len(s.Grids) > 0:
		return s.Grids[0]
	}
	var g Grid
	var row []string
	if s.Text != "" {
		g.Columns = append(g.Columns, Column{Name: "text"})
		row = append(row, s.Text)
	}
	for _, f := range s.Fields {
		g.Columns = append(g.Columns, Column{Name: f.Name})
		row = append(row, f.Value)
	}
	g.Add(row...)
	return g
}
