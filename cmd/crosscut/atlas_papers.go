package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"crosscut/reductions/papers"
	"crosscut/report"
)

// atlasPapers prints the matrix of tasks, architectures and settings with the best bound of each.
func (c *call) atlasPapers() error {
	all, err := papers.Atlas(c.Context)
	if err != nil {
		return err
	}
	g := report.Grid{Columns: []report.Column{{Name: "task"}, {Name: "architecture"}, {Name: "needed", Right: true}, {Name: "N", Right: true}, {Name: "setting"}, {Name: "problem"}, {Name: "by the map"}, {Name: "paper", Long: true},
		{Name: "dominated by", Long: true}}}
	outside := report.Grid{Title: "outside the method", Columns: []report.Column{{Name: "architecture"}, {Name: "why", Long: true}}}
	without, why := map[string]map[string][]string{papers.NothingKnown: {}, papers.NothingCrosses: {}}, map[string]bool{}
	known, dominated := 0, 0
	for _, b := range all {
		switch {
		case b.Needed != nil:
			known++
			g.Add(b.Task, b.Rule, strconv.Itoa(*b.Needed), strconv.Itoa(b.N), strings.TrimSuffix(b.Setting.String(), " deterministic"), b.Problem, b.Reduction, b.Paper, b.DominatedBy)
		case b.Outside:
			if !why[b.Architecture] {
				outside.Add(b.Architecture, b.Note)
			}
			why[b.Architecture] = true
		default:
			without[b.Note][b.Task] = append(without[b.Note][b.Task], b.Rule)
		}
		if b.DominatedBy != "" {
			dominated++
		}
	}
	grids := []report.Grid{g}
	for _, note := range []string{papers.NothingKnown, papers.NothingCrosses} {
		silent := report.Grid{Title: note, Columns: []report.Column{{Name: "task"}, {Name: "architectures", Long: true}}}
		for _, task := range slices.Sorted(maps.Keys(without[note])) {
			silent.Add(task, strings.Join(without[note][task], "; "))
		}
		grids = append(grids, silent)
	}
	return c.emit(&report.Sheet{
		Title: "Bits that every right model of one layer moves, by task, architecture and setting, at N of about " + strconv.Itoa(papers.AtlasN),
		Fields: []report.Field{{Name: "bounds", Value: strconv.Itoa(known) + ", of which " + strconv.Itoa(dominated) + " are dominated by another"},
			{Name: "cells without one", Value: strconv.Itoa(len(all) - known)}},
		Grids: append(grids, outside), Flat: &g, Value: map[string]any{"N": papers.AtlasN, "bounds": all},
	})
}
