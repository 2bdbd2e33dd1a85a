package papers

import (
	"context"
	"fmt"
	"strings"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/reductions/rules"
	"crosscut/report"
)

// collector gathers a claim's rows.
type collector struct {
	ctx context.Context
	at  Effort
	out *Outcome
}

// builder makes a machine for an instance. of is the architecture, as tables name it.
type builder struct {
	of    string
	build func(in *reductions.Instance) (models.Machine, error)
}

// sized is a rule with its sizes, as --arch reads it.
func sized(spec string, args ...any) rules.Sized {
	a, err := rules.Parse(fmt.Sprintf(spec, args...))
	if err != nil {
		panic(err) // every spec is a constant of this package
	}
	return a
}

// of builds a rule's model at each instance.
func of(a rules.Sized, seed uint64) builder {
	return builder{a.Of(), func(in *reductions.Instance) (models.Machine, error) { return a.Machine(in.Shape, seed) }}
}

// made builds an architecture of the zoo.
func made(m *models.Model, set models.Settings) builder {
	return builder{m.Name, func(in *reductions.Instance) (models.Machine, error) { return zoo.Build(m.Name, in.Shape, set) }}
}

// sizes lists lo..hi.
func sizes(lo, hi int) []int {
	var ns []int
	for n := lo; n <= hi; n++ {
		ns = append(ns, n)
	}
	return ns
}

func (c *collector) add(model string, row report.Row) {
	if model != "" {
		row.Model = model
	}
	c.out.Rows = append(c.out.Rows, row)
}

// pick chooses a size by level.
func (c *collector) pick(quick, standard, full int) int {
	return c.at.Level.Pick(quick, standard, full)
}

// truthTable checks a reduction at the given n, at the shortest N.
func (c *collector) truthTable(r *reductions.Reduction, ns []int) {
	var all []*reductions.Instance
	for _, n := range ns {
		all = append(all, must(r.Instance(n, 0, nil)))
	}
	c.truthTableOf(all, fmt.Sprintf("n = %d..%d", ns[0], ns[len(ns)-1]))
}

// truthTableOf checks the given instances, which are described in words.
func (c *collector) truthTableOf(all []*reductions.Instance, at string) {
	if c.at.sound {
		return
	}
	c.add("", must(truthTable(c.ctx, all, at, 1<<16, c.at.Seed)))
}

// machine builds at size n, at the shortest N.
func (c *collector) machine(r *reductions.Reduction, n int, b builder) (models.Machine, *reductions.Instance) {
	in := must(r.Instance(n, 0, nil))
	return must(b.build(in)), in
}

// through runs a right model through a reduction at size n: all pairs while
// they are few, else a sample.
func (c *collector) through(r *reductions.Reduction, n int, b builder) {
	if c.at.sound {
		return
	}
	m, in := c.machine(r, n, b)
	c.add(b.of, must(throughReduction(c.ctx, m, in, 1<<12, c.pick(6, 12, 24), c.at.Seed)))
}

// injective adds to the last row that a right model sends 2^n different
// messages at size n; two equal ones would contradict that it is right.
func (c *collector) injective(r *reductions.Reduction, n int, b builder) {
	if c.at.sound {
		return
	}
	m, in := c.machine(r, n, b)
	f := must(falsify.Find(c.ctx, m, in, falsify.Options{Seed: c.at.Seed, Only: []string{"exhaustive"}}))
	if f.Kind != falsify.None {
		require(fmt.Errorf("papers: a model that was right on all inputs sends one message for two: %s", f.Note))
	}
	c.note("at n = %d all %d messages of Alice's are different", n, f.Tried)
}

// note adds to the note of the last row, that of a check's control left out.
func (c *collector) note(format string, args ...any) {
	for k := len(c.out.Rows) - 1; k >= 0; k-- {
		if r := &c.out.Rows[k]; !strings.HasPrefix(r.Note, planted) {
			r.Note += "; " + fmt.Sprintf(format, args...)
			return
		}
	}
}

// undersized must find a failing input: a lower bound whose undersized model is
// not seen to fail is not shown, and that is an error.
func (c *collector) undersized(r *reductions.Reduction, n int, b builder, o falsify.Options) {
	if c.at.sound { // a right model in its place, where everything can be tried
		n, o.Only = min(n, 4), []string{"exhaustive", "all-pairs"}
		b.build = func(in *reductions.Instance) (models.Machine, error) {
			if m, err := zoo.Build(b.of, in.Shape, models.Settings{}); err == nil {
				return m, nil
			}
			return made(zoo.Trivial, models.Settings{}).build(in)
		}
	}
	m, in := c.machine(r, n, b)
	o.Seed = c.at.Seed
	row := must(undersized(c.ctx, m, in, o))
	if row.Verdict != report.Errs {
		c.blind(fmt.Errorf("papers: %s at n = %d: no failing input of an undersized %s was found: %s", r.Name, n, b.of, row.Note))
		return
	}
	c.add(b.of, row)
}

// bites states from where on an inequality says something.
func (c *collector) bites(r *reductions.Reduction, a rules.Sized, limit int) {
	if c.at.sound {
		return
	}
	c.add(a.Of(), must(biteRow(r, a, limit)))
}

// solves runs a model on its task's own inputs: all of the small world where it
// has at most limit sequences, else generated ones.
func (c *collector) solves(model *models.Model, task *tasks.Task, n int, sizes tasks.Params, set models.Settings, limit, runs int) {
	if c.at.sound {
		return
	}
	sh := must(task.Shape(n, sizes))
	set.Seed = c.at.Seed
	m := must(zoo.Build(model.Name, sh, set))
	c.add(model.Name, onInputs(c.ctx, m, limit, runs, c.at.Seed))
}

// planted runs the same check on weights that are drawn at random: a check that
// they passed would show nothing of those that are right.
func (c *collector) planted(task *tasks.Task, n int, sizes tasks.Params, depth, limit int) {
	sh := must(task.Shape(n, sizes))
	m, err := sized("attention H=1 m=3 p=8 f=4 layers=%d", depth).Machine(sh, c.at.Seed)
	if c.at.sound {
		m, err = zoo.Build(zoo.Trivial.Name, sh, models.Settings{})
	}
	require(err)
	row := onInputs(c.ctx, m, limit, 12, c.at.Seed)
	if row.Verdict != report.Errs {
		c.blind(fmt.Errorf("papers: %s at N = %d: weights drawn at random passed the check", task.Name, n))
		return
	}
	row.Note = planted + "weights drawn at random; " + row.Note
	c.add(rules.Attention.Of(), row)
}
