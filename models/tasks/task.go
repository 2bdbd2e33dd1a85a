// Package tasks holds the functions of a token sequence that models are asked
// to compute, one per file, each with a slow, obvious reference evaluation.
//
// Positions count from 1, as in the papers.
package tasks

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"crosscut/internal/catalog"
	"crosscut/protocol"
)

// Token is the content of one position. A task uses the fields it needs; the
// others stay zero. The position itself is public and not part of the token.
type Token struct {
	X  int       // a value in 1..M; for an edge, the vertex it comes from
	To int       // for an edge, the vertex it goes to
	Z  []float64 // sparse averaging: the vector, in the unit ball
	Y  []int     // sparse averaging: the q positions to average, increasing
}

// Equal says whether two tokens are the same in all they hold.
func (t Token) Equal(u Token) bool {
	return t.X == u.X && t.To == u.To && slices.Equal(t.Z, u.Z) && slices.Equal(t.Y, u.Y)
}

// Value is a task's output at one position: one number, or a vector for qsa.
type Value []float64

// Params are sizes by name (M, q, d, K, s, nodes, eps, m, p, f, ...).
type Params map[string]float64

// Int returns a parameter as an integer; absent is 0.
func (p Params) Int(name string) int { return int(p[name]) }

// With returns a copy of p in which the values of q win.
func (p Params) With(q Params) Params {
	r := maps.Clone(p)
	if r == nil {
		r = Params{}
	}
	maps.Copy(r, q)
	return r
}

// Without returns a copy of p that lacks one name.
func (p Params) Without(name string) Params {
	r := p.With(nil)
	delete(r, name)
	return r
}

// Param declares a parameter, so that flags, help and table columns appear by
// themselves.
type Param struct {
	Name, Doc string
	Real      bool    // else an integer
	Optional  bool    // may be left out of input files
	Min, Max  float64 // Max 0: no limit but that of exact integers, 2^53
	// Lab is the most that the lab takes, which draws and computes in a moment; 0: as [Param.MostInLab] says.
	Lab float64
	// Small are values for laws and exhaustive tests; none: the default alone.
	Small []float64
	// Fixed: a table over N keeps the first N's value at every N.
	Fixed bool
	// Judges: it says only which outputs count as right; inputs and models do not depend on it.
	Judges bool
	// Default computes the value when it is not set, from N and what is set. nil:
	// chosen by whoever builds with it.
	Default func(n int, set Params) float64
}

// Check refuses values outside the declared range.
func (p Param) Check(v float64) error {
	limit, upto := p.Max, fmt.Sprint(p.Max)
	if limit == 0 {
		limit, upto = 1<<53, "2^53"
	} else if !p.Real {
		upto = fmt.Sprint(int64(p.Max))
	}
	switch {
	case math.IsNaN(v) || v < p.Min || v > limit:
		return fmt.Errorf("%s = %v is outside %v..%s", p.Name, v, p.Min, upto)
	case !p.Real && v != math.Trunc(v):
		return fmt.Errorf("%s = %v must be a whole number", p.Name, v)
	}
	return nil
}

// MostInLab is the largest value that the lab takes: Lab, else the largest there
// is up to 4096.
func (p Param) MostInLab() float64 {
	switch {
	case p.Lab > 0:
		return p.Lab
	case p.Max > 0:
		return min(p.Max, 4096)
	}
	return 4096
}

// Task is a function from token sequences to one Value per position.
type Task struct {
	Name string
	Doc  string // the function in a line
	Cite []string

	Params []Param // sizes besides N
	// Vector: outputs are vectors (qsa), else single numbers.
	Vector bool
	// ParseOutput reads an output that may be a value of any kind, as a user's code writes
	// it, and FormatOutput writes one as JSON; nil: outputs are numbers. Such values are
	// equal where their Value is, and cannot be sent.
	ParseOutput  func(raw json.RawMessage) (Value, error)
	FormatOutput func(v Value) any
	// Binary: every output is the number 0 or 1, and so crosses in one bit.
	Binary bool
	// Symbols is how many values a number can be, 0..Symbols-1: it crosses in
	// ceil(log2 Symbols) bits. nil: 2 where Binary, else any real number.
	Symbols func(sh Shape) int
	// Window says that output i depends on tokens i - back..i + ahead alone; the task
	// is causal where ahead is 0. nil: on all tokens.
	Window func(sh Shape) (back, ahead int)
	// Asks lists the positions, increasing, that a token's output depends on besides
	// the token itself; the output is the mean of their vectors. nil: see Window.
	Asks func(t Token) []int
	// Terms is how many tokens are summed, for tasks that ask whether a sum is 0 mod
	// M. May be nil.
	Terms func(sh Shape) int
	// Unordered: the output at i depends on token i and on the set of all tokens alone,
	// neither on their order nor on how often each occurs.
	Unordered bool
	// Rest is all that the output at read still depends on after a prefix that holds it:
	// two prefixes of one length with the same rest have the same outputs with every
	// continuation, also where the whole is no input (edges that stand twice). nil: see
	// Window and Unordered.
	Rest func(sh Shape, read int, prefix []Token) []int
	// Same is a token that stands for t where read is the token at the read position: the
	// output there stays when others are replaced by what stands for them. The zero token
	// stands for all that change nothing: any of them will do that keeps the sequence an
	// input. nil: every token stands for itself.
	Same func(read, t Token) Token
	// Partial: Eval may have no answer on sequences of the alphabet that pass the checks, as a user's function.
	Partial bool
	// PublicFirst: the split "half" makes token 1 public.
	PublicFirst bool
	// ReadLast: the default read position is N, else 1.
	ReadLast bool

	// CheckShape refuses sizes for which the task has no meaning. May be nil.
	CheckShape func(sh Shape) error
	// CheckSeq refuses what CheckToken cannot see (repeated edges), in a whole
	// sequence or the part of it that a player sees: seq[k] stands at pos[k]. May be nil.
	CheckSeq func(sh Shape, pos []int, seq []Token) error
	// CheckToken refuses a token that is out of range at this position.
	CheckToken func(sh Shape, pos int, t Token) error

	// Eval is the definition: slow and obvious.
	Eval func(sh Shape, seq []Token, pos int) Value
	// Fast evaluates many positions at once; nil: Eval at each.
	Fast func(sh Shape, seq []Token, read []int) []Value
	// Cover writes the output at one position, for a split, as a small cover of its
	// ones by rectangles, where there is one; it serves exhaustive checks 64 inputs
	// at a time. Each player's tokens come in increasing order of position. The
	// second result is false where no small cover is known. May be nil.
	Cover func(sh Shape, s Split, public []Token, pos int) (protocol.Cover[[]Token, []Token], bool)
	// Correct compares an output with Eval's. nil: equality.
	Correct func(sh Shape, got, want Value) bool

	// TokenBits is the raw size of one token, in bits, with p bits per real
	// number; PutToken and GetToken write and read exactly that many.
	TokenBits func(sh Shape, p int) int
	// Logarithmic: TokenBits is of order log N at most, whether sizes are set or not.
	Logarithmic bool
	PutToken    func(sh Shape, p int, w *protocol.Packer, t Token)
	GetToken    func(sh Shape, p int, r *protocol.Unpacker) Token

	// ParseToken and FormatToken are the token's form in input files (JSON).
	ParseToken  func(sh Shape, raw json.RawMessage) (Token, error)
	FormatToken func(sh Shape, t Token) any

	// Generate draws a sequence whose labels are balanced where that is possible.
	Generate func(sh Shape, rng *rand.Rand) []Token
	// Alphabet lists the tokens of a small finite world at one position, for
	// exhaustive checks and communication matrices; real-valued tokens are
	// restricted to a finite set that the task documents. AlphabetSize is how many
	// there are, to be asked before they are listed; nil: listing is harmless.
	Alphabet     func(sh Shape, pos int) []Token
	AlphabetSize func(sh Shape) float64

	_ struct{}
}

// ID is the name users type.
func (t *Task) ID() string { return t.Name }

// Validate refuses an incomplete task.
func (t *Task) Validate() error {
	if t.Name == "" || t.Doc == "" || len(t.Cite) == 0 {
		return errors.New("name, doc and citation are needed")
	}
	if t.CheckToken == nil || t.Eval == nil || t.TokenBits == nil || t.PutToken == nil || t.GetToken == nil ||
		t.ParseToken == nil || t.FormatToken == nil || t.Generate == nil || t.Alphabet == nil {
		return errors.New("a function is missing")
	}
	for _, p := range t.Params {
		if p.Default == nil {
			return fmt.Errorf("parameter %s needs a default", p.Name)
		}
	}
	return nil
}

// Shape is what every player knows of an instance for free: the task, N and the
// sizes.
type Shape struct {
	Task   *Task
	N      int
	Params Params // complete: every parameter of the task
}

// MaxN bounds sequence lengths; above it, sizes that are products of N overflow.
const MaxN = 1 << 24

// Shape completes the parameters that are not set and checks all of them.
// Unknown names in set are an error.
func (t *Task) Shape(n int, set Params) (Shape, error) {
	var known []string
	for _, p := range t.Params {
		known = append(known, p.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !slices.Contains(known, name) {
			return Shape{}, catalog.Unknown("parameter of task "+t.Name, name, known)
		}
	}
	sh, err := t.shape(n, set)
	if err != nil {
		return Shape{}, fmt.Errorf("tasks: %s: %w", t.Name, err)
	}
	return sh, nil
}

func (t *Task) shape(n int, set Params) (Shape, error) {
	if n < 1 || n > MaxN {
		return Shape{}, fmt.Errorf("N = %d is outside 1..%d", n, MaxN)
	}
	sh := Shape{t, n, Params{}}
	for _, p := range t.Params {
		v, ok := set[p.Name]
		if !ok {
			v = p.Default(n, sh.Params.With(set))
		}
		if err := p.Check(v); err != nil {
			return Shape{}, err
		}
		sh.Params[p.Name] = v
	}
	if t.CheckShape != nil {
		if err := t.CheckShape(sh); err != nil {
			return Shape{}, err
		}
	}
	return sh, nil
}

// Param is the parameter of that name, or nil.
func (t *Task) Param(name string) *Param {
	for k := range t.Params {
		if t.Params[k].Name == name {
			return &t.Params[k]
		}
	}
	return nil
}

// Is says whether two tasks are one function. Its name is its identity: no two of a catalogue have
// the same, a user's task has that of its file, and is made anew at each load, and a task that
// judges outputs by a rule of its own keeps the name.
func (t *Task) Is(o *Task) bool { return t.Name == o.Name }

// Differs says why sequences of another shape are none of this one, or nil: another task, length
// or size.
func (sh Shape) Differs(o Shape) error {
	if !sh.Task.Is(o.Task) {
		return fmt.Errorf("%s, not %s", o.Task.Name, sh.Task.Name)
	}
	if sh.N != o.N {
		return fmt.Errorf("N = %d, not %d", o.N, sh.N)
	}
	for _, p := range sh.Task.Params {
		if !p.Judges && o.Params[p.Name] != sh.Params[p.Name] {
			return fmt.Errorf("%s = %v, not %v", p.Name, o.Params[p.Name], sh.Params[p.Name])
		}
	}
	return nil
}

// Int returns a parameter as an integer.
func (sh Shape) Int(name string) int { return sh.Params.Int(name) }

// Check refuses sequences that are not inputs of the task. The error names the
// first bad position.
func (sh Shape) Check(seq []Token) error {
	if len(seq) != sh.N {
		return fmt.Errorf("tasks: %s: %d tokens, want N = %d", sh.Task.Name, len(seq), sh.N)
	}
	if err := sh.check(sh.All(), seq); err != nil {
		return fmt.Errorf("tasks: %s: %w", sh.Task.Name, err)
	}
	return nil
}

// check refuses a part of a sequence, seq[k] standing at pos[k].
func (sh Shape) check(pos []int, seq []Token) error {
	for k, t := range seq {
		if err := sh.Task.CheckToken(sh, pos[k], t); err != nil {
			return fmt.Errorf("token %d: %w", pos[k], err)
		}
	}
	if sh.Task.CheckSeq != nil {
		return sh.Task.CheckSeq(sh, pos, seq)
	}
	return nil
}

// Eval gives the task's outputs at the read positions.
func (sh Shape) Eval(seq []Token, read []int) []Value {
	if sh.Task.Fast != nil {
		return sh.Task.Fast(sh, seq, read)
	}
	out := make([]Value, len(read))
	for k, i := range read {
		out[k] = sh.Task.Eval(sh, seq, i)
	}
	return out
}

// Correct says whether got is acceptable where the definition gives want.
func (sh Shape) Correct(got, want Value) bool {
	if sh.Task.Correct != nil {
		return sh.Task.Correct(sh, got, want)
	}
	return slices.Equal(got, want)
}

// Outputs is how many values an output can have: 0..Outputs-1; 0: real numbers.
func (sh Shape) Outputs() int {
	switch {
	case sh.Task.Binary:
		return 2
	case sh.Task.Symbols != nil:
		return sh.Task.Symbols(sh)
	}
	return 0
}

// Window is how far before and after its own position an output may look.
func (sh Shape) Window() (back, ahead int) {
	if sh.Task.Window == nil {
		return sh.N - 1, sh.N - 1
	}
	back, ahead = sh.Task.Window(sh)
	return min(back, sh.N-1), min(ahead, sh.N-1)
}

// Causal says whether no output needs a later token.
func (sh Shape) Causal() bool {
	_, ahead := sh.Window()
	return ahead == 0
}

// LastNeeded is the last position that the output at pos depends on, where t is the
// token there.
func (sh Shape) LastNeeded(pos int, t Token) int {
	if sh.Task.Asks != nil {
		asked := sh.Task.Asks(t)
		return asked[len(asked)-1]
	}
	_, ahead := sh.Window()
	return min(sh.N, pos+ahead)
}

// DefaultRead is the position that is read when none is named.
func (sh Shape) DefaultRead() int {
	if sh.Task.ReadLast {
		return sh.N
	}
	return 1
}

// Early says that no causal model is right on both inputs: they agree up to the last read position, and some output there
// has no value that is right for both. Where outputs have a tolerance, the middle is the first to be.
func (sh Shape) Early(read []int, one, two []Token, outputs func(seq []Token, read []int) ([]Value, error)) bool {
	if last := slices.Max(read); !slices.EqualFunc(one[:last], two[:last], Token.Equal) {
		return false
	}
	want, err := outputs(one, read)
	other, err2 := outputs(two, read)
	if err != nil || err2 != nil {
		return false
	}
	for k, middle := range want {
		for c := range middle {
			if sh.Task.Correct != nil {
				middle[c] = (middle[c] + other[k][c]) / 2
			}
		}
		if !sh.Correct(middle, other[k]) {
			return true
		}
	}
	return false
}

// All lists the positions 1..N.
func (sh Shape) All() []int {
	all := make([]int, sh.N)
	for i := range all {
		all[i] = i + 1
	}
	return all
}

var all = catalog.New[*Task]("task")

func register(t *Task) *Task { return all.Add(t) }

// Catalog returns all tasks.
func Catalog() *catalog.Catalog[*Task] { return all }
