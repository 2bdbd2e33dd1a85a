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

	// Declared says that Reads are the positions that Answer may read, and no others. Else
	// they are what was found on some inputs, or what some of the answering player's inputs
	// ask for: Unread says so, and that nothing that counts them is a bound. Found, where it
	// is set, says what is found by now.
	Declared bool
	Unread   string
	Found    func() []int
	// ReadsVary says that of Reads only some are read, which depends on the answering
	// player's input.
	ReadsVary bool

	Problem *problems.Problem
	// Rounds is how many rounds the players speak in; 0: one pass.
	Rounds int
	// Need is what the file says is needed; nil: it says nothing.
	Need *Need
	// Public are the public tokens; Write writes those of a player for each input, in
	// increasing order of position.
	Public []tasks.Token
	Write  func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error)
	// Want is the problem's answer to one input of each player; inside is false outside
	// the promise, where every answer is right. A relation gives a protocol.OneOfValue.
	Want func(in ...protocol.Word) (want protocol.Value, inside bool, err error)
	// Outputs evaluates the task at positions.
	Outputs func(seq []tasks.Token, read []int) ([]tasks.Value, error)
	// Answer reads the answer off the outputs, which it asks for by position. The last
	// player answers, so it may use that player's input y.
	Answer func(y protocol.Word, output func(pos int) (tasks.Value, error)) (protocol.Value, error)
	// Answers is Answer for many inputs at once, on the task's outputs. Wants is Want for
	// many, None outside the promise. nil: one after the other.
	Answers func(*Inputs) (Values, error)
	Wants   func(*Inputs) (Values, error)
	// Effort is what Write, Answers and Wants have cost so far, in any unit of work but time;
	// nil: too little to matter.
	Effort func() int64
	// Place is where a file defines Answer, such as "mine.star:9"; "": no file does.
	Place string
	// AnswerUsesY says that Answer looks at y.
	AnswerUsesY bool
	// got is Answer on the outputs at Reads, where these are all that it needs; nil
	// where it may ask for others.
	got func(y protocol.Word, out []tasks.Value) protocol.Value

	values *table // the problem's values, where they were tabulated
	shown  []Need // what they show to be needed, where that was asked for
	// judged says that Need was held against all protocols that are looked for, met that it is
	// right for certain, sampled that a run did not try all inputs.
	judged, met, sampled bool
	allRead              bool // Reads are all that Answer read on any input

	measured    []tokenSize // of Alice's tokens, where they were measured; allMeasured: of all her inputs
	allMeasured bool
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
	// Player, counted from 1, and Own are whose input it is, of more than two players.
	Player int
	Own    any
}

// Input says which player's input it is.
func (v *Violation) Input(players int, who protocol.Player, in any) {
	switch {
	case who == tasks.Public:
	case players > 2:
		v.Player, v.Own = int(who)+1, in
	case who == protocol.Alice:
		v.X = in
	default:
		v.Y = in
	}
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
		Player     int    `json:"player,omitempty"`
		Own        any    `json:"input,omitempty"`
	}{v.Obligation, v.X, v.Y, orNull(v.Position > 0, v.Position), v.Token, orNull(v.Detail != "", v.Detail), v.Player, v.Own})
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
	if v.Player > 0 {
		s += fmt.Sprintf(", input %v of player %d", v.Own, v.Player)
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
	// NeedTooLarge: a declared need is refuted by a protocol that is cheaper.
	NeedTooLarge = "the declared need is no more than some protocol costs"
)

// FromInstance makes a subject of a built-in reduction.
func FromInstance(in *reductions.Instance) *Subject {
	return &Subject{
		Name: in.Name, Size: in.Size, Shape: in.Shape, Split: in.At, Reads: in.Reads, Problem: in.From,
		Declared: true, Public: in.Public(in.Size, in.Shape),
		Write: func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
			write := in.Bob
			if who == protocol.Alice {
				write = in.Alice
			}
			all := make([][]tasks.Token, len(ins))
			for k, w := range ins {
				all[k] = write(in.Size, in.Shape, w)
			}
			return all, nil
		},
		Want: func(both ...protocol.Word) (protocol.Value, bool, error) {
			want, inside := in.From.Value(in.Size, both...)
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

// Players is how many there are.
func (s *Subject) Players() int { return len(s.Problem.Domains(s.Size)) }

// domain is what a player holds.
func (s *Subject) domainOf(who protocol.Player) protocol.Domain {
	return s.Problem.Domain(s.Size, who)
}

// write writes and checks a player's tokens.
func (s *Subject) write(who protocol.Player, in protocol.Word) (tok []tasks.Token, err error) {
	err = s.writeEach(who, 1, func(int) protocol.Word { return in }, func(_ int, _ protocol.Word, t []tasks.Token) { tok = t })
	return tok, err
}

// togetherTokens bounds the tokens of the sequences that are written at once, together how
// many sequences; boxTogether is how many inputs are answered at once, where all there are of
// some members are, and aloneTogether where no file is asked.
const (
	together       = 1 << 10
	togetherTokens = 1 << 18
	boxTogether    = 1 << 18
	aloneTogether  = 1 << 15
)

// atOnce is how many sequences are written at once.
func (s *Subject) atOnce() int { return max(1, min(together, togetherTokens/s.Shape.N)) }

// writeEach writes and checks a player's tokens for n inputs, in order, many at a time.
func (s *Subject) writeEach(who protocol.Player, n int, input func(k int) protocol.Word, do func(k int, in protocol.Word, tok []tasks.Token)) error {
	size := s.atOnce()
	for chunk := range (n + size - 1) / size {
		from := chunk * size
		ins := make([]protocol.Word, min(size, n-from))
		for k := range ins {
			ins[k] = input(from + k)
		}
		toks, err := s.Write(who, ins)
		if err != nil {
			return err
		}
		for k, in := range ins {
			if err := s.inRange(who, toks[k], in); err != nil {
				return err
			}
			do(from+k, in, toks[k])
		}
	}
	return nil
}

// inRange checks the tokens of one owner against the task.
func (s *Subject) inRange(who protocol.Player, tok []tasks.Token, in protocol.Word) error {
	broken := func(v *Violation) error {
		if who != tasks.Public {
			v.Input(s.Players(), who, s.domainOf(who).JSON(in))
		}
		return v
	}
	k := 0
	for i, o := range s.Split.Owner {
		if o != who {
			continue
		}
		if k == len(tok) {
			return broken(&Violation{Obligation: Defined, Position: i + 1, Detail: "no token was written"})
		}
		if err := s.Shape.Task.CheckToken(s.Shape, i+1, tok[k]); err != nil {
			return broken(&Violation{Obligation: InRange, Position: i + 1, Token: s.Shape.Task.FormatToken(s.Shape, tok[k]), Detail: err.Error()})
		}
		k++
	}
	if k != len(tok) {
		return broken(&Violation{Obligation: OncePlaces, Detail: fmt.Sprintf("%d tokens for %d positions", len(tok), k)})
	}
	return nil
}

// publics checks the public tokens.
func (s *Subject) publics() error { return s.inRange(tasks.Public, s.Public, protocol.Word{}) }

// show writes the inputs as users see them: strings of 0 and 1, else values.
func (s *Subject) show(in []protocol.Word) []any {
	list := make([]any, len(in))
	for who, w := range in {
		list[who] = s.domainOf(protocol.Player(who)).JSON(w)
	}
	return list
}

// Encode writes the whole sequence of one input of each player.
func (s *Subject) Encode(in ...protocol.Word) ([]tasks.Token, error) {
	m := s.merger()
	err := s.inputAt(m, in)
	return m.seq, err
}

// Defined evaluates the map on one input of each player, whatever the answer, and says
// what goes wrong.
func (s *Subject) Defined(in ...protocol.Word) error {
	m := s.merger()
	err := s.publics()
	if err == nil {
		err = s.inputAt(m, in)
	}
	if err == nil {
		_, _, err = s.check(m, in)
	}
	return err
}

// Extremes evaluates the map where all players hold their first and their last inputs,
// and says what goes wrong.
func (s *Subject) Extremes() error {
	first, last := make([]protocol.Word, s.Players()), make([]protocol.Word, s.Players())
	for who, d := range s.Problem.Domains(s.Size) {
		first[who], last[who] = d.Nth(0), d.Nth(max(1, d.Len())-1) // of very many, the first
		if d.Plain() {
			last[who] = reductions.Word(d.Bits(), func(int) bool { return true })
		}
	}
	if err := s.Defined(first...); err != nil {
		return err
	}
	return s.Defined(last...)
}

// merger lays the players' and the public tokens into one sequence, and evaluates the
// task on it: at all of Reads as soon as one of them is asked for.
type merger struct {
	s      *Subject
	seq    []tasks.Token
	all    []int         // 1..N
	places [][]int       // of each player: indices into seq
	values []tasks.Value // at Reads; nil until one is asked for
	output func(pos int) (tasks.Value, error)
	// written are the tokens of each player's inputs so far; nil maps keep none.
	written []map[protocol.Word][]tasks.Token
}

func (s *Subject) merger() *merger {
	m := &merger{s: s, seq: make([]tasks.Token, s.Shape.N), all: s.Shape.All(), places: make([][]int, s.Players()), written: make([]map[protocol.Word][]tasks.Token, s.Players())}
	m.output = m.at
	public := 0
	for i, o := range s.Split.Owner {
		if o != tasks.Public {
			m.places[o] = append(m.places[o], i)
		} else {
			m.seq[i] = s.Public[public]
			public++
		}
	}
	return m
}

// at is the task's output at one position.
func (m *merger) at(pos int) (tasks.Value, error) {
	k, mine := slices.BinarySearch(m.s.Reads, pos)
	if !mine || m.s.ReadsVary {
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

// put lays down a player's tokens.
func (m *merger) put(who protocol.Player, tok []tasks.Token) {
	m.values = nil
	for k, i := range m.places[who] {
		m.seq[i] = tok[k]
	}
}
