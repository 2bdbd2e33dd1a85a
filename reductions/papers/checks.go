package papers

import (
	"context"
	"fmt"
	"math"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/report"
)

// The checks that claims are made of. Each gives one row.

// truthTable compares the reduction with its problem through the task's
// definition: on every input pair where there are at most limit of them, else on
// a sample. A wrong pair refutes the reduction, hence Crosscut: contradiction.
func truthTable(ctx context.Context, in *reductions.Instance, limit int, seed uint64) (report.Row, error) {
	row := report.Row{
		Task: in.Shape.Task.Name, Model: "definition", Reduction: in.Name, N0: ptr(in.Size), N: ptr(in.Shape.N),
		Params: map[string]any{}, Warnings: []string{},
	}
	for name, v := range in.Shape.Params {
		row.Params[name] = v
	}
	check := func(x, y protocol.Word) {
		row.Runs++
		seq := in.Encode(x, y)
		if err := in.Shape.Check(seq); err != nil {
			row.Wrong++
			row.Witness = fmt.Sprintf("%s: %v", showPair(in, x, y), err)
			return
		}
		if out := in.Shape.Eval(seq, in.Reads); in.Got(out) != in.Want(x, y) {
			row.Wrong++
			row.Witness = fmt.Sprintf("%s: the task says %v, %s says %v", showPair(in, x, y), in.Got(out), in.From.Name, in.Want(x, y))
		}
	}
	if count := pairs(in, limit); count > 0 {
		row.Exhaustive = true
		ys := in.From.Ys(in.Size)
		for k := range count {
			if k%256 == 0 && ctx.Err() != nil {
				return row, ctx.Err()
			}
			check(in.From.X(in.Size, k/ys), in.From.Y(in.Size, k%ys))
		}
		row.Note = fmt.Sprintf("truth table of the reduction: all %d pairs (x, y)", count)
	} else {
		const samples = 120
		for k := range samples {
			if ctx.Err() != nil {
				return row, ctx.Err()
			}
			check(in.Sample(seed, uint64(k)))
		}
		row.Note = fmt.Sprintf("truth table of the reduction: %d sampled pairs (x, y)", samples)
	}
	row.Verdict = report.Meets
	if row.Wrong > 0 {
		row.Verdict = report.Contradiction
	}
	return row, nil
}

// throughReduction runs a machine on a reduction's inputs: on every pair where
// there are at most limit, else on a sample.
func throughReduction(ctx context.Context, m models.Machine, in *reductions.Instance, limit, runs int, seed uint64) (report.Row, error) {
	t := through(m, in, seed)
	t.runs = runs
	t.all = pairs(in, limit) > 0
	row, err := t.run(ctx)
	how := "sampled"
	if row.Exhaustive {
		how = "all"
	}
	row.Note = fmt.Sprintf("protocol through the reduction, %s %d pairs (x, y)", how, row.Runs)
	return row, err
}

// onInputs runs a machine that claims to solve its task. When the task's small
// world has at most limit sequences, all of them are tried at every position;
// else the generator's, a given number. The bits are metered at the default split
// for one read position.
func onInputs(ctx context.Context, m models.Machine, limit, runs int, seed uint64) (report.Row, error) {
	sh := m.Shape()
	t := trial{machine: m, seed: seed, runs: max(min(runs, 4), 1),
		job: models.Job{Split: sh.Half(), Read: []int{sh.DefaultRead()}, Answer: models.ByBob}}
	row, err := t.run(ctx)
	if err != nil {
		return row, err
	}
	row.Runs, row.Wrong, row.Witness = 0, 0, ""
	read := sh.All()
	var worst float64
	check := func(seq []tasks.Token) error {
		if row.Runs%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		got, err := m.Whole(seq, read)
		if err != nil {
			return err
		}
		want := sh.Eval(seq, read)
		row.Runs++
		for k := range read {
			worst = max(worst, distance(got[k], want[k]))
			if !sh.Correct(got[k], want[k]) {
				row.Wrong++
				if row.Witness == "" {
					row.Witness = fmt.Sprintf("tokens %s, position %d: output %v, and the definition says %v", showTokens(sh, seq), read[k], got[k], want[k])
				}
				break
			}
		}
		return nil
	}
	if count := sequences(sh, limit); count > 0 {
		row.Exhaustive = true
		err = eachSequence(sh, check)
		row.Note = fmt.Sprintf("all %d sequences of the small world, all %d positions", count, sh.N)
	} else {
		for k := range runs {
			if err = check(t.input(k).seq); err != nil {
				break
			}
		}
		row.Note = fmt.Sprintf("%d generated sequences, all %d positions", row.Runs, sh.N)
	}
	row.Note += fmt.Sprintf("; worst error %.3g", worst)
	row.Judge()
	return row, err
}

// distance is Euclidean.
func distance(a, b tasks.Value) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	var sum float64
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum)
}

// sequences is the number of sequences over the task's small world, or 0 when it
// exceeds limit.
func sequences(sh tasks.Shape, limit int) int {
	count := 1
	for i := 1; i <= sh.N; i++ {
		count *= len(sh.Task.Alphabet(sh, i))
		if count > limit || count == 0 {
			return 0
		}
	}
	return count
}

// eachSequence yields every sequence over the small world that is an input of
// the task. The slice is reused.
func eachSequence(sh tasks.Shape, f func(seq []tasks.Token) error) error {
	seq, at := make([]tasks.Token, sh.N), sh.All()
	var fill func(i int) error
	fill = func(i int) error {
		if i == sh.N {
			if sh.Task.CheckSeq != nil && sh.Task.CheckSeq(sh, at, seq) != nil {
				return nil
			}
			return f(seq)
		}
		for _, tok := range sh.Task.Alphabet(sh, i+1) {
			seq[i] = tok
			if err := fill(i + 1); err != nil {
				return err
			}
		}
		return nil
	}
	return fill(0)
}

func showTokens(sh tasks.Shape, seq []tasks.Token) string {
	var parts []any
	for _, t := range seq {
		parts = append(parts, sh.Task.FormatToken(sh, t))
	}
	return clip(fmt.Sprint(parts))
}

// undersized looks for an input on which a model must fail, and gives the row
// that every lower bound must show: errs, with the input.
func undersized(ctx context.Context, m models.Machine, in *reductions.Instance, o falsify.Options) (report.Row, error) {
	t := through(m, in, o.Seed)
	row := t.row()
	f, err := falsify.Find(ctx, m, in, o)
	if err != nil {
		return row, err
	}
	row.Bits, row.Formula, row.Setting = report.Num(f.MessageBits), report.Num(f.MessageBits), f.Setting
	if f.Needed != nil {
		row.Needed, row.Basis = report.Num(f.Needed.Bits), string(f.Needed.Basis)
	}
	row.Trivial = report.Num(models.RawBits(m, in.At))
	row.Runs, row.Exhaustive, row.Verdict = int(f.Tried), f.Exhaustive, f.Verdict
	row.Note = fmt.Sprintf("undersized model, %s by %s after %d: %s", f.Kind, f.Strategy, f.Tried, f.Note)
	if f.Kind != falsify.None {
		row.Wrong = 1
		row.Witness = fmt.Sprintf("%s: output %s, and the definition says %s", showPair(in, f.At.X, f.At.Y), show(f.Output), show(f.Expected))
		if f.TwinAt != nil {
			row.Witness += fmt.Sprintf("; the same words as for %s", showPair(in, f.TwinAt.X, f.TwinAt.Y))
		}
	}
	return row, nil
}

// bites is the row for an inequality cost(n) >= n: the least n at which a model
// of these sizes has too few bits. cost is the formula; the machine, built at
// that n, must cost the same.
func bites(cost func(n int) protocol.Bits, limit int) (n int, ok bool) {
	for n = 1; n <= limit; n++ {
		if cost(n) < protocol.Bits(n) {
			return n, true
		}
	}
	return 0, false
}
