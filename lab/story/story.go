package story

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
)

// Step is one page of a story.
type Step struct {
	Chapter string // pages that belong together
	Title   string
	// lines at each number of columns from Narrowest to Width: what a page says is known
	// while it is told, how wide a terminal is only when it is read.
	lines [Width - Narrowest + 1][]Line
}

// add writes more of the page, at every width.
func (s *Step) add(write func(p *page)) {
	for k := range s.lines {
		p := page{Narrowest + k, s.lines[k]}
		write(&p)
		s.lines[k] = p.lines
	}
}

// Lines is the page at a number of columns.
func (s *Step) Lines(width int) []Line {
	width = max(Narrowest, min(Width, width))
	lines := s.lines[width-Narrowest]
	if width == Width { // written for it
		return lines
	}
	var all []Line
	for _, l := range lines {
		all = append(all, l.fold(width)...)
	}
	return all
}

// Story is a run told step by step.
type Story struct {
	Task  string
	Steps []Step
}

// telling is what a story is made from.
type telling struct {
	ctx     context.Context
	seed    uint64
	plan    scenario
	shape   tasks.Shape
	in      *reductions.Instance // nil without a reduction
	x, y    protocol.Word
	machine models.Machine
	job     models.Job
	seq     []tasks.Token
	run     *run.Result
	steps   []Step
}

// Tell runs everything that a task's story shows. The seed draws the input.
func Tell(ctx context.Context, task string, seed uint64) (*Story, error) {
	plan, err := scenarioOf(task)
	if err != nil {
		return nil, err
	}
	return tell(ctx, plan, seed)
}

func tell(ctx context.Context, plan scenario, seed uint64) (*Story, error) {
	t := &telling{ctx: ctx, seed: seed, plan: plan}
	for _, do := range []func() error{t.prepare, t.opening, t.transcript, t.answer, t.others, t.needed, t.tooSmall, t.ending} {
		if err := do(); err != nil {
			return nil, fmt.Errorf("story: %s: %w", plan.task, err)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return &Story{plan.task, t.steps}, nil
}

// page adds a step.
func (t *telling) page(chapter, title string, write func(p *page)) {
	step := Step{Chapter: chapter, Title: title}
	step.add(write)
	t.steps = append(t.steps, step)
}

// prepare fixes the sizes, the input, the model, and runs it.
func (t *telling) prepare() error {
	task, err := tasks.Catalog().Get(t.plan.task)
	if err != nil {
		return err
	}
	if t.plan.reduction != "" {
		r, err := reductions.Catalog().Get(t.plan.reduction)
		if err != nil {
			return err
		}
		if t.in, err = r.Instance(t.plan.n, 0, nil); err != nil {
			return err
		}
		t.shape = t.in.Shape
		t.job = models.Job{Split: t.in.At, Read: t.in.Reads, Answer: models.ByBob}
	} else {
		if t.shape, err = task.Shape(t.plan.n, nil); err != nil {
			return err
		}
		t.job = models.Job{Split: t.shape.Half(), Read: []int{t.shape.DefaultRead()}, Answer: models.ByBob}
	}
	if t.machine, err = zoo.Build(t.plan.model, t.shape, models.Settings{Choice: t.plan.choice, Seed: t.seed}); err != nil {
		return err
	}
	t.draw()
	t.run, err = run.Do(t.ctx, t.machine, t.job, t.seq)
	return err
}

// draws is how many inputs are looked through for one whose answer is not 0.
const draws = 256

// draw takes the first input in the order of the seed whose answer is a 1, or the
// first where there is none.
func (t *telling) draw() {
	for k := range uint64(draws) {
		if t.in != nil {
			t.x, t.y = t.in.Sample(t.seed, k)
			t.seq = t.in.Encode(t.x, t.y)
			if t.in.Want(t.x, t.y) {
				return
			}
			continue
		}
		t.seq = t.shape.Task.Generate(t.shape, rand.New(rand.NewPCG(t.seed, k)))
		if out := t.shape.Eval(t.seq, t.job.Read); len(out[0]) == 1 && out[0][0] != 0 {
			return
		}
	}
	if t.in != nil {
		t.x, t.y = t.in.Sample(t.seed, 0)
		t.seq = t.in.Encode(t.x, t.y)
		return
	}
	t.seq = t.shape.Task.Generate(t.shape, rand.New(rand.NewPCG(t.seed, 0)))
}

// Write prints all steps, numbered.
func (s *Story) Write(w io.Writer, color bool) error {
	for k := range s.Steps {
		if err := s.WriteStep(w, k, Width, color); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	return nil
}

// WriteStep prints one step under its number and title, at a number of columns.
func (s *Story) WriteStep(w io.Writer, k, width int, color bool) error {
	if k < 0 || k >= len(s.Steps) {
		return errors.New("story: there is no such step")
	}
	step := &s.Steps[k]
	head := Line{{fmt.Sprintf("%s  %d/%d  ", s.Task, k+1, len(s.Steps)), Faint}, {step.Chapter + ": " + step.Title, Strong}}
	for _, l := range slices.Concat(head.fold(max(Narrowest, width)), []Line{{}}, step.Lines(width)) {
		if err := l.Write(w, color); err != nil {
			return err
		}
	}
	return nil
}
