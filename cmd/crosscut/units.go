package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"crosscut/internal/units"
)

// How long work is cut into units: a command makes its *units.Work, calls count,
// and prints what it gets, whether all of it was counted here, or one unit, or the
// records of all units were merged. crosscut merge runs the command of the records
// again, with their counts in place of the work; so it prints the same bytes.

// unitFlags are those of a command whose work can be cut.
func unitFlags(when string) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "shard", Usage: when + "do part `I/K` only; --out FILE then holds the record of the unit, for crosscut merge"},
		&cli.StringFlag{Name: "resume", Usage: when + "keep the state in `FILE`, and go on from there"},
	}
}

// apart are flags that say how and where, not what: a unit's record leaves them out.
var apart = []string{"shard", "resume", "out", "quiet", "format", "svg", "logbook", "time", "merge", "max-memory", "budget", "save", "save-twin"}

// unitInput is what the counts depend on besides flags: the text of a user's file, the
// files of trained weights.
func (c *call) unitInput() (input []byte, err error) {
	var names []string
	if name := c.String("file"); name != "" {
		names = append(names, name)
	}
	if dir := c.String("weights"); dir != "" {
		names = append(names, filepath.Join(dir, "config.json"), filepath.Join(dir, "model.safetensors"))
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, usagef("", "%w", err)
		}
		input = append(input, data...)
	}
	return input, nil
}

// counted is what was counted: of the items of a shard, those that are done.
type counted[C any] struct {
	counts C
	shard  units.Shard
	done   int
	all    int
	// filed says that the record of a unit was written and nothing is to be printed.
	filed bool
}

// errPlanned ends a command whose work was made ready and is not to be done.
var errPlanned = errors.New("nothing was done")

// plan makes one of k units of a command ready, as far as to the work itself, and says
// what is wrong with it.
func (c *call) plan(target *command, words []string, k int) error {
	words = append(slices.Clone(words), "--shard", units.Shard{I: 1, K: k}.String(), "--out", os.DevNull)
	line, err := arrange(target, words)
	if err != nil {
		return err
	}
	var said strings.Builder // such as a map that breaks its obligations
	app := newApp(&said, io.Discard)
	app.Metadata = map[string]any{"line": words, "planned": true}
	err = app.RunContext(c.Context, append([]string{"crosscut", target.name}, line...))
	switch hint := "crosscut " + target.name + " says it in full"; {
	case errors.Is(err, errPlanned):
		return nil
	case err == nil:
		return usagef(hint, "crosscut %s has no units here", target.name)
	case status(err) == 1:
		return usagef(hint, "%v", err)
	}
	return err
}

// count does the work that the flags ask for. When ctx ends, what is done comes with
// ctx's error.
func count[C any](c *call, ctx context.Context, w *units.Work[C], label string) (*counted[C], error) {
	version, err := buildVersion().forRecords()
	if err != nil {
		return nil, internal(err)
	}
	if c.IsSet("shard") && c.IsSet("out") {
		if err := c.refuse("a unit by itself is not drawn", "leave it out: without --shard the whole is drawn", "svg"); err != nil {
			return nil, err
		}
	}
	if c.planned {
		return nil, errPlanned
	}
	w.Version, w.Command = version, append([]string{c.cmd.name}, c.words(apart)...)
	if c.merged != nil {
		total, err := w.Merge(c.merged)
		if err != nil {
			return nil, mergeError(err)
		}
		return &counted[C]{total, units.Whole, w.Items, w.Items, false}, nil
	}
	shard := units.Whole
	if c.IsSet("shard") {
		if shard, err = units.ParseShard(c.String("shard")); err != nil {
			return nil, usagef("write --shard 1/4", "flag --shard: %v", err)
		}
	}
	state := c.String("resume")
	var before *units.Record
	if c.IsSet("resume") {
		data, err := os.ReadFile(state)
		switch {
		case err == nil:
			if before, err = units.Read(data); err != nil {
				return nil, usagef("name the file of an earlier run, or a new one", "flag --resume: %s: %v", state, err)
			}
		case !errors.Is(err, os.ErrNotExist):
			return nil, usagef("", "flag --resume: %v", err)
		}
	}
	write := func(name string, r *units.Record) error {
		return writeFile(name, func(w io.Writer) error {
			_, err := w.Write(r.Bytes())
			return err
		})
	}
	from, to := shard.Range(w.Items)
	show := c.progress(label)
	const pause = 2 * time.Second // between two states that are saved: what a kill may cost
	var saved time.Time
	r, err := w.Run(ctx, shard, before, func(r *units.Record) error {
		done := to
		if r.Partial != nil {
			done = r.Partial.Done
		}
		show(done-from, to-from)
		if state == "" || time.Since(saved) < pause {
			return nil
		}
		saved = time.Now()
		return write(state, r)
	})
	switch {
	case errors.Is(err, units.ErrForeign):
		return nil, usagef("name the state of the same unit, or a new file", "flag --resume: %s: %v", state, err)
	case r == nil:
		return nil, err
	}
	if state != "" {
		if err := write(state, r); err != nil {
			return nil, err
		}
	}
	filed := c.IsSet("shard") && c.IsSet("out")
	if filed {
		if err := write(c.String("out"), r); err != nil {
			return nil, err
		}
	}
	_, counts, done, bad := w.Open(r)
	if bad != nil {
		return nil, internal(bad)
	}
	if err == nil && shard == units.Whole && !filed {
		if bad := w.Total(counts); bad != nil {
			return nil, internal(bad)
		}
	}
	return &counted[C]{counts, shard, done - from, to - from, filed}, err
}

// mergeError gives what merging finds its status and its hint.
func mergeError(err error) error {
	var gaps *units.Gaps
	switch {
	case errors.As(err, &gaps):
		return &failure{1, err, "run these units (again) with --shard I/K --out FILE, and merge all files"}
	case errors.Is(err, units.ErrForeign):
		return usagef("merge the records of one command, counted by one version of crosscut", "%v", err)
	}
	return refuted("%v", err)
}

// words are the words of the command line without some flags and their values.
func (c *call) words(without []string) []string {
	var words []string
	for k := 0; k < len(c.line); k++ {
		word := c.line[k]
		name, _, joined := strings.Cut(strings.TrimLeft(word, "-"), "=")
		if strings.HasPrefix(word, "-") && slices.Contains(without, name) {
			if _, alone := c.cmd.flag(name).(*cli.BoolFlag); !alone && !joined {
				k++
			}
			continue
		}
		words = append(words, word)
	}
	return words
}
