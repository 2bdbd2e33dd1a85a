package engine

import (
	"context"

	"crosscut/reductions/papers"
)

// atlasAnswer is what crosscut atlas --format json prints, and that command.
type atlasAnswer struct {
	N       int            `json:"N"`
	Bounds  []papers.Bound `json:"bounds"`
	Command string         `json:"command"`
}

var _ = operate("atlas", func(ctx context.Context, _ struct{}) (any, error) {
	all, err := papers.Atlas(ctx)
	return atlasAnswer{papers.AtlasN, all, "crosscut atlas"}, err
})
