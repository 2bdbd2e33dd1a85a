package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/template"

	"github.com/urfave/cli/v2"

	"crosscut/internal/units"
)

//go:embed jobs.tmpl
var jobTexts string

var jobTemplates = template.Must(template.New("jobs").Parse(jobTexts))

// engines are the schedulers that a job can be written for.
var engines = []string{"slurm", "kubernetes", "make"}

var _ = register(&command{
	name:  "jobs",
	usage: "write the job that runs a command in units",
	about: "Prints a job for a scheduler that you have: the command cut into units, each with its state, and the merge at the " +
		"end. For slurm a script to run with sh, which submits an array job and a merge that depends on it; for kubernetes an " +
		"Indexed Job and a suspended merge Job; for make a Makefile for one large machine. Flags of jobs stand before the command. " +
		"Nothing is submitted.",
	args: "COMMAND...", minArgs: 1, maxArgs: units.MaxUnits, plain: true, wraps: true,
	flags: flags(
		&cli.StringFlag{Name: "for", Usage: "the scheduler, `ENGINE`: " + strings.Join(engines, ", ")},
		&cli.IntFlag{Name: "units", Value: 100, Usage: "cut into `K` units"},
		&cli.IntFlag{Name: "cpus", Value: 2, Usage: "`CPUS` for each unit"},
		&cli.StringFlag{Name: "memory", Value: "4GB", Usage: "memory for each unit, `SIZE`"},
		&cli.IntFlag{Name: "minutes", Value: 60, Usage: "time limit of each unit, `MINUTES`; a unit out of time goes on from its state"},
		&cli.StringFlag{Name: "image", Value: "crosscut:latest", Usage: "for kubernetes: the container `IMAGE`"},
	),
	run: func(c *call) error {
		engine, err := c.oneOf("for", engines)
		if err != nil {
			return err
		}
		if engine == "" {
			return usagef("write --for "+strings.Join(engines, ", --for "), "flag --for is missing")
		}
		if engine != "kubernetes" {
			if err := c.refuse("only kubernetes takes images", "leave it out", "image"); err != nil {
				return err
			}
		}
		k, cpus, minutes := c.Int("units"), c.Int("cpus"), c.Int("minutes")
		if k < 1 || k > units.MaxUnits || cpus < 1 || minutes < 1 {
			return usagef("write --units 100 --cpus 2 --minutes 60", "flags --units, --cpus, --minutes: want at least 1, units at most %d", units.MaxUnits)
		}
		memory, err := parseSize(c.String("memory"))
		if err != nil {
			return usagef("write 500MB or 2GB", "flag --memory: %v", err)
		}
		words, err := c.unitCommand(c.Args().Slice(), k)
		if err != nil && !(engine == "kubernetes" && errors.Is(err, os.ErrNotExist)) { // the image may have the file
			return err
		}
		var quoted []string
		for _, w := range words {
			if strings.ContainsAny(w, "\r\n") { // what follows would be a command of its own
				return usagef("rename the file", "%q holds a line break", w)
			}
			quoted = append(quoted, quote(w))
		}
		line := "crosscut " + strings.Join(quoted, " ")
		return jobTemplates.ExecuteTemplate(c.stdout, engine, map[string]any{
			"Line": line, "MakeLine": strings.ReplaceAll(line, "$", "$$"), "YAMLLine": strings.ReplaceAll(line, "$(", "$$("),
			"Units": k, "Last": k - 1, "CPUs": cpus, "MB": max(1, memory>>20), "Minutes": minutes, "Seconds": 60 * minutes,
			"Image": fmt.Sprintf("%q", c.String("image")), "Name": "crosscut-" + words[0],
		})
	},
})

// unitCommand checks that a command can be cut into k units, and gives its words.
func (c *call) unitCommand(words []string, k int) ([]string, error) {
	if words[0] == "crosscut" && len(words) > 1 {
		words = words[1:]
	}
	target, err := find(words[0])
	if err != nil {
		return nil, err
	}
	if target.flag("shard") == nil {
		var can []string
		for name, c := range commands {
			if c.flag("shard") != nil {
				can = append(can, name)
			}
		}
		slices.Sort(can)
		return nil, usagef("these have: "+strings.Join(can, ", "), "crosscut %s has no units", words[0])
	}
	for _, word := range words[1:] {
		name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
		if strings.HasPrefix(word, "-") && (slices.Contains([]string{"shard", "resume", "out", "merge", "format"}, name)) {
			return nil, usagef("leave it out", "the job says --%s itself", name)
		}
	}
	return words, c.plan(target, words[1:], k)
}
