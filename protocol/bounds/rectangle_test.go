package bounds

import (
	"context"
	"testing"
)

// One step on a matrix of thousands of rows is itself long, so a search that was
// ended stops within a step, not after it.
func TestRectangleStopsWithinAStep(t *testing.T) {
	const n = 2048
	m, err := New(n, n, func(i, j int) (int, bool) {
		if i == j {
			return 1, true
		}
		return 0, true
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	a := aspectOf(m.Fold(), 0)
	s := &rectSearch{aspect: a, ctx: ctx, ok: a.compatible()}
	s.grow(0) // left alone, it grows to n/2 rows
	if rows := s.best.rows.count(); rows > 8 {
		t.Errorf("an ended search went on to %d rows", rows)
	}
	if !s.stopped {
		t.Error("an ended search does not say so")
	}
}
