package run

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/tasks"
)

// Request is one protocol run as a user asks for it.
type Request struct {
	Task   *tasks.Task
	Model  string // the name it is known by
	N      int
	Input  *tasks.Input    // nil: an input of length N is drawn with Set.Seed
	Set    models.Settings // the task's sizes and the model's settings together
	Split  string          // as Shape.ParseSplit reads it
	Read   string          // as ParseRead reads it
	Answer string          // bob, alice, owner, or "" for the default
	// Build makes the machine.
	Build func(sh tasks.Shape, set models.Settings) (models.Machine, error)
	// Allow refuses requests that are too much, before tokens are drawn and again
	// when the machine is known. nil allows all.
	Allow func(models.Effort) error
}

// Prepared is a request made concrete: all that Run needs.
type Prepared struct {
	Machine models.Machine
	Job     models.Job
	Tokens  []tasks.Token
}

// ReadInput takes the input from a file. The file names the task; another one in
// the request, or sizes in the settings that differ from the file's, are errors.
func (r *Request) ReadInput(data []byte) error {
	task, err := tasks.TaskOf(data)
	if err != nil {
		return err
	}
	if r.Task != nil && r.Task != task {
		return fmt.Errorf("models: the input is one of %s, not of %s", task.Name, r.Task.Name)
	}
	sizes, _ := r.Set.ForTask(task)
	in, err := tasks.ReadInput(data, sizes)
	if err != nil {
		return err
	}
	r.Task, r.Input, r.N = task, in, in.Shape.N
	return nil
}

// Prepare completes a request and refuses what cannot be run.
func (r *Request) Prepare() (*Prepared, error) {
	sizes, rest := r.Set.ForTask(r.Task)
	var sh tasks.Shape
	var err error
	if r.Input != nil {
		sh = r.Input.Shape
	} else if sh, err = r.Task.Shape(r.N, sizes); err != nil {
		return nil, err
	}
	if err := r.allow(models.Effort{Bytes: models.TokenBytes(sh)}); err != nil {
		return nil, err
	}
	job, err := ParseJob(sh, r.Split, r.Read, r.Answer)
	if err != nil {
		return nil, err
	}
	m, err := r.Build(sh, rest)
	if err != nil {
		return nil, knowing(err, sh)
	}
	if err := r.allow(models.EffortOf(m, job)); err != nil {
		return nil, err
	}
	if r.Input != nil {
		return &Prepared{m, job, r.Input.Seq}, nil
	}
	return &Prepared{m, job, sh.Task.Generate(sh, rand.New(rand.NewPCG(r.Set.Seed, 0)))}, nil
}

func (r *Request) allow(e models.Effort) error {
	if r.Allow == nil {
		return nil
	}
	return r.Allow(e)
}

// knowing adds the task's sizes to what an unknown parameter could have meant.
func knowing(err error, sh tasks.Shape) error {
	var u *catalog.UnknownError
	if !errors.As(err, &u) || !strings.HasPrefix(u.Kind, "parameter of ") {
		return err
	}
	known := slices.Clone(u.Known)
	for _, p := range sh.Task.Params {
		if p.Name == u.Name { // else ForTask had taken it
			return fmt.Errorf("models: task %s: want a number for %s", sh.Task.Name, p.Name)
		}
		known = append(known, p.Name)
	}
	return catalog.Unknown(u.Kind+" or of task "+sh.Task.Name, u.Name, known)
}

// ParseJob reads who owns what, what is read and who outputs.
func ParseJob(sh tasks.Shape, split, read, answer string) (models.Job, error) {
	s, err := sh.ParseSplit(split)
	if err != nil {
		return models.Job{}, err
	}
	at, err := ParseRead(sh, read)
	if err != nil {
		return models.Job{}, err
	}
	job := models.Job{Split: s, Read: at, Answer: models.Answer(answer)}
	known := []string{string(models.ByBob), string(models.ByAlice), string(models.ByOwner)}
	switch {
	case answer == "" && (read == "all" || len(at) > 1):
		job.Answer = models.ByOwner
	case answer == "":
		job.Answer = models.ByBob
	case !slices.Contains(known, answer):
		return models.Job{}, catalog.Unknown("answer", answer, known)
	}
	return job, nil
}

// ParseRead reads "all", or positions and ranges separated by commas, each once;
// "" is the task's default. The result is increasing.
func ParseRead(sh tasks.Shape, spec string) ([]int, error) {
	switch spec {
	case "":
		return []int{sh.DefaultRead()}, nil
	case "all":
		return sh.All(), nil
	}
	seen := make([]bool, sh.N+1)
	var at []int
	for _, part := range strings.Split(spec, ",") {
		a, b, ok := sh.ParseRange(part)
		if !ok {
			return nil, fmt.Errorf("models: read %q: %q is no position in 1..%d, no range of them, and not all", spec, part, sh.N)
		}
		for i := a; i <= b; i++ {
			if seen[i] {
				return nil, fmt.Errorf("models: read %q: position %d stands twice", spec, i)
			}
			seen[i] = true
			at = append(at, i)
		}
	}
	slices.Sort(at)
	return at, nil
}

// Run runs a prepared request.
func (p *Prepared) Run(ctx context.Context) (*Result, error) {
	return Do(ctx, p.Machine, p.Job, p.Tokens)
}
