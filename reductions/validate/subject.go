// Package validate checks reductions: exhaustively while the domain is small
// enough, else on adversarial and random samples with an exact confidence
// interval. It checks ours and users' alike.
package validate

import (
	"encoding/json"
	"fmt"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
)

// Subject is a reduction at fixed sizes, as validation needs it. Functions may
// fail: a *Violation refutes the reduction, any other error makes it unusable.
type Subject struct {
	Name  string
	Size  int // n
	Shape tasks.Shape
	Split tasks.Split
	Reads []int

	Problem *problems.Problem
	// Public, Alice and Bob write the tokens of their owner's positions, in
	// increasing order of position. They are called once for each x and each y.
	Public []tasks.Token
	Alice  func(x protocol.Word) ([]tasks.Token, error)
	Bob    func(y protocol.Word) ([]tasks.Token, error)
	// Want is the problem's answer; inside is false outside the promise, where
	// every answer is right. A relation gives a protocol.OneOfValue.
	Want func(x, y protocol.Word) (want protocol.Value, inside bool, err error)
	// Outputs evaluates the task at positions.
	Outputs func(seq []tasks.Token, read []int) ([]tasks.Value, error)
	// Answer reads the answer off the outputs, which it asks for by position. Bob
	// answers, so it may use y.
	Answer func(y protocol.Word, output func(pos int) (tasks.Value, error)) (protocol.Value, error)
	// AnswerUsesY says that Answer looks at y.
	AnswerUsesY bool
	// got is Answer on the outputs at Reads, where these are all that it needs; nil
	// where it may ask for others.
	got func(y protocol.Word, out []tasks.Value) protocol.Value
}

// Violation is a broken obligation of a reduction: not a wrong answer, but a map
// that is no map of this kind.
type Violation struct {
	Obligation string // what should hold, in words
	X          any
	Y          any
	Position   int
	Token      any
	Detail     string
}

// MarshalJSON writes every field; those that have no part in the violation are null.
func (v *Violation) MarshalJSON() ([]byte, error) {
	orNull := func(given bool, x any) any {
		if !given {
			return nil
		}
		return x
	}
	return json.Marshal(struct {
		Obligation string `json:"obligation"`
		X          any    `json:"x"`
		Y          any    `json:"y"`
		Position   any    `json:"position"`
		Token      any    `json:"token"`
		Detail     any    `json:"detail"`
	}{v.Obligation, v.X, v.Y, orNull(v.Position > 0, v.Position), v.Token, orNull(v.Detail != "", v.Detail)})
}

func (v *Violation) Error() string {
	s := "violates " + v.Obligation
	if v.Position > 0 {
		s += fmt.Sprintf(" at position %d", v.Position)
	}
	if v.X != nil {
		s += fmt.Sprintf(", x = %v", v.X)
	}
	if v.Y != nil {
		s += fmt.Sprintf(", y = %v", v.Y)
	}
	if v.Detail != "" {
		s += ": " + v.Detail
	}
	return s
}

// Obligations, as reported.
const (
	InRange     = "tokens are in the task's range"
	FixedPublic = "public tokens do not depend on the inputs"
	FixedPlaces = "positions do not depend on the inputs"
	OncePlaces  = "the positions are 1..N, each once"
	Defined     = "the map is defined for every input"
)

// FromInstance makes a subject of a built-in reduction.
func FromInstance(in *reductions.Instance) *Subject {
	return &Subject{
		Name: in.Name, Size: in.Size, Shape: in.Shape, Split: in.At, Reads: in.Reads, Problem: in.From,
		Public: in.Public(in.Size, in.Shape),
		Alice:  func(x protocol.Word) ([]tasks.Token, error) { return in.Alice(in.Size, in.Shape, x), nil },
		Bob:    func(y protocol.Word) ([]tasks.Token, error) { return in.Bob(in.Size, in.Shape, y), nil },
		Want: func(x, y protocol.Word) (protocol.Value, bool, error) {
			want, inside := in.From.Value(in.Size, x, y)
			return want, inside, nil
		},
		Outputs:     func(seq []tasks.Token, read []int) ([]tasks.Value, error) { return in.Shape.Eval(seq, read), nil },
		AnswerUsesY: in.BobAnswer != nil,
		Answer: func(y protocol.Word, output func(pos int) (tasks.Value, error)) (protocol.Value, error) {
			out := make([]tasks.Value, len(in.Reads))
			for k, i := range in.Reads {
				var err error
				if out[k], err = output(i); err != nil {
					return protocol.Value{}, err
				}
			}
			return protocol.BoolValue(in.Got(y, out)), nil
		},
		got: func(y protocol.Word, out []tasks.Value) protocol.Value { return protocol.BoolValue(in.Got(y, out)) },
	}
}

// alice writes and checks Alice's tokens for x.
func (s *Subject) alice(x protocol.Word) ([]tasks.Token, error) {
	tok, err := s.Alice(x)
	if err == nil {
		err = s.inRange(protocol.Alice, tok, s.showX(x), nil)
	}
	return tok, err
}

// bob writes and checks Bob's tokens for y.
func (s *Subject) bob(y protocol.Word) ([]tasks.Token, error) {
	tok, err := s.Bob(y)
	if err == nil {
		err = s.inRange(protocol.Bob, tok, nil, s.showY(y))
	}
	return tok, err
}

// inRange checks the tokens of one owner against the task.
func (s *Subject) inRange(who protocol.Player, tok []tasks.Token, x, y any) error {
	k := 0
	for i, o := range s.Split.Owner {
		if o != who {
			continue
		}
		if k == len(tok) {
			return &Violation{Obligation: Defined, X: x, Y: y, Position: i + 1, Detail: "no token was written"}
		}
		if err := s.Shape.Task.CheckToken(s.Shape, i+1, tok[k]); err != nil {
			return &Violation{Obligation: InRange, X: x, Y: y, Position: i + 1, Token: s.Shape.Task.FormatToken(s.Shape, tok[k]), Detail: err.Error()}
		}
		k++
	}
	if k != len(tok) {
		return &Violation{Obligation: OncePlaces, X: x, Y: y, Detail: fmt.Sprintf("%d tokens for %d positions", len(tok), k)}
	}
	return nil
}

// showX and showY write inputs as users see them: strings of 0 and 1, else values.
func (s *Subject) showX(x protocol.Word) any {
	return s.Problem.Domain(s.Size, protocol.Alice).JSON(x)
}

func (s *Subject) showY(y protocol.Word) any {
	return s.Problem.Domain(s.Size, protocol.Bob).JSON(y)
}

// Encode writes the whole sequence of a pair.
func (s *Subject) Encode(x, y protocol.Word) ([]tasks.Token, error) {
	m := s.merger()
	err := s.pairAt(m, x, y)
	return m.seq, err
}

// Defined evaluates the map on one pair, whatever the answer, and says what goes
// wrong.
func (s *Subject) Defined(x, y protocol.Word) error {
	m := s.merger()
	if err := s.pairAt(m, x, y); err != nil {
		return err
	}
	_, _, err := s.check(m, x, y)
	return err
}

// merger lays Alice's, Bob's and the public tokens into one sequence, and
// evaluates the task on it: at all of Reads as soon as one of them is asked for.
type merger struct {
	s          *Subject
	seq        []tasks.Token
	all        []int         // 1..N
	alice, bob []int         // indices into seq
	values     []tasks.Value // at Reads; nil until one is asked for
	output     func(pos int) (tasks.Value, error)
}

func (s *Subject) merger() *merger {
	m := &merger{s: s, seq: make([]tasks.Token, s.Shape.N), all: s.Shape.All()}
	m.output = m.at
	public := 0
	for i, o := range s.Split.Owner {
		switch o {
		case protocol.Alice:
			m.alice = append(m.alice, i)
		case protocol.Bob:
			m.bob = append(m.bob, i)
		default:
			m.seq[i] = s.Public[public]
			public++
		}
	}
	return m
}

// at is the task's output at one position.
func (m *merger) at(pos int) (tasks.Value, error) {
	k, mine := slices.BinarySearch(m.s.Reads, pos)
	if !mine {
		v, err := m.s.Outputs(m.seq, []int{pos})
		if err != nil {
			return nil, err
		}
		return v[0], nil
	}
	if m.values == nil {
		var err error
		if m.values, err = m.s.Outputs(m.seq, m.s.Reads); err != nil {
			return nil, err
		}
	}
	return m.values[k], nil
}

func (m *merger) put(at []int, tok []tasks.Token) {
	m.values = nil
	for k, i := range at {
		m.seq[i] = tok[k]
	}
}
