package main

import (
	"fmt"
	"strconv"
	"strings"

	"crosscut/protocol/bounds/atlas"
	"crosscut/report"
)

// atlasReport is the JSON of crosscut atlas matrices.
type atlasReport struct {
	Of      int               `json:"of"`
	Matched int               `json:"matched"`
	Size    int               `json:"size"` // matrices in the classes that matched
	Shapes  []atlasShape      `json:"shapes"`
	Columns map[string]string `json:"columns"`
	Rows    []map[string]any  `json:"rows"`
}

// atlasShape counts the classes of one shape.
type atlasShape struct {
	Rows    int `json:"rows"`
	Cols    int `json:"cols"`
	Of      int `json:"of"`
	Matched int `json:"matched"`
}

// atlasMatrices answers a question to the list of small matrices.
func (c *call) atlasMatrices() error {
	if c.Int("top") < 0 {
		return usagef("give a number from 0", "flag --top: %d", c.Int("top"))
	}
	all := atlas.All()
	kept := all
	if c.IsSet("where") {
		q, err := atlas.Parse(c.String("where"))
		if err != nil {
			return expressionError("where", err)
		}
		if kept, err = q.Where(c.Context, all); err != nil {
			if c.Context.Err() != nil {
				return c.Context.Err()
			}
			return expressionError("where", err)
		}
	}
	if c.IsSet("sort") {
		q, err := atlas.Parse(c.String("sort"))
		if err != nil {
			return expressionError("sort", err)
		}
		if kept, err = q.Sort(kept); err != nil {
			return expressionError("sort", err)
		}
	}
	r := atlasReport{Of: len(all), Matched: len(kept), Shapes: []atlasShape{}, Columns: map[string]string{}, Rows: []map[string]any{}}
	count := map[[2]int]int{}
	for _, e := range kept {
		count[[2]int{e.Rows, e.Cols}]++
		r.Size += e.Size
	}
	of := map[[2]int]int{}
	for _, e := range all {
		shape := [2]int{e.Rows, e.Cols}
		if of[shape]++; of[shape] == 1 {
			r.Shapes = append(r.Shapes, atlasShape{Rows: e.Rows, Cols: e.Cols})
		}
	}
	shapes := report.Grid{Title: "classes by shape", Columns: []report.Column{{Name: "shape"}, {Name: "of", Right: true}, {Name: "matched", Right: true}}}
	for k := range r.Shapes {
		s := &r.Shapes[k]
		s.Of, s.Matched = of[[2]int{s.Rows, s.Cols}], count[[2]int{s.Rows, s.Cols}]
		shapes.Add(fmt.Sprintf("%d x %d", s.Rows, s.Cols), strconv.Itoa(s.Of), strconv.Itoa(s.Matched))
	}
	grid := report.Grid{Title: "the first of them", Columns: []report.Column{{Name: "matrix"}, {Name: "size", Right: true}}}
	for _, col := range atlas.Columns {
		grid.Columns = append(grid.Columns, report.Column{Name: col.Name, Right: true})
		r.Columns[col.Name] = col.Meaning
	}
	for _, e := range kept[:min(len(kept), c.Int("top"))] {
		row := map[string]any{"rows": e.Rows, "cols": e.Cols, "size": e.Size, "matrix": e.Lines()}
		cells := []string{strings.Join(e.Lines(), "/"), strconv.Itoa(e.Size)}
		for k, col := range atlas.Columns {
			row[col.Name] = e.Values[k]
			cells = append(cells, strconv.Itoa(e.Values[k]))
		}
		r.Rows = append(r.Rows, row)
		grid.Add(cells...)
	}
	s := &report.Sheet{
		Title: fmt.Sprintf("%d of %d classes of matrices of up to %d x %d", len(kept), len(all), atlas.Side, atlas.Side),
		Grids: []report.Grid{shapes}, Command: c.command(), Value: r, Flat: &grid,
	}
	s.Append(grid)
	return c.emit(s)
}
