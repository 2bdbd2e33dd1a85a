// Package models is the seam between architectures and whoever runs them. A machine
// is one model with all its weights, and knows how to be cut into a protocol; a
// construction (architecture x task x weights) builds one that solves a task.
// Engines (attention, fold, tensor, linear) implement the seam and know no entry;
// zoo holds the entries and their catalogue; run is one protocol run.
package models

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"crosscut/internal/catalog"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Machine is one model with all its weights, for one shape. Weights are a
// function of sizes, parameters and seed, never of tokens.
type Machine interface {
	Shape() tasks.Shape
	// Params are all sizes that define the machine (m, p, f, g, H, d_v, ...), to be
	// printed; those of the task are in Shape.
	Params() tasks.Params
	// Size is the model's size in bits as the claims measure it (H m p for
	// attention, state bits for recurrent models, first-layer width times p for
	// feed-forward), with the formula in words.
	Size() (protocol.Bits, string)
	// Whole evaluates the uncut model at the read positions.
	Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error)
	// Compile turns the model into a two-party protocol. A combination that has no
	// protocol is an error that wraps errors.ErrUnsupported and says why.
	Compile(job Job) (*Program, error)
}

// Job is what a protocol must deliver, all of it public.
type Job struct {
	Split  tasks.Split
	Read   []int
	Answer Answer
}

// Answer says who outputs.
type Answer string

// Who outputs; with ByOwner each position's owner does, and Bob the public ones.
const (
	ByAlice Answer = "alice"
	ByBob   Answer = "bob"
	ByOwner Answer = "owner"
)

// Answerer is the player who outputs position i.
func (j Job) Answerer(i int) protocol.Player {
	switch {
	case j.Answer == ByAlice:
		return protocol.Alice
	case j.Answer == ByOwner && j.Split.Of(i) == protocol.Alice:
		return protocol.Alice
	}
	return protocol.Bob
}

// Program is a compiled protocol: the players' code and what it must cost.
type Program struct {
	// Player returns the code of the player who holds h. Its result maps the read
	// positions that this player answers to values.
	Player func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value
	// Bits is the cost of each player by formula, from public facts alone; the
	// meter must agree with it on every run.
	Bits [2]protocol.Bits
	// Formula is the cost in words: "H (B_Z + d_v B_N)".
	Formula string
}

// Total is the cost of both players.
func (p *Program) Total() protocol.Bits { return p.Bits[protocol.Alice] + p.Bits[protocol.Bob] }

// Setting is that of a program whose answers Bob gives: one-way where he writes nothing.
func (p *Program) Setting() protocol.Setting {
	if p.Bits[protocol.Bob] > 0 {
		return protocol.TwoWay
	}
	return protocol.OneWay
}

// Warner is implemented by machines whose guarantee depends on the input: it
// says what is not guaranteed on this one.
type Warner interface {
	Warnings(seq []tasks.Token, read []int) []string
}

// Checker is implemented by machines whose output rule does not reach every
// input: a causal model cannot average a set that points forward. The error
// wraps errors.ErrUnsupported and says which position asks for what; nothing is
// run on an input that is refused.
type Checker interface {
	CheckInput(seq []tasks.Token, read []int) error
}

// Stepper is implemented by machines whose evaluation takes many more steps than
// there are tokens: about how many, for one read position. Callers run them on
// fewer inputs.
type Stepper interface {
	Steps() float64
}

// Grower is implemented by machines of which docs/ proves, at every N, that they are right on
// what they do not refuse, and how they grow.
type Grower interface {
	Orders(job Job) Orders
}

// Orders are orders in N that the size and the message of a job do not exceed, all else that
// was set staying the same, and a split at which the message is at most Times the size: a
// need there bounds the size from below, one of the job the message. The zero value is for
// settings and jobs of which nothing is proved.
type Orders struct {
	Size, Bits protocol.Growth
	At         tasks.Split
	Times      int
}

// Carried are the orders where the message of the job itself is at most so many times a
// size of order most.
func Carried(most protocol.Growth, times int, job Job) Orders {
	if most == (protocol.Growth{}) {
		return Orders{}
	}
	return Orders{Size: most, Bits: most, At: job.Split, Times: times}
}

// Chooser is implemented by machines that were built with choices by name
// (arithmetic, keys), to be printed beside the numbers of Params.
type Chooser interface {
	Choices() map[string]string
}

// Settings are the values given with --set: numbers, and choices by name
// (construction, arithmetic, keys).
type Settings struct {
	Num    tasks.Params
	Choice map[string]string
	Seed   uint64
}

// Sets says whether one of the numbers was set.
func (s Settings) Sets(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := s.Num[name]; return ok })
}

// Int returns a number that was set, or def.
func (s Settings) Int(name string, def int) int {
	if v, ok := s.Num[name]; ok {
		return int(v)
	}
	return def
}

// Pick returns a choice that was made, or def.
func (s Settings) Pick(name, def string) string {
	if v, ok := s.Choice[name]; ok {
		return v
	}
	return def
}

// Choice declares a setting that takes one of a few names; the first is the default.
type Choice struct {
	Name, Doc string
	Of        []string
}

// Model is an architecture.
type Model struct {
	Name string
	Doc  string // what it is, and what crosses the cut
	Cite []string
	_    struct{}
}

// ID is the name users type.
func (m *Model) ID() string { return m.Name }

// Validate refuses an incomplete architecture.
func (m *Model) Validate() error {
	if m.Name == "" || m.Doc == "" || len(m.Cite) == 0 {
		return errors.New("name, doc and citation are needed")
	}
	return nil
}

// Construction is explicit weights: an architecture that solves a task.
type Construction struct {
	Name  string   // "match2-integer"; users pick it with --set construction=NAME
	Model string   // the architecture's name
	Tasks []string // names of tasks it solves; "*" for every task
	Doc   string   // the idea, its sizes and its source
	Cite  []string
	// Rank orders the constructions of one architecture for one task; the lowest
	// that accepts the settings is the default.
	Rank    int
	Params  []tasks.Param // numbers it takes with --set
	Choices []Choice      // names it takes with --set
	// New builds the machine for a shape. Numbers that are not set are the smallest
	// for which the construction's written proof holds at these sizes.
	New func(sh tasks.Shape, set Settings) (Machine, error)
	_   struct{}
}

// ID is the construction's name.
func (c *Construction) ID() string { return c.Name }

// Validate refuses an incomplete construction.
func (c *Construction) Validate() error {
	if c.Name == "" || c.Model == "" || len(c.Tasks) == 0 || c.Doc == "" || len(c.Cite) == 0 || c.New == nil {
		return errors.New("name, model, tasks, doc, citation and New are needed")
	}
	return nil
}

func (c *Construction) Accepts(set Settings) error {
	var known []string
	for _, p := range c.Params {
		known = append(known, p.Name)
		if v, ok := set.Num[p.Name]; ok {
			if err := p.Check(v); err != nil {
				return fmt.Errorf("models: %s: %w", c.Name, err)
			}
		}
	}
	for _, ch := range c.Choices {
		known = append(known, ch.Name)
		if v, ok := set.Choice[ch.Name]; ok && !slices.Contains(ch.Of, v) {
			return catalog.Unknown(ch.Name, v, ch.Of)
		}
	}
	for name, v := range set.Num {
		if k := slices.IndexFunc(c.Choices, func(ch Choice) bool { return ch.Name == name }); k >= 0 {
			return fmt.Errorf("models: %s: %s = %v: want one of %s", c.Name, name, v, strings.Join(c.Choices[k].Of, " "))
		}
		if !slices.ContainsFunc(c.Params, func(p tasks.Param) bool { return p.Name == name }) {
			return catalog.Unknown("parameter of "+c.Name, name, known)
		}
	}
	for name, v := range set.Choice {
		if slices.ContainsFunc(c.Params, func(p tasks.Param) bool { return p.Name == name }) {
			return fmt.Errorf("models: %s: %s = %q: want a number", c.Name, name, v)
		}
		if name != "construction" && !slices.ContainsFunc(c.Choices, func(ch Choice) bool { return ch.Name == name }) {
			return catalog.Unknown("parameter of "+c.Name, name, known)
		}
	}
	return nil
}

// Unsupportedf says why a combination makes no sense or no protocol.
func Unsupportedf(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errors.ErrUnsupported, fmt.Sprintf(format, args...))
}

// Reader plays the first player of a causal machine token by token, for searches
// that need very many messages: common beginnings are read once. What it writes is
// what that player sends in a run; searches confirm in a run what they find.
type Reader interface {
	// Load prepares a token at a position, once; Step then reads it by its number.
	// The positions 1, 2, ..., up to the cut must be stepped in order.
	Load(pos int, t tasks.Token) int
	Start() // before position 1
	Step(k int)
	// Save keeps the state under a small number, and Restore goes back to it.
	Save(slot int)
	Restore(slot int)
	// Message writes the state as it crosses the cut.
	Message(w *protocol.Packer)
}

// Legible is implemented by machines that can be read so. The result is nil when
// the job is not one state that crosses once, from Alice to Bob.
type Legible interface {
	Reader(job Job) Reader
}

// ForTask takes the task's own sizes out of the settings.
func (s Settings) ForTask(t *tasks.Task) (tasks.Params, Settings) {
	sizes, rest := tasks.Params{}, Settings{tasks.Params{}, s.Choice, s.Seed}
	for name, v := range s.Num {
		if slices.ContainsFunc(t.Params, func(p tasks.Param) bool { return p.Name == name }) {
			sizes[name] = v
		} else {
			rest.Num[name] = v
		}
	}
	return sizes, rest
}

// Check refuses what no protocol can deliver.
func (j Job) Check(sh tasks.Shape) error {
	if len(j.Split.Owner) != sh.N {
		return fmt.Errorf("models: a split of %d positions, want %d", len(j.Split.Owner), sh.N)
	}
	if j.Answer != ByAlice && j.Answer != ByBob && j.Answer != ByOwner {
		return fmt.Errorf("models: answer %q: want bob, alice or owner", j.Answer)
	}
	seen := map[int]bool{}
	for _, i := range j.Read {
		if i < 1 || i > sh.N || seen[i] {
			return fmt.Errorf("models: read position %d is outside 1..%d or repeated", i, sh.N)
		}
		seen[i] = true
	}
	return nil
}

// AllParams are the sizes of the task and of the machine, and its choices.
func AllParams(m Machine) map[string]any {
	all := map[string]any{}
	for name, v := range m.Shape().Params {
		all[name] = v
	}
	for name, v := range m.Params() {
		all[name] = v
	}
	if c, ok := m.(Chooser); ok {
		for name, v := range c.Choices() {
			all[name] = v
		}
	}
	return all
}

// RawBits is the size of Alice's raw tokens, with the machine's p bits for each
// real number; a machine without a p counts with that of the trivial protocol.
func RawBits(m Machine, s tasks.Split) protocol.Bits {
	sh := m.Shape()
	p, ok := m.Params()["p"]
	if !ok {
		if least, err := sh.RawPrecision(); err == nil {
			p = float64(least)
		}
	}
	return protocol.Bits(sh.RawBits(s, int(p)))
}

// Fits refuses states and layers of more bytes than 1 GiB, as they stand in memory.
func Fits(bytes float64) error {
	if bytes > 1<<30 {
		return fmt.Errorf("a state of %.3g bytes is too large (limit 2^30)", bytes)
	}
	return nil
}
