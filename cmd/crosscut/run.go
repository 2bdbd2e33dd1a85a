package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/reductions/matrix"
)

var _ = register(&command{
	name:  "run",
	usage: "cut one model on one input, and meter the bits",
	about: "Compiles a model into a two-party protocol, runs it on the two halves of one input, and prints the metered bits beside the formula, " +
		"the uncut model's output and the task's definition. Exits 0 when the protocol and the uncut model agree, else 3.",
	flags: flags(
		taskFlag(), ownFlag(),
		&cli.StringFlag{Name: "model", Usage: "the model's `NAME`, or a file of your own, FILE.star"},
		weightsFlag(), quantiseFlag(), tauFlag(),
		nFlag("draw an input of this length N with --seed"),
		&cli.StringFlag{Name: "input", Usage: "read the input from `FILE`"},
		splitFlag(), setFlag(), readFlag(), answerFlag(),
		&cli.StringFlag{Name: "transcript", Usage: "write all words to `FILE`, for crosscut check"},
		seedFlag(), memoryFlag(), stepsFlag(),
	),
	run: func(c *call) error {
		req, err := c.request()
		if err != nil {
			return err
		}
		p, err := req.Prepare()
		if err != nil {
			return err
		}
		r, err := p.Run(c.Context)
		if err != nil {
			return err
		}
		if err := c.Context.Err(); err != nil {
			return err
		}
		if c.IsSet("transcript") {
			if err := writeFile(c.String("transcript"), p.Transcript(&req, r).Write); err != nil {
				return err
			}
		}
		rec := run.NewRecord(req.Model, p.Machine, r, c.Uint64("seed"))
		rec.Command = c.command()
		if need, why := matrix.Pressing(c.Context, p.Machine, p.Job, r.Transcript); why == "" {
			rec.Need(need.Bits, need.Of, need.Formula, string(need.Basis))
		} else {
			rec.NeededBy = why
		}
		if err := c.emit(rec.Sheet()); err != nil {
			return err
		}
		if !r.Agree {
			return internal(errors.New("the protocol and the uncut model disagree"))
		}
		return nil
	},
})

// request reads the flags that describe one run.
func (c *call) request() (run.Request, error) {
	if m, err := c.weights(); err != nil {
		return run.Request{}, err
	} else if m != nil {
		return c.weightsRequest(m)
	}
	req := run.Request{Split: c.String("split"), Read: c.String("read"), Answer: c.String("answer"), Allow: c.allow("this run")}
	if !c.IsSet("model") {
		return req, usagef("name a model with --model; crosscut list models lists them", "flag --model is missing")
	}
	req.Model = c.String("model")
	var err error
	if req.Build, err = c.builder(req.Model); err != nil {
		return req, err
	}
	if c.IsSet("file") {
		if err := c.refuse("--file names the task", "leave it out", "task"); err != nil {
			return req, err
		}
		o, err := c.ownFile()
		if err != nil {
			return req, err
		}
		return req, c.ownTask(o, &req)
	}
	req.Set.Seed = c.Uint64("seed")
	req.Set.Num, req.Set.Choice, err = c.settings()
	if err != nil {
		return req, err
	}
	err = c.taskOf(&req)
	return req, err
}

// taskOf reads the task, and its input or its length.
func (c *call) taskOf(req *run.Request) error {
	from, err := c.one("n", "input")
	if err != nil {
		return err
	}
	if c.IsSet("task") {
		if req.Task, err = tasks.Catalog().Get(c.String("task")); err != nil {
			return fmt.Errorf("flag --task: %w", err)
		}
	}
	if from == "input" {
		data, err := c.readFile("input")
		if err != nil {
			return err
		}
		if err := req.ReadInput(data); err != nil {
			return fmt.Errorf("%s: %w", c.String("input"), err)
		}
		return nil
	}
	if req.Task == nil {
		return usagef("name a task with --task; crosscut list tasks lists them", "flag --task is missing")
	}
	if req.N = c.Int("n"); req.N < 1 || req.N > tasks.MaxN {
		return usagef("", "flag --n: %d is outside 1..%d", req.N, tasks.MaxN)
	}
	return nil
}
