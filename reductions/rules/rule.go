// Package rules is the catalogue of compilation rules: how a kind of architecture
// becomes a protocol, one rule per file. A rule says what crosses a cut, in which
// setting and at which cost, and it runs: for any sizes it gives a model with weights
// drawn from a seed, its plain forward pass, and the same model as a protocol of k
// players. A test over the catalogue shows that the two agree, that the meter reads
// what the rule says, and that a player who cheats is caught.
//
// A rule holds for every model of its kind, whatever its weights; the seed stands for
// them. Costs are those of the engines in package models where there is one: a rule
// builds a machine and asks it. Rules of more players count their own words.
package rules

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Rule is one kind of architecture and its protocol.
type Rule struct {
	Name    string
	Title   string // as consequences name it: "attention, one layer"
	Doc     string // the architecture
	Crosses string // what crosses the cut
	Cite    []string
	// Model is the architecture of the zoo that the rule cuts; nil: none is of its kind.
	Model *models.Model

	// Params are the sizes, all with defaults; those whose Default is nil default to
	// Min. Choices are sizes by name.
	Params  []tasks.Param
	Choices []models.Choice
	// Examples are the sizes that stand for the rule where nobody names any, Among those
	// that do where there are more than two players, and InRounds those of a model whose
	// players speak in so many rounds; nil: it does not stand there.
	Examples, Among []tasks.Params
	InRounds        func(rounds int) tasks.Params

	// Inequality is what the cost means, with "needed" for the bits that the problem
	// needs; Latex the same with n for it, which AsLatex replaces. Width is the parameter that it is solved
	// for, in WidthText and WidthLatex.
	Inequality, Latex     string
	Width                 string
	WidthText, WidthLatex string
	// Arithmetic says for which arithmetic the rule holds.
	Arithmetic string
	// Raw says that a token enters as d numbers of p bits, its own, and not by a map of
	// the model's: one that is larger has no protocol here.
	Raw bool
	// Causal: an output is a function of the tokens up to its own.
	Causal bool
	// Outside says why models of this kind have no such protocol; "" elsewhere.
	Outside string

	// Exactly one of the two is set, or Outside. New is a model cut by an engine
	// between two players, at any split. Compile cuts a model between the players of
	// the cut, the last of whom answers.
	New     func(sh tasks.Shape, set models.Settings) (models.Machine, error)
	Compile func(c Cut, set models.Settings) (*Protocol, error)
	_       struct{}
}

// Cut is where a model is cut, all of it public: who owns which position, players
// counting from 0, and what is read. The last player answers.
type Cut struct {
	Shape   tasks.Shape
	Split   tasks.Split
	Read    []int
	Players int // 0: two
}

// players is the number of players.
func (c Cut) players() int { return max(2, c.Players) }

// Protocol is a model compiled at a cut.
type Protocol struct {
	// Bits is the cost of each player, from public facts alone; the meter must agree
	// with it on every run.
	Bits    []protocol.Bits
	Setting protocol.Setting
	// Behind is what crosses at the cut behind each player but the last, where a state is
	// passed on: those behind it need nothing that was said before. nil: all that was said.
	Behind  []protocol.Bits
	Formula string // the cost in words
	// Whole is the plain forward pass: the outputs at the read positions.
	Whole func(ctx context.Context, seq []tasks.Token) ([]tasks.Value, error)
	// Player is the code of the player who holds h; the last one returns the outputs
	// at the read positions, the others nothing.
	Player func(h tasks.Half) func(*protocol.Port) []tasks.Value
}

// Total is the cost of all players.
func (p *Protocol) Total() (sum protocol.Bits) {
	for _, b := range p.Bits {
		sum += b
	}
	return sum
}

// Of is the architecture as tables name it.
func (r *Rule) Of() string {
	if r.Model != nil {
		return r.Model.Name
	}
	return r.Name
}

// ID is the name users type.
func (r *Rule) ID() string { return r.Name }

// Validate refuses an incomplete rule.
func (r *Rule) Validate() error {
	switch {
	case r.Name == "" || r.Title == "" || r.Doc == "" || r.Crosses == "" || len(r.Cite) == 0:
		return errors.New("name, title, doc, what crosses and citation are needed")
	case r.Outside != "":
		return nil
	case r.Inequality == "" || r.Latex == "" || r.Arithmetic == "":
		return errors.New("the inequality, its LaTeX and its arithmetic are needed")
	case !theNeed.MatchString(r.Latex) || r.Width != "" && !theNeed.MatchString(r.WidthLatex):
		return errors.New("the LaTeX says n for what is needed")
	case (r.New == nil) == (r.Compile == nil):
		return errors.New("either New or Compile is needed")
	case (r.Width == "") != (r.WidthText == "") || (r.Width == "") != (r.WidthLatex == ""):
		return errors.New("what is solved for needs its text and its LaTeX")
	case r.Width != "" && !slices.ContainsFunc(r.Params, func(p tasks.Param) bool { return p.Name == r.Width }):
		return fmt.Errorf("the inequality is solved for %s, which is no parameter", r.Width)
	}
	sets := slices.Concat(r.Examples, r.Among)
	if r.InRounds != nil {
		sets = append(sets, r.InRounds(1), r.InRounds(7))
	}
	for _, set := range sets {
		if _, err := r.With(models.Settings{Num: set}); err != nil {
			return err
		}
	}
	return nil
}

// Sized is a rule at complete sizes.
type Sized struct {
	*Rule
	Set   models.Settings
	given models.Settings // what was set; the rest are defaults
}

// With completes and checks sizes.
func (r *Rule) With(set models.Settings) (Sized, error) {
	full := models.Settings{Num: tasks.Params{}, Choice: maps.Clone(set.Choice), Seed: set.Seed}
	var known []string
	for _, c := range r.Choices {
		known = append(known, c.Name)
		if v, ok := set.Choice[c.Name]; ok && !slices.Contains(c.Of, v) {
			return Sized{}, catalog.Unknown(c.Name+" of "+r.Name, v, c.Of)
		}
	}
	for name, v := range set.Choice {
		if !slices.Contains(known, name) {
			if slices.ContainsFunc(r.Params, func(p tasks.Param) bool { return p.Name == name }) {
				return Sized{}, fmt.Errorf("rules: %s: %s = %q: want a number", r.Name, name, v)
			}
			return Sized{}, catalog.Unknown("parameter of "+r.Name, name, r.names())
		}
	}
	for name := range set.Num {
		if !slices.ContainsFunc(r.Params, func(p tasks.Param) bool { return p.Name == name }) {
			return Sized{}, catalog.Unknown("parameter of "+r.Name, name, r.names())
		}
	}
	for _, p := range r.Params {
		v, ok := set.Num[p.Name]
		if !ok {
			if v = p.Min; p.Default != nil {
				v = p.Default(0, full.Num.With(set.Num))
			}
		}
		if err := p.Check(v); err != nil {
			return Sized{}, fmt.Errorf("rules: %s: %w", r.Name, err)
		}
		full.Num[p.Name] = v
	}
	return Sized{r, full, set}, nil
}

func (r *Rule) names() []string {
	var names []string
	for _, p := range r.Params {
		names = append(names, p.Name)
	}
	for _, c := range r.Choices {
		names = append(names, c.Name)
	}
	return names
}

// AsLatex is LaTeX of a rule with what is needed in the place of n.
func (r *Rule) AsLatex(latex, needed string) string {
	return theNeed.ReplaceAllLiteralString(latex, needed)
}

// theNeed is the letter n that stands alone.
var theNeed = regexp.MustCompile(`\bn\b`)

// Int is one of the sizes.
func (s Sized) Int(name string) int { return s.Set.Num.Int(name) }

// String writes the rule as Parse reads it.
func (s Sized) String() string {
	parts := []string{s.Name}
	for _, p := range s.Params {
		parts = append(parts, p.Name+"="+strconv.FormatFloat(s.Set.Num[p.Name], 'f', -1, 64))
	}
	for _, c := range s.Choices {
		if v, ok := s.Set.Choice[c.Name]; ok {
			parts = append(parts, c.Name+"="+v)
		}
	}
	return strings.Join(parts, " ")
}

// Heading is the title at these sizes.
func (s Sized) Heading() string {
	if n := s.Int("layers"); n > 1 {
		return strings.Replace(s.Title, "one layer", fmt.Sprintf("%d layers", n), 1)
	}
	return s.Title
}

// Machine is a model of these sizes, for rules of two players.
func (s Sized) Machine(sh tasks.Shape, seed uint64) (models.Machine, error) {
	if s.Outside != "" {
		return nil, fmt.Errorf("rules: %s: %w: %s", s.Name, errors.ErrUnsupported, s.Outside)
	}
	if s.New == nil {
		return nil, fmt.Errorf("rules: %s: %w: it is a rule of its own players, not of two halves", s.Name, errors.ErrUnsupported)
	}
	set := s.Set
	set.Seed = seed
	m, err := s.New(sh, set)
	if err != nil {
		return nil, fmt.Errorf("rules: %s: %w", s.Name, err)
	}
	return m, nil
}

// At cuts a model of these sizes.
func (s Sized) At(c Cut, seed uint64) (*Protocol, error) {
	if s.Compile != nil {
		set := s.Set
		set.Seed = seed
		p, err := s.Compile(c, set)
		if err != nil {
			return nil, fmt.Errorf("rules: %s: %w", s.Name, err)
		}
		return p, nil
	}
	m, err := s.Machine(c.Shape, seed)
	if err != nil {
		return nil, err
	}
	return halves(m, c)
}

// Least is the least value of the rule's width at which a model, its other sizes as they
// are, moves at least needed bits at a cut, as moved counts them; 0 where none in range
// does. The cost grows with it.
func (s Sized) Least(needed int, c Cut, moved func(*Protocol) protocol.Bits) (int, error) {
	at := slices.IndexFunc(s.Params, func(p tasks.Param) bool { return p.Name == s.Width })
	enough := func(v int) (bool, error) {
		wider, err := s.With(models.Settings{Num: s.given.Num.With(tasks.Params{s.Width: float64(v)}), Choice: s.given.Choice})
		if err != nil {
			return false, err
		}
		p, err := wider.At(c, 0)
		return err == nil && int(moved(p)) >= needed, err
	}
	low, high := int(s.Params[at].Min), int(s.Params[at].Max)
	for v := low; ; v = min(max(1, 2*v), high) { // doubling: large models are not built for small needs
		yes, err := enough(v)
		if err != nil {
			return 0, err
		}
		if yes {
			high = v
			break
		}
		if low = v + 1; v == high {
			return 0, nil
		}
	}
	for low < high {
		mid := (low + high) / 2
		yes, err := enough(mid)
		if err != nil {
			return 0, err
		}
		if yes {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return high, nil
}

// passing is a machine whose state can go from player to player.
type passing interface {
	models.Machine
	Passed(split tasks.Split, read []int, players int) ([]protocol.Bits, func(h tasks.Half) func(*protocol.Port) []tasks.Value, error)
}

// halves is a machine cut between Alice and Bob, who answers; between more players only
// if it has a state that they pass on.
func halves(m models.Machine, c Cut) (*Protocol, error) {
	if k := c.players(); k != 2 {
		r, ok := m.(passing)
		if !ok {
			return nil, fmt.Errorf("rules: %w: this rule has two players, not %d", errors.ErrUnsupported, k)
		}
		bits, player, err := r.Passed(c.Split, c.Read, k)
		if err != nil {
			return nil, err
		}
		p := &Protocol{Bits: bits, Player: player, Setting: protocol.OneWay.Among(k), Formula: "the state, of each player with tokens before those of the next",
			Whole: func(ctx context.Context, seq []tasks.Token) ([]tasks.Value, error) { return m.Whole(ctx, seq, c.Read) }}
		held := c.holders()
		if !slices.IsSorted(held) {
			p.Setting = protocol.TwoWay.Among(k)
			return p, nil
		}
		p.Behind = slices.Clone(bits[:k-1])
		for who := 1; who < len(p.Behind); who++ {
			if !slices.Contains(held, protocol.Player(who)) { // the state passes by
				p.Behind[who] = p.Behind[who-1]
			}
		}
		return p, nil
	}
	prog, err := m.Compile(models.Job{Split: c.Split, Read: c.Read, Answer: models.ByBob})
	if err != nil {
		return nil, err
	}
	return &Protocol{
		Bits: prog.Bits[:], Setting: prog.Setting(), Formula: prog.Formula,
		Whole: func(ctx context.Context, seq []tasks.Token) ([]tasks.Value, error) { return m.Whole(ctx, seq, c.Read) },
		Player: func(h tasks.Half) func(*protocol.Port) []tasks.Value {
			play := prog.Player(h)
			return func(port *protocol.Port) []tasks.Value {
				got := play(port)
				if h.Self != protocol.Bob {
					return nil
				}
				out := make([]tasks.Value, len(c.Read))
				for k, i := range c.Read {
					out[k] = got[i]
				}
				return out
			}
		},
	}, nil
}

// Parse reads a rule with its sizes: "mamba d=5120 state=16 layers=48 p=16". Blanks and
// commas separate.
func Parse(spec string) (Sized, error) {
	words := strings.FieldsFunc(spec, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' })
	if len(words) == 0 {
		return Sized{}, catalog.Unknown("architecture", spec, all.Names())
	}
	r, err := all.Get(words[0])
	if err != nil {
		return Sized{}, err
	}
	set := models.Settings{Num: tasks.Params{}, Choice: map[string]string{}}
	for _, word := range words[1:] {
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" || value == "" {
			return Sized{}, fmt.Errorf("rules: %s: %q: want name=value, such as %s", r.Name, word, r.sample())
		}
		if _, twice := set.Num[name]; twice || set.Choice[name] != "" {
			return Sized{}, fmt.Errorf("rules: %s: %s is given twice", r.Name, name)
		}
		if v, err := strconv.ParseFloat(value, 64); err == nil && !math.IsInf(v, 0) {
			set.Num[name] = v
		} else {
			set.Choice[name] = value
		}
	}
	return r.With(set)
}

func (r *Rule) sample() string {
	if len(r.Params) == 0 {
		return r.Name + " alone: it has no sizes"
	}
	return r.Params[0].Name + "=" + strconv.FormatFloat(r.Params[0].Min, 'f', -1, 64)
}

// Examples are the sized rules that stand where nobody names any: for two players, or for
// more who speak in so many rounds, 0 being as many as there are players.
func Examples(players, rounds int) []Sized {
	var list []Sized
	for r := range all.All() {
		sets := r.Examples
		if players > 2 {
			sets = r.Among
			if r.InRounds != nil {
				sets = append(slices.Clip(sets), r.InRounds(cmp.Or(rounds, players)))
			}
		}
		for _, set := range sets {
			s, err := r.With(models.Settings{Num: set})
			if err != nil {
				panic(err) // Validate has seen it
			}
			list = append(list, s)
		}
	}
	return list
}

var all = catalog.New[*Rule]("architecture")

func register(r *Rule) *Rule { return all.Add(r) }

// Catalog returns all rules.
func Catalog() *catalog.Catalog[*Rule] { return all }

// Parameters that many rules have.
var (
	layersParam = small(size("layers", "layers", 1, 1<<12, 1), 1, 2)
	bitsParam   = small(size("p", "bits of a number", 1, 62, 16), 5, 8)
)

// size is a whole number with a default.
func size(name, doc string, low, high, def float64) tasks.Param {
	return tasks.Param{Name: name, Doc: doc, Min: low, Max: high, Default: func(int, tasks.Params) float64 { return def }}
}

// small are the values for laws.
func small(p tasks.Param, values ...float64) tasks.Param { p.Small = values; return p }

// mix is a bijection that scatters its argument (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// draw is a number of 64 bits that depends on a seed and on words, and on nothing else:
// the weights and the arbitrary maps of seeded models.
func draw(seed uint64, words ...uint64) uint64 {
	for _, w := range words {
		seed = mix(seed ^ mix(w))
	}
	return seed
}

// digest is a number that depends on the position and the whole content of a token.
func digest(seed uint64, pos int, t tasks.Token) uint64 {
	h := draw(seed, uint64(pos), uint64(t.X), uint64(t.To))
	for _, z := range t.Z {
		h = draw(h, math.Float64bits(z))
	}
	for _, y := range t.Y {
		h = draw(h, uint64(y))
	}
	return h
}

// embed draws width numbers of p bits from a token.
func embed(seed uint64, width, p, pos int, t tasks.Token) []uint64 {
	h := digest(seed, pos, t)
	e := make([]uint64, width)
	for c := range e {
		e[c] = draw(h, uint64(c)) & mask(p)
	}
	return e
}

func mask(p int) uint64 { return 1<<p - 1 }

// output makes an output of the task's form from what a model gives out: one of its
// symbols, or 0 and 1 where the task knows no finite set.
func output(sh tasks.Shape, seed uint64, f []uint64) tasks.Value {
	v := make(tasks.Value, 1)
	if sh.Task.Vector {
		v = make(tasks.Value, sh.Int("d"))
	}
	most := cmp.Or(sh.Outputs(), 2)
	v[0] = float64(draw(seed, f...) % uint64(most))
	return v
}
