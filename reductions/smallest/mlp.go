package smallest

import (
	"context"
	"fmt"

	"crosscut/models/tasks"
	"crosscut/reductions/smallest/proof"
)

// MLP is f(X) = g(W vec X) with any g; its size is the number of rows of W, which is
// its rank. With real numbers in the unit ball sparse averages need rank N d
// (docs/feedforward.md) and the identity has it. Finitely many tokens fit one row, as
// digits of one number: where g is free and numbers are exact, no rank is needed.
var MLP = kinds.Add(&Kind{
	Name: "mlp",
	Doc:  "a first layer of exact real numbers, anything after it",
	Unit: func(tasks.Shape) string { return proof.FirstRank },
	Find: func(ctx context.Context, sh tasks.Shape, r *Result) error {
		if sh.Task == tasks.QSA {
			return vectors(sh, r)
		}
		w, err := proof.NewWorld(sh, r.Read, 0, 0)
		if err != nil {
			return err
		}
		r.World, r.Upper = describe(w), sh.N // a row for each token
		weights, weight := make([]int64, sh.N), int64(1)
		for j := sh.N - 1; j >= 0; j-- {
			weights[j] = weight
			if size := int64(len(w.Alphabet[j])); weight > (1<<61)/size {
				r.By = "a row for each token"
				return nil
			} else {
				weight *= size
			}
		}
		if err := r.shrink(1, proof.Digits{Kind: "digits", Weights: weights}); err != nil {
			return err
		}
		r.Witness, r.By = map[string]any{"weights": weights}, "two inputs with different answers, and one row that holds all tokens as digits"
		_, err = growing(ctx, sh, 0, func(_ *proof.World, rows *rows) error {
			if r.Lower == 0 && len(rows.outs) > 1 {
				if e := rows.inputs(); e != nil {
					return r.raise(1, e)
				}
			}
			return nil
		})
		if err == nil && r.Lower == 0 {
			r.By = "one row that holds all tokens as digits"
			r.Notes = append(r.Notes, "no two inputs with different answers were found")
		}
		return err
	},
})

// inputs are two inputs with outputs that no answer serves; nil: there are none.
func (r *rows) inputs() *proof.Inputs {
	n := r.w.Shape.N
	last := r.next[n-1]
	type input struct {
		row, token int
		out        int32
	}
	var first *input
	for i, to := range last {
		for a, out := range to {
			switch {
			case out < 0:
			case first == nil:
				first = &input{i, a, out}
			case r.w.Clash(r.outs[first.out], r.outs[out]):
				word := func(row, a int) []int { return append(append([]int{}, r.word[n-1][row]...), r.w.Choices[n-1][a]) }
				return &proof.Inputs{Kind: "inputs", Inputs: [2][]int{word(first.row, first.token), word(i, a)}}
			}
		}
	}
	return nil
}

// mostColumns bounds an identity that is written out.
const mostColumns = 1 << 10

// vectors is the case of qsa.
func vectors(sh tasks.Shape, r *Result) error {
	q, cols := sh.Int("q"), sh.N*sh.Int("d")
	r.World = "all vectors z in the unit ball, all sets"
	r.Upper, r.Witness, r.By = cols, map[string]any{"w": "identity"}, "the null vector (derived here: docs/feedforward.md), and the identity"
	if cols > mostColumns {
		r.Notes = append(r.Notes, fmt.Sprintf("the upper end is the identity's, too large at %d columns to be written down as evidence", cols))
	} else {
		e := proof.Rows{Kind: "rows", Gap: 3}
		for i := range cols {
			row := make([]int64, cols)
			row[i] = 1
			e.W = append(e.W, row)
		}
		if err := r.shrink(cols, e); err != nil {
			return err
		}
	}
	if q >= sh.N || !(tasks.Allowed(sh)*float64(2*q-1) < 1) {
		r.By = "the identity"
		r.Notes = append(r.Notes, fmt.Sprintf("the lower end needs q < N and eps < 1/(2q - 1), not q = %d, N = %d, eps = %.4g", q, sh.N, sh.Params["eps"]))
		return nil
	}
	return r.raise(cols, proof.Null{Kind: "null vector"})
}
