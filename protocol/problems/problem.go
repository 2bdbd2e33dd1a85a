// Package problems holds the base problems: functions of what k players hold, with
// known communication cost, one per file.
package problems

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"sync"

	"crosscut/internal/catalog"
	"crosscut/protocol"
)

// Problem is a function of what k >= 2 players hold. Inputs are passed about as words:
// a member's place in its domain (see protocol.Domain), so that every problem can be
// enumerated and sampled. The methods with x and y are for problems of two players.
type Problem struct {
	Name string
	Aka  []string // what others call it
	Doc  string   // the function in a line
	Cite []string // keys of docs/references.md

	// Inputs are the domains at size n, one per player, in speaking order.
	Inputs func(n int) []protocol.Domain
	// F is the function of one member of each domain. inside is false outside the
	// promise. A relation gives a protocol.OneOfValue. nil: what Words says.
	F func(n int, in []protocol.Value) (value protocol.Value, inside bool)
	// Words is the function on words, of two players, boolean and without a promise:
	// the fast path. It may assume members. nil: F alone.
	Words func(n int, x, y protocol.Word) bool

	// On is the function on words, of a problem that a user's file holds; nil: what Words
	// or F says.
	On func(n int, in ...protocol.Word) (value protocol.Value, inside bool)

	// Answers is how many values an answer can have. nil: 2 where Words, else it is not said.
	Answers func(n int) int

	// Cover is a small cover of the ones of F by rectangles, where there is one. May
	// be nil.
	Cover func(n int) protocol.Cover[protocol.Word, protocol.Word]

	// Costs are the known costs, valid for every n >= 1, each with its argument.
	Costs []Cost

	// Sizes are the parameters besides n, with the values that they have here; With
	// makes the same problem at others.
	Sizes []Size
	fix   func(set map[string]int) (*Problem, error)

	at sync.Map // n -> []protocol.Domain
	_  struct{}
}

// Size is a parameter of a problem besides n.
type Size struct {
	Name  string
	Doc   string
	Value int
}

// With is the problem at other parameters than those it has. A name that it does not
// know, or a value that makes no problem, is an error.
func (p *Problem) With(set map[string]int) (*Problem, error) {
	if len(set) == 0 {
		return p, nil
	}
	full := map[string]int{}
	for _, s := range p.Sizes {
		full[s.Name] = s.Value
	}
	for name, v := range set {
		if _, known := full[name]; !known {
			return nil, fmt.Errorf("problems: %s has no parameter %q", p.Name, name)
		}
		full[name] = v
	}
	q, err := p.fix(full)
	if err != nil {
		return nil, fmt.Errorf("problems: %s: %w", p.Name, err)
	}
	return q, nil
}

// family registers a problem with parameters besides n, at the values given.
func family(sizes []Size, fix func(set map[string]int) (*Problem, error)) *Problem {
	var with func(set map[string]int) (*Problem, error)
	with = func(set map[string]int) (*Problem, error) {
		p, err := fix(set)
		if err != nil {
			return nil, err
		}
		p.fix = with
		for _, s := range sizes {
			s.Value = set[s.Name]
			p.Sizes = append(p.Sizes, s)
		}
		return p, nil
	}
	set := map[string]int{}
	for _, s := range sizes {
		set[s.Name] = s.Value
	}
	p, err := with(set)
	if err != nil {
		panic(err)
	}
	return register(p)
}

// onValues is a function of members as one of words. The domains of a size are kept.
func onValues(inputs func(n int) []protocol.Domain, f func(n int, x, y protocol.Value) bool) func(n int, x, y protocol.Word) bool {
	var kept sync.Map
	return func(n int, x, y protocol.Word) bool {
		d, ok := kept.Load(n)
		if !ok {
			d, _ = kept.LoadOrStore(n, inputs(n))
		}
		both := d.([]protocol.Domain)
		return f(n, both[protocol.Alice].Value(x), both[protocol.Bob].Value(y))
	}
}

// bitStrings are the inputs of a problem in which both players hold n bits.
func bitStrings(n int) []protocol.Domain {
	return []protocol.Domain{protocol.BitStrings(n), protocol.BitStrings(n)}
}

// Cost is one known bound on a problem, as a function of n.
type Cost struct {
	Setting protocol.Setting // "one-way deterministic", "two-way deterministic", "one-way randomised, error 1/3", ...
	From    protocol.Player  // who speaks, in one-way settings
	// BothKnow: the answer must be known to both (every leaf labelled); else the
	// answering player's output is free.
	BothKnow bool
	Exact    bool // the cost itself; false: a lower bound
	Bits     func(n int) protocol.Bits
	Formula  string   // Bits in words, "n + 1"
	Basis    Basis    // Proved here (docs/problems.md) or Quoted
	Why      string   // the argument in a line
	Cite     []string // for Quoted
	// Evidence is the family of input pairs or strings behind a Proved cost,
	// checked by enumeration at small n. nil for Quoted costs.
	Evidence *Evidence
}

// Basis says why a number may be believed. The zero value is no reason at all.
type Basis string

// Every bound that is compared with a number has one of these.
const (
	Checked Basis = "checked" // a certificate was verified here, at this n
	Proved  Basis = "proved"  // a short proof in docs/, valid for every n
	Quoted  Basis = "quoted"  // a citation with its explicit constant
	// Declared is of a file's need that names no source.
	Declared Basis = "declared"
)

// Also are the other names that users type.
func (p *Problem) Also() []string { return p.Aka }

// ID is the name users type.
func (p *Problem) ID() string { return p.Name }

// Validate refuses an entry that a reader could not understand.
func (p *Problem) Validate() error {
	switch {
	case p.Name == "" || p.Doc == "" || len(p.Cite) == 0:
		return errors.New("name, doc and citation are needed")
	case p.Inputs == nil || p.F == nil && p.Words == nil:
		return errors.New("domains and the function are needed")
	case len(p.Costs) == 0:
		return errors.New("at least one known cost is needed")
	}
	var none protocol.Setting
	for _, c := range p.Costs {
		if c.Bits == nil || c.Formula == "" || c.Setting == none || c.Basis == "" || c.Why == "" {
			return errors.New("a cost needs setting, bits, formula, basis and argument")
		}
	}
	return nil
}

// Domains are the inputs at size n, one domain per player; they are made once.
func (p *Problem) Domains(n int) []protocol.Domain {
	d, ok := p.at.Load(n)
	if !ok {
		d, _ = p.at.LoadOrStore(n, p.Inputs(n))
	}
	return d.([]protocol.Domain)
}

// Domain is what one player may hold at size n.
func (p *Problem) Domain(n int, who protocol.Player) protocol.Domain { return p.Domains(n)[who] }

// Value is the function on words, one per player. inside is false outside the promise.
func (p *Problem) Value(n int, in ...protocol.Word) (v protocol.Value, inside bool) {
	switch {
	case p.On != nil:
		return p.On(n, in...)
	case p.Words != nil:
		return protocol.BoolValue(p.Words(n, in[0], in[1])), true
	}
	values := make([]protocol.Value, len(in))
	for k, d := range p.Domains(n) {
		values[k] = d.Value(in[k])
	}
	return p.F(n, values)
}

// Values is how many values an answer can have; 0: it is not said.
func (p *Problem) Values(n int) int {
	switch {
	case p.Answers != nil:
		return p.Answers(n)
	case p.Words != nil:
		return 2
	}
	return 0
}

// RowsDiffer says that no two of Alice's inputs have the same answers: a cost proves it by its evidence, or by being
// as large as the logarithm of all her inputs.
func (p *Problem) RowsDiffer(n int) bool {
	all := p.Domain(n, protocol.Alice).Count()
	for _, c := range p.Costs {
		if c.Setting != protocol.OneWay || c.From != protocol.Alice || c.Basis != Proved {
			continue
		}
		if c.Evidence != nil && c.Evidence.DistinctRows || new(big.Int).Lsh(big.NewInt(1), uint(c.Bits(n))).Cmp(all) == 0 {
			return true
		}
	}
	return false
}

// YesNo says that the problem is a total function of two players that answers yes or
// no. What holds only for those must ask first.
func (p *Problem) YesNo() bool { return p.Words != nil }

// Holds is the answer of a problem that is YesNo.
func (p *Problem) Holds(n int, x, y protocol.Word) bool { return p.Words(n, x, y) }

// Apart says that no answer is right on both of two inputs of two players: who cannot
// tell them apart is wrong on one.
func (p *Problem) Apart(n int, x, y, x2, y2 protocol.Word) bool {
	if p.YesNo() {
		return p.Holds(n, x, y) != p.Holds(n, x2, y2)
	}
	a, in := p.Value(n, x, y)
	b, in2 := p.Value(n, x2, y2)
	if !in || !in2 {
		return false
	}
	if a.Kind() != protocol.OneOf {
		return !b.Accepts(a)
	}
	for k := range a.Len() {
		if b.Accepts(a.At(k)) {
			return false
		}
	}
	return true
}

// Strings says that both of two players hold bit strings, of one length.
func (p *Problem) Strings(n int) bool {
	d := p.Domains(n)
	return len(d) == 2 && d[0].Plain() && d[1].Plain() && d[0].Bits() == d[1].Bits()
}

// XBits is the length of Alice's words.
func (p *Problem) XBits(n int) int { return p.Domain(n, protocol.Alice).Bits() }

// YBits is the length of Bob's words.
func (p *Problem) YBits(n int) int { return p.Domain(n, protocol.Bob).Bits() }

// Xs is the number of Alice's inputs, or -1 from 2^62 on.
func (p *Problem) Xs(n int) int { return p.Domain(n, protocol.Alice).Len() }

// Ys is the number of Bob's inputs, or -1 from 2^62 on.
func (p *Problem) Ys(n int) int { return p.Domain(n, protocol.Bob).Len() }

// X is the k-th x, counting from 0.
func (p *Problem) X(n, k int) protocol.Word { return p.Domain(n, protocol.Alice).Nth(k) }

// Y is the k-th y, counting from 0.
func (p *Problem) Y(n, k int) protocol.Word { return p.Domain(n, protocol.Bob).Nth(k) }

// RandomX draws a uniform x.
func (p *Problem) RandomX(n int, rng *rand.Rand) protocol.Word {
	return p.Domain(n, protocol.Alice).Random(rng)
}

// RandomY draws a uniform y.
func (p *Problem) RandomY(n int, rng *rand.Rand) protocol.Word {
	return p.Domain(n, protocol.Bob).Random(rng)
}

// ShowX writes x as users see it.
func (p *Problem) ShowX(n int, x protocol.Word) string { return p.Domain(n, protocol.Alice).Show(x) }

// ShowY writes y as users see it.
func (p *Problem) ShowY(n int, y protocol.Word) string { return p.Domain(n, protocol.Bob).Show(y) }

var all = catalog.New[*Problem]("problem")

func register(p *Problem) *Problem { return all.Add(p) }

// Catalog returns all base problems.
func Catalog() *catalog.Catalog[*Problem] { return all }
