package bounds

import "context"

// Messages is the number of messages that Alice needs when she speaks once and
// Bob answers. For a total matrix it is the number of different rows, exactly;
// for a partial one, rows may share a message when no column that is defined in
// both tells them apart, and the interval is what was found before ctx ended.
func Messages(ctx context.Context, m *Matrix) Range {
	f := m.Fold()
	_, apart, upper := f.messages(ctx)
	return Range{len(apart), upper}
}
