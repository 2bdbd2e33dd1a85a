// Package run is one protocol run as a user asks for it: the request, the run beside
// the uncut model and the definition, its record and transcript, and one party of a
// run between two processes. It takes tasks and models as values, never by name.
package run

import (
	"context"
	"fmt"
	"slices"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Result is one protocol run beside the uncut model and the definition. The
// slices Output, Whole and Expected are parallel to Job.Read.
type Result struct {
	Job        models.Job
	Output     []tasks.Value // what the protocol output
	Whole      []tasks.Value // the uncut model
	Expected   []tasks.Value // the task's definition
	Agree      bool          // Output equals Whole, bit for bit
	Correct    bool          // Output is acceptable by the definition
	Transcript protocol.Transcript
	Formula    [2]protocol.Bits
	FormulaIn  string // the formula in words
	Warnings   []string
}

// Do compiles the machine, runs both players on their halves of seq, and
// evaluates the uncut model and the task beside them. It fails when the meter
// disagrees with the formula. Where the uncut model claims nothing the error comes with what the
// players did.
func Do(ctx context.Context, m models.Machine, job models.Job, seq []tasks.Token) (*Result, error) {
	sh := m.Shape()
	if err := sh.Check(seq); err != nil {
		return nil, err
	}
	if c, ok := m.(models.Checker); ok {
		if err := c.CheckInput(seq, job.Read); err != nil {
			return nil, err
		}
	}
	prog, err := m.Compile(job)
	if err != nil {
		return nil, err
	}
	halves := job.Split.Deal(sh, seq)
	outs, t, err := protocol.Run(ctx, nil, prog.Player(halves[protocol.Alice]), prog.Player(halves[protocol.Bob]))
	if err != nil {
		return nil, Broken{err}
	}
	r := &Result{Job: job, Transcript: t, Formula: prog.Bits, FormulaIn: prog.Formula, Agree: true, Correct: true}
	if r.Output, err = Collect(job, outs); err != nil {
		return nil, err
	}
	r.Expected = sh.Eval(seq, job.Read)
	if r.Whole, err = m.Whole(ctx, seq, job.Read); err != nil {
		return r, err
	}
	for k := range job.Read {
		r.Agree = r.Agree && slices.Equal(r.Output[k], r.Whole[k])
		r.Correct = r.Correct && sh.Correct(r.Output[k], r.Expected[k])
	}
	for p, want := range prog.Bits {
		if got := t.By(protocol.Player(p)); got != want {
			return r, Broken{fmt.Errorf("models: %v wrote %d bits, the formula %q gives %d", protocol.Player(p), got, prog.Formula, want)}
		}
	}
	if w, ok := m.(models.Warner); ok {
		r.Warnings = w.Warnings(seq, job.Read)
	}
	return r, nil
}

// Collect orders the players' outputs by the job's read positions.
func Collect(job models.Job, outs []map[int]tasks.Value) ([]tasks.Value, error) {
	values := make([]tasks.Value, len(job.Read))
	for k, i := range job.Read {
		v, ok := outs[job.Answerer(i)][i]
		if !ok {
			return nil, Broken{fmt.Errorf("models: %v did not output position %d", job.Answerer(i), i)}
		}
		values[k] = v
	}
	return values, nil
}

// Broken marks an error that can only be a mistake of this program: a player that
// waits in vain, a meter that disagrees with the formula.
type Broken struct{ error }

// Unwrap returns what went wrong.
func (b Broken) Unwrap() error { return b.error }

// Internal tells commands that the user is not to blame.
func (b Broken) Internal() bool { return true }
