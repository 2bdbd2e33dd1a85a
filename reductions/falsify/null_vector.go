package falsify

import (
	"context"
)

var nullVector = register(&Strategy{
	Name:    "null-vector",
	Rank:    80,
	Doc:     "for first layers of qsa: an exact rational null vector, which gives two inputs of the task that no continuation tells apart",
	Kind:    Forced,
	Beyond:  true,
	Applies: func(t *Target) bool { return t.network() != nil },
	Search:  func(_ context.Context, t *Target, _ Options) (Lead, error) { return t.null() },
})
