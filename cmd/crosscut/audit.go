package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"crosscut/models/audit"
)

var _ = register(&command{
	name:  "audit",
	usage: "what a published architecture carries past a cut, and what that excludes",
	about: "Reads the config.json that model hubs publish, or the same fields with --set model_type=llama,hidden_size=4096,..., and counts exactly what the " +
		"model carries past a cut: states, convolution states, normalisers, caches. For each claim it says from which context length on it excludes anything. " +
		"Known model types: " + strings.Join(audit.Catalog().Names(), " ") + ".",
	flags: flags(
		&cli.StringFlag{Name: "config", Usage: "a published `config.json`"},
		setFlag(),
		&cli.StringFlag{Name: "context", Usage: "sequence lengths `N,...` (default: the config's own)"},
	),
	run: func(c *call) error {
		from, err := c.one("config", "set")
		if err != nil {
			return err
		}
		var raw []byte
		if from == "config" {
			if raw, err = os.ReadFile(c.String("config")); err != nil {
				return fmt.Errorf("flag --config: %w", err)
			}
		} else if raw, err = c.configFields(); err != nil {
			return err
		}
		var contexts []int
		if c.IsSet("context") {
			for _, word := range strings.Split(c.String("context"), ",") {
				n, err := strconv.Atoi(strings.TrimSpace(word))
				if err != nil {
					return usagef("write --context 4096,131072", "flag --context: %q is no whole number", word)
				}
				contexts = append(contexts, n)
			}
		}
		r, err := audit.Audit(raw, contexts)
		if err != nil {
			return err
		}
		return c.emit(r.Sheet())
	},
})

// configFields writes the fields given with --set as a config.
func (c *call) configFields() ([]byte, error) {
	num, choice, err := c.settings()
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	for name, v := range num {
		fields[name] = v
	}
	for name, v := range choice {
		switch {
		case name == "block_types":
			fields[name] = strings.Split(v, "+")
		case slices.Contains([]string{"true", "false"}, v):
			fields[name] = v == "true"
		case v == "null":
			fields[name] = nil
		default:
			fields[name] = v
		}
	}
	return json.Marshal(fields)
}
