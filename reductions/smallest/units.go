package smallest

import (
	"context"
	"fmt"

	"crosscut/internal/units"
	"crosscut/models/tasks"
	"crosscut/reductions/smallest/proof"
)

// Answer is an interval and the evidence for its ends.
type Answer struct {
	Result   *Result     `json:"result"`
	Evidence *proof.File `json:"evidence"`
}

// UnitKind is the search at several sizes as work that can be cut into units.
var UnitKind = units.RegisterList[Answer]("smallest", "the smallest model of one kind at several sizes: an item is one size")

// Work is the search at each shape, of one task, to its end. An answer is believed when
// its evidence proves it.
func Work(ctx context.Context, model string, shapes []tasks.Shape) *units.Work[units.Answers[Answer]] {
	params := map[string]any{"task": shapes[0].Task.Name, "model": model}
	var sizes []map[string]any
	for _, sh := range shapes {
		sizes = append(sizes, map[string]any{"N": sh.N, "params": sh.Params})
	}
	params["sizes"] = sizes
	return units.List(UnitKind, params, len(shapes),
		func(ctx context.Context, k int) (Answer, error) {
			r, err := Find(ctx, shapes[k], model)
			if err != nil {
				return Answer{}, err
			}
			return Answer{r, r.File}, nil
		},
		func(k int, a Answer) error {
			r, f := a.Result, a.Evidence
			if r == nil || f == nil || r.N != shapes[k].N || f.N != r.N || f.Task != shapes[k].Task.Name || f.Model != model || r.Exact != (r.Lower == r.Upper) {
				return fmt.Errorf("not an interval for N = %d", shapes[k].N)
			}
			lower := 0
			if f.Lower != nil {
				lower = f.Lower.Number
			}
			if need, ok := known(shapes[k]); ok && model == RNN.Name {
				lower = max(lower, int(need.Bits))
			}
			if r.Lower != lower || f.Upper != nil && f.Upper.Number != r.Upper || r.Lower > r.Upper {
				return fmt.Errorf("%d to %d are not the ends that the evidence is for", r.Lower, r.Upper)
			}
			if f.Lower == nil && f.Upper == nil {
				return nil
			}
			found, err := f.Check(ctx)
			for _, g := range found {
				if err == nil && g.Err != nil {
					err = fmt.Errorf("%s end: %w", g.End, g.Err)
				}
			}
			return err
		})
}
