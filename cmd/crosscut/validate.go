package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/reductions"
	"crosscut/reductions/rules"
	"crosscut/reductions/script"
	"crosscut/reductions/validate"
	"crosscut/report"
	"crosscut/report/plot"
)

var _ = register(&command{
	name:  "validate",
	usage: "check a reduction, ours or yours",
	about: "Checks that task(encode(x, y)) = problem(x, y) on every pair of inputs of size n, or on adversarial and random " +
		"samples where there are too many, and that the map keeps its obligations: fixed positions, fixed public tokens, tokens " +
		"in the task's range. A failing reduction gets its smallest counterexample and, where it can be told, the cause. " +
		"At the end stands what follows for each architecture. Exit status 1 when the reduction is refuted.",
	args: "[REDUCTION]", maxArgs: 1,
	flags: append(unitFlags("exhaustively, "), nFlag("problem size n (default: the largest up to 6 with at most 4,096 inputs)"), setFlag(), seedFlag(), memoryFlag(),
		&cli.StringFlag{Name: "reduction", Usage: "one of ours, by `NAME`"},
		fileFlag("your own reduction, a Starlark `FILE`"),
		&cli.Int64Flag{Name: "budget", Usage: "check up to `PAIRS` pairs exhaustively (default: 2^33 on a fast path, 2^26 otherwise), else sample as many"},
		&cli.StringFlag{Name: "svg", Usage: "draw what follows against N, where the reduction is right, to `FILE`: .svg, .png or .pdf"},
		&cli.StringSliceFlag{Name: "arch", Usage: "say what follows for this `ARCHITECTURE` with its sizes, such as \"mamba d=5120 state=16 layers=48 p=16\" (repeatable)"},
		&cli.StringSliceFlag{Name: "config", Usage: "say what follows for the model of a published config.json `FILE` (repeatable)"},
		&cli.DurationFlag{Name: "consequences", Value: 5 * time.Second, Usage: "look for what follows no longer than `D` after the verdict (0: not at all)"},
		&cli.BoolFlag{Name: "watch", Usage: "with --file: validate again whenever the file changes, until Ctrl-C"},
		&cli.BoolFlag{Name: "plain", Usage: "one pair at a time, never 64 at once"},
	),
	run: func(c *call) error {
		if !c.Bool("watch") {
			return c.validate()
		}
		if !c.IsSet("file") {
			return usagef("add --file F.star", "flag --watch: there is no file to watch")
		}
		if err := c.refuse("--watch prints again and again, as text", "leave one out", "format", "out", "svg", "shard", "resume"); err != nil {
			return err
		}
		return c.watch(c.String("file"), c.validate)
	},
})

// watchEvery is how often a watched file is looked at.
const watchEvery = 200 * time.Millisecond

// watch does once now and whenever the content of a file has changed, until the context
// ends. A file that is gone for a moment, while an editor replaces it, has not changed.
func (c *call) watch(name string, once func() error) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		before, _ := os.ReadFile(name) // before it is used: a change in between is one
		if err := once(); err != nil && c.Context.Err() == nil {
			complain(c.stderr, "crosscut "+c.cmd.name, err)
		}
		for now := before; bytes.Equal(now, before); {
			select {
			case <-c.Context.Done():
				return c.Context.Err()
			case <-tick.C:
			}
			if raw, err := os.ReadFile(name); err == nil {
				now = raw
			}
		}
		fmt.Fprintln(c.stdout)
	}
}

// validate is one validation.
func (c *call) validate() error {
	s, err := c.subject()
	if err != nil {
		return c.violated(err)
	}
	if s.close != nil {
		defer s.close()
	}
	if c.IsSet("budget") && c.Int64("budget") < 1 {
		return usagef("give a number of pairs, such as --budget 100000000000", "flag --budget: want at least 1")
	}
	named, err := c.architectures()
	if err != nil {
		return err
	}
	show := c.progress("pairs")
	opt := validate.Options{
		Budget: c.Int64("budget"), Seed: c.Uint64("seed"), Plain: c.Bool("plain"),
		Progress: func(done, of int64) { show(int(done), int(of)) },
	}
	if c.merged != nil || c.IsSet("shard") || c.IsSet("resume") {
		filed, err := c.validateUnit(s, &opt)
		if filed || opt.Counted == nil {
			return err
		}
	}
	told := false // the verdict does not wait for what is needed and what follows
	var unsaid error
	if c.String("format") == report.Formats[0] && !c.IsSet("out") {
		opt.Told = func(r *validate.Result) { told, unsaid = true, c.emit(r.Verdicts()) }
	}
	r, err := validate.Run(c.Context, s.Subject, opt)
	if r == nil || err != nil && c.Context.Err() == nil {
		return err
	}
	if opt.Told != nil && !told {
		opt.Told(r)
	}
	if unsaid != nil {
		return unsaid
	}
	if err == nil {
		r.Warnings = append(r.Warnings, s.doubts()...)
		if within := c.Duration("consequences"); r.Verdict == report.Meets && within > 0 {
			ctx, cancel := context.WithTimeout(c.Context, within)
			s.until(time.Now().Add(within))
			var said string
			if said, s.family = validate.Hold(ctx, s.Subject, s.family); said != "" {
				r.Warnings = append(r.Warnings, said)
			}
			if err = r.AddNeeds(ctx, s.Subject); err != nil {
				cancel()
				return err
			}
			r.Consequences, err = validate.Consequences(ctx, s.Subject, s.family, named...)
			r.Named = len(named) > 0
			if err == nil && c.IsSet("file") {
				r.Warnings = append(r.Warnings, validate.Beyond(ctx, s.Size, s.family)...)
			}
			if err == nil {
				err = s.clash()
			}
			if err == nil {
				err = c.Context.Err()
			}
			cancel()
			s.until(time.Time{})
		}
		if err == nil && r.Verdict == report.Meets {
			err = c.draw(func(w io.Writer, format string) error {
				t, err := validate.Curves(c.Context, r.Reduction, s.family)
				if err != nil {
					return err
				}
				return plot.Costs(w, format, t, c.command())
			})
		}
	}
	sheet := r.Sheet()
	if told {
		sheet = r.Rest()
	}
	if e := c.emit(sheet); e != nil {
		return e
	}
	if err != nil {
		return err
	}
	if r.Verdict == report.Errs {
		return refuted("%s is refuted at n = %d", r.Reduction, r.Size)
	}
	return nil
}

// architectures are those that the flags name.
func (c *call) architectures() ([]rules.Sized, error) {
	var named []rules.Sized
	for _, spec := range c.StringSlice("arch") {
		a, err := rules.Parse(spec)
		if err == nil && a.Outside != "" {
			err = fmt.Errorf("%s: %w: %s", a.Name, errors.ErrUnsupported, a.Outside)
		}
		if unknown := new(catalog.UnknownError); errors.As(err, &unknown) {
			return nil, fmt.Errorf("flag --arch: %w", err)
		} else if err != nil {
			return nil, usagef("crosscut list rules lists the architectures, crosscut show NAME their sizes", "flag --arch: %v", err)
		}
		named = append(named, a)
	}
	for _, name := range c.StringSlice("config") {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, usagef("name a config.json", "flag --config: %w", err)
		}
		a, err := rules.Config(raw)
		if err != nil {
			return nil, fmt.Errorf("flag --config: %s: %w", name, err)
		}
		named = append(named, a)
	}
	return named, nil
}

// validateUnit counts one unit, all of them, or takes merged ones, into opt. It is
// filed when a record was written and nothing is to be printed.
func (c *call) validateUnit(s *subject, opt *validate.Options) (filed bool, err error) {
	input, err := c.unitInput()
	if err != nil {
		return false, err
	}
	w, err := s.Work(*opt, input)
	if err != nil {
		return false, c.violated(err)
	}
	got, err := count(c, c.Context, w, "inputs")
	if errors.Is(err, validate.ErrOwnWay) {
		return false, usagef("count it in one process, or in units with --plain", "%v", err)
	}
	if got == nil {
		return false, c.violated(err)
	}
	opt.Counted = &got.counts
	return got.filed, err
}

func fileFlag(usage string) cli.Flag { return &cli.StringFlag{Name: "file", Usage: usage} }

// subject is what validate checks, at one size, with the same map at others.
type subject struct {
	*validate.Subject
	family func(n int) (*validate.Subject, error)
	doubts func() []string   // about the file as it stands
	clash  func() error      // of its domains at two sizes
	until  func(t time.Time) // when calls of the file end for good
	close  func()
}

// subject builds the reduction that the flags name.
func (c *call) subject() (*subject, error) {
	name, err := c.reduction()
	if err != nil {
		return nil, err
	}
	if (name == "") == (c.String("file") == "") {
		return nil, usagef("crosscut validate disj-match3 --n 6, or crosscut validate --file F.star --n 4", "name one reduction or one file")
	}
	num, choice, err := c.settings()
	if err != nil {
		return nil, err
	}
	if len(choice) > 0 && name != "" {
		return nil, usagef("a reduction takes numbers: N and the sizes of its task", "flag --set: %s is no number", slices.Sorted(maps.Keys(choice))[0])
	}
	if name != "" {
		r, err := reductions.Catalog().Get(name)
		if err != nil {
			return nil, err
		}
		at := func(n int) (*validate.Subject, error) {
			set := maps.Clone(num)
			N := set.Int("N")
			delete(set, "N")
			in, err := r.Instance(n, N, set)
			if err != nil {
				return nil, err
			}
			return validate.FromInstance(in), nil
		}
		n, err := c.size(at)
		if err != nil {
			return nil, err
		}
		s, err := at(n)
		if err != nil {
			return nil, err
		}
		// Elsewhere sizes that do not follow n stay as they are set; all others are the map's own.
		kept := tasks.Params{}
		for name, v := range num {
			if p := r.To.Param(name); name != "N" && (p == nil || p.Fixed) {
				kept[name] = v
			}
		}
		if _, err := r.Instance(n+1, 0, kept); err != nil {
			kept = nil
		}
		family := func(n int) (*validate.Subject, error) {
			in, err := r.Instance(n, 0, kept)
			if err != nil {
				return nil, err
			}
			return validate.FromInstance(in), nil
		}
		return &subject{Subject: s, family: family, doubts: func() []string { return nil }, clash: func() error { return nil }, until: func(time.Time) {}}, nil
	}
	f, err := c.script()
	if err != nil {
		return nil, err
	}
	n, err := c.size(f.Subject)
	if err != nil {
		f.Close()
		return nil, err
	}
	s, err := f.Subject(n)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &subject{Subject: s, family: f.Family(), doubts: f.Doubts, clash: f.Clash, until: f.Until, close: f.Close}, nil
}

// The sizes that are taken where --n is missing.
const (
	ownSize   = 6
	ownInputs = 1 << 12
)

// size is --n. Where it is missing: the largest size that is small, and at which the map is defined or refuted.
func (c *call) size(at func(n int) (*validate.Subject, error)) (int, error) {
	if c.IsSet("n") {
		return c.Int("n"), nil
	}
	missing := usagef("give the problem size, such as --n 6", "flag --n is missing, and no size up to %d has at most %d inputs", ownSize, ownInputs)
	for n := ownSize; n > 0; n-- {
		s, err := at(n)
		switch {
		case err != nil && validate.Refuted(err) == nil:
			missing = err // of the smallest size, which is the easiest to understand
			continue
		case err == nil && s.Inputs().Cmp(big.NewInt(ownInputs)) > 0:
			continue
		}
		word := strconv.Itoa(n)
		c.line = append(c.line, "--n", word)
		return n, c.Set("n", word)
	}
	return 0, missing
}

// script loads the file that --file names, with the values of --set.
func (c *call) script() (*script.File, error) { return c.scriptUntil(c.Context) }

// scriptUntil is script for a file that is of no use when ctx has ended.
func (c *call) scriptUntil(ctx context.Context) (*script.File, error) {
	f, _, err := c.scriptBeside(ctx, false)
	return f, err
}

// scriptBeside is script for a file that stands beside a model, which takes the settings
// that the file has no parameter for.
func (c *call) scriptBeside(ctx context.Context, model bool) (*script.File, models.Settings, error) {
	var rest models.Settings
	num, choice, err := c.settings()
	if err != nil {
		return nil, rest, err
	}
	f, err := script.Load(ctx, c.String("file"), script.Limits{})
	if err != nil {
		return nil, rest, err
	}
	set := map[string]any{}
	known, _, err := f.Parameters()
	if model {
		rest = models.Settings{Num: tasks.Params{}, Choice: map[string]string{}, Seed: c.Uint64("seed")}
	}
	for name, v := range num {
		switch {
		case model && !known[name]:
			rest.Num[name] = v
		case v == math.Trunc(v) && math.Abs(v) <= 1<<53:
			set[name] = int(v)
		default:
			set[name] = v
		}
	}
	for name, v := range choice {
		if set[name] = v; model && !known[name] {
			rest.Choice[name] = v
			delete(set, name)
		}
	}
	if err == nil {
		err = f.Set(set)
	}
	if err != nil {
		f.Close()
		return nil, rest, err
	}
	return f, rest, nil
}

// violated prints a map that breaks its obligations before anything could run.
func (c *call) violated(err error) error {
	r := validate.Refuted(err)
	if r == nil {
		return err
	}
	r.Reduction, r.Size = filepath.Base(c.String("file")), c.Int("n")
	if e := c.emit(r.Sheet()); e != nil {
		return e
	}
	return refuted("%s is refuted at n = %d", r.Reduction, r.Size)
}
