package main

import (
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"crosscut/reductions/papers"
	"crosscut/report"
)

var _ = register(&command{
	name:  "reproduce",
	usage: "execute every claim of a paper",
	about: "Executes the claims of a PAPER (default " + firstPaper + ") and reports what is claimed, what ran, the bits metered, the formula, the bits needed and the verdict. " +
		"A deliberately undersized model that errs is expected; a contradiction is a bug and exits 3.",
	args: "[PAPER]", maxArgs: 1,
	flags: flags(
		&cli.BoolFlag{Name: "quick", Usage: "seconds: small sizes"},
		&cli.BoolFlag{Name: "full", Usage: "minutes: larger sizes"},
		&cli.StringFlag{Name: "claim", Usage: "only the claim `ID` (see crosscut show PAPER)"},
		seedFlag(), memoryFlag(),
	),
	run: func(c *call) error {
		name := firstPaper
		if c.argument(0) != "" {
			name = c.argument(0)
		}
		paper, err := papers.Catalog().Get(name)
		if err != nil {
			return err
		}
		effort := papers.Effort{Level: papers.Default, Seed: c.Uint64("seed")}
		switch {
		case c.Bool("quick") && c.Bool("full"):
			return usagef("give one of them", "--quick and --full contradict each other")
		case c.Bool("quick"):
			effort.Level = papers.Quick
		case c.Bool("full"):
			effort.Level = papers.Full
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
		headings := map[string]string{}
		for _, cl := range paper.Claims {
			headings[cl.ID] = cl.Statement
		}
		return c.conclude(t, headings, err)
	},
})

// firstPaper is the paper that is reproduced when none is named.
const firstPaper = "sanford2023"

// conclude prints a table, also one that Ctrl-C cut short, and fails when it holds
// a contradiction.
func (c *call) conclude(t report.Table, headings map[string]string, err error) error {
	if err != nil && (c.Context.Err() == nil || len(t.Rows) == 0) {
		return err
	}
	t.Command = c.command()
	if e := c.emit(t.Sheet(headings)); e != nil {
		return e
	}
	if err != nil {
		return err
	}
	if at := slices.IndexFunc(t.Rows, func(r report.Row) bool { return r.Verdict == report.Contradiction }); at >= 0 {
		r := t.Rows[at]
		return internal(fmt.Errorf("contradiction: %s %s %s is right on every input with fewer bits than needed", r.Claim, r.Model, r.Task))
	}
	return nil
}
