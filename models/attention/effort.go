package attention

import "crosscut/models"

// Effort counts scores and weighted values, and the sums that are kept for each
// position that a layer must serve.
func (m *Machine) Effort(job models.Job) models.Effort {
	n := float64(m.Stack.Shape.N)
	var e models.Effort
	for k, l := range m.Stack.Layers {
		positions := float64(len(job.Read))
		if k < len(m.Stack.Layers)-1 {
			positions = n
		}
		if l.sharesSums() {
			positions = 1
		}
		width := l.Values
		if l.Block > 0 {
			width = l.Block
		}
		e.Steps += positions * n * float64(l.Heads) * float64(l.Width+width)
		e.Bytes += 8*n*float64(l.Embed) + 16*positions*float64(l.Heads)*float64(l.Values+1)
	}
	return e
}

// sharesSums says whether every position has the same sums: no query depends on
// the token or the position, and there is no mask.
func (l *Layer) sharesSums() bool {
	for h := range l.Heads {
		if l.Queries == nil || l.Queries[h] != OnNothing {
			return false
		}
	}
	return l.Mask == nil
}
