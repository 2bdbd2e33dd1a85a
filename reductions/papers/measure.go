package papers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"crosscut/models"
	"crosscut/models/linear"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/matrix"
	"crosscut/report"
)

// trial is one machine at one size, on inputs that a reduction or the task's
// generator draws. The machine's job does not change from run to run.
type trial struct {
	machine models.Machine
	job     models.Job
	in      *reductions.Instance // nil: inputs are drawn by the task's generator
	seed    uint64
	runs    int  // sampled inputs
	all     bool // run every input pair of the problem instead
}

// through is a trial on a reduction's inputs. Bob answers.
func through(m models.Machine, in *reductions.Instance, seed uint64) trial {
	return trial{machine: m, in: in, seed: seed, job: models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob}}
}

// input is one input of a trial.
type input struct {
	seq  []tasks.Token
	name string
	// right judges outputs by the problem's answer; nil without a reduction.
	right func(out []tasks.Value) bool
}

func (t trial) input(k int) input {
	if t.in == nil {
		sh := t.machine.Shape()
		return input{seq: sh.Task.Generate(sh, rand.New(rand.NewPCG(t.seed, uint64(k)))), name: fmt.Sprintf("generated input %d", k+1)}
	}
	x, y := t.pair(k)
	return input{t.in.Encode(x, y), showPair(t.in, x, y), func(out []tasks.Value) bool { return t.in.Decides(x, y, out) }}
}

// pair is input k of the problem: of all that there are, or drawn.
func (t trial) pair(k int) (x, y protocol.Word) {
	if !t.all {
		return t.in.Sample(t.seed, uint64(k))
	}
	ys := t.in.From.Ys(t.in.Size)
	return t.in.From.X(t.in.Size, k/ys), t.in.From.Y(t.in.Size, k%ys)
}

// showPair writes an input pair, and no more than a line of it.
func showPair(in *reductions.Instance, x, y protocol.Word) string {
	return fmt.Sprintf("x = %s, y = %s", clip(in.From.ShowX(in.Size, x)), clip(in.From.ShowY(in.Size, y)))
}

// pairs is the number of input pairs of the problem, or 0 when it exceeds limit.
func pairs(in *reductions.Instance, limit int) int {
	xs, ys := in.From.Xs(in.Size), in.From.Ys(in.Size)
	if xs < 1 || ys < 1 || xs > limit || ys > limit || xs*ys > limit {
		return 0
	}
	return xs * ys
}

// run runs the trial and judges it. The row is complete but for the claim. A
// disagreement of cut and uncut run, or of meter and formula, is an error: these
// are bugs here, never news about the model.
func (t trial) run(ctx context.Context) (report.Row, error) {
	row := t.row()
	runs := t.runs
	if t.all {
		runs = pairs(t.in, 1<<30)
		row.Exhaustive = true
	}
	warned := map[string]bool{}
	for k := range runs {
		if err := ctx.Err(); err != nil {
			return row, err
		}
		try := t.input(k)
		r, err := run.Do(ctx, t.machine, t.job, try.seq)
		if errors.Is(err, errors.ErrUnsupported) {
			return row, unbuilt{err} // the model's output rule does not reach this input
		}
		if err != nil {
			return row, fmt.Errorf("%s: %w", try.name, err)
		}
		if !r.Agree {
			return row, fmt.Errorf("%s: the protocol's output %v differs from the uncut model's %v", try.name, show(r.Output), show(r.Whole))
		}
		if row.Runs == 0 {
			t.price(&row, r)
		} else if *row.Bits != float64(r.Transcript.Cost()) {
			return row, fmt.Errorf("%s: %d bits, and %v on another input", try.name, r.Transcript.Cost(), *row.Bits)
		}
		row.Runs++
		switch {
		case !r.Correct:
			row.Wrong++
			if row.Witness == "" {
				row.Witness = fmt.Sprintf("%s: %s", try.name, differ(t.machine.Shape(), t.job.Read, r.Output, r.Expected))
			}
		case try.right != nil && !try.right(r.Output):
			return row, fmt.Errorf("%s: outputs that the task accepts give the wrong answer of %s: the reduction does not hold", try.name, t.in.From.Name)
		}
		for _, w := range r.Warnings {
			if !warned[w] {
				warned[w] = true
				row.Warnings = append(row.Warnings, w)
			}
		}
	}
	if row.Judge(); row.Wrong > 0 {
		row.Rank = nil // of a network that is wrong
	}
	if row.Verdict == report.Unknown && row.Needed != nil && *row.Bits < *row.Needed {
		row.Warnings = append(row.Warnings, "fewer bits than needed, so some input is wrong; the sample did not meet it: see falsify")
	}
	return row, nil
}

// row holds what is known before any run.
func (t trial) row() report.Row {
	sh := t.machine.Shape()
	size, _ := t.machine.Size()
	row := report.Row{Task: sh.Task.Name, N: ptr(sh.N), Params: models.AllParams(t.machine), Size: report.Num(size), Warnings: []string{}}
	if t.in != nil {
		row.Reduction, row.N0 = t.in.Name, ptr(t.in.Size)
	}
	return row
}

// unrun is the row of a trial that is priced by its formula and not run.
func (t trial) unrun(why string) (report.Row, error) {
	row := t.row()
	prog, err := t.machine.Compile(t.job)
	if err != nil {
		return row, err
	}
	row.Formula, row.FormulaText = report.Num(prog.Total()), prog.Formula
	row.Setting = prog.Setting()
	row.Trivial = report.Num(models.RawBits(t.machine, t.job.Split))
	t.need(&row, row.Setting, protocol.Alice)
	if *row.Formula > *row.Trivial {
		row.Warnings = append(row.Warnings, vacuous)
	}
	if why != "" {
		row.Warnings = append(row.Warnings, why)
	}
	row.Judge()
	return row, nil
}

// price writes what a run cost and what it needed to cost. Every run of one
// machine and one job costs the same.
func (t trial) price(row *report.Row, r *run.Result) {
	row.Bits = report.Num(r.Transcript.Cost())
	row.Formula = report.Num(r.Formula[0] + r.Formula[1])
	row.FormulaText = r.FormulaIn
	row.Trivial = report.Num(models.RawBits(t.machine, t.job.Split))
	setting, speaker := reductions.Direction(r.Transcript, protocol.Bob)
	row.Setting = setting
	t.need(row, setting, speaker)
	if *row.Bits > *row.Trivial {
		row.Warnings = append(row.Warnings, vacuous)
	}
}

// need writes the largest need that is known in the setting, and whose it is. Where
// it is the task's, the inputs of the reduction do not reach all that it speaks of:
// then fewer bits on all of them are no contradiction. A small matrix of the task's own is counted; how
// a need grows is known of the others.
func (t trial) need(row *report.Row, setting protocol.Setting, speaker protocol.Player) {
	defer func() {
		t.rank(row)
		need, why := matrix.Need(context.Background(), t.machine, t.job, setting, speaker)
		if need.Bits > 0 && (row.Needed == nil || float64(need.Bits) > *row.Needed) {
			row.Needed, row.Basis, row.NeededOfTask, row.NeededBy = report.Num(need.Bits), string(need.Basis), true, t.named(need, true)
		} else if row.Needed == nil && row.NeededBy == "" {
			row.NeededBy = matrix.Unknown(why)
		}
	}()
	var need reductions.Need
	var ofTask, ok bool
	if t.in != nil {
		need, ofTask, ok = t.in.Best(setting, speaker)
	} else {
		need, ok = reductions.OwnNeed(t.machine.Shape(), t.job.Split, t.job.Read, setting, speaker)
		ofTask = true
	}
	if !ok {
		return
	}
	row.Needed, row.Basis, row.NeededOfTask = report.Num(need.Bits), string(need.Basis), ofTask
	row.NeededBy = t.named(need, ofTask)
	if g, ok := t.machine.(models.Grower); ok {
		o, of := g.Orders(t.job), need.Of
		if !ofTask && t.in != nil {
			of = t.in.Name
		}
		row.BitsIn = report.Band{Least: need.Least, Most: o.Bits, By: of}
		if o.At.Owner != nil && !slices.Equal(o.At.Owner, t.job.Split.Owner) {
			need, _ = reductions.OwnNeed(t.machine.Shape(), o.At, t.job.Read, setting, speaker)
			of = need.Of + ", one token of Alice's"
		}
		row.SizeIn = report.Band{Least: need.Least, Most: o.Size, By: of}
		if o.Times > 0 && need.Bits > 0 {
			times := protocol.Bits(o.Times)
			row.SizeNeeded = report.Num((need.Bits + times - 1) / times)
			if times > 1 {
				of += fmt.Sprintf(" / %d", times)
			}
			row.SizeNeededBy = of
		}
	}
}

// rank writes the rank N d that the first layer of every feed-forward network for sparse averages has, where the proof holds
// (docs/feedforward.md): so many rows, of at least the bits of one z.
func (t trial) rank(row *report.Row) {
	layer, ok := t.machine.(*linear.FeedForward)
	sh := t.machine.Shape()
	if q := sh.Int("q"); !ok || sh.Task != tasks.QSA || q >= sh.N || !(tasks.Allowed(sh)*float64(2*q-1) < 1) {
		return
	}
	need := sh.N * sh.Int("d")
	row.Rank, row.RankNeeded = report.Num(len(layer.Rows)), report.Num(need)
	row.SizeNeeded, row.SizeNeededBy = report.Num(need*layer.Sizes.Int("p")), "rank N d, p bits each"
	row.NeededBy = strings.TrimPrefix(fmt.Sprintf("%s; rank %d = N d of the first layer: the null vector", row.NeededBy, need), "; ")
}

// named says whose a need is, at which split or size, and its formula.
func (t trial) named(need reductions.Need, ofTask bool) string {
	at := splitText(t.job.Split)
	if !ofTask {
		at = fmt.Sprintf("n = %d, %s", t.in.Size, at)
	}
	return fmt.Sprintf("%s at %s: %s", need.Of, at, need.Formula)
}

// splitText writes who owns what, in ranges.
func splitText(at tasks.Split) string {
	var parts []string
	for _, who := range []struct {
		name string
		p    protocol.Player
	}{{"alice", protocol.Alice}, {"bob", protocol.Bob}, {"public", tasks.Public}} {
		if list := tasks.Ranges(at.Positions(who.p)); list != "" {
			parts = append(parts, who.name+":"+list)
		}
	}
	return clip(strings.Join(parts, ","))
}

// vacuous is the warning on a protocol that costs more than sending the tokens.
const vacuous = "vacuous: the protocol costs more than sending Alice's raw tokens, so its cost proves nothing about the model"

func ptr[T any](v T) *T { return &v }

// differ shows the first position at which an output is not what the definition
// accepts.
func differ(sh tasks.Shape, read []int, got, want []tasks.Value) string {
	for k, i := range read {
		if !sh.Correct(got[k], want[k]) {
			return fmt.Sprintf("at position %d the output is %v, and the definition says %v", i, got[k], want[k])
		}
	}
	return "every output is right"
}

// show writes values, and no more than a line of them.
func show(vs []tasks.Value) string { return clip(fmt.Sprint(vs)) }

func clip(s string) string {
	if len(s) > 120 {
		s = s[:117] + "..."
	}
	return s
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
