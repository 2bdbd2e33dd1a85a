package run

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/wire"
)

// Party is one player of a run whose other player is another process.
type Party struct {
	Model   string // the name both users know it by
	Machine models.Machine
	Job     models.Job
	Half    tasks.Half
	Set     models.Settings // of the model, as given
	Timeout time.Duration
}

// PartyResult is what one party knows after a run: what it output itself, and
// the transcript.
type PartyResult struct {
	Output     map[int]tasks.Value
	Transcript protocol.Transcript
	Formula    [2]protocol.Bits
	FormulaIn  string
	Stats      wire.Stats
}

// Facts is the digest of all public facts of a run: both sides must have the same
// before the first bit passes. It covers the task and its sizes, the model with
// its parameters and choices, the split, what is read, who answers, and the
// public tokens.
func (p *Party) Facts() (wire.Digest, error) {
	sh := p.Machine.Shape()
	var public []any
	p.Half.Each(func(pos int, t tasks.Token) {
		if p.Job.Split.Of(pos) == tasks.Public {
			public = append(public, sh.Task.FormatToken(sh, t))
		}
	})
	size, in := p.Machine.Size()
	facts, err := json.Marshal(map[string]any{
		"task": sh.Task.Name, "N": sh.N, "model": p.Model, "params": models.AllParams(p.Machine), "size": size, "size_in": in,
		"split": p.Job.Split.String(), "read": p.Job.Read, "answer": p.Job.Answer, "public": public, "seed": p.Set.Seed,
	})
	if err != nil {
		return wire.Digest{}, fmt.Errorf("models: describing the run: %w", err)
	}
	h := sha256.New()
	h.Write(facts)
	if f, ok := p.Machine.(Fingerprinter); ok {
		h.Write(f.Fingerprint())
	}
	return wire.Digest(h.Sum(nil)), nil
}

// Fingerprinter is implemented by machines whose weights do not follow from their
// parameters: trained ones. Equal fingerprints mean equal weights.
type Fingerprinter interface {
	Fingerprint() []byte
}

// prepare checks what can be checked before there is a peer, and returns the code
// of this player and the wire's configuration.
func (p *Party) prepare() (*models.Program, wire.Config, error) {
	if c, ok := p.Machine.(models.Checker); ok {
		seq := make([]tasks.Token, p.Half.Shape.N)
		p.Half.Each(func(pos int, t tasks.Token) { seq[pos-1] = t })
		var mine []int
		for _, i := range p.Job.Read {
			if p.Half.Sees(i) {
				mine = append(mine, i)
			}
		}
		if err := c.CheckInput(seq, mine); err != nil {
			return nil, wire.Config{}, err
		}
	}
	prog, err := p.Machine.Compile(p.Job)
	if err != nil {
		return nil, wire.Config{}, err
	}
	facts, err := p.Facts()
	return prog, wire.Config{Role: p.Half.Self, Digest: facts, Budget: prog.Bits, Timeout: p.Timeout}, err
}

// Accept plays this party against the one peer that connects to ln.
func (p *Party) Accept(ctx context.Context, ln net.Listener) (*PartyResult, error) {
	return p.play(ctx, func(cfg wire.Config) (*wire.Session, error) { return wire.Accept(ctx, ln, cfg) })
}

// Dial plays this party against the peer that listens at addr.
func (p *Party) Dial(ctx context.Context, addr string) (*PartyResult, error) {
	return p.play(ctx, func(cfg wire.Config) (*wire.Session, error) { return wire.Dial(ctx, addr, cfg) })
}

func (p *Party) play(ctx context.Context, meet func(wire.Config) (*wire.Session, error)) (*PartyResult, error) {
	prog, cfg, err := p.prepare()
	if err != nil {
		return nil, err
	}
	s, err := meet(cfg)
	if err != nil {
		return nil, err
	}
	out, t, stats, err := wire.Play(ctx, s, nil, prog.Player(p.Half))
	if err != nil {
		return nil, err
	}
	return &PartyResult{Output: out, Transcript: t, Formula: prog.Bits, FormulaIn: prog.Formula, Stats: stats}, nil
}

// TranscriptFile returns the words of the run, with the half and the outputs of
// this party; the other's are unknown.
func (p *Party) TranscriptFile(r *PartyResult) *TranscriptFile {
	output := make([]tasks.Value, len(p.Job.Read))
	for k, i := range p.Job.Read {
		if p.Job.Answerer(i) == p.Half.Self {
			output[k] = r.Output[i]
		}
	}
	return NewTranscriptFile(p.Model, p.Machine.Shape(), p.Set, p.Job, r.Transcript, output, p.Half)
}

// Record writes the run down as this party knows it: outputs of the other party,
// the uncut model and the definition are unknown.
func (p *Party) Record(r *PartyResult) *Record {
	whole := &Result{Job: p.Job, Transcript: r.Transcript, Formula: r.Formula, FormulaIn: r.FormulaIn}
	rec := NewRecord(p.Model, p.Machine, whole, p.Set.Seed)
	sh := p.Machine.Shape()
	rec.Output = make([]any, len(p.Job.Read))
	known := false
	for k, i := range p.Job.Read {
		if v, ok := r.Output[i]; ok && p.Job.Answerer(i) == p.Half.Self {
			rec.Output[k], known = Values(sh, []tasks.Value{v})[0], true
		}
	}
	if !known {
		rec.Output = nil
	}
	rec.Expected, rec.Whole, rec.Agree, rec.Correct = nil, nil, nil, nil
	rec.Wire = &Wire{PayloadBits: int(r.Stats.PayloadBits), FramingBytes: int(r.Stats.FramingBytes), Rounds: r.Stats.Rounds}
	return rec
}
