// Package zoo holds the architectures and their constructions, one per file, and the
// catalogues in which each file enters itself.
package zoo

import (
	"fmt"
	"slices"
	"strings"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/tasks"
)

// Build makes the machine of an architecture for a shape: the construction named
// in the settings, or the default one for the task. A setting that the
// construction would ignore is an error.
func Build(model string, sh tasks.Shape, set models.Settings) (models.Machine, error) {
	if _, err := architectures.Get(model); err != nil {
		return nil, err
	}
	candidates := For(model, sh.Task.Name)
	if len(candidates) == 0 {
		return nil, models.Unsupportedf("model %s has no construction for task %s (it has: %s)", model, sh.Task.Name, strings.Join(solves(model), " "))
	}
	c := candidates[0]
	if name, ok := set.Choice["construction"]; ok {
		var names []string
		at := slices.IndexFunc(candidates, func(c *models.Construction) bool { names = append(names, c.Name); return c.Name == name })
		if at < 0 {
			return nil, catalog.Unknown("construction of "+model+" for "+sh.Task.Name, name, names)
		}
		c = candidates[at]
	} else if at := slices.IndexFunc(candidates, func(c *models.Construction) bool { return c.Accepts(set) == nil }); at >= 0 {
		c = candidates[at]
	}
	if err := c.Accepts(set); err != nil {
		return nil, err
	}
	m, err := c.New(sh, set)
	if err != nil {
		return nil, fmt.Errorf("models: %s: %w", c.Name, err)
	}
	return m, nil
}

// For lists the constructions of an architecture for a task, the default first.
func For(model, task string) []*models.Construction {
	var cs []*models.Construction
	for c := range constructions.All() {
		if c.Model == model && (slices.Contains(c.Tasks, task) || slices.Contains(c.Tasks, "*")) {
			cs = append(cs, c)
		}
	}
	slices.SortStableFunc(cs, func(a, b *models.Construction) int { return a.Rank - b.Rank })
	return cs
}

func solves(model string) []string {
	var names []string
	for c := range constructions.All() {
		if c.Model == model {
			names = append(names, c.Tasks...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var (
	architectures = catalog.New[*models.Model]("model")
	constructions = catalog.New[*models.Construction]("construction")
)

func register(m *models.Model) *models.Model { return architectures.Add(m) }

func construct(c *models.Construction) *models.Construction { return constructions.Add(c) }

// with builds machines from what is read of the shape and the settings first: a grid, or the bits of a raw token.
func with[T any](read func(tasks.Shape, models.Settings) (T, error), build func(tasks.Shape, models.Settings, T) (models.Machine, error)) func(tasks.Shape, models.Settings) (models.Machine, error) {
	return func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		v, err := read(sh, set)
		if err != nil {
			return nil, err
		}
		return build(sh, set, v)
	}
}

// Catalog returns all architectures.
func Catalog() *catalog.Catalog[*models.Model] { return architectures }

// Constructions returns all constructions.
func Constructions() *catalog.Catalog[*models.Construction] { return constructions }

// Builder is Build of one architecture.
func Builder(model string) func(tasks.Shape, models.Settings) (models.Machine, error) {
	return func(sh tasks.Shape, set models.Settings) (models.Machine, error) { return Build(model, sh, set) }
}
