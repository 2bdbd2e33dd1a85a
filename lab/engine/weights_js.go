package engine

import (
	"context"

	"crosscut/models/trained"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
)

// weightsRequest asks for a failing input of a reader's own model, as `crosscut falsify
// --weights` does.
type weightsRequest struct {
	Reduction string `json:"reduction"`
	Seed      uint64 `json:"seed"`
	Quantise  string `json:"quantise"` // bits of a number of the state; empty: as stored
}

// Only the static copy has this: there the files that the reader opened stand in a
// folder that the page's worker keeps in memory, and nothing leaves the page.
var _ = operate("weights", func(ctx context.Context, q weightsRequest) (any, error) {
	r, err := get(reductions.Catalog(), q.Reduction)
	if err != nil {
		return nil, err
	}
	w, err := trained.Load("/weights")
	if err != nil {
		return nil, err
	}
	in, err := falsify.Weights(w, r, 0)
	if err != nil {
		return nil, err
	}
	var p trained.Precision
	flag := ""
	if q.Quantise != "" {
		if p, err = trained.ParsePrecision(q.Quantise); err != nil {
			return nil, err
		}
		flag = " --quantise " + q.Quantise
	}
	m, err := w.Quantised(ctx, p, in.At, q.Seed)
	if err != nil {
		return nil, err
	}
	return broken(ctx, in, m, q.Seed, "crosscut falsify --reduction "+r.Name+" --weights DIR"+flag+" --seed "+utoa(q.Seed))
})
