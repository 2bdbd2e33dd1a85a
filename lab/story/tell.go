package story

import (
	"errors"
	"fmt"
	"strings"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
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
		p.say(Faint, "N = %d, %s. Output %s is asked for (marked ^).", sh.N, report.Params(sh.Params), tasks.Ranges(t.job.Read))
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

func docOf(model string) string {
	m, err := zoo.Catalog().Get(model)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(m.Doc, ".")
}

// constructionOf is the construction that a machine says it was built by.
func constructionOf(m models.Machine, model, task string) *models.Construction {
	if c, ok := m.(models.Chooser); ok {
		if name := c.Choices()["construction"]; name != "" {
			if k, err := zoo.Constructions().Get(name); err == nil {
				return k
			}
		}
	}
	if cs := zoo.For(model, task); len(cs) > 0 {
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
		p.add(Span{fmt.Sprintf("   %-5s %5d bits  ", m.From, m.Word.Len()), ink}, Span{short(m.Label, p.width-20), Faint})
	}
	sum, seen := 0, map[string]int{}
	fresh := func(m protocol.Message) bool { return seen[fmt.Sprint(m.From, run.Meaning(m))] < alone }
	for k := 0; k < len(ms); {
		if fresh(ms[k]) {
			m, before := ms[k], ms[max(0, k-3):k]
			seen[fmt.Sprint(m.From, run.Meaning(m))]++
			sum += int(m.Word.Len())
			so := sum
			t.page(theRun, fmt.Sprintf("message %d of %d", k+1, len(ms)), func(p *page) {
				p.strip(t.shape, t.job.Split, t.seq, readMarks(t.job.Read))
				p.blank()
				if n := k - len(before); n > 0 {
					p.say(Faint, "   ... after %d more", n)
				}
				for _, earlier := range before {
					listed(p, earlier)
				}
				_, ink := owner(m.From)
				p.add(Span{fmt.Sprintf("=> %-5s %5d bits  ", m.From, m.Word.Len()), ink}, Span{short(m.Label, p.width-20), Strong})
				p.add(Span{"   bits:    " + bitsOf(m.Word), ink})
				p.hang("   meaning: ", Plain, "%s", run.Meaning(m))
				p.blank()
				meter(p, so)
			})
			k++
			continue
		}
		end := k + 1
		for end < min(k+pages, len(ms)) && !fresh(ms[end]) {
			end++
		}
		some := ms[k:end]
		for _, m := range some {
			sum += int(m.Word.Len())
		}
		so := sum
		t.page(theRun, fmt.Sprintf("messages %d-%d of %d", k+1, k+len(some), len(ms)), func(p *page) {
			p.say(Faint, "Their meaning is that of earlier ones.")
			p.blank()
			for _, m := range some {
				listed(p, m)
			}
			p.blank()
			meter(p, so)
		})
		k = end
	}
	return nil
}

// Of a player's messages of one meaning, the first have a page of their own; pages is the most on one page.
const (
	alone = 2
	pages = 14
)

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
			p.say(Plain, "Read as an answer of %s: %v.", t.in.From.Name, bit(t.in.Got(t.y, r.Output)))
		}
		p.blank()
		p.hang("bits         ", Plain, "%d, metered; by formula %d = %s", r.Transcript.Cost(), r.Formula[0]+r.Formula[1], r.FormulaIn)
		p.hang("setting      ", Plain, "%s, %s", r.Transcript.Setting(), report.Plural(r.Transcript.Rounds(), "round"))
		for _, w := range r.Warnings {
			p.hang("warning      ", Bad, "%s", w)
		}
	})
	if !r.Agree {
		return errors.New("the protocol and the uncut model disagree")
	}
	return nil
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
	for m := range zoo.Catalog().All() {
		if len(zoo.For(m.Name, t.shape.Task.Name)) == 0 {
			continue
		}
		l := line{name: m.Name}
		k, err := zoo.Build(m.Name, t.shape, models.Settings{Seed: t.seed})
		if err == nil {
			l.size, _ = k.Size()
			var r *run.Result
			if r, err = run.Do(t.ctx, k, t.job, t.seq); err == nil {
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
			p.add(Span{fmt.Sprintf("%-18s %10d %12d  %s", l.name, l.bits, l.size, report.Yes(l.right)), Plain})
		}
		p.blank()
		p.say(Faint, "Bits cross the cut; the size is the model's own, as its theorem measures it. The row trivial sends the raw tokens: a model whose protocol costs more proves nothing.")
	})
	return nil
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
