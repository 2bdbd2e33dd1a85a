package main

import (
	"github.com/urfave/cli/v2"

	"crosscut/internal/catalog"
)

var _ = register(&command{
	name:  "atlas",
	usage: "what is known of everything small: atlas matrices",
	about: "atlas matrices lists all 0/1 matrices of up to 6 x 6 without repeated lines, up to permutations of rows and of columns, with every measure exactly; " +
		"--where picks by a Starlark expression over the columns (with ceil, floor, log2), such as --where 'D > ceil(log2(rank)) + 1', --sort puts large values of one first. " +
		"docs/census.md says how the list was made and checked.",
	args: "[WHAT]", maxArgs: 1,
	flags: flags(
		&cli.StringFlag{Name: "where", Usage: "keep the matrices for which `EXPRESSION` is true"},
		&cli.StringFlag{Name: "sort", Usage: "large values of `EXPRESSION` first"},
		&cli.IntFlag{Name: "top", Value: 10, Usage: "print so `MANY` of them (JSON and CSV too)"},
	),
	run: func(c *call) error {
		switch what := c.argument(0); what {
		case "matrices":
			return c.atlasMatrices()
		case "":
			return usagef("crosscut atlas matrices --where 'D == 4'", "name what the atlas is of: matrices")
		default:
			return catalog.Unknown("atlas", what, []string{"matrices"})
		}
	},
})

// expressionError gives a fault in an expression its hint.
func expressionError(flag string, err error) error {
	return usagef("columns: crosscut atlas matrices --top 1 lists them", "flag --%s: %v", flag, err)
}
