package main

import (
	"github.com/urfave/cli/v2"

	"crosscut/internal/catalog"
	"crosscut/reductions/matrix"
)

var _ = register(&command{
	name:  "atlas",
	usage: "the best bound for every task and architecture; atlas matrices, heads: everything small; atlas known: named matrices",
	about: "Without a word: for every task, architecture and setting the best bound of the catalogues, the map and the paper that it comes from, what it dominates, and where nothing is known or 0 bits cross. atlas matrices lists all 0/1 matrices of up to 6 x 6 without repeated lines, up to permutations of rows and of columns, with every measure exactly; " +
		"--where picks by a Starlark expression over the columns (with ceil, floor, log2), such as --where 'D > ceil(log2(rank)) + 1', --sort puts large values of one first. " +
		"atlas known sets what the literature knows of the named matrices against what is computed (docs/scoreboard.md). docs/census.md says how the list was made and checked. " +
		"atlas heads bounds the number of attention heads of every Boolean function of --n bits, up to symmetry, from both sides with exact certificates.",
	args: "[WHAT]", maxArgs: 1,
	flags: append(unitFlags("with heads, "),
		&cli.StringFlag{Name: "where", Usage: "keep the matrices for which `EXPRESSION` is true"},
		&cli.StringFlag{Name: "sort", Usage: "large values of `EXPRESSION` first"},
		&cli.IntFlag{Name: "top", Value: 10, Usage: "print so `MANY` of them (JSON and CSV too)"},
		&cli.IntFlag{Name: "n", Value: 4, Usage: "with heads, functions of `N` bits, 1 to 5"},
		&cli.IntFlag{Name: "tries", Value: 400, Usage: "with heads, draw weights so `MANY` times before a class stays open"},
	),
	run: func(c *call) error {
		what := c.argument(0)
		if what == "heads" {
			if err := c.refuse("it means nothing with heads", "it goes with atlas matrices", "where", "sort", "top"); err != nil {
				return err
			}
			return c.atlasHeads()
		}
		if err := c.refuse("it means nothing without heads", "it goes with atlas heads", "n", "tries", "shard", "resume"); err != nil {
			return err
		}
		switch what {
		case "matrices":
			return c.atlasMatrices()
		case "known":
			if err := c.refuse("it means nothing with known", "it goes with atlas matrices", "where", "sort", "top"); err != nil {
				return err
			}
			b, err := matrix.NewScoreboard(c.Context, scored, c.progress("named matrices"))
			if err != nil && c.Context.Err() == nil {
				return err
			}
			if err := c.emit(b.Sheet()); err != nil {
				return err
			}
			return c.Context.Err()
		case "":
			if err := c.refuse("it means nothing without matrices", "it goes with atlas matrices", "where", "sort", "top"); err != nil {
				return err
			}
			return c.atlasPapers()
		default:
			return catalog.Unknown("atlas", what, []string{"heads", "known", "matrices"})
		}
	},
})

// scored is the most entries of a matrix on the scoreboard: larger ones take minutes.
const scored = 144

// expressionError gives a fault in an expression its hint.
func expressionError(flag string, err error) error {
	return usagef("columns: crosscut atlas matrices --top 1 lists them", "flag --%s: %v", flag, err)
}
