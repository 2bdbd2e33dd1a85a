package check

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
)

// Formula is the clauses that a claim's evidence refutes, for solvers and checkers
// outside: literals as in Colouring and Covering.
type Formula struct {
	Of        Claim // without its evidence
	Variables int
	Clauses   [][]int
	Lemmas    [][]int
	// Searched: the end was found by a search without clauses; whether these can be satisfied is for
	// a solver to say.
	Searched bool
}

// Formulas lists what evidence of clauses refutes (kinds colouring and covering, also
// within leaves), each checked here before it is given away; and for accepted lower ends that a search
// without clauses proves (kinds exhaustion and refutation) the clauses that hold if the number were one less.
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
		f := verify(w, claim)
		if f.Err != nil && len(all) > from {
			return nil, f.Err
		}
		if p := w.searched(f); p != nil {
			all = append(all, Formula{Of: claim, Searched: true, Variables: p.variables, Clauses: p.all()})
			all[len(all)-1].Of.Evidence = nil
		}
	}
	return all, nil
}

// searched is the clauses that one less than an accepted number would satisfy; nil where the evidence
// is no search, or they are too many.
func (w *work) searched(f Finding) (p *propagator) {
	if f.Err != nil || f.End != Lower || f.Kind != "exhaustion" && f.Kind != "refutation" || !f.Proved.IsInt() || f.Proved.Sign() < 1 || !f.Proved.Num().IsInt64() {
		return nil
	}
	k := int(f.Proved.Num().Int64()) - 1
	switch f.Measure {
	case Cover, Partition:
		p, _ = w.coverClauses(&Covering{K: k, Rows: upTo(w.Rows), Cols: upTo(w.Cols)}, *f.Value, f.Measure == Partition)
	case Deterministic:
		p = w.depthClauses(k)
	}
	return p
}

// depthClauses say that D(f) is at most k. Node q of a full tree of depth k (the root is 0, below q come
// 2q + 1 and 2q + 2) has for each row, then each column, a variable q (rows + columns) + line + 1: the node is reached with it. Then
// one per inner node, that Alice speaks: her rows go on to one side at least, and his columns to both; else
// the reverse. Then, per leaf and value, that the leaf has this label, one at most; entries that reach it have it.
func (t *Table) depthClauses(k int) *propagator {
	values := t.Values()
	n, lines := 1<<k, t.Rows+t.Cols // leaves; k is at most maxRefuted
	inner := n - 1
	variables := (inner+n)*lines + inner + n*len(values)
	if variables > coveringVariables || n*(t.Rows*t.Cols+len(values)*len(values)) > coveringClauses {
		return nil
	}
	p := newPropagator(variables)
	at := func(q, line int) int { return q*lines + line + 1 }
	for l := range lines {
		p.add([]int{at(0, l)})
	}
	for q := range inner {
		alice := (inner+n)*lines + q + 1
		for l := range lines {
			own := alice
			if l >= t.Rows {
				own = -alice
			}
			p.add([]int{-at(q, l), at(2*q+1, l), at(2*q+2, l)})
			p.add([]int{-at(q, l), own, at(2*q+1, l)})
			p.add([]int{-at(q, l), own, at(2*q+2, l)})
		}
	}
	for leaf := range n {
		label := func(v int) int { return (inner+n)*lines + inner + leaf*len(values) + v + 1 }
		for v := range values {
			for u := range v {
				p.add([]int{-label(u), -label(v)})
			}
		}
		for i := range t.Rows {
			for j := range t.Cols {
				if value, ok := t.At(i, j); ok {
					v, _ := slices.BinarySearch(values, value)
					p.add([]int{-at(inner+leaf, i), -at(inner+leaf, t.Rows+j), label(v)})
				}
			}
		}
	}
	return p
}

// all lists the clauses.
func (p *propagator) all() [][]int {
	all := slices.Clone(p.clauses)
	for _, l := range p.units {
		all = append(all, []int{l})
	}
	if p.empty {
		all = append(all, []int{})
	}
	return all
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
