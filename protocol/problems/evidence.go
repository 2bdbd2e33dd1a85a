package problems

import (
	"fmt"

	"crosscut/protocol"
)

// Evidence is a family of inputs that forces a cost, given as a function of n so
// that one definition serves every size. Exactly one field is set.
type Evidence struct {
	// Fooling lists pairs (x, y), all of value Value, such that for any two of
	// them a crossed pair has the other value: no two share a leaf.
	Fooling func(n int) [][2]protocol.Word
	Value   bool
	// Shattered lists ys y_1..y_k such that every pattern in {0,1}^k occurs as
	// (f(x, y_1), ..., f(x, y_k)) for some x: INDEX_k embeds.
	Shattered func(n int) []protocol.Word
	// DistinctRows claims that all 2^XBits rows differ; DistinctColumns that all
	// valid y have different columns.
	DistinctRows, DistinctColumns bool
}

// Verify checks the evidence at size n by enumeration and returns how many
// leaves, patterns, rows or columns it proves to be needed. Nothing proves 0.
func (e *Evidence) Verify(p *Problem, n int) (int, error) {
	switch {
	case e == nil:
		return 0, nil
	case e.Fooling != nil:
		return e.verifyFooling(p, n)
	case e.Shattered != nil:
		ys := e.Shattered(n)
		seen := map[string]bool{}
		for k := range 1 << p.XBits(n) {
			seen[pattern(p, n, p.X(n, k), ys)] = true
		}
		if len(seen) != 1<<len(ys) {
			return 0, fmt.Errorf("problems: %s, n = %d: %d of 2^%d patterns occur", p.Name, n, len(seen), len(ys))
		}
		return len(seen), nil
	case e.DistinctRows, e.DistinctColumns:
		rows, cols := 1<<p.XBits(n), p.Ys(n)
		seen := map[string]bool{}
		if e.DistinctRows {
			ys := make([]protocol.Word, cols)
			for j := range ys {
				ys[j] = p.Y(n, j)
			}
			for k := range rows {
				seen[pattern(p, n, p.X(n, k), ys)] = true
			}
			if len(seen) != rows {
				return 0, fmt.Errorf("problems: %s, n = %d: %d of %d rows are distinct", p.Name, n, len(seen), rows)
			}
			return rows, nil
		}
		for j := range cols {
			column := make([]byte, rows)
			for k := range column {
				column[k] = bit(p.F(n, p.X(n, k), p.Y(n, j)))
			}
			seen[string(column)] = true
		}
		if len(seen) != cols {
			return 0, fmt.Errorf("problems: %s, n = %d: %d of %d columns are distinct", p.Name, n, len(seen), cols)
		}
		return cols, nil
	}
	return 0, nil
}

func (e *Evidence) verifyFooling(p *Problem, n int) (int, error) {
	set := e.Fooling(n)
	for i, a := range set {
		if p.F(n, a[0], a[1]) != e.Value {
			return 0, fmt.Errorf("problems: %s, n = %d: fooling pair %d has the wrong value", p.Name, n, i+1)
		}
		for j, b := range set[:i] {
			if p.F(n, a[0], b[1]) == e.Value && p.F(n, b[0], a[1]) == e.Value {
				return 0, fmt.Errorf("problems: %s, n = %d: pairs %d and %d fit one rectangle", p.Name, n, i+1, j+1)
			}
		}
	}
	return len(set), nil
}

func pattern(p *Problem, n int, x protocol.Word, ys []protocol.Word) string {
	row := make([]byte, len(ys))
	for j, y := range ys {
		row[j] = bit(p.F(n, x, y))
	}
	return string(row)
}

func bit(v bool) byte {
	if v {
		return '1'
	}
	return '0'
}
