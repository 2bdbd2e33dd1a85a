package story

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/reductions/matrix"
	"crosscut/reductions/validate"
	"crosscut/report"
)

// The chapters.
const (
	theCut    = "the cut"
	theRun    = "the protocol"
	theNeed   = "what was needed"
	theDefeat = "too small"
)

// value writes an output.
func value(v tasks.Value) string {
	var words []string
	for _, x := range v {
		words = append(words, fmt.Sprintf("%.4g", x))
	}
	if len(words) == 1 {
		return words[0]
	}
	return "(" + strings.Join(words, " ") + ")"
}

func values(vs []tasks.Value) string {
	var words []string
	for _, v := range vs {
		words = append(words, value(v))
	}
	return strings.Join(words, " ")
}

// readMarks marks read positions.
func readMarks(read []int) row {
	at := map[int]string{}
	for _, i := range read {
		at[i] = "^"
	}
	return marks(at)
}

func (t *telling) opening() error {
	sh := t.shape
	t.page(theCut, "a task, and a sequence", func(p *page) {
		p.say(Plain, "%s: %s.", sh.Task.Name, sh.Task.Doc)
		p.say(Faint, "N = %d, %s. Output %s is asked for (marked ^).", sh.N, report.Params(numbers(sh.Params)), tasks.Ranges(t.job.Read))
		p.blank()
		p.strip(sh, t.job.Split, t.seq, readMarks(t.job.Read))
		p.blank()
		p.add(Span{"A", Alice}, Span{" Alice's   ", Plain}, Span{"B", Bob}, Span{" Bob's   . public", Plain})
		p.blank()
		p.hang("", Plain, "The sequence is cut: %s may know only what each owns and what is public. "+
			"Sizes, positions and all weights of the model are known to both for free; token contents are not.", "Alice and Bob")
	})
	size, formula := t.machine.Size()
	t.page(theCut, "a model, cut in two", func(p *page) {
		p.say(Plain, "%s: %s.", t.plan.model, docOf(t.plan.model))
		if c := constructionOf(t.machine, t.plan.model, sh.Task.Name); c != nil {
			p.hang("weights   ", Plain, "%s: %s.", c.Name, strings.TrimSuffix(c.Doc, "."))
		}
		p.hang("sizes     ", Plain, "%s", report.Params(models.AllParams(t.machine)))
		p.hang("model     ", Plain, "%d bits = %s", size, formula)
		p.blank()
		p.say(Plain, "Bob must output. What Alice writes on the board for that, bit by bit, is what the model moves across the cut.")
	})
	return nil
}

func numbers(p tasks.Params) map[string]any {
	all := map[string]any{}
	for name, v := range p {
		all[name] = v
	}
	return all
}

func docOf(model string) string {
	m, err := models.Catalog().Get(model)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(m.Doc, ".")
}

// constructionOf is the construction that a machine says it was built by.
func constructionOf(m models.Machine, model, task string) *models.Construction {
	if c, ok := m.(models.Chooser); ok {
		if name := c.Choices()["construction"]; name != "" {
			if k, err := models.Constructions().Get(name); err == nil {
				return k
			}
		}
	}
	if cs := models.For(model, task); len(cs) > 0 {
		return cs[0]
	}
	return nil
}

// transcript has a page for each message, the earlier ones listed above it.
func (t *telling) transcript() error {
	ms := t.run.Transcript.Messages
	total := int(t.run.Transcript.Cost())
	raw := int(models.RawBits(t.machine, t.job.Split))
	if len(ms) == 0 {
		t.page(theRun, "nothing is written", func(p *page) {
			p.say(Plain, "The answer does not depend on the other player's tokens: 0 bits cross.")
		})
		return nil
	}
	meter := func(p *page, sum int) {
		p.meter(bar{"so far", sum, "#", Good}, bar{"in all", total, "-", Plain}, bar{"raw tokens", raw, ".", Faint})
	}
	listed := func(p *page, m protocol.Message) {
		_, ink := owner(m.From)
		p.add(Span{fmt.Sprintf("   %-5s %5d bits  ", m.From, m.Word.Len()), ink}, Span{short(m.Label, Width-20), Faint})
	}
	alone := len(ms) // messages with a page of their own
	if alone > pages {
		alone = pages / 2
	}
	sum := 0
	for k, m := range ms[:alone] {
		sum += int(m.Word.Len())
		t.page(theRun, fmt.Sprintf("message %d of %d", k+1, len(ms)), func(p *page) {
			p.strip(t.shape, t.job.Split, t.seq, readMarks(t.job.Read))
			p.blank()
			const before = 3
			if k > before {
				p.say(Faint, "   ... after %d more", k-before)
			}
			for _, earlier := range ms[max(0, k-before):k] {
				listed(p, earlier)
			}
			_, ink := owner(m.From)
			p.add(Span{fmt.Sprintf("=> %-5s %5d bits  ", m.From, m.Word.Len()), ink}, Span{short(m.Label, Width-20), Strong})
			p.add(Span{"   bits:    " + bitsOf(m.Word), ink})
			p.hang("   meaning: ", Plain, "%s", meaning(m))
			p.blank()
			meter(p, sum)
		})
	}
	for k := alone; k < len(ms); k += pages {
		some := ms[k:min(k+pages, len(ms))]
		for _, m := range some {
			sum += int(m.Word.Len())
		}
		t.page(theRun, fmt.Sprintf("messages %d-%d of %d", k+1, k+len(some), len(ms)), func(p *page) {
			for _, m := range some {
				listed(p, m)
			}
			p.blank()
			meter(p, sum)
		})
	}
	return nil
}

// pages is the most messages that are shown one by one, and the most on one page.
const pages = 14

func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-3]) + "..."
	}
	return s
}

func (t *telling) answer() error {
	r := t.run
	t.page(theRun, "the answer", func(p *page) {
		p.hang("protocol     ", Strong, "%s", values(r.Output))
		p.hang("whole model  ", Plain, "%s   (run on the uncut sequence; %s)", values(r.Whole), agreement(r.Agree))
		p.hang("definition   ", Plain, "%s   (the task itself; %s)", values(r.Expected), correctness(r.Correct))
		if t.in != nil {
			p.blank()
			p.say(Plain, "Read as an answer of %s: %v.", t.in.From.Name, bit(t.in.Got(r.Output)))
		}
		p.blank()
		p.hang("bits         ", Plain, "%d, metered; by formula %d = %s", r.Transcript.Cost(), r.Formula[0]+r.Formula[1], r.FormulaIn)
		p.hang("setting      ", Plain, "%s, %s", r.Transcript.Setting(), plural(r.Transcript.Rounds(), "round"))
		for _, w := range r.Warnings {
			p.hang("warning      ", Bad, "%s", w)
		}
	})
	if !r.Agree {
		return errors.New("the protocol and the uncut model disagree")
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func agreement(yes bool) string {
	if yes {
		return "the same, bit for bit"
	}
	return "DIFFERENT: a bug"
}

func correctness(yes bool) string {
	if yes {
		return "the model is right here"
	}
	return "the model is wrong here"
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// others runs the same tokens through every model that solves the task.
func (t *telling) others() error {
	type line struct {
		name        string
		bits        protocol.Bits
		size        protocol.Bits
		right, cuts bool
		why         string
	}
	var lines []line
	for m := range models.Catalog().All() {
		if len(models.For(m.Name, t.shape.Task.Name)) == 0 {
			continue
		}
		l := line{name: m.Name}
		k, err := models.Build(m.Name, t.shape, models.Settings{Seed: t.seed})
		if err == nil {
			l.size, _ = k.Size()
			var r *models.Result
			if r, err = models.Run(k, t.job, t.seq); err == nil {
				l.bits, l.right, l.cuts = r.Transcript.Cost(), r.Correct, true
			}
		}
		if err != nil {
			if !errors.Is(err, errors.ErrUnsupported) {
				return err
			}
			l.why = strings.ReplaceAll(err.Error(), errors.ErrUnsupported.Error()+": ", "")
		}
		lines = append(lines, l)
	}
	t.page(theRun, "other models on the same tokens", func(p *page) {
		p.add(Span{fmt.Sprintf("%-18s %10s %12s  %s", "model", "bits", "size (bits)", "right here"), Faint})
		for _, l := range lines {
			if !l.cuts {
				p.hang(fmt.Sprintf("%-18s ", l.name), Faint, "%s", l.why)
				continue
			}
			p.add(Span{fmt.Sprintf("%-18s %10d %12d  %s", l.name, l.bits, l.size, map[bool]string{true: "yes", false: "no"}[l.right]), Plain})
		}
		p.blank()
		p.say(Faint, "Bits cross the cut; the size is the model's own, as its theorem measures it. The row trivial sends the raw tokens: a model whose protocol costs more proves nothing.")
	})
	return nil
}

// needed says what any protocol had to cost, and on what ground.
func (t *telling) needed() error {
	if t.in == nil {
		return t.notNeeded()
	}
	in := t.in
	check, err := validate.Run(t.ctx, validate.FromInstance(in), validate.Options{Seed: t.seed})
	if err != nil {
		return err
	}
	t.page(theNeed, "these tokens hide another problem", func(p *page) {
		p.hang("reduction  ", Plain, "%s: %s", in.Name, in.Doc)
		p.hang("problem    ", Plain, "%s at n = %d: %s", in.From.Name, in.Size, in.From.Doc)
		p.blank()
		p.add(Span{fmt.Sprintf("Alice wrote her tokens from x = %s alone, ", t.x), Alice})
		p.add(Span{fmt.Sprintf("Bob his from y = %s alone; ", in.From.ShowY(in.Size, t.y)), Bob}, Span{fmt.Sprintf("%s(x, y) = %d.", in.From.Name, bit(in.Want(t.x, t.y))), Strong})
		p.blank()
		p.strip(t.shape, t.job.Split, t.seq, readMarks(t.job.Read))
		p.blank()
		how := "every pair (x, y)"
		if !check.Exhaustive {
			how = "a sample"
		}
		p.say(Plain, "Checked now: task(encode(x, y)) = %s(x, y) on %s, %d of %v pairs, %d failures: %s.", in.From.Name, how, check.Checked, check.Pairs, check.Failures, check.Verdict)
		p.say(Plain, "So whoever computes %s on such halves answers %s, and pays at least what %s costs.", t.shape.Task.Name, in.From.Name, in.From.Name)
	})
	setting, speaker := reductions.Direction(t.run.Transcript, protocol.Bob)
	need, known := in.Needed(setting, speaker)
	sent, raw := int(t.run.Transcript.Cost()), int(models.RawBits(t.machine, t.job.Split))
	t.page(theNeed, "the price", func(p *page) {
		if !known {
			p.say(Plain, "No bound on %s is known here for %s protocols, so nothing is needed.", in.From.Name, setting)
			return
		}
		p.hang("needed   ", Strong, "%d bits = %s, %s", need.Bits, need.Formula, need.Setting)
		p.hang("basis    ", Plain, "%s: %s", need.Basis, need.Why)
		p.blank()
		p.meter(bar{"needed", int(need.Bits), "=", Strong}, bar{"this model", sent, "#", Good}, bar{"raw tokens", raw, ".", Faint})
		p.blank()
		switch {
		case sent > raw:
			p.say(Bad, "vacuous: the protocol costs more than sending Alice's raw tokens, so its cost proves nothing about this model. The bound on smaller models stands.")
		case sent >= int(need.Bits):
			p.say(Good, "meets: right here, with at least the bits that are needed.")
		}
		p.say(Plain, "The need grows with n. Models whose sizes do not grow are overtaken:")
	})
	if !known {
		return nil
	}
	return t.bites()
}

// bites completes the price with where it is due.
func (t *telling) bites() error {
	family := func(n int) (*validate.Subject, error) {
		in, err := t.in.Reduction.Instance(n, 0, nil)
		if err != nil {
			return nil, err
		}
		return validate.FromInstance(in), nil
	}
	all, err := validate.Consequences(validate.FromInstance(t.in), family)
	if err != nil {
		return err
	}
	last := &t.steps[len(t.steps)-1]
	p := page{last.Lines}
	for _, c := range all {
		if c.BitesFrom == nil || len(c.Sizes) == 0 || c.Bits == 0 { // 0 bits: the answer is due before her tokens
			continue
		}
		p.hang("  ", Plain, "%s (%s): %d bits here, impossible from n = %d on (N = %d)", c.Architecture, report.Params(c.Sizes), c.Bits, *c.BitesFrom, *c.BitesAtN)
	}
	last.Lines = p.lines
	return nil
}

// notNeeded says honestly why there is no lower bound, and counts what can be
// counted: the rows of a small matrix of the task.
func (t *telling) notNeeded() error {
	sh := t.shape
	sent, raw := int(t.run.Transcript.Cost()), int(models.RawBits(t.machine, t.job.Split))
	t.page(theNeed, "an upper bound, and no lower one", func(p *page) {
		p.meter(bar{"this model", sent, "#", Good}, bar{"raw tokens", raw, ".", Faint})
		p.blank()
		p.say(Plain, "That is an upper bound: these halves need no more than %d bits.", min(sent, raw))
		p.say(Plain, "Needed: nothing that grows with N is claimed. No reduction here ends in %s. %s", sh.Task.Name, t.plan.otherwise)
		if sent > raw {
			p.say(Bad, "vacuous: this protocol costs more than sending Alice's raw tokens.")
		}
	})
	small, err := sh.Task.Shape(t.plan.world, t.plan.worldSet)
	if err != nil {
		return err
	}
	cut, err := matrix.NewCut(small, small.Half(), []int{small.DefaultRead()})
	if errors.Is(err, bounds.ErrTooLarge) {
		return nil // a task whose smallest world is large
	}
	if err != nil {
		return err
	}
	const quick = 1e7 // steps that no reader waits for
	if cut.Effort().Steps > quick {
		return nil
	}
	rows, err := cut.OneWay(t.ctx)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	t.page(theNeed, "what can be counted", func(p *page) {
		p.say(Plain, "At small sizes the price can be counted. At N = %d, %s, split in half, Alice has %d inputs and Bob %d.",
			small.N, report.Params(numbers(small.Params)), cut.Rows(), cut.Cols())
		p.blank()
		p.add(Span{fmt.Sprintf("  different rows of the matrix: %d", rows), Strong})
		p.add(Span{fmt.Sprintf("  so Alice, speaking once, needs exactly %s", plural(protocol.Width(uint64(rows)), "bit")), Strong})
		p.blank()
		p.hang("", Faint, "crosscut bounds --task %s --n %d%s shows every other bound on it.", small.Task.Name, small.N, setFlag(t.plan.worldSet))
	})
	return nil
}

func setFlag(p tasks.Params) string {
	if len(p) == 0 {
		return ""
	}
	return " --set " + strings.ReplaceAll(report.Params(numbers(p)), " ", ",")
}

// tooSmall shrinks the model and shows it fail.
func (t *telling) tooSmall() error {
	l := t.plan.small
	model, choice := l.model, l.choice
	if model == "" {
		model, choice = t.plan.model, t.plan.choice
	}
	set := models.Settings{Num: l.set, Choice: choice, Seed: t.seed}
	if t.in == nil {
		m, err := models.Build(model, t.shape, set)
		if err != nil {
			return err
		}
		f, err := search(t.ctx, m, t.job, t.seed)
		if err != nil {
			return err
		}
		return t.defeat(m, model, f)
	}
	if l.n > 0 {
		in, err := t.in.Reduction.Instance(l.n, 0, nil)
		if err != nil {
			return err
		}
		t.in, t.shape, t.job = in, in.Shape, models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob}
	}
	m, err := models.Build(model, t.shape, set)
	if err != nil {
		return err
	}
	f, err := falsify.Find(t.ctx, m, t.in, falsify.Options{Seed: t.seed})
	if err != nil {
		return err
	}
	return t.defeat(m, model, f)
}

// searched is how many drawn inputs are tried, at every position.
const searched = 4096

// search looks for a plain error of a model on drawn inputs.
func search(ctx context.Context, m models.Machine, job models.Job, seed uint64) (*falsify.Finding, error) {
	sh := m.Shape()
	f := &falsify.Finding{Kind: falsify.None, Strategy: "sample", Shape: sh, Note: fmt.Sprintf("%d drawn inputs are right", searched)}
	for k := range uint64(searched) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		seq := sh.Task.Generate(sh, rand.New(rand.NewPCG(seed, k)))
		r, err := models.Run(m, job, seq)
		if err != nil {
			return nil, err
		}
		if !r.Agree {
			return nil, errors.New("the protocol and the uncut model disagree")
		}
		f.Tried, f.MessageBits, f.Formula, f.Setting = k+1, r.Transcript.Cost(), r.FormulaIn, r.Transcript.Setting()
		if !r.Correct {
			f.Kind, f.Verdict, f.Input, f.Read, f.Output, f.Expected = falsify.Found, report.Errs, seq, job.Read, r.Output, r.Expected
			f.Note = fmt.Sprintf("input %d of those drawn is wrong", k+1)
			return f, nil
		}
	}
	return f, nil
}

// defeat tells what the search found.
func (t *telling) defeat(m models.Machine, model string, f *falsify.Finding) error {
	size, formula := m.Size()
	t.page(theDefeat, "the model, shrunk", func(p *page) {
		if t.plan.small.why != "" {
			p.say(Plain, "%s", t.plan.small.why)
			p.blank()
		}
		at := fmt.Sprintf("N = %d", t.shape.N)
		if t.in != nil {
			at += fmt.Sprintf(", on inputs of %s at n = %d", t.in.Name, t.in.Size)
		}
		p.hang("model    ", Plain, "%s, %s", model, at)
		p.hang("set      ", Strong, "%s", report.Params(numbers(t.plan.small.set)))
		p.hang("sizes    ", Plain, "%s", report.Params(models.AllParams(m)))
		p.hang("size     ", Plain, "%d bits = %s", size, formula)
		p.hang("message  ", Plain, "%d bits = %s", f.MessageBits, f.Formula)
		if f.Needed != nil {
			p.hang("needed   ", Plain, "%d bits, %s, %s", f.Needed.Bits, f.Needed.Setting, f.Needed.Basis)
			if f.MessageBits < f.Needed.Bits {
				p.say(Plain, "Fewer than needed: by the pigeonhole principle two of Alice's inputs look alike to Bob.")
			} else {
				p.say(Plain, "The message is long enough, but it says too little: what was left out of the model cannot come back.")
			}
		}
		p.blank()
		p.hang("search   ", Plain, "%s", f.Note)
	})
	switch f.Kind {
	case falsify.None:
		t.page(theDefeat, "no error was found", func(p *page) {
			p.say(Plain, "This search found no input on which the small model fails. That proves nothing.")
		})
	case falsify.Found:
		t.page(theDefeat, "an input that breaks it", func(p *page) { t.breaks(p, m, f) })
	case falsify.Forced:
		t.page(theDefeat, "two inputs that it cannot tell apart", func(p *page) { t.twins(p, f) })
		t.page(theDefeat, "run again, both", func(p *page) { t.breaks(p, m, f) })
	}
	return nil
}

// twins shows the two inputs, their differences marked.
func (t *telling) twins(p *page, f *falsify.Finding) {
	differ := map[int]string{}
	for k := range f.Input {
		if strings.Join(cells(f.Shape, f.Input[k]), " ") != strings.Join(cells(f.Shape, f.Twin[k]), " ") {
			differ[k+1] = "*"
		}
	}
	p.add(Span{fmt.Sprintf("x  = %s", f.At.X), Alice})
	p.add(Span{fmt.Sprintf("x' = %s", f.TwinAt.X), Alice}, Span{"   (* where the tokens differ)", Faint})
	p.blank()
	var twin []row
	for k, name := range heads(f.Shape, f.Twin[0]) {
		twin = append(twin, row{name + "'", func(i int) string {
			if differ[i] == "" {
				return ""
			}
			return cells(f.Shape, f.Twin[i-1])[k]
		}})
	}
	split := t.job.Split
	only := func(i int) bool {
		return f.Shape.N <= shownWhole || split.Of(i) == protocol.Alice || slices.Contains(f.Read, i)
	}
	p.some(f.Shape, split, f.Input, only, append(twin, marks(differ))...)
	if f.Shape.N > shownWhole {
		p.say(Faint, "(Alice's tokens and what is read; all others are the same in both)")
	}
	p.blank()
	p.say(Plain, "Only Alice's tokens differ, and she writes the same %d bits for both. Bob, with y = %s, must say the same; the right answers are %d and %d.",
		f.MessageBits, t.in.From.ShowY(t.in.Size, f.At.Y), bit(t.in.Want(f.At.X, f.At.Y)), bit(t.in.Want(f.TwinAt.X, f.TwinAt.Y)))
}

// shownWhole is the longest sequence that is shown whole beside its twin.
const shownWhole = 24

// breaks re-runs the failing input, and its twin, and prints what came out.
func (t *telling) breaks(p *page, m models.Machine, f *falsify.Finding) {
	job := models.Job{Split: t.job.Split, Read: f.Read, Answer: models.ByBob}
	one := func(name string, seq []tasks.Token) {
		r, err := models.Run(m, job, seq)
		if err != nil {
			p.hang(name, Bad, "%v", err)
			return
		}
		ink, verdict := Good, "right"
		if !r.Correct {
			ink, verdict = Bad, "WRONG"
		}
		p.add(Span{fmt.Sprintf("%-8s output %-10s uncut %-10s definition %-10s ", name, values(r.Output), values(r.Whole), values(r.Expected)), Plain}, Span{verdict, ink})
	}
	if f.Kind == falsify.Found {
		p.strip(f.Shape, t.job.Split, f.Input, readMarks(f.Read))
		p.blank()
	}
	one("input", f.Input)
	if f.Twin != nil {
		one("twin", f.Twin)
	}
	p.blank()
	if f.Kind == falsify.Forced {
		p.say(Plain, "One of the two is wrong whatever the rest of the model computes: the failure lies in what crossed, not in the weights behind it.")
	} else {
		p.say(Plain, "A plain error of this model on this input, checked again by the task's definition. Another model of the same size might not make it.")
	}
}

// ending sums up.
func (t *telling) ending() error {
	t.page("the end", "where to go on", func(p *page) {
		line := func(command, what string) {
			p.add(Span{"  " + command, Strong})
			p.hang("      ", Faint, "%s", what)
		}
		line(fmt.Sprintf("crosscut run --task %s --model %s --n %d", t.shape.Task.Name, t.plan.model, len(t.seq)), "one run with every number")
		if t.in != nil {
			line(fmt.Sprintf("crosscut validate %s --n 8", t.in.Name), "check the reduction, and read what follows for each architecture")
		}
		line("crosscut table --task "+t.shape.Task.Name, "bits and sizes against N")
		line("crosscut demo TASK", "TASK is one of "+strings.Join(tasks.Catalog().Names(), " "))
	})
	return nil
}
