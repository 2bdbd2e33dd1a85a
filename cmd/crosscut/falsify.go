package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"crosscut/internal/catalog"
	"crosscut/internal/units"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/report"
)

var _ = register(&command{
	name:  "falsify",
	usage: "find an input on which a model must fail, or does",
	about: "Compiles a model against a reduction and looks for an input on which it is wrong. Two kinds are kept apart. forced: two of Alice's inputs give " +
		"the same words, so one of them is wrong whatever the rest of the model computes. found: a plain error of this model. none: nothing was found, and " +
		"the note says what that means. Every failure is confirmed by the protocol, the uncut model and the task's definition. Exit status 1 when one was found. " +
		"A birthday search can be cut into units of trails (--strategy birthday --shard I/K --out FILE); crosscut merge is content with the first units " +
		"as soon as two of their trails meet. Strategies: " + strings.Join(strategies(), " ") + ".",
	args: "[REDUCTION]", maxArgs: 1,
	flags: append(unitFlags("with --strategy birthday, "),
		&cli.StringFlag{Name: "reduction", Usage: "what the model faces, a reduction by `NAME`"},
		ownFlag(), modelFlag(), weightsFlag(), quantiseFlag(), tauFlag(), setFlag(),
		nFlag("problem size n (with --weights: as trained)"),
		&cli.DurationFlag{Name: "time", Value: 15 * time.Minute, Usage: "stop after this `TIME`, with what was found"},
		&cli.StringFlag{Name: "strategy", Usage: "only the strategies `NAME,...` (default: all that apply, by size)"},
		&cli.StringFlag{Name: "save", Usage: "write the failing input to `FILE`, an input for crosscut run"},
		&cli.StringFlag{Name: "save-twin", Usage: "write the twin of a forced failure to `FILE`"},
		&cli.StringFlag{Name: "write-inputs", Usage: "write inputs to `FILE`, for a model that is run elsewhere (docs/examples/export_state.py)"},
		&cli.IntFlag{Name: "inputs", Value: 4096, Usage: "inputs of --write-inputs, or all if they are fewer"},
		&cli.StringFlag{Name: "messages", Usage: "look for forced failures in a `FILE` of states of such a model: JSON lines, a JSON list or CSV with input, message, y and output"},
		seedFlag(), memoryFlag(),
	),
	run: func(c *call) error {
		if c.IsSet("messages") || c.IsSet("write-inputs") {
			return c.foreign()
		}
		if err := c.refuse("it counts what is written", "add --write-inputs FILE", "inputs"); err != nil {
			return err
		}
		name, m, in, err := c.facing()
		if err != nil {
			return err
		}
		o := falsify.Options{Seed: c.Uint64("seed")}
		if o.Memory, err = c.memoryLimit(); err != nil {
			return err
		}
		if c.IsSet("strategy") {
			for _, s := range strings.Split(c.String("strategy"), ",") {
				s = strings.TrimSpace(s)
				if !slices.Contains(strategies(), s) {
					return fmt.Errorf("flag --strategy: %w", catalog.Unknown("strategy", s, strategies()))
				}
				o.Only = append(o.Only, s)
			}
		}
		if c.Duration("time") <= 0 {
			return usagef("give a time such as 30s", "flag --time: %v is not positive", c.Duration("time"))
		}
		show := c.progress("falsify")
		o.Progress = func(done, of uint64) { show(int(done), int(of)) }
		ctx, stop := context.WithTimeout(c.Context, c.Duration("time"))
		defer stop()
		t, err := falsify.NewTarget(m, in)
		if err != nil {
			return err
		}
		if c.IsSet("shard") {
			if err := c.refuse("a unit by itself finds nothing", "leave it out: crosscut merge --format json prints the input", "save", "save-twin"); err != nil {
				return err
			}
		}
		if c.merged != nil || c.IsSet("shard") || c.IsSet("resume") {
			filed, err := c.falsifyUnit(ctx, name, t, &o)
			if filed || err != nil {
				return err
			}
		}
		f, err := t.Find(ctx, o)
		if err != nil {
			if f != nil { // interrupted: print what was finished
				if e := c.emit(f.Sheet(name, fmt.Sprintf("%s at n = %d", in.Name, in.Size))); e != nil {
					return e
				}
			}
			return err
		}
		show(1, 1)
		var warnings []string
		if w, ok := m.(models.Warner); ok && f.Kind != falsify.None {
			warnings = w.Warnings(f.Input, f.Read)
		}
		return c.found(name, f, warnings)
	},
})

// found prints a finding and writes its inputs.
func (c *call) found(name string, f *falsify.Finding, warnings []string) error {
	sheet := f.Sheet(name, fmt.Sprintf("%s at n = %d", f.Instance().Name, f.Instance().Size))
	sheet.Warnings = warnings
	for flag, data := range map[string][]byte{"save": f.InputFile(), "save-twin": f.TwinFile()} {
		if c.IsSet(flag) && data != nil {
			if err := writeFile(c.String(flag), func(w io.Writer) error { _, err := fmt.Fprintf(w, "%s\n", data); return err }); err != nil {
				return err
			}
		}
	}
	if err := c.emit(sheet); err != nil {
		return err
	}
	switch {
	case f.Verdict == report.Contradiction && f.Needed.Basis != problems.Checked && c.IsSet("file"): // a need that the file declares
		return refuted("%s is right on every input with %d bits, and %d are declared as needed", name, f.MessageBits, f.Needed.Bits)
	case f.Verdict == report.Contradiction:
		return internal(fmt.Errorf("contradiction: right on every input with %d bits, and %d are needed", f.MessageBits, f.Needed.Bits))
	case f.Kind != falsify.None:
		return refuted("%s fails against %s (%s by %s)", name, f.Instance().Name, f.Kind, f.Strategy)
	}
	return nil
}

// foreign asks a model that is run elsewhere: it writes its inputs, or reads its messages.
func (c *call) foreign() error {
	if err := c.refuse("the reduction must be one of ours", "name one with --reduction", "file"); err != nil {
		return err
	}
	if _, err := c.one("messages", "write-inputs"); err != nil {
		return err
	}
	if err := c.refuse("the model is run elsewhere", "leave it out", "model", "weights", "quantise", "strategy", "shard", "resume", "out"); err != nil {
		return err
	}
	in, err := c.elsewhere()
	if err != nil {
		return err
	}
	if name := c.String("write-inputs"); name != "" {
		if err := c.refuse("no failure is looked for", "leave it out", "save", "save-twin", "time"); err != nil {
			return err
		}
		count := 0
		if err := writeFile(name, func(w io.Writer) (err error) {
			count, err = falsify.WriteInputs(w, in, c.Int("inputs"), c.Uint64("seed"))
			return err
		}); err != nil {
			return err
		}
		return c.emit(&report.Sheet{Title: fmt.Sprintf("inputs of %s at n = %d", in.Name, in.Size),
			Fields: []report.Field{{Name: "inputs", Value: fmt.Sprint(count)}, {Name: "file", Value: name}},
			Value:  map[string]any{"reduction": in.Name, "n": in.Size, "N": in.Shape.N, "inputs": count, "file": name}})
	}
	if err := c.refuse("it belongs to --write-inputs", "leave it out", "inputs", "seed", "time"); err != nil {
		return err
	}
	c.seedless = true
	g, err := c.given(in)
	if err != nil {
		return err
	}
	return c.found("the table", falsify.Messages(g), nil)
}

// elsewhere is the reduction that a model which is run elsewhere faces, of --reduction, --n and --set.
func (c *call) elsewhere() (*reductions.Instance, error) {
	r, err := c.faced()
	if err != nil {
		return nil, err
	}
	if !c.IsSet("n") {
		return nil, usagef("give the problem size, such as --n 40", "flag --n is missing")
	}
	var set models.Settings
	if set.Num, set.Choice, err = c.settings(); err != nil {
		return nil, err
	}
	sizes, rest := set.ForTask(r.To)
	N := rest.Int("N", 0)
	delete(rest.Num, "N")
	if len(rest.Num)+len(rest.Choice) > 0 {
		return nil, usagef("--set takes N and the sizes of the task", "flag --set: a parameter of a model, which is run elsewhere")
	}
	return r.Instance(c.Int("n"), N, sizes)
}

// given reads the table of --messages.
func (c *call) given(in *reductions.Instance) (*falsify.Given, error) {
	data, err := c.readNamed(c.String("messages"))
	if err != nil {
		return nil, err
	}
	g, err := falsify.ReadMessages(in, data)
	if err != nil {
		hint := "one JSON object a line, as docs/examples/export_state.py writes them, or CSV with columns input and message"
		if errors.Is(err, errors.ErrUnsupported) {
			hint = "take a reduction in which Alice's tokens stand first, such as index-qsa-last"
		}
		return nil, usagef(hint, "%s: %v", c.String("messages"), err)
	}
	return g, nil
}

// messagesFlags are the flags of a model that is run elsewhere.
func messagesFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "messages", Usage: "a `FILE` of states of a model that is run elsewhere, as falsify --messages takes it"},
		&cli.StringFlag{Name: "reduction", Usage: "with --messages: what that model faces, a reduction by `NAME`"},
	}
}

// falsifyUnit walks one unit of the trails of a birthday search, all of them, or takes
// merged ones, into o. It is filed when a record was written and nothing is to be printed.
func (c *call) falsifyUnit(ctx context.Context, name string, t *falsify.Target, o *falsify.Options) (filed bool, err error) {
	if len(o.Only) != 1 || o.Only[0] != "birthday" {
		return false, usagef("write --strategy birthday", "flags --shard, --resume: %v", falsify.ErrUnits)
	}
	input, err := c.unitInput()
	if err != nil {
		return false, err
	}
	num, choice, err := c.settings()
	if err != nil {
		return false, err
	}
	params := map[string]any{"model": name, "reduction": t.Instance.Name, "n": t.Instance.Size, "N": t.Instance.Shape.N,
		"quantise": c.Int("quantise"), "set": num, "choices": choice}
	w, err := t.Birthday(*o, params, input)
	if err != nil {
		return false, err
	}
	if !c.IsSet("time") { // the scheduler has its own
		ctx = c.Context
	}
	got, err := count(c, ctx, w, "trails")
	if errors.Is(err, context.DeadlineExceeded) {
		return true, &failure{1, fmt.Errorf("the time is over: %d of %d trails are walked", got.done, got.all), "run it again with --resume FILE, to go on from there"}
	}
	if err != nil {
		return false, err
	}
	if o.Counted = &got.counts; !got.filed && got.shard != units.Whole {
		return false, usagef("give --out FILE, and merge all units", "one unit of a search decides nothing")
	}
	return got.filed, nil
}

func strategies() []string {
	var names []string
	for _, s := range falsify.Strategies() {
		names = append(names, s.Name)
	}
	return names
}

// faced reads the reduction.
func (c *call) faced() (*reductions.Reduction, error) {
	name, err := c.reduction()
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, usagef("crosscut list reductions lists them", "flag --reduction is missing")
	}
	return reductions.Catalog().Get(name)
}

// reduction is the name of a reduction, as an argument or in --reduction; "" where neither is given.
func (c *call) reduction() (string, error) {
	name, arg := c.String("reduction"), c.argument(0)
	if name != "" && arg != "" && name != arg {
		return "", usagef("name one reduction", "%s and --reduction %s contradict each other", arg, name)
	}
	name = cmp.Or(arg, name)
	if strings.HasSuffix(name, ".star") {
		return "", usagef("write --file "+name, "%s is a file, and no reduction of ours", name)
	}
	return name, nil
}

// facing reads which model faces which reduction.
func (c *call) facing() (name string, m models.Machine, in *reductions.Instance, err error) {
	fail := func(err error) (string, models.Machine, *reductions.Instance, error) { return "", nil, nil, err }
	if c.IsSet("file") {
		if c.IsSet("reduction") || c.argument(0) != "" {
			return fail(usagef("name one reduction or one file", "--file and a reduction's name contradict each other"))
		}
		if err := c.refuse("a trained model faces a reduction of ours", "name one with --reduction", "weights", "shard", "resume"); err != nil {
			return fail(err)
		}
	}
	var r *reductions.Reduction
	if !c.IsSet("file") {
		if r, err = c.faced(); err != nil {
			return fail(err)
		}
	}
	w, err := c.weights()
	if err != nil {
		return fail(err)
	}
	if w != nil {
		if in, err = falsify.Weights(w, r, c.Int("n")); err != nil {
			return fail(err)
		}
		m, err := c.arithmetic(w, in.At)
		return w.Name(), m, in, err
	}
	if !c.IsSet("model") {
		return fail(usagef("name a model with --model, or a trained one with --weights DIR", "flag --model is missing"))
	}
	name = c.String("model")
	construct, err := c.builder(name)
	if err != nil {
		return fail(err)
	}
	if !c.IsSet("n") {
		return fail(usagef("give the problem size, such as --n 40", "flag --n is missing"))
	}
	rest := models.Settings{Seed: c.Uint64("seed")}
	if c.IsSet("file") {
		o, err := c.ownFile()
		if err != nil {
			return fail(err)
		}
		if in, err = c.atSize(o, c.Int("n")); err != nil {
			return fail(err)
		}
		rest = o.set
	} else {
		if rest.Num, rest.Choice, err = c.settings(); err != nil {
			return fail(err)
		}
		var sizes tasks.Params
		sizes, rest = rest.ForTask(r.To)
		N := rest.Int("N", 0)
		delete(rest.Num, "N")
		if in, err = r.Instance(c.Int("n"), N, sizes); err != nil {
			return fail(err)
		}
	}
	m, err = construct(in.Shape, rest)
	if err == nil {
		_, err = m.Compile(models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob})
	}
	if errors.Is(err, errors.ErrUnsupported) {
		err = fmt.Errorf("%s cannot face %s: %w", name, in.Name, err)
	}
	return name, m, in, err
}
