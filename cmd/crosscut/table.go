package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions"
	"crosscut/reductions/papers"
	"crosscut/report"
	"crosscut/report/plot"
)

var _ = register(&command{
	name:  "table",
	usage: "bit costs and sizes of models against N",
	about: "Runs the models at every N and prints sizes, metered bits, needed bits, the trivial protocol, growth and verdicts.",
	flags: flags(
		taskFlag(), ownFlag(),
		&cli.StringFlag{Name: "model", Usage: "the models' `NAMES`, separated by commas (default: all that solve the task)"},
		&cli.StringFlag{Name: "n", Value: defaultSweep, Usage: "sequence lengths: 8,16,32 or from 16 to 65536 as 16:65536:x2 or 16:64:+8"},
		setFlag(), weightsFlag(), quantiseFlag(), tauFlag(),
		&cli.StringFlag{Name: "svg", Usage: "draw bits against N into `FILE`"},
		seedFlag(), memoryFlag(),
	),
	run: func(c *call) error {
		w, err := c.weights()
		if err != nil {
			return err
		}
		if w != nil {
			return c.weightsTable(w)
		}
		if c.IsSet("file") {
			return c.ownTable()
		}
		if !c.IsSet("task") {
			return usagef("name a task with --task; crosscut list tasks lists them", "flag --task is missing")
		}
		task, err := tasks.Catalog().Get(c.String("task"))
		if err != nil {
			return fmt.Errorf("flag --task: %w", err)
		}
		spec := papers.TableSpec{Task: task.Name}
		if c.IsSet("model") {
			if spec.Models, err = modelNames(c.String("model")); err != nil {
				return fmt.Errorf("flag --model: %w", err)
			}
		}
		if spec.Ns, err = c.lengths(); err != nil {
			return err
		}
		spec.Set.Seed = c.Uint64("seed")
		if spec.Set.Num, spec.Set.Choice, err = c.settings(); err != nil {
			return err
		}
		sizes, _ := spec.Set.ForTask(task)
		if sh, err := task.Shape(slices.Max(spec.Ns), sizes); err == nil {
			if err := c.need(uint64(models.TokenBytes(sh)), fmt.Sprintf("N = %d", sh.N)); err != nil {
				return err
			}
		}
		spec.Done = c.rows()
		t, err := papers.Table(c.Context, spec)
		return c.drawnTable(t, err)
	},
})

// rows shows how many rows of a table are done.
func (c *call) rows() func(_ report.Row, k, of int) {
	show := c.progress("table")
	return func(_ report.Row, k, of int) { show(k, of) }
}

// drawnTable draws a table where that is asked for, and prints it, even if err has cut it short.
func (c *call) drawnTable(t report.Table, err error) error {
	if err == nil {
		if err := c.draw(func(w io.Writer, format string) error { return plot.Costs(w, format, t, c.command()) }); err != nil {
			return err
		}
	}
	return c.conclude(t, nil, err)
}

// ownTable is the table of models on the map of a user's file.
func (c *call) ownTable() error {
	if err := c.refuse("--file names the task", "leave it out", "task"); err != nil {
		return err
	}
	if !c.IsSet("model") {
		return usagef("name models of yours or ours: --model G.star,trivial", "flag --model is missing")
	}
	o, err := c.ownFile()
	if err != nil {
		return err
	}
	spec := papers.TableSpec{Set: o.set}
	if spec.Ns, err = c.lengths(); err != nil {
		return err
	}
	builds := map[string]build{}
	for _, name := range strings.Split(c.String("model"), ",") {
		if name = strings.TrimSpace(name); builds[name] != nil {
			return usagef("", "flag --model: %s is named twice", name)
		}
		if builds[name], err = c.builder(name); err != nil {
			return err
		}
		spec.Models = append(spec.Models, name)
	}
	spec.Done = c.rows()
	t, err := papers.OwnTable(c.Context, o.file.Name, func(N int) (*reductions.Instance, error) { return c.upTo(o, N) }, spec,
		func(model string, sh tasks.Shape, set models.Settings) (models.Machine, error) {
			return builds[model](sh, set)
		})
	return c.drawnTable(t, err)
}

const defaultSweep = "16:1024:x2"

func modelNames(list string) ([]string, error) {
	var names []string
	for _, name := range strings.Split(list, ",") {
		name = strings.TrimSpace(name)
		if _, err := zoo.Catalog().Get(name); err != nil {
			return nil, err
		}
		if slices.Contains(names, name) {
			return nil, fmt.Errorf("%s is named twice", name)
		}
		names = append(names, name)
	}
	return names, nil
}

// mostPoints bounds the lengths of one sweep.
const mostPoints = 1000

// lengths reads --n where it may be several.
func (c *call) lengths() ([]int, error) {
	ns, err := parseSweep(c.String("n"))
	if err != nil {
		return nil, usagef("write 8,16,32 or 16:65536:x2 or 16:64:+8", "flag --n: %v", err)
	}
	return ns, nil
}

// parseSweep reads sequence lengths: a list, or FROM:TO:xFACTOR, or FROM:TO:+STEP.
func parseSweep(s string) ([]int, error) {
	if !strings.Contains(s, ":") {
		var ns []int
		for _, part := range strings.Split(s, ",") {
			n, err := length(part)
			if err != nil {
				return nil, err
			}
			if slices.Contains(ns, n) {
				return nil, fmt.Errorf("%d stands twice", n)
			}
			ns = append(ns, n)
		}
		slices.Sort(ns)
		return ns, nil
	}
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return nil, fmt.Errorf("%q is no sweep", s)
	}
	from, err := length(parts[0])
	if err != nil {
		return nil, err
	}
	to, err := length(parts[1])
	if err != nil {
		return nil, err
	}
	if to < from {
		return nil, fmt.Errorf("%d is below %d", to, from)
	}
	next, err := stepper(strings.TrimSpace(parts[2]))
	if err != nil {
		return nil, err
	}
	var ns []int
	for n := from; n <= to; n = next(n) {
		if len(ns) == mostPoints {
			return nil, fmt.Errorf("%q has more than %d lengths", s, mostPoints)
		}
		ns = append(ns, n)
	}
	return ns, nil
}

// stepper reads x2 or +8.
func stepper(s string) (func(n int) int, error) {
	factor, times := strings.CutPrefix(s, "x")
	if k, err := strconv.ParseUint(factor, 10, 31); err == nil && times && 2 <= k && k <= tasks.MaxN {
		return func(n int) int { return n * int(k) }, nil
	}
	step, plus := strings.CutPrefix(s, "+")
	if k, err := strconv.ParseUint(step, 10, 31); err == nil && plus && 1 <= k && k <= tasks.MaxN {
		return func(n int) int { return n + int(k) }, nil
	}
	return nil, fmt.Errorf("%q is no step: want x2 or +8", s)
}

func length(s string) (int, error) {
	n, err := whole(strings.TrimSpace(s))
	if err != nil || n < 1 || n > tasks.MaxN {
		return 0, fmt.Errorf("%q is no length in 1..%d", s, tasks.MaxN)
	}
	return int(n), nil
}
