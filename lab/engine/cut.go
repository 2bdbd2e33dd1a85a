package engine

import (
	"context"
	"encoding/json"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/matrix"
)

// cutRequest asks for one protocol run, as `crosscut run` does.
type cutRequest struct {
	Task   string          `json:"task"`
	Model  string          `json:"model"`
	N      int             `json:"n"`
	Set    settings        `json:"set"`
	Seed   uint64          `json:"seed"`
	Split  string          `json:"split"`
	Read   string          `json:"read"`
	Answer string          `json:"answer"`
	Input  json.RawMessage `json:"input"` // an input file; n and the task's sizes are then its own
}

// cutAnswer is the record that the command prints, with what the picture needs.
type cutAnswer struct {
	Record    *run.Record `json:"record"`
	Tokens    []any       `json:"tokens"`
	Owners    []string    `json:"owners"` // of each position: alice, bob, public
	Words     []string    `json:"words"`  // the bits of each message
	Meanings  []string    `json:"meanings"`
	TokenBits int         `json:"token_bits"` // of one raw token, as "trivial" counts it
	Needed    *needed     `json:"needed"`     // null: nothing known presses on this split
	Size      amount      `json:"size"`
	About     string      `json:"about"`   // the construction in words
	Input     any         `json:"input"`   // as an input file
	Weighed   *weighed    `json:"weighed"` // null: not a sum over softmax weights
	// PaysFrom is, for a cost above the raw tokens, the least length of the room at which
	// the same model on the task's own cut costs less than they do; null: none.
	PaysFrom *int `json:"pays_from"`
}

// amount is a number of bits and its formula.
type amount struct {
	Bits    int    `json:"bits"`
	Formula string `json:"formula"`
}

// needed is what every protocol for the split must cost.
type needed struct {
	Bits      int    `json:"bits"`
	Formula   string `json:"formula"`
	Setting   string `json:"setting"`
	Basis     string `json:"basis"`
	Why       string `json:"why"`
	By        string `json:"by"`        // whose it is
	Reduction string `json:"reduction"` // one that presses on this split; "": none does
	Written   int    `json:"written"`   // bits that its own hands need; 0: none does
}

// mostCut is the longest sequence that the Cut room draws.
const mostCut = 64

var _ = operate("cut", func(ctx context.Context, q cutRequest) (any, error) {
	set, err := q.Set.models(q.Seed)
	if err != nil {
		return nil, err
	}
	if _, err := get(zoo.Catalog(), q.Model); err != nil {
		return nil, err
	}
	req := run.Request{Model: q.Model, Build: zoo.Builder(q.Model), N: q.N, Set: set, Split: q.Split, Read: q.Read, Answer: q.Answer}
	if q.Task != "" {
		if req.Task, err = get(tasks.Catalog(), q.Task); err != nil {
			return nil, err
		}
	}
	if len(q.Input) > 0 {
		if err := req.ReadInput(q.Input); err != nil {
			return nil, err
		}
	}
	if req.Task == nil {
		return nil, bad("", "name a task")
	}
	if err := within("N", req.N, mostCut); err != nil {
		return nil, err
	}
	for name, most := range limits() { // an input file sets sizes as well
		if req.Input != nil && req.Input.Shape.Params[name] > most {
			return nil, tooLarge("", "%s is larger than the lab computes with", name)
		}
	}
	p, err := req.Prepare()
	if err != nil {
		return nil, err
	}
	if err := priced(p.Machine, p.Job); err != nil {
		return nil, err
	}
	r, err := p.Run(ctx)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a := &cutAnswer{Record: run.NewRecord(q.Model, p.Machine, r, q.Seed), Words: wordsOf(r.Transcript), Owners: owners(p.Job.Split)}
	sh := p.Machine.Shape()
	for _, t := range p.Tokens {
		a.Tokens = append(a.Tokens, sh.Task.FormatToken(sh, t))
	}
	a.Record.Command = q.command(req)
	for _, m := range r.Transcript.Messages {
		a.Meanings = append(a.Meanings, run.Meaning(m))
	}
	a.Words, a.Meanings = list(a.Words), list(a.Meanings)
	if alice := p.Job.Split.Count(protocol.Alice); alice > 0 {
		a.TokenBits = a.Record.Bits.Trivial / alice
	}
	if n, why := matrix.Pressing(ctx, p.Machine, p.Job, r.Transcript); why == "" {
		a.Needed = &needed{int(n.Bits), n.Formula, n.Setting.String(), string(n.Basis), n.Why, n.Of, "", 0}
		setting, speaker := reductions.Direction(r.Transcript, p.Job.Answerer(p.Job.Read[0]))
		if at, ok := reductions.NeededAt(sh, p.Job.Split, p.Job.Read[0], setting, speaker); ok {
			a.Needed.Reduction, a.Needed.Written = at.Reduction, int(at.Bits)
		}
		a.Record.Need(n.Bits, n.Of, n.Formula, string(n.Basis))
	} else {
		a.Record.NeededBy = why
	}
	size, formula := p.Machine.Size()
	a.Size = amount{int(size), formula}
	a.About = about(q.Model, sh.Task.Name, p.Machine, set)
	if a.Weighed, err = weigh(ctx, p); err != nil {
		return nil, err
	}
	if a.Record.Bits.Total > a.Record.Bits.Trivial {
		a.PaysFrom = paysFrom(req)
	}
	a.Input = json.RawMessage(tasks.WriteInput(&tasks.Input{Shape: sh, Seq: p.Tokens}))
	return a, nil
})

// paysFrom compiles the request at greater lengths, without running it.
func paysFrom(req run.Request) *int {
	req.Input, req.Split, req.Read = nil, "", ""
	for n := req.N + 4; n <= mostCut; n += 4 {
		req.N = n
		p, err := req.Prepare()
		if err != nil {
			continue
		}
		prog, err := p.Machine.Compile(p.Job)
		if err == nil && prog.Total() < models.RawBits(p.Machine, p.Job.Split) {
			return &n
		}
	}
	return nil
}

// command is the line that prints the record.
func (q cutRequest) command(req run.Request) string {
	line := "crosscut run --task " + req.Task.Name + " --model " + q.Model
	if req.Input != nil {
		line += " --input input.json"
	} else {
		line += " --n " + itoa(q.N)
	}
	for _, f := range []struct{ name, value string }{{"split", q.Split}, {"read", q.Read}, {"answer", q.Answer}} {
		if f.value != "" {
			line += " --" + f.name + " " + f.value
		}
	}
	return line + q.Set.flags() + " --seed " + utoa(q.Seed)
}

// mostBits is the longest transcript that the lab plays.
const mostBits = 1 << 18

// What one run may take, by the estimate that is made before it: about a second.
const (
	mostSteps  = 1e8
	mostMemory = 256 << 20
)

// priced refuses a run that is too much work, or whose transcript, known by formula
// beforehand, is long.
func priced(m models.Machine, job models.Job) error {
	if e := models.EffortOf(m, job); e.Steps > mostSteps || e.Bytes > mostMemory {
		return tooLarge("make N, m or H smaller, read one position, or use the command line", "a run takes about %.2g steps and %.2g bytes; the lab allows %.2g and %.2g", e.Steps, e.Bytes, mostSteps, float64(mostMemory))
	}
	prog, err := m.Compile(job)
	if err != nil {
		return err
	}
	if bits := prog.Total(); bits > mostBits {
		return tooLarge("make N, p or m smaller", "%d bits would cross, by the formula %s; the lab plays up to %d", bits, prog.Formula, mostBits)
	}
	return nil
}

// wordsOf writes the bits of every message.
func wordsOf(t protocol.Transcript) []string {
	words := make([]string, len(t.Messages))
	for k, m := range t.Messages {
		words[k] = m.Word.String()
	}
	return words
}

func owners(s tasks.Split) []string {
	names := make([]string, len(s.Owner))
	for i, o := range s.Owner {
		if names[i] = "public"; o != tasks.Public {
			names[i] = o.String()
		}
	}
	return names
}

// about is the construction in words.
func about(model, task string, m models.Machine, set models.Settings) string {
	if c, err := builtBy(model, task, m, set); err == nil {
		return c.Doc
	}
	return ""
}

func list[T any](s []T) []T { return append([]T{}, s...) }
