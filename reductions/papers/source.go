package papers

import (
	"cmp"
	"fmt"
	"slices"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
)

// source is where a column's inputs come from: a reduction, with the way its
// problem size follows from N, or the task's generator.
type source struct {
	reduction *reductions.Reduction // nil: the generator
	byFixed   bool                  // n is the fixed q, not the most that fits
	free      bool                  // the reduction chooses the fixed sizes itself
	asking    bool                  // the generator, Alice owning the read token 1 alone
}

// choose finds the reduction that presses the model hardest at this N: one-way
// before two-way, then by bits needed, then by bits moved. Without any, inputs
// come from the generator.
func (c *column) choose(n int) (*source, error) {
	type option struct {
		source
		oneWay       bool
		needed, cost protocol.Bits
	}
	if _, err := c.task.Shape(n, c.sizes); err != nil {
		return nil, unbuilt{err}
	}
	var options []option
	var first error
	for r := range reductions.Catalog().All() {
		if r.To != c.task {
			continue
		}
		for _, s := range []source{{reduction: r}, {reduction: r, byFixed: true}, {reduction: r, free: true}} {
			if _, err := s.instance(c, c.most); err != nil {
				continue // one source serves all N
			}
			t, err := s.trial(c, n)
			if err == nil {
				x, y := t.in.Sample(c.set.Seed, 0)
				if picky, ok := t.machine.(models.Checker); ok {
					err = picky.CheckInput(t.in.Encode(x, y), t.in.Reads)
				}
			}
			if err != nil {
				first = cmp.Or(first, err)
				continue
			}
			prog, err := t.machine.Compile(t.job)
			if err != nil {
				continue
			}
			setting := prog.Setting()
			o := option{source: s, oneWay: setting == protocol.OneWay, cost: prog.Total()}
			if need, _, ok := t.in.Best(setting, protocol.Alice); ok {
				o.needed = need.Bits
			}
			options = append(options, o)
			break
		}
	}
	// The task's own matrix may cost more at the half split, or where Alice asks.
	for _, s := range []source{{}, {asking: true}} {
		t, err := s.trial(c, n)
		if err != nil {
			continue
		}
		prog, err := t.machine.Compile(t.job)
		if err != nil {
			continue
		}
		setting := prog.Setting()
		o := option{source: s, oneWay: setting == protocol.OneWay, cost: prog.Total()}
		if need, ok := reductions.OwnNeed(t.machine.Shape(), t.job.Split, t.job.Read, setting, protocol.Alice); ok {
			o.needed = need.Bits
			if !slices.ContainsFunc(options, func(p option) bool { return p.oneWay == o.oneWay && p.needed >= o.needed }) && len(options) > 0 {
				options = append(options, o)
			}
		}
	}
	if len(options) == 0 {
		s := &source{}
		if _, err := s.trial(c, n); err != nil {
			if first != nil {
				err = first
			}
			return nil, err
		}
		return s, nil
	}
	best := slices.MinFunc(options, func(a, b option) int {
		switch {
		case a.oneWay != b.oneWay:
			if a.oneWay {
				return -1
			}
			return 1
		case a.needed != b.needed:
			return int(b.needed - a.needed)
		}
		return int(a.cost - b.cost)
	})
	return &best.source, nil
}

// trial builds the machine and its inputs at N.
func (s source) trial(c *column, n int) (trial, error) {
	if s.reduction == nil {
		sh, err := c.task.Shape(n, c.fixed.With(c.sizes))
		if err != nil {
			return trial{}, unbuilt{err}
		}
		m, err := zoo.Build(c.model, sh, c.set)
		if err != nil {
			return trial{}, unbuilt{err}
		}
		job := models.Job{Split: sh.Half(), Read: []int{sh.DefaultRead()}, Answer: models.ByBob}
		if s.asking {
			if _, picky := m.(models.Checker); picky {
				return trial{}, unbuilt{fmt.Errorf("papers: %s may refuse what token 1 asks", c.model)}
			}
			job.Split, job.Read = asking(sh), []int{1}
		}
		if _, err := m.Compile(job); err != nil {
			return trial{}, unbuilt{err}
		}
		return trial{machine: m, job: job, seed: c.set.Seed}, nil
	}
	in, err := s.instance(c, n)
	if err != nil {
		return trial{}, unbuilt{err}
	}
	m, err := zoo.Build(c.model, in.Shape, c.set)
	if err != nil {
		return trial{}, unbuilt{err}
	}
	return through(m, in, c.set.Seed), nil
}

// asking is the split in which Alice owns token 1 alone.
func asking(sh tasks.Shape) tasks.Split {
	at := tasks.Split{Owner: make([]protocol.Player, sh.N)}
	for i := 1; i < sh.N; i++ {
		at.Owner[i] = protocol.Bob
	}
	return at
}

// instance is the source's reduction at N, with the column's sizes.
func (s source) instance(c *column, n int) (*reductions.Instance, error) {
	sizes := c.sizes
	if !s.free {
		sizes = c.fixed.With(c.sizes)
	}
	size := s.reduction.Fits(n)
	if s.byFixed {
		size = sizes.Int("q")
	}
	if size < 1 {
		return nil, fmt.Errorf("papers: %s: N = %d holds no instance", s.reduction.Name, n)
	}
	in, err := s.reduction.Instance(size, n, sizes)
	for q := sizes.Int("q"); err != nil && !s.byFixed && q > 1 && size > 1; q-- {
		size-- // the fixed positions of a set take room
		in, err = s.reduction.Instance(size, n, sizes)
	}
	if err != nil {
		return nil, err
	}
	for name, v := range sizes {
		if in.Shape.Params[name] != v {
			return nil, fmt.Errorf("papers: %s works with %s = %v only, not %v", s.reduction.Name, name, in.Shape.Params[name], v)
		}
	}
	if s.free {
		// What the reduction chooses must not move with N either.
		least, err := s.reduction.Instance(max(s.reduction.Fits(c.least), 1), 0, sizes)
		if err != nil {
			return nil, err
		}
		for _, p := range c.task.Params {
			if p.Fixed && in.Shape.Params[p.Name] != least.Shape.Params[p.Name] {
				return nil, fmt.Errorf("papers: %s lets %s grow with N", s.reduction.Name, p.Name)
			}
		}
	}
	return in, nil
}
