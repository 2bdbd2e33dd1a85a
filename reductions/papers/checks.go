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
	"crosscut/reductions/rules"
	"crosscut/report"
)

// The checks that claims are made of. Each gives one row.

// truthTable compares a reduction with its problem through the task's
// definition, at each of the given instances (at, in words): on every input pair where there are
// at most limit of them, else on a sample. The row sums them up under the largest
// instance. A wrong pair refutes the reduction, hence Crosscut: contradiction.
func truthTable(ctx context.Context, instances []*reductions.Instance, at string, limit int, seed uint64) (report.Row, error) {
	last := instances[len(instances)-1]
	row := report.Row{
		Task: last.Shape.Task.Name, Model: "definition", Reduction: last.Name, N0: ptr(last.Size), N: ptr(last.Shape.N),
		Params: map[string]any{}, Warnings: []string{}, Exhaustive: true, Verdict: report.Meets,
	}
	for name, v := range last.Shape.Params {
		row.Params[name] = v
	}
	for _, in := range instances {
		count := pairs(in, limit)
		t := trial{in: in, seed: seed, all: count > 0}
		if !t.all {
			count, row.Exhaustive = samples, false
		}
		for k := range count {
			if row.Runs%256 == 0 && ctx.Err() != nil {
				return row, ctx.Err()
			}
			row.Runs++
			x, y := t.pair(k)
			if why := refute(in, x, y); why != "" {
				row.Wrong++
				row.Verdict = report.Contradiction
				if row.Witness == "" {
					row.Witness = sizeOf(in) + ": " + why
				}
			}
		}
	}
	how := "all pairs (x, y)"
	if !row.Exhaustive {
		how = fmt.Sprintf("all pairs (x, y), or %d sampled ones where they are more than %d", samples, limit)
	}
	row.Note = fmt.Sprintf("truth table of the reduction at %s: %s", at, how)
	return row, nil
}

// samples are drawn where the pairs are too many to try all.
const samples = 120

func sizeOf(in *reductions.Instance) string {
	s := fmt.Sprintf("n=%d N=%d", in.Size, in.Shape.N)
	if m, ok := in.Shape.Params["M"]; ok {
		s += fmt.Sprintf(" M=%v", m)
	}
	return s
}

// refute says why the reduction is wrong at (x, y), or nothing.
func refute(in *reductions.Instance, x, y protocol.Word) string {
	seq := in.Encode(x, y)
	if err := in.Shape.Check(seq); err != nil {
		return fmt.Sprintf("%s: %v", showPair(in, x, y), err)
	}
	if out := in.Shape.Eval(seq, in.Reads); in.Got(y, out) != in.Want(x, y) {
		return fmt.Sprintf("%s: the task says %v, %s says %v", showPair(in, x, y), in.Got(y, out), in.From.Name, in.Want(x, y))
	}
	return ""
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
func onInputs(ctx context.Context, m models.Machine, limit, runs int, seed uint64) report.Row {
	sh := m.Shape()
	t := trial{machine: m, seed: seed, runs: max(min(runs, 4), 1),
		job: models.Job{Split: sh.Half(), Read: []int{sh.DefaultRead()}, Answer: models.ByBob}}
	row := must(t.run(ctx))
	row.Runs, row.Wrong, row.Witness = 0, 0, ""
	read := sh.All()
	var worst float64
	check := func(seq []tasks.Token) {
		if row.Runs%256 == 0 {
			require(ctx.Err())
		}
		got := must(m.Whole(ctx, seq, read))
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
	}
	if count := sequences(sh, limit); count > 0 {
		row.Exhaustive = true
		eachSequence(sh, check)
		row.Note = fmt.Sprintf("all %d sequences of the small world, all %d positions", count, sh.N)
	} else {
		for k := range runs {
			check(t.input(k).seq)
		}
		row.Note = fmt.Sprintf("%d generated sequences, all %d positions", row.Runs, sh.N)
	}
	row.Note += fmt.Sprintf("; worst error %.3g", worst)
	row.Worst = report.Num(worst)
	row.Judge()
	return row
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
// exceeds limit. With limit 0 the small world, which may be large, is not listed.
func sequences(sh tasks.Shape, limit int) int {
	if limit == 0 {
		return 0
	}
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
func eachSequence(sh tasks.Shape, f func(seq []tasks.Token)) {
	seq, at := make([]tasks.Token, sh.N), sh.All()
	var fill func(i int)
	fill = func(i int) {
		if i == sh.N {
			if sh.Task.CheckSeq == nil || sh.Task.CheckSeq(sh, at, seq) == nil {
				f(seq)
			}
			return
		}
		for _, tok := range sh.Task.Alphabet(sh, i+1) {
			seq[i] = tok
			fill(i + 1)
		}
	}
	fill(0)
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
	row.Bits, row.Formula, row.FormulaText, row.Setting = report.Num(f.MessageBits), report.Num(f.MessageBits), f.Formula, f.Setting
	if f.Needed != nil {
		row.Needed, row.Basis, row.NeededBy = report.Num(f.Needed.Bits), string(f.Needed.Basis), t.named(*f.Needed, false)
	}
	row.Trivial = report.Num(models.RawBits(m, in.At))
	row.Runs, row.Exhaustive, row.Verdict = int(f.Tried), f.Exhaustive, f.Verdict
	row.Note = fmt.Sprintf("undersized model, failure %s (%s)", f.Kind, f.Note)
	if f.Kind != falsify.None {
		row.Wrong = 1
		row.Witness = fmt.Sprintf("%s: %s", showPair(in, f.At.X, f.At.Y), differ(f.Shape, f.Read, f.Output, f.Expected))
		if f.TwinAt != nil {
			row.Witness += fmt.Sprintf("; the same words cross for %s", showPair(in, f.TwinAt.X, f.TwinAt.Y))
		}
		row.Witness += "; tokens " + showTokens(f.Shape, f.Input)
	}
	return row, nil
}

// biteRow states where the inequality of a rule begins to say something through a
// reduction, for a model of given sizes.
func biteRow(r *reductions.Reduction, a rules.Sized, limit int) (report.Row, error) {
	n, ok, err := bites(a, r, limit)
	if err == nil && !ok {
		err = fmt.Errorf("papers: %s: the inequality says nothing up to n = %d", r.Name, limit)
	}
	if err != nil {
		return report.Row{}, err
	}
	in, err := r.Instance(n, 0, nil)
	if err != nil {
		return report.Row{}, err
	}
	m, err := a.Machine(in.Shape, 0)
	if err != nil {
		return report.Row{}, err
	}
	row, err := through(m, in, 0).unrun("")
	row.Note = fmt.Sprintf("through %s the inequality says something from n = %d on (N = %d), and nothing below, for models of these sizes; no input was run", r.Name, n, in.Shape.N)
	return row, err
}
