package proof

import (
	"context"
	"errors"
	"fmt"

	"crosscut/internal/exact"
	"crosscut/models/tasks"
)

// Null is the null vector of docs/feedforward.md: where the z-columns of the first
// layer have a rank below N d, some u is not seen, and some set of q averages u to
// at least 1/(2q - 1). So +u and -u get one output, and targets that are too far apart.
// It needs q < N and eps < 1/(2q - 1), which are all that is checked here.
type Null struct {
	Kind string `json:"kind"` // "null vector"
}

var _ = register("null vector", kind{model: "mlp", unit: FirstRank, end: "lower", verify: evidence(func(_ context.Context, _ *File, sh tasks.Shape, e *Null) (int, error) {
	q := sh.Int("q")
	if sh.Task != tasks.QSA || q >= sh.N || !(tasks.Allowed(sh)*float64(2*q-1) < 1) {
		return 0, errors.New("the null vector speaks of qsa with q < N and eps < 1/(2q - 1)")
	}
	return sh.N * sh.Int("d"), nil
})})

// Rows is a first layer for qsa: row k is sum_i W[k][i] z_i, over the N d coordinates
// of all z, plus Gap times a whole number that writes the sets. |W z| is at most
// Span, so that Gap > 2 Span keeps both apart; and a W of full column rank gives z back.
type Rows struct {
	Kind string    `json:"kind"` // "rows"
	W    [][]int64 `json:"w"`
	Gap  int64     `json:"gap"`
}

var _ = register("rows", kind{model: "mlp", unit: FirstRank, end: "upper", verify: evidence(func(_ context.Context, _ *File, sh tasks.Shape, e *Rows) (int, error) {
	if sh.Task != tasks.QSA {
		return 0, errors.New("these rows speak of qsa")
	}
	cols := sh.N * sh.Int("d")
	for _, r := range e.W {
		span := int64(0)
		for _, v := range r {
			if v < -1<<20 || v > 1<<20 {
				return 0, errors.New("a weight beyond 2^20")
			}
			span += max(v, -v)
		}
		if len(r) != cols || e.Gap <= 2*span {
			return 0, fmt.Errorf("a row needs %d weights, and a gap above twice their sum", cols)
		}
	}
	if exact.Rank(exact.Ints(e.W)) < cols {
		return 0, errors.New("W does not give z back")
	}
	return len(e.W), nil
})})

// Digits is a first layer of one row for finitely many tokens: token a at position j
// adds Weights[j-1] a. Where each weight exceeds all that the later ones can add, the sum
// gives every token back.
type Digits struct {
	Kind    string  `json:"kind"` // "digits"
	Weights []int64 `json:"weights"`
}

var _ = register("digits", kind{model: "mlp", unit: FirstRank, end: "upper", verify: evidence(func(_ context.Context, _ *File, sh tasks.Shape, e *Digits) (int, error) {
	if sh.Task.Vector {
		return 0, errors.New("tokens with real numbers are not finitely many")
	}
	w, err := NewWorld(sh, sh.DefaultRead(), 0, 0)
	if err != nil {
		return 0, err
	}
	if len(e.Weights) != sh.N {
		return 0, fmt.Errorf("%d weights for N = %d", len(e.Weights), sh.N)
	}
	below := int64(0)
	for j := sh.N - 1; j >= 0; j-- {
		most := int64(len(w.Alphabet[j]) - 1)
		if e.Weights[j] <= below || most > 0 && e.Weights[j] > (1<<62-below)/most {
			return 0, fmt.Errorf("the weight of token %d does not stand above the later ones", j+1)
		}
		below += e.Weights[j] * most
	}
	return 1, nil
})})

// Inputs are two inputs with outputs that no answer serves: a model without any row
// gives both the same.
type Inputs struct {
	Kind   string   `json:"kind"` // "inputs"
	Inputs [2][]int `json:"inputs"`
}

var _ = register("inputs", kind{model: "mlp", unit: FirstRank, end: "lower", verify: evidence(func(_ context.Context, _ *File, sh tasks.Shape, e *Inputs) (int, error) {
	w, err := NewWorld(sh, sh.DefaultRead(), 0, 0)
	if err != nil {
		return 0, err
	}
	var outs [2]tasks.Value
	for k, word := range e.Inputs {
		seq, ok := w.Tokens(0, word)
		if !ok || len(seq) != sh.N {
			return 0, fmt.Errorf("input %d is none of the world", k+1)
		}
		if outs[k], ok = w.Output(seq); !ok {
			return 0, fmt.Errorf("input %d is no input of the task", k+1)
		}
	}
	if !w.Clash(outs[0], outs[1]) {
		return 0, errors.New("one answer is right for both inputs")
	}
	return 1, nil
})})
