package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"crosscut/models/tasks"
	"crosscut/reductions/smallest"
	"crosscut/reductions/smallest/proof"
	"crosscut/report"
)

var _ = register(&command{
	name:  "smallest",
	usage: "the smallest model that is right on all inputs, as an interval",
	about: "For small N: the least size of one kind of model that answers right at the task's read position on every input. The lower end is proved from the exact cost of the task's own matrix under the rule of the architecture, " +
		"the upper end is a model that was found. rnn: bits of state between tokens, in one pass, answering after the last. mlp: rank of the first layer, exact real numbers. attention: one head of one layer; " +
		"the width of its keys on qsa, elsewhere the bits of a value with equal weights and a public query. --certificate writes the evidence of both ends for crosscut check. Several N, as in table, give a row each.",
	flags: append(unitFlags("the sizes to the end, "), taskFlag(),
		&cli.StringFlag{Name: "n", Usage: "sequence length `N`, or several: 2,3,4 or 2:6:+1"},
		&cli.StringFlag{Name: "model", Usage: strings.Join(smallest.Kinds().Names(), ", ")},
		setFlag(),
		&cli.DurationFlag{Name: "time", Value: 10 * time.Second, Usage: "search no longer than `D` for each N (30s, 2m)"},
		&cli.StringFlag{Name: "certificate", Usage: "write the evidence to `FILE`, for crosscut check"},
		memoryFlag(),
	),
	run: func(c *call) error {
		for _, name := range []string{"task", "n", "model"} {
			if !c.IsSet(name) {
				return usagef("crosscut smallest --task match2 --n 4 --model rnn", "flag --%s is missing", name)
			}
		}
		task, err := proof.Task(c.String("task"))
		if err != nil {
			return fmt.Errorf("flag --task: %w", err)
		}
		if _, err := smallest.Kinds().Get(c.String("model")); err != nil {
			return fmt.Errorf("flag --model: %w", err)
		}
		ns, err := c.lengths()
		if err != nil {
			return err
		}
		if len(ns) > 1 {
			if err := c.refuse("a certificate speaks of one N", "give one N", "certificate"); err != nil {
				return err
			}
		}
		num, choice, err := c.settings()
		if err != nil {
			return err
		}
		for name := range choice {
			return usagef("the task's sizes are numbers", "flag --set: %s is no number", name)
		}
		if err := c.need(1<<30, "the search"); err != nil {
			return err
		}
		var shapes []tasks.Shape
		for _, n := range ns {
			sh, err := task.Shape(n, num)
			if err != nil {
				return err
			}
			shapes = append(shapes, sh)
		}
		var rows []*smallest.Result
		var stopped error
		if c.merged != nil || c.IsSet("shard") || c.IsSet("resume") {
			if err := c.refuse("a unit searches to the end", "leave it out", "time", "certificate"); err != nil {
				return err
			}
			got, err := count(c, c.Context, smallest.Work(c.Context, c.String("model"), shapes), "sizes")
			if got == nil || got.filed {
				return err
			}
			for _, k := range slices.Sorted(maps.Keys(got.counts)) {
				rows = append(rows, got.counts[k].Result)
			}
			if shapes, stopped = nil, err; len(rows) == 0 {
				return errors.Join(stopped, usagef("take fewer units", "this unit has no size"))
			}
		}
		for _, sh := range shapes {
			r, err := c.smallest(sh)
			if r == nil {
				return err
			}
			if rows = append(rows, r); err != nil {
				stopped = err
				break
			}
		}
		if c.IsSet("certificate") && stopped == nil {
			f := rows[0].File
			if f.Lower == nil && f.Upper == nil {
				why := "neither end has evidence: give more --time, or take a smaller --n"
				if rows[0].Upper == 0 {
					why = "both ends are 0, and there is nothing to prove"
				}
				rows[0].Notes = append(rows[0].Notes, "no certificate is written: "+why)
			} else if err := writeFile(c.String("certificate"), func(w io.Writer) error { return json.NewEncoder(w).Encode(f) }); err != nil {
				return err
			}
		}
		if err := c.emit(sheetOf(rows)); err != nil {
			return err
		}
		return stopped
	},
})

// smallest is one interval; the error is that of an interrupt.
func (c *call) smallest(sh tasks.Shape) (*smallest.Result, error) {
	limit := c.Duration("time")
	ctx, cancel := c.within()
	defer cancel()
	stop := c.clock("search, % of --time", limit)
	r, err := smallest.Find(ctx, sh, c.String("model"))
	stop()
	if errors.Is(err, context.DeadlineExceeded) && c.Context.Err() == nil {
		r.Notes = append(r.Notes, fmt.Sprintf("the search ended after %v", limit))
		err = nil
	}
	return r, err
}

// sheetOf lays one interval out as facts, several as a table.
func sheetOf(rows []*smallest.Result) *report.Sheet {
	if len(rows) > 1 {
		g := report.Grid{Columns: []report.Column{{Name: "N", Right: true}, {Name: "at least", Right: true}, {Name: "at most", Right: true}, {Name: "unit", Fact: true}, {Name: "by", Long: true}}}
		for _, r := range rows {
			g.Rows = append(g.Rows, report.Line{Cells: []string{strconv.Itoa(r.N), strconv.Itoa(r.Lower), strconv.Itoa(r.Upper), r.Unit, r.By}, Notes: r.Notes})
		}
		return &report.Sheet{Title: fmt.Sprintf("smallest %s for %s", rows[0].Model, rows[0].Task), Grids: []report.Grid{g}, Value: map[string]any{"rows": rows}}
	}
	r := rows[0]
	size := fmt.Sprintf("%d", r.Lower)
	if !r.Exact {
		size = fmt.Sprintf("%d to %d", r.Lower, r.Upper)
	}
	params := map[string]any{}
	for name, v := range r.Params {
		params[name] = v
	}
	s := &report.Sheet{Title: fmt.Sprintf("smallest %s for %s, N = %d", r.Model, r.Task, r.N), Warnings: slices.Clone(r.Notes), Value: r}
	for _, f := range [][2]string{{r.Unit, size}, {"by", r.By}, {"right on", r.World}, {"sizes", report.Params(params)}, {"read at", strconv.Itoa(r.Read)}} {
		s.Fields = append(s.Fields, report.Field{Name: f[0], Value: f[1]})
	}
	if r.Witness != nil {
		raw, err := json.Marshal(r.Witness)
		if err == nil {
			s.Fields = append(s.Fields, report.Field{Name: "found", Value: string(raw)})
		}
	}
	return s
}
