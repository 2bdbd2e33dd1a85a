package story

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions/falsify"
	"crosscut/report"
)

// tooSmall shrinks the model and shows it fail.
func (t *telling) tooSmall() error {
	l := t.plan.small
	model, choice := l.model, l.choice
	if model == "" {
		model, choice = t.plan.model, t.plan.choice
	}
	set := models.Settings{Num: l.set, Choice: choice, Seed: t.seed}
	if t.in != nil && l.n > 0 {
		in, err := t.in.Reduction.Instance(l.n, 0, nil)
		if err != nil {
			return err
		}
		t.in, t.shape, t.job = in, in.Shape, models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob}
	}
	m, err := zoo.Build(model, t.shape, set)
	if err != nil {
		return err
	}
	var f *falsify.Finding
	if t.in == nil {
		f, err = search(t.ctx, m, t.job, t.seed)
	} else {
		f, err = falsify.Find(t.ctx, m, t.in, falsify.Options{Seed: t.seed})
	}
	if err == nil {
		t.defeat(m, model, f)
	}
	return err
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
		r, err := run.Do(ctx, m, job, seq)
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
func (t *telling) defeat(m models.Machine, model string, f *falsify.Finding) {
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
		p.hang("set      ", Strong, "%s", report.Params(t.plan.small.set))
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
	writes := "writes the same " + report.Plural(int(f.MessageBits), "bit") + " for both"
	if f.MessageBits == 0 {
		writes = "writes nothing: at this size what she would send has one value only, whatever she holds"
	}
	p.say(Plain, "Only Alice's tokens differ, and she %s. Bob, with y = %s, must say the same; the right answers are %d and %d.",
		writes, t.in.From.ShowY(t.in.Size, f.At.Y), bit(t.in.Want(f.At.X, f.At.Y)), bit(t.in.Want(f.TwinAt.X, f.TwinAt.Y)))
}

// shownWhole is the longest sequence that is shown whole beside its twin.
const shownWhole = 24

// breaks re-runs the failing input, and its twin, and prints what came out.
func (t *telling) breaks(p *page, m models.Machine, f *falsify.Finding) {
	job := models.Job{Split: t.job.Split, Read: f.Read, Answer: models.ByBob}
	one := func(name string, seq []tasks.Token) {
		r, err := run.Do(t.ctx, m, job, seq)
		if err != nil {
			p.hang(name, Bad, "%v", err)
			return
		}
		ink, verdict := Good, "right"
		if !r.Correct {
			ink, verdict = Bad, "WRONG"
		}
		got, whole, want := values(r.Output), values(r.Whole), values(r.Expected)
		if max(len(got), len(whole), len(want)) <= 10 {
			p.add(Span{fmt.Sprintf("%-8s output %-10s uncut %-10s definition %-10s ", name, got, whole, want), Plain}, Span{verdict, ink})
			return
		}
		p.hang(pad(name, 9)+"output      ", Plain, "%s", got)
		p.hang("         uncut       ", Plain, "%s", whole)
		p.hang("         definition  ", Plain, "%s", want)
		p.add(Span{"         ", Plain}, Span{verdict, ink})
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
