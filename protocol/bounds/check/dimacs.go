package check

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
)

// Formula is the clauses that a claim's evidence refutes, for solvers and checkers
// outside: literals as in Colouring and Covering.
type Formula struct {
	Of        Claim // without its evidence
	Variables int
	Clauses   [][]int
	Lemmas    [][]int
}

// Formulas lists what evidence of clauses refutes (kinds colouring and covering, also
// within leaves), each checked here before it is given away.
func (c *Certificate) Formulas(ctx context.Context) ([]Formula, error) {
	t, err := c.Matrix.table(ctx)
	if err != nil {
		return nil, fmt.Errorf("check: matrix: %w", err)
	}
	var all []Formula
	w := newWork(ctx, t, math.MaxInt64)
	for _, claim := range c.Claims {
		from := len(all)
		w.formulas = func(f Formula) {
			f.Of = claim
			f.Of.Evidence = nil
			all = append(all, f)
		}
		if f := verify(w, claim); f.Err != nil && len(all) > from {
			return nil, f.Err
		}
	}
	return all, nil
}

// CNF writes the clauses as DIMACS does.
func (f *Formula) CNF(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "c %s, %s %s\np cnf %d %d\n", f.Of.Of(), f.Of.End, f.Of.Number, f.Variables, len(f.Clauses))
	writeClauses(b, f.Clauses)
	return b.Flush()
}

// Proof writes the lemmas and the empty clause: each follows from what stands before it by
// unit propagation (RUP), as DRAT checkers read it.
func (f *Formula) Proof(w io.Writer) error {
	b := bufio.NewWriter(w)
	writeClauses(b, append(append([][]int{}, f.Lemmas...), nil))
	return b.Flush()
}

func writeClauses(w io.Writer, clauses [][]int) {
	for _, c := range clauses {
		for _, l := range c {
			fmt.Fprintf(w, "%d ", l)
		}
		fmt.Fprintln(w, 0)
	}
}
