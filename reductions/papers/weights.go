package papers

import (
	"context"
	"fmt"

	"crosscut/models/trained"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/report"
)

// WeightsTable runs an imported model, its state rounded to p bits a number at the
// cut (0: as trained), through every reduction that lies over the inputs it was
// trained on.
func WeightsTable(ctx context.Context, m *trained.Model, p trained.Precision, seed uint64) (report.Table, error) {
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
		machine, err := m.Quantised(ctx, p, in.At, seed)
		if err != nil {
			return t, err
		}
		row, err := throughReduction(ctx, machine, in, 1<<10, 64, seed)
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
