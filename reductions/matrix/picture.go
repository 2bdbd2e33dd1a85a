//go:build !js

// The browser lab draws its own pictures, and its WebAssembly is half the size
// without the fonts of these.

package matrix

import (
	"fmt"
	"io"
	"math/big"

	"crosscut/protocol/bounds"
	"crosscut/report"
	"crosscut/report/plot"
)

// Picture draws the matrix up to three times side by side: with its largest
// fooling set, with the best cover of its ones, and with the largest INDEX inside
// it, Alice holding the string.
func (r *Result) Picture(w io.Writer, format string, m *bounds.Matrix) error {
	h := plot.Heat{Title: fmt.Sprintf("%s: %d x %d", r.Source, m.Rows(), m.Cols()), Command: r.Command, Rows: m.Rows(), Cols: m.Cols(), RowNames: labels(r.Names.Row, m.Rows()), ColNames: labels(r.Names.Col, m.Cols()), Values: m.Values(), At: m.At}
	if value, set, ok := r.FoolingSet(); ok {
		h.Panels = append(h.Panels, plot.Panel{Caption: fmt.Sprintf("fooling set of the value %d: %d entries", value, len(set)), Dots: set})
	}
	if r.Values == 2 {
		one := m.Values()[1]
		if rects := r.CoverOf(one); len(rects) > 0 {
			h.Panels = append(h.Panels, plot.Panel{Caption: fmt.Sprintf("cover of the value %d: %s", one, report.Plural(len(rects), "rectangle")), Rects: rects, Value: one})
		}
	}
	for _, e := range r.Embedded {
		if e.Problem == "index" && e.Holder == "alice" && len(e.Rows) > 0 {
			p := plot.Panel{Caption: fmt.Sprintf("INDEX_%d inside: Alice holds the string", e.Size.Lower)}
			for axis, lines := range [2][]int{e.Rows, e.Cols} {
				for _, i := range lines {
					p.Lines[axis] = append(p.Lines[axis], i-1)
				}
			}
			h.Panels = append(h.Panels, p)
		}
	}
	if len(h.Panels) == 0 {
		h.Panels = []plot.Panel{{}}
	}
	return h.Draw(w, format)
}

func labels(name func(int) string, n int) []string {
	if name == nil {
		return nil
	}
	names := make([]string, n)
	for i := range names {
		names[i] = name(i)
	}
	return names
}

// CensusPicture draws a census.
func CensusPicture(w io.Writer, format, command string, r bounds.CensusResult) error {
	var counts []plot.Count
	for k, n := range r.Counts {
		f, _ := new(big.Float).SetInt(n).Float64()
		counts = append(counts, plot.Count{D: k, Matrices: f, Text: report.Commas(n.String())})
	}
	return plot.Census(w, format, fmt.Sprintf("all %d x %d matrices of 0 and 1 by D(f)", r.Rows, r.Cols), command, counts)
}
