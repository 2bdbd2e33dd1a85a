// Package reductions holds the maps from base problems to tasks, one per file.
// A reduction turns a protocol for the task into one for the problem; so what
// the problem needs, the task's models must move.
package reductions

import (
	"cmp"
	"errors"
	"fmt"

	"crosscut/internal/catalog"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// Reduction maps inputs (x, y) of a problem to token sequences of a task. The
// types carry the proof's obligations: Alice's encoder cannot name y, Bob's
// cannot name x, and the split, the public tokens and the read positions are
// functions of sizes alone.
type Reduction struct {
	Name string
	Doc  string // the map in a few words
	Cite []string
	From *problems.Problem
	To   *tasks.Task

	// MinN is the shortest sequence that holds a problem of size n; Fits the
	// largest n that a sequence of length N holds (0: none).
	MinN func(n int) int
	Fits func(N int) int
	// Params gives the task's sizes that the map needs (M, q, d, nodes) where set
	// does not, and refuses sizes for which the map is wrong.
	Params func(n, N int, set tasks.Params) (tasks.Params, error)
	Split  func(n int, sh tasks.Shape) tasks.Split
	Read   func(n int, sh tasks.Shape) []int

	// Public, Alice and Bob write the tokens of the public, Alice's and Bob's
	// positions, in increasing order of position.
	Public func(n int, sh tasks.Shape) []tasks.Token
	Alice  func(n int, sh tasks.Shape, x protocol.Word) []tasks.Token
	Bob    func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token

	// Answer reads the problem's answer off the outputs, which are parallel to Read.
	Answer func(n int, sh tasks.Shape, out []tasks.Value) bool
	// BobAnswer takes its place where Bob must look at y as well. May be nil.
	BobAnswer func(n int, sh tasks.Shape, y protocol.Word, out []tasks.Value) bool

	// Least is an order in N that Alice's one-way need has at least, by a written proof, at the
	// largest n that N holds while all other sizes stay; zero: none is written.
	Least protocol.Growth

	at func(n, N int, set tasks.Params) (*Reduction, tasks.Params, error) // see family
	_  struct{}
}

// ID is the name users type.
func (r *Reduction) ID() string { return r.Name }

// Validate refuses an incomplete reduction.
func (r *Reduction) Validate() error {
	switch {
	case r.Name == "" || r.Doc == "" || len(r.Cite) == 0 || r.From == nil || r.To == nil:
		return errors.New("name, doc, citation, problem and task are needed")
	case r.MinN == nil || r.Fits == nil || r.Params == nil || r.Split == nil || r.Read == nil ||
		r.Public == nil || r.Alice == nil || r.Bob == nil || r.Answer == nil && r.BobAnswer == nil:
		return errors.New("a function is missing")
	}
	return nil
}

// Instance is a reduction at fixed sizes.
type Instance struct {
	*Reduction
	Size  int // n
	Shape tasks.Shape
	At    tasks.Split
	Reads []int

	// Known is the need in a setting, Alice speaking where it is one-way; nil: what the
	// problem's entry says. Right says whether the outputs at Reads give a right answer of
	// the problem; nil: whether Got equals Want. Both are of maps in users' files.
	Known func(setting protocol.Setting) (Need, bool)
	Right func(x, y protocol.Word, out []tasks.Value) bool
}

// Instance fixes the sizes: problem size n, sequence length N (0: the shortest),
// and task parameters. Parameters that the map cannot work with are an error.
func (r *Reduction) Instance(n, N int, set tasks.Params) (*Instance, error) {
	if n < 1 {
		return nil, fmt.Errorf("reductions: %s: n = %d, want at least 1", r.Name, n)
	}
	if r.at != nil {
		fixed, rest, err := r.at(n, N, set)
		if err != nil {
			return nil, fmt.Errorf("reductions: %s: %w", r.Name, err)
		}
		r, set = fixed, rest
	}
	N = cmp.Or(N, r.MinN(n))
	if N < r.MinN(n) {
		return nil, fmt.Errorf("reductions: %s: n = %d needs N >= %d, not %d", r.Name, n, r.MinN(n), N)
	}
	params, err := r.Params(n, N, set)
	if err != nil {
		return nil, fmt.Errorf("reductions: %s: %w", r.Name, err)
	}
	sh, err := r.To.Shape(N, params)
	if err != nil {
		return nil, fmt.Errorf("reductions: %s: %w", r.Name, err)
	}
	return &Instance{Reduction: r, Size: n, Shape: sh, At: r.Split(n, sh), Reads: r.Read(n, sh)}, nil
}

// Encode merges the three parts into one sequence.
func (in *Instance) Encode(x, y protocol.Word) []tasks.Token {
	seq := in.alices(x)
	in.place(seq, protocol.Bob, in.Bob(in.Size, in.Shape, y))
	return seq
}

// AliceHalf is what Alice sees when she holds x: her tokens and the public ones.
func (in *Instance) AliceHalf(x protocol.Word) tasks.Half {
	return in.At.Hand(in.Shape, in.alices(x), protocol.Alice)
}

func (in *Instance) alices(x protocol.Word) []tasks.Token {
	seq := make([]tasks.Token, in.Shape.N)
	in.place(seq, tasks.Public, in.Public(in.Size, in.Shape))
	in.place(seq, protocol.Alice, in.Alice(in.Size, in.Shape, x))
	return seq
}

func (in *Instance) place(seq []tasks.Token, who protocol.Player, part []tasks.Token) {
	k := 0
	for i, o := range in.At.Owner {
		if o == who {
			seq[i] = part[k]
			k++
		}
	}
	if k != len(part) {
		panic(fmt.Sprintf("reductions: %s: %v wrote %d tokens for %d positions", in.Name, who, len(part), k))
	}
}

// Want is the problem's answer.
func (in *Instance) Want(x, y protocol.Word) bool { return in.From.Holds(in.Size, x, y) }

// Got is the answer that Bob, who holds y, reads off the task's outputs at Reads.
func (in *Instance) Got(y protocol.Word, out []tasks.Value) bool {
	if in.BobAnswer != nil {
		return in.BobAnswer(in.Size, in.Shape, y, out)
	}
	return in.Answer(in.Size, in.Shape, out)
}

// Decides says whether the outputs at Reads give a right answer to (x, y).
func (in *Instance) Decides(x, y protocol.Word, out []tasks.Value) bool {
	if in.Right != nil {
		return in.Right(x, y, out)
	}
	return in.Got(y, out) == in.Want(x, y)
}

// QueryFixed says whether every read token is public, so that it is the same for
// all inputs. Only then is an attention layer a one-way protocol from Alice.
func (in *Instance) QueryFixed() bool { return in.At.Public(in.Reads) }

var all = catalog.New[*Reduction]("reduction")

func register(r *Reduction) *Reduction { return all.Add(r) }

// Catalog returns all reductions.
func Catalog() *catalog.Catalog[*Reduction] { return all }
