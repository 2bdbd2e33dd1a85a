package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"crosscut/internal/units"
)

var _ = register(&command{
	name:  "merge",
	usage: "put the units of long work together",
	about: "Reads the records that units of one command wrote (--shard I/K --out FILE), in any order, and prints what the " +
		"whole command would print, in any --format. A folder stands for the .json files in it. An identical duplicate counts " +
		"once. The sum is checked by an independent formula. Exit status 1 when units are missing, ended early or contradict " +
		"each other, all of them named, or when the whole refutes what it tests; 2 when a file is truncated or belongs to " +
		"another command, input or version.",
	args: "FILE...", minArgs: 1, maxArgs: units.MaxUnits,
	run: func(c *call) error {
		names, err := c.records()
		if err != nil {
			return err
		}
		var records []*units.Record
		for _, name := range names {
			r, err := readRecord(name)
			if err != nil {
				return err
			}
			records = append(records, r)
		}
		return c.again(records)
	},
})

// records lists the files named, those of a folder in its place.
func (c *call) records() ([]string, error) {
	var names []string
	for _, name := range c.Args().Slice() {
		if st, err := os.Stat(name); err != nil || !st.IsDir() {
			names = append(names, name)
			continue
		}
		inside, err := filepath.Glob(filepath.Join(name, "*.json"))
		if err != nil || len(inside) == 0 {
			return nil, usagef("name the files that --out wrote", "%s: no .json files in this folder", name)
		}
		names = append(names, inside...)
	}
	return names, nil
}

func readRecord(name string) (*units.Record, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usagef("name the files that --out wrote", "%w", err)
	}
	r, err := units.Read(data)
	if err != nil {
		return nil, usagef("run this unit again, or leave the file out", "%s: %v", name, err)
	}
	return r, nil
}

// again runs the command of records with their counts in place of the work.
func (c *call) again(records []*units.Record) error {
	command := records[0].Command
	for _, r := range records[1:] {
		if !slices.Equal(r.Command, command) {
			return usagef("merge the records of one command, counted by one version of crosscut",
				"foreign record: unit %s is of another command than unit %s", r.Shard, records[0].Shard)
		}
	}
	target := commands[command[0]]
	if target == nil || target.flag("shard") == nil {
		return usagef("merge what crosscut COMMAND --shard I/K --out FILE wrote", "crosscut %s has no units", oneLine(command[0]))
	}
	// A record says what to compute, never where to write.
	for _, word := range command[1:] {
		name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
		if strings.HasPrefix(word, "-") && (slices.Contains(apart, name) || slices.Contains(fileFlags, name)) {
			return usagef("merge what crosscut itself wrote", "the command of unit %s has a flag --%s", records[0].Shard, name)
		}
	}
	words := slices.Clone(command[1:])
	for _, name := range []string{"format", "out"} {
		if c.IsSet(name) {
			words = append(words, "--"+name, c.String(name))
		}
	}
	line, err := arrange(target, words)
	if err != nil {
		return err
	}
	app := newApp(c.stdout, c.stderr)
	app.Metadata = map[string]any{"line": words, "merged": records}
	return app.RunContext(c.Context, append([]string{"crosscut", target.name}, line...))
}
