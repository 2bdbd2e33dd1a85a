package check

import (
	"errors"
	"fmt"
	"math/big"
)

// Covering refutes that K rectangles without another value cover the entries of v (for
// the partition number: each once), in the part of the matrix that Rows and Cols give.
// Variables count from 1. For rectangle r (from 0) and lines of the part (from 0): that r
// has row i is r (rows + columns) + i + 1; that it has column j follows the rows, ... +
// rows + j + 1; after all those, for the entries of v in the part, row by row, that
// rectangle r holds entry e is K (rows + columns) + K e + r + 1. The clauses: a rectangle
// that has the row and the column of an entry of another value misses one of them; every
// entry of v is in some rectangle, which then has its row and its column; for partitions
// a rectangle with both holds it, and no two do. The entries Fooling, places in the part
// of which no two fit one rectangle, are in rectangles 0, 1, ... Each lemma follows from
// what stands before it by unit propagation, and at the end so does a contradiction.
type Covering struct {
	Kind    string  `json:"kind"` // "covering"
	K       int     `json:"k"`
	Rows    []int   `json:"rows"`
	Cols    []int   `json:"cols"`
	Fooling []Entry `json:"fooling"` // at most K, by places in Rows and Cols
	Lemmas  [][]int `json:"lemmas"`
}

// Limits on the clauses of a Covering.
const (
	coveringVariables = 1 << 17
	coveringClauses   = 1 << 21
)

var _ = register("covering", about(Lower, []string{Cover, Partition}, func(t *work, c Claim, e *Covering) (*big.Rat, error) {
	if err := errors.Join(indices(e.Rows, t.Rows), indices(e.Cols, t.Cols)); err != nil {
		return nil, err
	}
	rows, cols := len(e.Rows), len(e.Cols)
	if len(e.Fooling) > e.K {
		return nil, fmt.Errorf("%d fooling entries and %d rectangles", len(e.Fooling), e.K)
	}
	if err := t.spend(4, rows+1, cols+1, e.K+1); err != nil {
		return nil, err
	}
	p, err := t.coverClauses(e, *c.Value, c.Measure == Partition)
	if err != nil {
		return nil, err
	}
	defer func() { t.charge(int64(8*maxSteps - max(p.left, 0))) }()
	if err := t.refute(p, e.Lemmas); err != nil {
		return nil, err
	}
	return big.NewRat(int64(e.K+1), 1), nil
}))

// coverClauses writes the clauses of a Covering.
func (t *work) coverClauses(e *Covering, v int, exactly bool) (*propagator, error) {
	rows, cols := len(e.Rows), len(e.Cols)
	is := func(i, j int) bool { return t.Is(e.Rows[i], e.Cols[j], v) }
	entries := 0
	for i := range rows {
		for j := range cols {
			if is(i, j) {
				entries++
			}
		}
	}
	if e.K > coveringVariables/max(1, rows+cols+entries) {
		return nil, ErrLimit
	}
	clauses := e.K * rows * cols
	if exactly {
		clauses = max(clauses, entries*e.K*e.K)
	}
	if clauses > coveringClauses {
		return nil, ErrLimit
	}
	row := func(r, i int) int { return r*(rows+cols) + i + 1 }
	col := func(r, j int) int { return r*(rows+cols) + rows + j + 1 }
	p := newPropagator(e.K * (rows + cols + entries))
	set := make([]Entry, len(e.Fooling)) // in lines of the matrix
	for k, f := range e.Fooling {
		if !f.within(rows, cols) {
			return nil, fmt.Errorf("fooling entry %v is not in the part", f)
		}
		set[k] = Entry{e.Rows[f[0]], e.Cols[f[1]]}
		p.add([]int{row(k, f[0])})
		p.add([]int{col(k, f[1])})
	}
	if _, err := foolingSet(t.Table, v, set); err != nil {
		return nil, err
	}
	next := e.K*(rows+cols) + 1
	for i := range rows {
		for j := range cols {
			switch {
			case t.Differs(e.Rows[i], e.Cols[j], v):
				for r := range e.K {
					p.add([]int{-row(r, i), -col(r, j)})
				}
			case is(i, j):
				some := make([]int, e.K)
				for r := range e.K {
					some[r] = next + r
					p.add([]int{-some[r], row(r, i)})
					p.add([]int{-some[r], col(r, j)})
					if exactly {
						p.add([]int{some[r], -row(r, i), -col(r, j)})
						for q := range r {
							p.add([]int{-some[r], -some[q]})
						}
					}
				}
				p.add(some)
				next += e.K
			}
		}
	}
	return p, nil
}
