package bounds

// Pieces that pictures show, in lines of the whole matrix, counting from 0.

// FoolingSet is the largest fooling set found over all values: its value, and its
// entries as row and column. ok is false for a matrix without a defined entry.
func (r *Report) FoolingSet() (value int, entries [][2]int, ok bool) {
	for _, p := range r.PerValue {
		if p.Value != r.Fooling.Value || p.found.aspect == nil {
			continue
		}
		s := p.found.aspect
		for _, e := range p.found.fooling {
			entries = append(entries, [2]int{s.lines[0][e[0]][0], s.lines[1][e[1]][0]})
		}
		return p.Value, entries, true
	}
	return 0, nil, false
}

// CoverOf is the best cover found of a value: each rectangle as its rows and
// columns.
func (r *Report) CoverOf(value int) (rects [][2][]int) {
	for _, p := range r.PerValue {
		if p.Value != value {
			continue
		}
		for _, q := range p.found.cover.rects {
			rows, cols := p.found.aspect.original(q)
			rects = append(rects, [2][]int{rows, cols})
		}
	}
	return rects
}
