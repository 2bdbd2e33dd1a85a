package papers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions"
	"crosscut/report"
)

// TableSpec is what `table` is asked for.
type TableSpec struct {
	Task   string
	Models []string // none: all that solve the task
	Ns     []int    // sequence lengths
	// Set holds the task's sizes and the models' settings together; each goes
	// where it is declared. One that nobody would take is an error. Set.Seed draws
	// the inputs, and the weights where a construction is random.
	Set models.Settings
	// Runs is the number of sampled inputs per row; 0: chosen by N.
	Runs int
	// Smallest tries all constructions of a model at each N, from the least size up,
	// and takes the first that is right on everything tried; else each model's
	// default construction is taken, or the one that Set names.
	Smallest bool
	// Done, when not nil, is told of each finished row.
	Done func(row report.Row, k, of int)
}

// Table runs every model at every N, through the reduction that presses it
// hardest, and fits the growth of its size and of its bits. A construction that
// cannot be built at some N gives a row with a warning; when no row can be
// built, the first reason is the error. An interrupted table returns the rows so
// far beside the error.
func Table(ctx context.Context, spec TableSpec) (report.Table, error) {
	task, err := tasks.Catalog().Get(spec.Task)
	if err != nil {
		return report.Table{}, err
	}
	t := report.Table{Title: fmt.Sprintf("%s: %s", task.Name, task.Doc), Rows: []report.Row{}, Growth: []report.Growth{}}
	if len(spec.Ns) == 0 {
		return t, errors.New("papers: table: no sequence lengths")
	}
	spec.Ns = slices.Compact(slices.Sorted(slices.Values(spec.Ns)))
	columns, err := spec.columns(task)
	if err != nil {
		return t, err
	}
	var first error
	built := false
	for k, c := range columns {
		var rows []report.Row
		for j, n := range spec.Ns {
			row, err := c.measure(ctx, n, spec)
			switch {
			case ctx.Err() != nil:
				return t, ctx.Err()
			case errors.Is(err, errUnbuilt):
				first = cmp.Or(first, err)
				row = report.Row{Task: task.Name, N: ptr(n), Params: map[string]any{}, Warnings: []string{err.Error()}, Verdict: report.Unknown}
			case err != nil:
				return t, fmt.Errorf("papers: table: %s at N = %d: %w", c.model, n, err)
			default:
				built = true
			}
			row.Model = c.model
			t.Rows, rows = append(t.Rows, row), append(rows, row)
			if spec.Done != nil {
				spec.Done(row, k*len(spec.Ns)+j+1, len(columns)*len(spec.Ns))
			}
		}
		t.Growth = append(t.Growth, fitRows(c.model, rows)...)
	}
	if !built {
		return t, first
	}
	return t, nil
}

// OwnTable runs models on a map of a user's file, at the largest size that each length
// holds; lengths that hold the same are one row.
func OwnTable(ctx context.Context, name string, at func(N int) (*reductions.Instance, error), spec TableSpec,
	build func(model string, sh tasks.Shape, set models.Settings) (models.Machine, error)) (report.Table, error) {
	t := report.Table{Title: "the map of " + name, Rows: []report.Row{}, Growth: []report.Growth{}}
	for k, model := range spec.Models {
		var rows []report.Row
		size := 0
		for j, n := range spec.Ns {
			in, err := at(n)
			if err != nil {
				return t, err
			}
			if in.Size == size {
				continue
			}
			size = in.Size
			m, err := build(model, in.Shape, spec.Set)
			if err != nil {
				return t, err
			}
			row, err := through(m, in, spec.Set.Seed).runAtMost(ctx, in.Shape.N, spec.Runs)
			if err != nil {
				return t, err
			}
			row.Model = model
			if in.Shape.N != n {
				row.Warnings = append(row.Warnings, "--n asks for N tokens; no size n of the file makes so many, and the row is of the largest that makes fewer")
			}
			t.Rows, rows = append(t.Rows, row), append(rows, row)
			if spec.Done != nil {
				spec.Done(row, k*len(spec.Ns)+j+1, len(spec.Models)*len(spec.Ns))
			}
		}
		t.Growth = append(t.Growth, fitRows(model, rows)...)
	}
	return t, nil
}

// fitRows fits size and bits, each by itself, over the rows of a model that were
// right and came through one reduction, that of the longest sequence. Where both ends of
// the rows' sandwich are proved to have one shape, that is the shape.
func fitRows(model string, rows []report.Row) []report.Growth {
	size, bits := []Point{}, []Point{}
	var sizes, moved []report.Band
	for _, r := range rows {
		if r.Runs > 0 && r.Wrong == 0 && r.Reduction == rows[len(rows)-1].Reduction {
			size = append(size, Point{*r.N, *r.Size})
			bits = append(bits, Point{*r.N, *r.Bits})
			sizes, moved = append(sizes, r.SizeIn), append(moved, r.BitsIn)
		}
	}
	var fits []report.Growth
	for _, column := range []struct {
		of     string
		points []Point
		bands  []report.Band
	}{{"size", size, sizes}, {"bits", bits, moved}} {
		if fit, err := FitGrowth(column.points); err == nil {
			g := fit.Row(model, column.of)
			enclose(&g, column.bands)
			fits = append(fits, g)
		}
	}
	return fits
}

// errUnbuilt marks a combination that cannot be built at some size; anything
// else that goes wrong is a bug.
var errUnbuilt = errors.New("cannot be built")

// unbuilt keeps the message and the hint of err.
type unbuilt struct{ error }

func (u unbuilt) Is(target error) bool { return target == errUnbuilt }
func (u unbuilt) Unwrap() error        { return u.error }

// column is one model of a table: its settings, and the reduction it is run
// through, which is the same for all N.
type column struct {
	model string
	task  *tasks.Task
	sizes tasks.Params // the task's
	fixed tasks.Params // sizes kept equal for all N unless set: q, d, K, s
	set   models.Settings
	via   *source
	least int // the shortest N
	most  int // the longest
	press int // the one at which the reduction is chosen: long, where needs have come apart, and quickly built
}

// columns distributes the settings and finds a reduction for each model.
func (spec TableSpec) columns(task *tasks.Task) ([]*column, error) {
	names := spec.Models
	if len(names) == 0 {
		for m := range zoo.Catalog().All() {
			if len(zoo.For(m.Name, task.Name)) > 0 {
				names = append(names, m.Name)
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("papers: table: no model solves %s: %w", task.Name, errors.ErrUnsupported)
	}
	sizes, rest := spec.Set.ForTask(task)
	fixed := tasks.Params{}
	if sh, err := task.Shape(spec.Ns[0], sizes); err == nil {
		for _, p := range task.Params {
			if p.Fixed {
				fixed[p.Name] = sh.Params[p.Name]
			}
		}
	}
	used := map[string]bool{}
	var cs []*column
	for _, model := range names {
		if _, err := zoo.Catalog().Get(model); err != nil {
			return nil, err
		}
		c := &column{model: model, task: task, sizes: sizes, fixed: fixed, least: spec.Ns[0], most: spec.Ns[len(spec.Ns)-1]}
		c.press = min(c.most, 1<<10)
		c.set = settingsFor(model, task.Name, rest, len(names) == 1)
		for name := range c.set.Num {
			used[name] = true
		}
		for name := range c.set.Choice {
			used[name] = true
		}
		cs = append(cs, c)
	}
	for name := range rest.Num {
		if !used[name] {
			return nil, catalog.Unknown("parameter", name, declared(task, names))
		}
	}
	for name := range spec.Set.Choice {
		if !used[name] {
			return nil, catalog.Unknown("parameter", name, declared(task, names))
		}
	}
	return cs, nil
}

// settingsFor keeps of the settings those that the model's construction for the
// task declares; strict keeps all, so that Build refuses what does not fit.
func settingsFor(model, task string, set models.Settings, strict bool) models.Settings {
	if strict {
		return set
	}
	candidates := zoo.For(model, task)
	kept := models.Settings{Num: tasks.Params{}, Choice: map[string]string{}, Seed: set.Seed}
	if len(candidates) == 0 {
		return kept
	}
	c := candidates[0]
	if name, ok := set.Choice["construction"]; ok {
		if at := slices.IndexFunc(candidates, func(c *models.Construction) bool { return c.Name == name }); at >= 0 {
			c, kept.Choice["construction"] = candidates[at], name
		}
	}
	for _, p := range c.Params {
		if v, ok := set.Num[p.Name]; ok {
			kept.Num[p.Name] = v
		}
	}
	for _, ch := range c.Choices {
		if v, ok := set.Choice[ch.Name]; ok {
			kept.Choice[ch.Name] = v
		}
	}
	return kept
}

func declared(task *tasks.Task, names []string) []string {
	known := map[string]bool{}
	for _, p := range task.Params {
		known[p.Name] = true
	}
	for _, m := range names {
		for _, c := range zoo.For(m, task.Name) {
			for _, p := range c.Params {
				known[p.Name] = true
			}
			for _, ch := range c.Choices {
				known[ch.Name] = true
			}
		}
	}
	return sortedKeys(known)
}

// measure builds the model at N and runs it: the construction that the settings
// choose, or the smallest that is right.
func (c *column) measure(ctx context.Context, n int, spec TableSpec) (report.Row, error) {
	if !spec.Smallest {
		t, err := c.trial(n)
		if err != nil {
			return report.Row{}, err
		}
		return t.runAtMost(ctx, n, spec.Runs)
	}
	var trials []trial
	first := error(unbuilt{fmt.Errorf("papers: model %s has no construction for task %s: %w", c.model, c.task.Name, errors.ErrUnsupported)})
	for k, construction := range zoo.For(c.model, c.task.Name) {
		one := *c
		one.set.Choice = map[string]string{"construction": construction.Name}
		t, err := one.trial(n)
		if err != nil {
			if k == 0 {
				first = err
			}
			continue
		}
		c.via = one.via // all through the same reduction
		trials = append(trials, t)
	}
	if len(trials) == 0 {
		return report.Row{}, first
	}
	slices.SortStableFunc(trials, func(a, b trial) int {
		x, _ := a.machine.Size()
		y, _ := b.machine.Size()
		return int(x - y)
	})
	var row report.Row
	for _, t := range trials {
		var err error
		if row, err = t.runAtMost(ctx, n, spec.Runs); err != nil || row.Wrong == 0 {
			return row, err
		}
	}
	return row, nil
}

// trial is the column's model with its inputs at N: through one reduction at all of them that hold an instance.
func (c *column) trial(n int) (trial, error) {
	if c.via == nil {
		if via, err := c.choose(c.press); err == nil {
			c.via = via
		}
	}
	if c.via != nil {
		if t, err := c.via.trial(c, n); err == nil {
			return t, nil
		}
	}
	via, err := c.choose(n)
	if err != nil {
		return trial{}, err
	}
	return via.trial(c, n)
}

// mostSteps bounds one evaluation in a table whose runs are not asked for.
const mostSteps = 1 << 28

// runAtMost runs a given number of sampled inputs; 0: every pair at small sizes;
// above, fewer and longer inputs.
func (t trial) runAtMost(ctx context.Context, n, runs int) (report.Row, error) {
	t.runs = runs
	if runs == 0 {
		t.runs = min(max(1<<14/n, 2), 12)
		if slow, ok := t.machine.(models.Stepper); ok {
			if slow.Steps() > mostSteps {
				return t.unrun(fmt.Sprintf("not run: one output looks at %.2g tuples, too many for a table; crosscut run does it", slow.Steps()))
			}
			t.runs = min(t.runs, int(max(mostSteps/4/slow.Steps(), 1)))
		}
		if t.in != nil {
			if all := pairs(t.in, 1<<8); all > 0 && all*n <= 1<<14 {
				t.all = true
			}
		}
	}
	return t.run(ctx)
}
