package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"crosscut/reductions/papers"
	"crosscut/report"
)

var _ = register(&command{
	name:  "reproduce",
	usage: "execute every claim of a paper",
	about: "Executes the claims of a PAPER (default " + firstPaper + "), or with --all of every paper, and reports what is claimed, what ran, the bits metered, the formula, the bits needed and the verdict. " +
		"A deliberately broken model, map or certificate that errs is expected; a contradiction is a bug and exits 3.",
	args: "[PAPER]", maxArgs: 1,
	flags: append(unitFlags("with --all, "),
		&cli.BoolFlag{Name: "quick", Usage: "seconds: small sizes"},
		&cli.BoolFlag{Name: "full", Usage: "minutes: larger sizes"},
		&cli.BoolFlag{Name: "all", Usage: "every paper, one line a claim"},
		&cli.BoolFlag{Name: "details", Usage: "print every row in text; the other formats always do"},
		&cli.StringFlag{Name: "claim", Usage: "only the claim `ID` (see crosscut show PAPER)"},
		&cli.StringFlag{Name: "logbook", Usage: "write a Markdown page and a JSON file for each claim into `DIR`"},
		seedFlag(), memoryFlag(),
	),
	run: runReproduce,
})

func runReproduce(c *call) error {
	effort := papers.Effort{Level: papers.Default, Seed: c.Uint64("seed")}
	switch {
	case c.Bool("quick") && c.Bool("full"):
		return usagef("give one of them", "--quick and --full contradict each other")
	case c.Bool("quick"):
		effort.Level = papers.Quick
	case c.Bool("full"):
		effort.Level = papers.Full
	}
	if c.IsSet("shard") {
		if err := c.refuse("a unit has no page of its own", "crosscut reproduce PAPER --logbook DIR writes those of a paper", "logbook"); err != nil {
			return err
		}
	}
	if dir := c.String("logbook"); c.IsSet("logbook") {
		if st, err := os.Stat(dir); err == nil && !st.IsDir() {
			return usagef("name a directory", "flag --logbook: %s is a file", dir)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return usagef("", "flag --logbook: %w", err)
		}
	}
	if c.Bool("all") {
		if c.argument(0) != "" || c.IsSet("claim") {
			return usagef("leave the rest out", "--all takes every claim of every paper")
		}
		got, err := count(c, c.Context, papers.Work(effort), "reproduce --all")
		if got == nil || got.filed {
			return err
		}
		t := papers.Together(got.counts)
		lay := func(t report.Table) *report.Sheet { return t.Lines(nil) }
		if c.Bool("details") {
			lay = func(t report.Table) *report.Sheet { return t.Sheet(nil) }
		}
		return c.concludeWith(t, err, lay)
	}
	if err := c.refuse("it means nothing without --all", "it goes with --all", "shard", "resume"); err != nil {
		return err
	}
	name := firstPaper
	if c.argument(0) != "" {
		name = c.argument(0)
	}
	paper, err := papers.Catalog().Get(name)
	if err != nil {
		return err
	}
	var ids []string
	if c.IsSet("claim") {
		if _, err := paper.Claim(c.String("claim")); err != nil {
			return fmt.Errorf("flag --claim: %w", err)
		}
		ids = []string{c.String("claim")}
	}
	draw := c.progress("reproduce " + name)
	t, err := paper.Reproduce(c.Context, effort, ids, func(_ *papers.Claim, k, of int) { draw(k, of) })
	if !c.Bool("details") && len(ids) == 0 {
		return c.concludeWith(t, err, func(t report.Table) *report.Sheet { return t.Screen(paper.Citation, lookFor(name)) })
	}
	headings := map[string]string{}
	for _, cl := range paper.Claims {
		headings[cl.ID] = cl.Statement
	}
	return c.conclude(t, headings, err)
}

// writeLogbook writes two files for each claim: a page and the same as JSON.
func writeLogbook(dir string, t report.Table) error {
	version, err := buildVersion().forRecords()
	if err != nil {
		return err
	}
	for _, e := range t.Entries(version) {
		for format, ending := range map[string]string{"markdown": ".md", "json": ".json"} {
			err := writeFile(filepath.Join(dir, e.Name()+ending), func(w io.Writer) error { return report.Write(w, format, e.Sheet(), report.Style{}) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// firstPaper is the paper that is reproduced when none is named.
const firstPaper = "sanford2023"

// conclude prints a table row by row, also one that Ctrl-C cut short, and fails when
// it holds a contradiction.
func (c *call) conclude(t report.Table, headings map[string]string, err error) error {
	return c.concludeWith(t, err, func(t report.Table) *report.Sheet { return t.Sheet(headings) })
}

// lookFor says where more is to be read.
func lookFor(paper string) []report.Field {
	return []report.Field{
		{Name: "claims in full", Value: fmt.Sprintf("crosscut reproduce %s --claim 'ID', or --details", paper)},
		{Name: "what words mean", Value: "crosscut show needed (also size, basis, mark, 'grows like', sandwich, 'map only')"},
		{Name: "ours / needed", Value: "bits that our construction moves / the largest lower bound for its setting"},
		{Name: "basis", Value: "c run here at the N shown, p proved in docs/ for every N, q quoted, o open"},
		{Name: "holds (k)", Value: "proved, or run without a wrong output; k planted models err, as they must"},
	}
}

// concludeWith prints a table, laid out, also one that Ctrl-C cut short.
func (c *call) concludeWith(t report.Table, err error, lay func(report.Table) *report.Sheet) error {
	if err != nil && (c.Context.Err() == nil || len(t.Rows) == 0) {
		return err
	}
	t.Command = c.command()
	if e := c.emit(lay(t)); e != nil {
		return e
	}
	if c.cmd.flag("logbook") != nil && c.IsSet("logbook") {
		for _, level := range []string{"quick", "full"} {
			if c.Bool(level) {
				t.Flags += " --" + level
			}
		}
		t.Flags += fmt.Sprintf(" --seed %d", c.Uint64("seed"))
		if e := writeLogbook(c.String("logbook"), t); e != nil {
			return e
		}
	}
	if err != nil {
		return err
	}
	if at := slices.IndexFunc(t.Rows, func(r report.Row) bool { return r.Verdict == report.Contradiction }); at >= 0 {
		r := t.Rows[at]
		why := cmp.Or(r.Witness, "it is right on every input with fewer bits than needed")
		return internal(fmt.Errorf("contradiction: %s %s %s: %s", r.Claim, r.Model, r.Task, why))
	}
	return nil
}
