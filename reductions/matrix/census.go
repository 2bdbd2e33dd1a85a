package matrix

import (
	"fmt"
	"strconv"

	"crosscut/protocol/bounds"
	"crosscut/report"
)

// CensusSheet lays out a census: how many 0/1 matrices of one shape have which
// D(f).
func CensusSheet(r bounds.CensusResult) *report.Sheet {
	s := &report.Sheet{Title: fmt.Sprintf("census of all %d x %d matrices of 0 and 1 by D(f)", r.Rows, r.Cols), Value: r}
	s.Fields = []report.Field{
		{Name: "classes", Value: r.Classes.String() + " up to permutations of rows and columns"},
		{Name: "shard", Value: r.Shard},
		{Name: "complete", Value: fmt.Sprintf("%s (%d of %d units of work)", report.Yes(r.Complete), r.Done, r.Units)},
	}
	if r.Complete && r.Shard == "1/1" {
		s.Fields = append(s.Fields, report.Field{Name: "cross-checks", Value: "the counts add up to 2^" + strconv.Itoa(r.Rows*r.Cols) + "; the classes are as many as Burnside's lemma says"})
	}
	g := report.Grid{Title: "matrices by depth", Columns: []report.Column{{Name: "D", Right: true}, {Name: "matrices", Right: true}, {Name: "classes", Right: true}, {Name: "digits"}}}
	most := 0
	for _, n := range r.Counts {
		most = max(most, n.BitLen())
	}
	for k, n := range r.Counts {
		g.Add(strconv.Itoa(k), n.String(), r.ClassesByDepth[k].String(), report.Bar(float64(n.BitLen()), float64(most), 24))
	}
	s.Grids = []report.Grid{g}
	if !r.Complete || r.Shard != "1/1" {
		s.Warnings = []string{"these counts are a part of the whole: go on with --resume FILE, or put units together with crosscut merge"}
	}
	return s
}
