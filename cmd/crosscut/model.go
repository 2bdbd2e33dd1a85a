package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions/script"
)

// build makes a model's machine for a shape.
type build = func(sh tasks.Shape, set models.Settings) (models.Machine, error)

// builder finds the model that a name stands for: an architecture of the
// catalogue, or the model of a user's file when the name ends in .star.
func (c *call) builder(name string) (build, error) {
	if !strings.HasSuffix(name, ".star") {
		if _, err := zoo.Catalog().Get(name); err != nil {
			return nil, fmt.Errorf("flag --model: %w", err)
		}
		return zoo.Builder(name), nil
	}
	f, err := script.Load(c.Context, name, script.Limits{})
	if err != nil {
		return nil, err
	}
	c.closers = append(c.closers, f.Close)
	return func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		for _, given := range append(slices.Sorted(maps.Keys(set.Num)), slices.Sorted(maps.Keys(set.Choice))...) {
			return nil, usagef("change the file", "flag --set: the model of %s takes no setting %s", name, given)
		}
		return f.Machine(sh)
	}, nil
}
