package main

import (
	"fmt"
	"strconv"

	"crosscut/internal/units"
	"crosscut/models/heads"
	"crosscut/report"
)

// headsReport is the JSON of crosscut atlas heads.
type headsReport struct {
	N       int `json:"n"`
	Classes int `json:"classes"` // in all
	Closed  int `json:"closed"`
	heads.Settled
}

// atlasHeads counts the attention heads of every function of n bits.
func (c *call) atlasHeads() error {
	n := c.Int("n")
	if c.Int("tries") < 1 {
		return usagef("give a number from 1", "flag --tries: %d", c.Int("tries"))
	}
	w, err := await(c.Context, func() (*units.Work[units.Answers[heads.Settled]], error) { return heads.Work(n, c.Int("tries"), 1) })
	if c.Context.Err() != nil {
		return c.Context.Err()
	}
	if err != nil {
		return usagef(fmt.Sprintf("give a number from 1 to %d", heads.MaxClasses), "flag --n: %v", err)
	}
	got, err := count(c, c.Context, w, "atlas heads")
	if got == nil || got.filed {
		return err
	}
	r := headsReport{N: n, Settled: heads.Together(got.counts)}
	closed := report.Grid{Title: "closed: weights of so many heads, and a dual that shows that fewer do not do", Columns: []report.Column{{Name: "heads", Right: true}, {Name: "classes", Right: true}, {Name: "functions", Right: true}}}
	for k, classes := range r.Settled.Classes {
		r.Closed += classes
		closed.Add(strconv.Itoa(k), report.Short(float64(classes)), report.Short(float64(r.Functions[k])))
	}
	r.Classes = r.Closed + len(r.Open)
	open := report.Grid{Title: "open, the first of them: a dual shows at least so many, weights of so many were found", Columns: []report.Column{{Name: "values, from x = 2^n - 1 down to 0"}, {Name: "at least"}, {Name: "at most"}, {Name: "functions", Right: true}}}
	for _, g := range r.Open[:min(len(r.Open), 10)] {
		open.Add(fmt.Sprintf("%0*b", 1<<n, g.Table), strconv.Itoa(g.Lower), strconv.Itoa(g.Upper), report.Short(float64(g.Size)))
	}
	s := &report.Sheet{
		Title: fmt.Sprintf("Heads of functions of %d bits: %s of %s classes closed", n, report.Short(float64(r.Closed)), report.Short(float64(r.Classes))),
		Grids: []report.Grid{closed}, Command: c.command(), Value: r, Flat: &closed,
	}
	s.Append(open)
	if err != nil || got.done < got.all {
		s.Title += fmt.Sprintf("; %d of %d stretches", got.done, got.all)
	}
	if bad := c.emit(s); bad != nil {
		return bad
	}
	return err
}
