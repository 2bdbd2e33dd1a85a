// Package falsify looks for an input on which a model must fail, or does.
//
// A model faces a reduction from a base problem to its task. Two kinds of
// failure are kept apart:
//
//   - forced: two of Alice's inputs x, x' lead to the same message (or, in two-way
//     protocols, two fooling pairs to the same transcript). The other player
//     cannot tell them apart, and for some y the right answers differ, so that
//     one of the two inputs is wrong whatever the rest of the model computes. When
//     the message has fewer bits than the problem needs, the pigeonhole principle
//     says that such a pair exists.
//   - found: a plain error of this model on one input. Another model of the same
//     size might not make it.
//
// Every failure is confirmed before it is reported: both inputs run through the
// protocol, through the uncut model, and against the task's definition.
//
// "none" means that the strategies that ran found nothing within their limits. It
// says something about all inputs only where the note says that all were tried.
// In particular a sample without an error proves nothing, and a message longer
// than the bound refutes nothing.
package falsify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/report"
)

// Kind separates failures that every model with these messages shares from
// failures of this one.
type Kind string

// The three kinds.
const (
	Forced Kind = "forced"
	Found  Kind = "found"
	None   Kind = "none"
)

// Point is an input of the base problem.
type Point struct{ X, Y protocol.Word }

// Finding is the outcome of a search.
type Finding struct {
	Kind        Kind
	Strategy    string // the strategy that decided
	MessageBits protocol.Bits
	Formula     string           // MessageBits in words
	Needed      *reductions.Need // nil: nothing is known in this setting
	Setting     protocol.Setting
	Tried       uint64 // messages or pairs that the deciding strategy computed
	Exhaustive  bool   // none: every input pair of the problem was tried

	// Of a failure: the input on which the model is wrong, what it put out at
	// Read, and what the definition says there.
	Shape    tasks.Shape
	At       Point // empty: an input of the task that is none of the reduction
	Input    []tasks.Token
	Read     []int
	Output   []tasks.Value
	Expected []tasks.Value
	// Of a forced failure: the input that leads to the same words.
	TwinAt *Point
	Twin   []tasks.Token
	// Of a trained model: where input and twin are none of those that it was trained on. Domain is
	// false where that is not known.
	Domain  bool
	Outside []string

	Verdict report.Verdict
	Note    string // what was tried, and what it means
	assumes bool   // right means more than right as it is: Note begins with what

	in *reductions.Instance
}

// Instance is what the model faced.
func (f *Finding) Instance() *reductions.Instance { return f.in }

// ShowX writes an input of Alice's as users see it, ShowY one of Bob's.
func (f *Finding) ShowX(x protocol.Word) string { return f.in.From.ShowX(f.in.Size, x) }

// ShowY writes an input of Bob's.
func (f *Finding) ShowY(y protocol.Word) string { return f.in.From.ShowY(f.in.Size, y) }

// Options bound a search. The zero value takes the defaults. Time is bounded by
// the context: at its deadline a search ends with what it has.
type Options struct {
	Seed     uint64
	Messages int    // messages remembered by the hash strategy, or more where it pays; default 1 << 21
	Pairs    int    // input pairs tried by found strategies; default 1 << 14
	Memory   uint64 // bytes that a search may take; 0: as much as it likes, below 1.5 GB
	// Progress is told how far the strategy at work has come. May be nil.
	Progress func(done, of uint64)
	// Only names the strategies to use; empty: all that apply, in order.
	Only []string
	// Counted are trails that the birthday strategy need not walk; see Target.Birthday.
	Counted *Trails
}

func (o Options) withDefaults() Options {
	if o.Messages == 0 {
		o.Messages = 1 << 21
	}
	if o.Pairs == 0 {
		o.Pairs = 1 << 14
	}
	return o
}

// Lead is what a strategy hands to be confirmed.
type Lead struct {
	// Candidates are inputs of which at least one is wrong. For a forced failure
	// they come in twins: two by two, with equal words.
	Candidates []Point
	// Inputs stand in for Candidates where they are inputs of the task, and not of
	// the reduction: two of them, with equal outputs at Read.
	Inputs [][]tasks.Token
	Read   []int
	Tried  uint64
	// Settled: this kind of failure does not exist; the search was exhaustive.
	Settled bool
	Note    string
}

// Strategy is one way of looking.
type Strategy struct {
	Name    string
	Rank    int // those of smaller rank are tried first; gaps leave room for others
	Doc     string
	Kind    Kind
	Strings bool // it flips bits of x: Alice's inputs must be all strings of some length
	Beyond  bool // it looks at inputs beyond those of the reduction
	Applies func(t *Target) bool
	// Search returns a lead with candidates, or one without.
	Search func(ctx context.Context, t *Target, o Options) (Lead, error)
}

// ID is the name users type.
func (s *Strategy) ID() string { return s.Name }

// Validate says what is missing.
func (s *Strategy) Validate() error {
	if s.Name == "" || s.Doc == "" || s.Rank <= 0 || s.Kind == "" || s.Applies == nil || s.Search == nil {
		return errors.New("a strategy has a name, a doc, a rank, a kind, Applies and Search")
	}
	return nil
}

var catalogue = catalog.New[*Strategy]("strategy")

func register(s *Strategy) *Strategy { return catalogue.Add(s) }

// Strategies are all that registered, in the order in which they are tried: by rank, then
// by name. A failure ends the search; so do the settled ones of each kind for the others
// of that kind.
func Strategies() []*Strategy {
	return slices.SortedStableFunc(catalogue.All(), func(a, b *Strategy) int { return a.Rank - b.Rank })
}

// Find searches until a failure is confirmed, all strategies are through, or the
// context's deadline passes. A cancelled context is an error, beside what was
// finished.
func Find(ctx context.Context, m models.Machine, in *reductions.Instance, o Options) (*Finding, error) {
	t, err := NewTarget(m, in)
	if err != nil {
		return nil, err
	}
	return t.Find(ctx, o)
}

// mark says where a failing input and its twin are none of those that a trained model has seen.
func (t *Target) mark(f *Finding) {
	m, ok := t.Machine.(interface {
		Outside(seq []tasks.Token) (why []string, known bool)
	})
	if !ok {
		return
	}
	f.Outside, f.Domain = m.Outside(f.Input)
	if f.Twin != nil {
		why, _ := m.Outside(f.Twin)
		for _, w := range why {
			f.Outside = append(f.Outside, "twin: "+w)
		}
	}
}

// Find is Find for a target that is already compiled.
func (t *Target) Find(ctx context.Context, o Options) (*Finding, error) {
	o = o.withDefaults()
	f := &Finding{in: t.Instance, Kind: None, Shape: t.Instance.Shape, Read: t.job.Read, MessageBits: t.Bits(), Formula: t.prog.Formula, Setting: t.setting, Needed: t.need}
	if m, ok := t.Machine.(interface{ Assumes() string }); ok {
		f.Note, f.assumes = m.Assumes(), true
	}
	settled := map[Kind]bool{}
	ran := false
	for _, s := range Strategies() {
		if (len(o.Only) > 0 && !slices.Contains(o.Only, s.Name)) || settled[s.Kind] && !s.Beyond || s.Strings && !t.strings() || !s.Applies(t) {
			continue
		}
		ran = true
		lead, err := s.Search(ctx, t, o)
		late := errors.Is(err, context.DeadlineExceeded)
		stopped := errors.Is(err, context.Canceled)
		if err != nil && !late && !stopped {
			return nil, fmt.Errorf("falsify: %s: %w", s.Name, err)
		}
		f.Strategy, f.Tried = s.Name, lead.Tried
		f.Note = join(f.Note, fmt.Sprintf("%s: %s", s.Name, lead.Note))
		if stopped {
			f.Verdict, f.Note = report.Unknown, join(f.Note, "interrupted")
			return f, fmt.Errorf("falsify: %s: %w", s.Name, err)
		}
		if len(lead.Candidates)+len(lead.Inputs) > 0 {
			if err := t.confirm(ctx, f, s, lead); err != nil {
				return nil, fmt.Errorf("falsify: %s: %w", s.Name, err)
			}
			t.mark(f)
			return f, nil
		}
		if late {
			f.Note = join(f.Note, "time ran out, so this says nothing about the inputs that were not tried")
			if s.Kind == Forced && len(o.Only) == 0 {
				return f, t.lastly(context.WithoutCancel(ctx), f, o)
			}
			break
		}
		settled[s.Kind] = settled[s.Kind] || lead.Settled
		if s.Kind == Found && lead.Settled {
			f.Exhaustive = true
		}
	}
	if !ran {
		return nil, fmt.Errorf("falsify: %w: no strategy applies", errors.ErrUnsupported)
	}
	f.Verdict = report.Unknown
	short := f.Needed != nil && f.MessageBits < f.Needed.Bits
	switch {
	case f.Exhaustive && short:
		f.Verdict = report.Contradiction
	case f.Exhaustive:
		f.Verdict = report.Meets
	case settled[Forced]:
		f.Note = join(f.Note, "all of Alice's messages differ where they must, so no failure is forced; errors of the rest of the model were sampled only")
	default:
		f.Note = join(f.Note, t.open())
	}
	return f, nil
}

// open says what it means that nothing was found.
func (t *Target) open() string {
	if t.short() {
		return "no conclusion: the message has fewer bits than needed, so some input must fail; none was found"
	}
	return "no conclusion: inputs that were not tried may fail"
}

// lastly looks for a plain error once a search for forced failures has used up the
// time: a few pairs, which cost next to nothing.
func (t *Target) lastly(ctx context.Context, f *Finding, o Options) error {
	f.Verdict = report.Unknown
	o.Pairs = 64
	lead, err := sample.Search(ctx, t, o)
	if err != nil {
		return fmt.Errorf("falsify: %s: %w", sample.Name, err)
	}
	f.Note = join(f.Note, fmt.Sprintf("%s: %s", sample.Name, lead.Note))
	if len(lead.Candidates) == 0 {
		f.Note = join(f.Note, t.open())
		return nil
	}
	f.Strategy, f.Tried = sample.Name, lead.Tried
	if err := t.confirm(ctx, f, sample, lead); err != nil {
		return err
	}
	t.mark(f)
	return nil
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// confirm re-runs the candidates through protocol, uncut model and definition,
// and writes the first wrong one into the finding.
func (t *Target) confirm(ctx context.Context, f *Finding, s *Strategy, lead Lead) error {
	if s.Kind == Found {
		plain, err := t.minimise(ctx, lead.Candidates[0])
		if err != nil {
			return err
		}
		lead.Candidates = []Point{plain}
	}
	job, seqs := t.job, lead.Inputs
	for _, c := range lead.Candidates {
		seqs = append(seqs, t.Instance.Encode(c.X, c.Y))
	}
	if lead.Read != nil {
		job.Read, f.Read = lead.Read, lead.Read
	}
	runs, notes := make([]*run.Result, len(seqs)), make([]string, len(seqs))
	outputs := make([][]tasks.Value, len(seqs))
	for k, seq := range seqs {
		r, err := run.Do(ctx, t.Machine, job, seq)
		if err == nil && !r.Agree {
			return fmt.Errorf("the protocol's output %v differs from the uncut model's %v", r.Output, r.Whole)
		}
		if err != nil && r == nil {
			return err
		}
		runs[k], outputs[k] = r, slices.Clone(r.Output)
		if err != nil {
			i, wrong := t.fragile(err, r.Expected)
			if wrong == nil {
				return err
			}
			r.Correct, outputs[k][i] = false, wrong
			notes[k] = fmt.Sprintf("the output at %d is printed as some change of at most tau leaves it", job.Read[i])
		}
	}
	for k, r := range runs {
		if r.Correct {
			continue
		}
		f.Kind, f.Verdict = s.Kind, report.Errs
		f.Input, f.Output, f.Expected, f.Note = seqs[k], outputs[k], r.Expected, join(f.Note, notes[k])
		if len(lead.Candidates) > 0 {
			f.At = lead.Candidates[k]
		}
		if s.Kind == Forced {
			twin := k ^ 1
			if len(lead.Candidates) > 0 && words(runs[twin].Transcript) != words(r.Transcript) {
				return errors.New("two inputs that gave equal words when played alone give different ones in a run: a player's words are no function of its input")
			}
			if !slices.EqualFunc(r.Output, runs[twin].Output, slices.Equal) { // of the protocol
				return errors.New("two inputs that Bob cannot tell apart have different outputs: his output is no function of what he sees")
			}
			f.Twin = seqs[twin]
			if len(lead.Candidates) > 0 {
				f.TwinAt = &lead.Candidates[twin]
			}
		}
		return nil
	}
	if s.Kind == Forced {
		return fmt.Errorf("equal words, different right answers, and yet no output is wrong: reduction %s does not hold at %s and %s", t.Instance.Name, lead.at(0), lead.at(1))
	}
	return errors.New("an error did not show again")
}

// at names a candidate.
func (l Lead) at(k int) string {
	if k >= len(l.Candidates) {
		return "the inputs found"
	}
	return "x = " + showX(l.Candidates[k].X)
}
