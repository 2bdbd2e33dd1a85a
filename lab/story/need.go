package story

import (
	"errors"
	"fmt"
	"strings"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
	"crosscut/reductions"
	"crosscut/reductions/matrix"
	"crosscut/reductions/validate"
	"crosscut/report"
)

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
		case sent == raw && sent >= int(need.Bits):
			p.say(Plain, "meets: right here, with as many bits as Alice's raw tokens: nothing saved.")
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
	all, err := validate.Consequences(t.ctx, validate.FromInstance(t.in), family)
	if err != nil {
		return err
	}
	last := &t.steps[len(t.steps)-1]
	last.add(func(p *page) {
		for _, c := range all {
			if c.BitesFrom == nil || len(c.Sizes) == 0 || *c.Bits == 0 { // 0 bits: the answer is due before her tokens
				continue
			}
			p.hang("  ", Plain, "%s (%s): %d bits here, impossible from n = %d on (N = %d)", c.Architecture, report.Params(c.Sizes), *c.Bits, *c.BitesFrom, *c.BitesAtN)
		}
	})
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
			small.N, report.Params(small.Params), cut.Rows(), cut.Cols())
		p.blank()
		p.add(Span{fmt.Sprintf("  different rows of the matrix: %d", rows.Different), Strong})
		p.add(Span{fmt.Sprintf("  so Alice, speaking once, needs exactly %s", report.Plural(rows.Bits.Upper, "bit")), Strong})
		p.blank()
		p.hang("", Faint, "crosscut bounds --task %s --n %d%s shows every other bound on it.", small.Task.Name, small.N, setFlag(t.plan.worldSet))
	})
	return nil
}

func setFlag(p tasks.Params) string {
	if len(p) == 0 {
		return ""
	}
	return " --set " + strings.ReplaceAll(report.Params(p), " ", ",")
}
