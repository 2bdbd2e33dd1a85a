package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/models/trained"
	"crosscut/reductions/papers"
)

func weightsFlag() cli.Flag {
	return &cli.StringFlag{Name: "weights", Usage: "a trained model: a `DIR` with config.json and model.safetensors; stands in for --model and --set"}
}

func quantiseFlag() cli.Flag {
	return &cli.StringFlag{Name: "quantise", Usage: "with --weights: round the state at the cut to `P` bits a number, 1..32, or to bf16, fp16, e4m3, e5m2, int8"}
}

func tauFlag() cli.Flag {
	return &cli.Float64Flag{Name: "tau", Usage: "with --weights of an attention layer: real numbers, sent so that averages are known to within `T`"}
}

// weights imports the model that --weights names; nil when the flag is not given.
func (c *call) weights() (*trained.Model, error) {
	if !c.IsSet("weights") {
		if err := c.refuse("it is for the softmax of a trained layer", "give --weights DIR", "tau"); err != nil {
			return nil, err
		}
		return nil, c.refuse("it rounds the state of a trained model", "give --weights DIR", "quantise")
	}
	if c.IsSet("tau") {
		if err := c.refuse("--tau rounds what crosses by itself", "drop one of them", "quantise"); err != nil {
			return nil, err
		}
	}
	if err := c.refuse("--weights names the model and all its sizes", "give one of them", "model", "set"); err != nil {
		return nil, err
	}
	if c.IsSet("quantise") {
		if _, err := trained.ParsePrecision(c.String("quantise")); err != nil {
			return nil, usagef("", "flag --quantise: %v", err)
		}
	}
	m, err := trained.Load(c.String("weights"))
	var hinted interface{ Hint() string }
	switch of := new(os.PathError); {
	case errors.As(err, &hinted):
		return nil, err
	case errors.As(err, &of):
		return nil, usagef("name a folder with config.json and the weights, model.safetensors: docs/trained.md has lines that write it", "%w", err)
	case err != nil:
		return nil, usagef("docs/trained.md says what the folder holds; a file that was cut short is copied or written again", "%w", err)
	}
	if c.IsSet("task") && c.String("task") != m.Shape.Task.Name {
		return nil, usagef("drop --task", "flag --task: %s contradicts the weights, which are of %s", c.String("task"), m.Shape.Task.Name)
	}
	return m, nil
}

// precision is --quantise, which weights has checked; 0: as trained.
func (c *call) precision() trained.Precision {
	p, _ := trained.ParsePrecision(c.String("quantise"))
	return p
}

// weightsTable is the table of a trained model, at the one N it was trained for.
func (c *call) weightsTable(m *trained.Model) error {
	if c.IsSet("n") {
		ns, err := parseSweep(c.String("n"))
		if err != nil {
			return usagef("drop --n", "flag --n: %v", err)
		}
		if len(ns) != 1 || ns[0] != m.Shape.N {
			return usagef("drop --n", "flag --n: the weights were trained for N = %d", m.Shape.N)
		}
	}
	t, err := papers.WeightsTable(c.Context, m, func(at tasks.Split) (models.Machine, error) { return c.arithmetic(m, at) }, c.Uint64("seed"))
	return c.drawnTable(t, err)
}

// fits refuses shapes that the weights were not trained for.
func fits(m *trained.Model, sh tasks.Shape, what string) error {
	if err := m.Shape.Differs(sh); err != nil {
		return usagef("", "%s is of other inputs than those of the weights: %v", what, err)
	}
	return nil
}

func (c *call) refuseTranscript() error {
	return c.refuse("check could not rebuild trained weights from a transcript", "drop it; JSON lists every message", "transcript")
}

// weightsRequest is a run of a trained model: the input of --input, or one drawn
// with --seed from what the model was trained on.
func (c *call) weightsRequest(m *trained.Model) (run.Request, error) {
	req := run.Request{Model: m.Name(), Split: c.String("split"), Read: c.String("read"), Answer: c.String("answer"), Task: m.Shape.Task, Allow: c.allow("this run")}
	if err := c.refuseTranscript(); err != nil {
		return req, err
	}
	req.Set.Seed = c.Uint64("seed")
	if c.IsSet("input") {
		if err := c.refuse("the input has a length of its own", "drop one of them", "n"); err != nil {
			return req, err
		}
		data, err := c.readFile("input")
		if err != nil {
			return req, err
		}
		req.Task = nil // the file names it
		if err := req.ReadInput(data); err != nil {
			return req, fmt.Errorf("%s: %w", c.String("input"), err)
		}
		if err := fits(m, req.Input.Shape, c.String("input")); err != nil {
			return req, err
		}
	} else {
		if n := c.Int("n"); c.IsSet("n") && n != m.Shape.N {
			return req, usagef("drop --n", "flag --n: %d contradicts the weights, which were trained for N = %d", n, m.Shape.N)
		}
		seq, err := m.Sample(req.Set.Seed)
		if err != nil {
			return req, err
		}
		req.N, req.Input = m.Shape.N, &tasks.Input{Shape: m.Shape, Seq: seq}
	}
	split, err := m.Shape.ParseSplit(req.Split)
	if err != nil {
		return req, err
	}
	req.Build = func(tasks.Shape, models.Settings) (models.Machine, error) { return c.arithmetic(m, split) }
	return req, nil
}

// arithmetic is the trained model over real numbers, with --tau, or with its state rounded at
// a cut.
func (c *call) arithmetic(m *trained.Model, at tasks.Split) (models.Machine, error) {
	if c.IsSet("tau") {
		return m.Real(c.Float64("tau"))
	}
	return m.Quantised(c.Context, c.precision(), at, c.Uint64("seed"))
}
