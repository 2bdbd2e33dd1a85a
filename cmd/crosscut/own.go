package main

import (
	"errors"
	"fmt"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/reductions"
	"crosscut/reductions/script"
	"crosscut/reductions/validate"
)

// own is the reduction of a user's file where a built-in task or reduction could stand.
type own struct {
	file *script.File
	set  models.Settings // that the file has no parameter for: the model's
}

// ownFile loads the file that --file names. The call closes it.
func (c *call) ownFile() (*own, error) {
	f, rest, err := c.scriptBeside(c.Context, true)
	if err != nil {
		return nil, err
	}
	c.closers = append(c.closers, f.Close)
	return &own{f, rest}, nil
}

// upTo is the reduction at the largest size whose sequences have at most N tokens.
func (c *call) upTo(o *own, N int) (*reductions.Instance, error) {
	if N < 1 || N > tasks.MaxN {
		return nil, usagef("", "flag --n: %d is outside 1..%d", N, tasks.MaxN)
	}
	s, err := validate.Longest(c.Context, N, o.file.Family())
	if v := new(validate.Violation); errors.As(err, &v) {
		return nil, unfit(o, v)
	} else if err != nil {
		return nil, err
	}
	return o.file.Instance(c.Context, s.Size)
}

// ofLength is the reduction whose sequences have N tokens.
func (c *call) ofLength(o *own, N int) (*reductions.Instance, error) {
	in, err := c.upTo(o, N)
	if err == nil && in.Shape.N != N {
		return nil, usagef(fmt.Sprintf("n = %d makes N = %d tokens; --n is N here", in.Size, in.Shape.N), "%s: no size makes N = %d tokens", o.file.Name, N)
	}
	return in, err
}

// atSize is the reduction at problem size n, where a sample of it is right: what follows
// from a wrong map is nothing.
func (c *call) atSize(o *own, n int) (*reductions.Instance, error) {
	s, err := o.file.Subject(n)
	if err == nil {
		err = s.Trust(c.Context)
	}
	if err != nil && c.Context.Err() == nil {
		if users := new(script.Error); errors.As(err, &users) {
			return nil, err
		}
		return nil, unfit(o, err)
	} else if err != nil {
		return nil, err
	}
	return o.file.Instance(c.Context, n)
}

func unfit(o *own, err error) error {
	return usagef("crosscut validate --file shows the whole of it", "%s is no reduction: %v", o.file.Name, err)
}

// ownTask completes a request with the reduction of a file: its task, and where the flags
// do not say otherwise its split and reads, and the tokens of a pair drawn with --seed.
func (c *call) ownTask(o *own, req *run.Request) error {
	from, err := c.one("n", "input")
	if err != nil {
		return err
	}
	N, data := c.Int("n"), []byte(nil)
	if from == "input" {
		if data, err = c.readFile("input"); err == nil {
			N, err = tasks.LengthOf(data)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.String("input"), err)
		}
	}
	in, err := c.ofLength(o, N)
	if err != nil {
		return err
	}
	req.Task, req.N, req.Set = in.To, N, o.set
	if !c.IsSet("split") {
		req.Split = in.At.String()
	}
	if !c.IsSet("read") {
		req.Read = tasks.Ranges(in.Reads)
		if !c.IsSet("answer") {
			req.Answer = string(models.ByBob)
		}
	}
	if data == nil {
		req.Input = &tasks.Input{Shape: in.Shape, Seq: in.Encode(in.Sample(o.set.Seed, 0))}
		return nil
	}
	if req.Input, err = tasks.ReadInput(data, in.Shape.Params, in.To); err != nil {
		return fmt.Errorf("%s: %w", c.String("input"), err)
	}
	if req.Input.Shape.Task != in.To {
		return usagef("name the task of the file", "%s: the input is one of %s, not of %s", c.String("input"), req.Input.Shape.Task.Name, in.To.Name)
	}
	return nil
}
