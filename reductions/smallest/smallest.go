// Package smallest looks for the smallest model of a kind that is right on all inputs
// of a task at one read position: as an interval whose lower end is proved from the
// exact cost of the task's own matrix, under the rule of the architecture, and whose
// upper end is a model that was found. Both ends carry evidence that package proof
// verifies.
package smallest

import (
	"context"
	"errors"
	"fmt"

	"crosscut/internal/catalog"
	"crosscut/models/tasks"
	"crosscut/reductions/smallest/proof"
)

// Result is the size of the smallest model, as an interval.
type Result struct {
	Task    string       `json:"task"`
	Model   string       `json:"model"`
	N       int          `json:"n"`
	Params  tasks.Params `json:"params"`
	Read    int          `json:"read"`
	Unit    string       `json:"unit"`
	Lower   int          `json:"lower"`
	Upper   int          `json:"upper"`
	Exact   bool         `json:"exact"`
	By      string       `json:"by"`      // what gave the two ends
	Witness any          `json:"witness"` // the model that was found, in short
	World   string       `json:"world"`   // what the inputs are
	Notes   []string     `json:"warnings"`

	File *proof.File `json:"-"`
}

// Kind is one kind of model.
type Kind struct {
	Name string // the model's name
	Doc  string
	Unit func(sh tasks.Shape) string
	// Find narrows the interval in r, from true ends to true ends, until both meet or
	// ctx ends. An unsupported combination is an error.
	Find func(ctx context.Context, sh tasks.Shape, r *Result) error
}

// ID is the name users type.
func (k *Kind) ID() string { return k.Name }

// Validate refuses an incomplete kind.
func (k *Kind) Validate() error {
	if k.Name == "" || k.Doc == "" || k.Unit == nil || k.Find == nil {
		return errors.New("name, doc, unit and search are needed")
	}
	return nil
}

var kinds = catalog.New[*Kind]("kind of model")

// Kinds lists the kinds of models.
func Kinds() *catalog.Catalog[*Kind] { return kinds }

// Find is the interval for one kind of model. When ctx ends, it is what is known so
// far, beside the error of ctx.
func Find(ctx context.Context, sh tasks.Shape, model string) (*Result, error) {
	k, err := kinds.Get(model)
	if err != nil {
		return nil, err
	}
	r := &Result{Task: sh.Task.Name, Model: model, N: sh.N, Params: sh.Params, Read: sh.DefaultRead(), Unit: k.Unit(sh), Notes: []string{},
		File: &proof.File{Format: proof.Format, Task: sh.Task.Name, N: sh.N, Params: sh.Params, Model: model, Unit: k.Unit(sh)}}
	if err := k.Find(ctx, sh, r); err != nil {
		return nil, err
	}
	if r.Lower > r.Upper {
		return nil, fmt.Errorf("smallest: %s of %s at N = %d: at least %d and at most %d: a bug", r.Unit, model, sh.N, r.Lower, r.Upper)
	}
	r.Exact = r.Lower == r.Upper
	return r, ctx.Err()
}

// raise and shrink move an end that evidence proves; nil evidence keeps the file's.
func (r *Result) raise(to int, evidence any) (err error) {
	if to > r.Lower || r.File.Lower == nil {
		r.Lower = max(r.Lower, to)
		r.File.Lower, err = proof.NewEnd(to, evidence)
	}
	return err
}

func (r *Result) shrink(to int, evidence any) (err error) {
	if to < r.Upper || r.File.Upper == nil {
		r.Upper = min(r.Upper, to)
		r.File.Upper, err = proof.NewEnd(to, evidence)
	}
	return err
}
