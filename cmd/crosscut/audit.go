package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"crosscut/models/audit"
	"crosscut/reductions/ask"
	"crosscut/report/plot"
)

var _ = register(&command{
	name:  "audit",
	usage: "what a published architecture carries past a cut, and what that excludes",
	about: "Reads the config.json that model hubs publish (files, or folders of them; several give a comparison), or the same fields with --set model_type=llama,hidden_size=4096,..., " +
		"and counts exactly what the model carries past a cut: states, convolution states, normalisers, caches. For each claim it says from which context length on it excludes anything. " +
		"With a file, --set replaces fields and says so. Known model types: " + strings.Join(audit.Catalog().Names(), " ") + ".",
	args: "[FILE|DIR]...", maxArgs: 4096,
	flags: append(questionFlags(),
		&cli.StringFlag{Name: "config", Usage: "a published `config.json`, as the argument FILE"},
		&cli.StringSliceFlag{Name: "set", Usage: "fields in place of a file, or instead of the file's, `FIELD=VALUE,...` (repeatable); a list is written a+b+c"},
		&cli.StringFlag{Name: "context", Usage: "sequence lengths `N,...`, also as 128k (default: the config's own)"},
		&cli.StringFlag{Name: "cut", Value: string(audit.Pass), Usage: "`WHERE`: pass, inside one forward pass, or stored, between prefill and decoding"},
		&cli.StringFlag{Name: "kv-dtype", Usage: "numeric `TYPE` of keys, values and latents: bfloat16, fp8, int8, int4, ..."},
		&cli.StringFlag{Name: "state-dtype", Usage: "numeric `TYPE` of running sums"},
		&cli.StringFlag{Name: "points", Usage: "measured accuracies in CSV `FILE,...` with columns bits and accuracy (name, low and messages too), beside the ceiling of --recall or --copy"},
		&cli.StringFlag{Name: "svg", Usage: "draw the points under their ceiling into `FILE`"},
		&cli.StringFlag{Name: "ignore", Usage: "unknown `FIELD,...` that change nothing that is carried"},
	),
	run: runAudit,
})

func runAudit(c *call) error {
	o, err := c.auditOptions()
	if err != nil {
		return err
	}
	files, err := c.configFiles()
	if err != nil {
		return err
	}
	if len(files) == 0 {
		if o.Set == nil {
			return usagef("crosscut audit config.json, or --set model_type=llama,...", "a file is missing")
		}
		raw, err := json.Marshal(o.Set)
		if err != nil {
			return err
		}
		o.Set = nil
		return c.auditOne(raw, o, "")
	}
	if len(files) == 1 {
		raw, err := readConfig(files[0])
		if err != nil {
			return err
		}
		return c.auditOne(raw, o, files[0]+": ")
	}
	if err := c.refuse("the points are of one model's question", "name one file", "svg"); err != nil {
		return err
	}
	var reports []ask.Named
	refused, first := 0, error(nil)
	for _, file := range files {
		raw, err := readConfig(file)
		var r *ask.Report
		if err == nil {
			r, err = c.counted(raw, o)
		}
		if err != nil {
			refused++
			first = cmp.Or(first, fmt.Errorf("%s: %w", file, err))
			r = &ask.Report{Report: audit.Refused(err)}
		}
		reports = append(reports, ask.Named{File: file, Report: r})
	}
	if err := c.idle(reports...); err != nil {
		return err
	}
	if err := c.emit(ask.Compared(reports)); err != nil || refused == 0 {
		return err
	}
	return fmt.Errorf("%d of %d files refused; the first: %w", refused, len(files), first)
}

// auditOne prints the audit of one config; where names its file in errors.
func (c *call) auditOne(raw []byte, o audit.Options, where string) error {
	r, err := c.counted(raw, o)
	if err != nil {
		return fmt.Errorf("%s%w", where, err)
	}
	if err := c.idle(ask.Named{Report: r}); err != nil {
		return err
	}
	if c.IsSet("svg") && r.Ceiling == nil {
		return usagef("add --recall 512 --points FILE", "flag --svg: it draws measured points under the ceiling of a question")
	}
	if err := c.draw(func(w io.Writer, format string) error { return plot.Success(w, format, r.Picture(c.command())) }); err != nil {
		return err
	}
	return c.emit(r.Sheet())
}

// idle refuses a type of what none of the models holds.
func (c *call) idle(all ...ask.Named) error {
	for _, t := range [][2]string{{"kv-dtype", "caches keys, values or latents"}, {"state-dtype", "keeps a running sum"}} {
		if !slices.ContainsFunc(all, func(n ask.Named) bool { return !slices.Contains(n.Report.Idle, t[0]) }) {
			return usagef("leave it out", "flag --%s: no layer %s", t[0], t[1])
		}
	}
	return nil
}

// points reads the files of --points, one after the other.
func (c *call) points() ([]ask.Point, error) {
	var all []ask.Point
	for _, path := range strings.Split(c.String("points"), ",") {
		f, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("flag --points: %w", err)
		}
		some, err := ask.ReadPoints(f)
		f.Close()
		if err != nil {
			return nil, usagef("columns bits and accuracy, as crosscut quantise --format csv prints them", "%s: %v", path, err)
		}
		for k := range some {
			if some[k].Name == "" {
				some[k].Name = filepath.Base(path)
			}
		}
		all = append(all, some...)
	}
	return all, nil
}

// counted audits a config and puts the questions of the flags to it.
func (c *call) counted(raw []byte, o audit.Options) (*ask.Report, error) {
	m, err := audit.Count(raw, o)
	if err != nil {
		return nil, err
	}
	r, err := m.Report(o.Contexts)
	if err != nil {
		return nil, err
	}
	out := &ask.Report{Report: r, Questions: []ask.Answer{}}
	var asked *ask.Question
	var sizes ask.Sizes
	s := ask.Sizes{Vocab: c.Int("vocab")}
	if c.IsSet("error") {
		if s.Error, err = strconv.ParseFloat(c.String("error"), 64); err != nil {
			return nil, usagef("write --error 0.01", "flag --error: %q is no number", c.String("error"))
		}
	}
	if !c.IsSet("vocab") {
		s.Vocab = m.Config.Vocab()
	}
	for q := range ask.Catalog().All() {
		if !c.IsSet(q.Name) || !q.Counted && !c.Bool(q.Name) {
			continue
		}
		if s.Vocab == 0 && !q.Plain {
			return nil, usagef("add --vocab 50280", "flag --%s: the config states no vocab_size", q.Name)
		}
		s.Count = c.Int(q.Name)
		a, err := q.Put(m, s)
		if err != nil {
			return nil, err
		}
		out.Questions = append(out.Questions, a)
		if c.IsSet("points") && q.Errs {
			asked, sizes = q, s
		}
	}
	if c.IsSet("points") {
		if len(out.Questions) != 1 || asked == nil {
			return nil, usagef("ask one of them: --recall 512 --vocab 50280", "flag --points: points belong to one question, --recall or --copy")
		}
		points, err := c.points()
		if err != nil {
			return nil, err
		}
		out.Measure(asked, sizes, points)
	}
	if len(out.Questions) == 0 {
		if err := c.refuse("it belongs to a question", "ask one: --recall 512 --vocab 50280", "vocab", "error"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// questionFlags are the flags of all questions.
func questionFlags() []cli.Flag {
	list := flags(
		&cli.IntFlag{Name: "vocab", Usage: "how many values or symbols a question is about (default: the config's vocab_size)"},
		&cli.StringFlag{Name: "error", Usage: "`E`, the allowed chance that an answer is wrong, for --recall and --copy"},
	)
	for q := range ask.Catalog().All() {
		if q.Counted {
			list = append(list, &cli.IntFlag{Name: q.Name, Usage: "ask: " + q.Doc})
		} else {
			list = append(list, &cli.BoolFlag{Name: q.Name, Usage: "ask: " + q.Doc})
		}
	}
	return list
}

// auditOptions reads the flags.
func (c *call) auditOptions() (audit.Options, error) {
	o := audit.Options{Cut: audit.Cut(c.String("cut")), KV: c.String("kv-dtype"), State: c.String("state-dtype")}
	if c.IsSet("ignore") {
		for _, name := range strings.Split(c.String("ignore"), ",") {
			o.Ignore = append(o.Ignore, strings.TrimSpace(name))
		}
	}
	if c.IsSet("context") {
		for _, word := range strings.Split(c.String("context"), ",") {
			n, err := tokens(strings.TrimSpace(word))
			if err != nil {
				return o, usagef("write --context 4096,128k", "flag --context: %q is no whole number", word)
			}
			o.Contexts = append(o.Contexts, n)
		}
	}
	if !c.IsSet("set") {
		return o, nil
	}
	values, err := c.set("FIELD=VALUE", "write --set model_type=llama,hidden_size=4096")
	o.Set = map[string]any{}
	for name, value := range values {
		o.Set[name] = fieldValue(value)
	}
	return o, err
}

// fieldValue reads a value as JSON would have it: a number, a truth value, null, a list, else text.
func fieldValue(s string) any {
	var v any
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	if err := d.Decode(&v); err == nil && !d.More() {
		switch v.(type) {
		case json.Number, bool, nil:
			return v
		}
	}
	if strings.Contains(s, "+") {
		var list []any
		for _, word := range strings.Split(s, "+") {
			list = append(list, fieldValue(word))
		}
		return list
	}
	return s
}

// tokens reads a sequence length; k and m are 2^10 and 2^20.
func tokens(s string) (int, error) {
	unit := 1
	if k := strings.IndexAny(s, "kKmM"); k >= 0 && k == len(s)-1 {
		unit = map[byte]int{'k': 1 << 10, 'm': 1 << 20}[s[k]|0x20]
		s = s[:k]
	}
	n, err := whole(s)
	return int(min(n, 1<<40+1)) * unit, err // the audit says what is too long
}

// readConfig reads a file, but no more of it than a config may have.
func readConfig(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, audit.MaxConfig+1))
}

// configFiles lists the files that the arguments name; of a folder its config.json, else all its .json files
// and the config.json of the folders in it.
func (c *call) configFiles() ([]string, error) {
	args := c.Args().Slice()
	if c.IsSet("config") {
		args = append(args, c.String("config"))
	}
	var files []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, fmt.Errorf("%s: no such file or folder", arg)
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		if whole := filepath.Join(arg, "config.json"); fileExists(whole) {
			files = append(files, whole)
			continue
		}
		inside, err := filepath.Glob(filepath.Join(arg, "*.json"))
		if err != nil {
			return nil, err
		}
		nested, err := filepath.Glob(filepath.Join(arg, "*", "config.json"))
		if inside = append(inside, nested...); err != nil || len(inside) == 0 {
			return nil, fmt.Errorf("%s: the folder holds no .json file, and no folder with a config.json", arg)
		}
		slices.Sort(inside)
		files = append(files, inside...)
	}
	return files, nil
}

func fileExists(path string) bool { _, err := os.Stat(path); return err == nil }
