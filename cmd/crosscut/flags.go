package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"crosscut/internal/catalog"
	"crosscut/models/tasks"
	"crosscut/report"
)

// flags makes a list of flags.
func flags(list ...cli.Flag) []cli.Flag { return list }

func formatFlag() cli.Flag {
	return &cli.StringFlag{Name: "format", Value: report.Formats[0], Usage: "`FORMAT` of the result: " + strings.Join(report.Formats, ", ")}
}

func outFlag() cli.Flag {
	return &cli.StringFlag{Name: "out", Usage: "write the result to `FILE`, all or nothing"}
}

func quietFlag() cli.Flag {
	return &cli.BoolFlag{Name: "quiet", Usage: "no progress on stderr"}
}

func seedFlag() cli.Flag {
	return &cli.Uint64Flag{Name: "seed", Value: 1, Usage: "fixes every random choice"}
}

func memoryFlag() cli.Flag {
	return &cli.StringFlag{Name: "max-memory", Usage: "keep to `SIZE` (2GB, 500MB; default: half of the machine's): work that is known to need more is refused"}
}

func stepsFlag() cli.Flag {
	return &cli.Uint64Flag{Name: "max-steps", Value: defaultSteps, Usage: "refuse work of more steps than `COUNT`"}
}

// nFlag is --n; what says which length it is.
func nFlag(what string) cli.Flag { return &cli.IntFlag{Name: "n", Usage: what} }

func setFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "set", Usage: "parameters and choices, `NAME=VALUE,...` (repeatable; see crosscut show NAME)"}
}

func taskFlag() cli.Flag {
	return &cli.StringFlag{Name: "task", Usage: "the task's `NAME`"}
}

func ownFlag() cli.Flag { return fileFlag("your own reduction, with its task, a Starlark `FILE`") }

func modelFlag() cli.Flag {
	return &cli.StringFlag{Name: "model", Usage: "the model's `NAME`"}
}

func splitFlag() cli.Flag {
	return &cli.StringFlag{Name: "split", Value: "half", Usage: "who owns which tokens, `SPEC`: half, prefix:K, or alice:2-32,bob:33-64,public:1"}
}

func readFlag() cli.Flag {
	return &cli.StringFlag{Name: "read", Usage: "`POS`, the position whose output is asked for, several (1,4-6), or all (default: N for qsa, else 1)"}
}

func answerFlag() cli.Flag {
	return &cli.StringFlag{Name: "answer", Usage: "`WHO` outputs: bob, alice, or owner (default: bob for one position, owner for several)"}
}

// Answers are the values of --answer.
var answers = []string{"bob", "alice", "owner"}

// oneOf returns a flag's value, which must be one of known or not given.
func (c *call) oneOf(flag string, known []string) (string, error) {
	v := c.String(flag)
	if !c.IsSet(flag) || slices.Contains(known, v) {
		return v, nil
	}
	return "", fmt.Errorf("flag --%s: %w", flag, catalog.Unknown("value", v, known))
}

// settings splits --set into numbers and choices by name.
func (c *call) settings() (tasks.Params, map[string]string, error) {
	values, err := c.set("NAME=VALUE", "write --set m=8,p=16")
	if err != nil {
		return nil, nil, err
	}
	num, choice := tasks.Params{}, map[string]string{}
	for name, value := range values {
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			num[name] = v
		} else {
			choice[name] = value
		}
	}
	return num, choice, nil
}

// set reads --set, a list of the form named, each name once.
func (c *call) set(form, hint string) (map[string]string, error) {
	values := map[string]string{}
	if !c.IsSet("set") {
		return values, nil
	}
	for part := range strings.SplitSeq(strings.Join(c.StringSlice("set"), ","), ",") {
		name, value, ok := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || value == "" {
			return nil, usagef(hint, "flag --set: %q is not %s", part, form)
		}
		if values[name] != "" {
			return nil, usagef("give each name once", "flag --set: %s is set twice", name)
		}
		values[name] = value
	}
	return values, nil
}
