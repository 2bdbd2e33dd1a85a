package papers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/trained"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/report"
)

// WeightsTable runs an imported model, in the arithmetic that build gives it at a cut, through
// every reduction that lies over the inputs it was trained on. A reduction with an input on which
// that arithmetic claims nothing gives a row that was not run.
func WeightsTable(ctx context.Context, m *trained.Model, build func(at tasks.Split) (models.Machine, error), seed uint64) (report.Table, error) {
	t := report.Table{Title: fmt.Sprintf("%s: %s, trained weights", m.Shape.Task.Name, m.Name()), Rows: []report.Row{}, Growth: []report.Growth{}}
	var first error
	for r := range reductions.Catalog().All() {
		in, err := falsify.Weights(m, r, 0)
		if err != nil {
			if first == nil || r == reductions.DisjQSAMemory { // the one to hear about
				first = err
			}
			continue
		}
		machine, err := build(in.At)
		if err != nil {
			return t, err
		}
		row, err := throughReduction(ctx, machine, in, 1<<10, 64, seed)
		if errors.Is(err, errors.ErrUnsupported) {
			row, err = through(machine, in, seed).unrun(strings.ReplaceAll(err.Error(), errors.ErrUnsupported.Error()+": ", ""))
		}
		if err != nil {
			return t, err
		}
		row.Model = m.Name()
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		return t, fmt.Errorf("papers: no reduction lies over the inputs of these weights: %w", first)
	}
	return t, nil
}
