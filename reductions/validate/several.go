package validate

import (
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Inputs are many inputs of all players: input k has of player number who the word
// At[k*len(Words)+who] of Words[who], which is written as that one of Toks[who].
type Inputs struct {
	Words [][]protocol.Word
	Toks  [][][]tasks.Token // nil where nobody asks for them
	At    []int32
}

// Len is how many inputs there are.
func (l *Inputs) Len() int { return len(l.At) / len(l.Words) }

// Get is input number k.
func (l *Inputs) Get(k int) []protocol.Word {
	in := make([]protocol.Word, len(l.Words))
	l.get(k, in)
	return in
}

func (l *Inputs) get(k int, in []protocol.Word) {
	for who, at := range l.At[k*len(in) : (k+1)*len(in)] {
		in[who] = l.Words[who][at]
	}
}

// several collects inputs, checks them together and counts them.
type several struct {
	s    *Subject
	from *Inputs   // of which at takes members; its At is not used
	here [][]int32 // the number of each in list, plus 1
	list Inputs
	gots []protocol.Value // where Answer gave them
	m    *merger
	at   []int // the member of each player that lies in m
	in   []protocol.Word
	each func(in []protocol.Word, got, want protocol.Value) // is told of every input in order
}

func (s *Subject) several() *several {
	k := s.Players()
	return &several{s: s, here: make([][]int32, k), list: Inputs{Words: make([][]protocol.Word, k), Toks: make([][][]tasks.Token, k)}, m: s.merger(), at: make([]int, k), in: make([]protocol.Word, k)}
}

// begin is called before the first input, and when from has changed.
func (l *several) begin(from *Inputs) {
	l.from = from
	for who, words := range from.Words {
		if l.at[who] = -1; len(words) > len(l.here[who]) {
			l.here[who] = make([]int32, len(words))
		}
	}
}

// add takes the input whose members have these numbers, and checks what was collected when
// it is much.
func (l *several) add(at []int) error {
	s, alone := l.s, l.s.Answers == nil && l.s.Wants == nil
	for who, k := range at {
		if k == l.at[who] {
			continue
		}
		l.at[who], l.in[who] = k, l.from.Words[who][k]
		if s.Answers == nil {
			l.m.put(protocol.Player(who), l.from.Toks[who][k])
		}
	}
	if alone {
		got, want, err := s.check(l.m, l.in)
		if err == nil {
			l.each(l.in, got, want)
		}
		return err
	}
	for who, k := range at {
		here := &l.here[who][k]
		if *here == 0 {
			l.list.Words[who] = append(l.list.Words[who], l.in[who])
			l.list.Toks[who] = append(l.list.Toks[who], l.from.Toks[who][k])
			*here = int32(len(l.list.Words[who]))
		}
		l.list.At = append(l.list.At, *here-1)
	}
	if s.Answers == nil {
		got, err := s.answered(l.m, l.in)
		if err != nil {
			return err
		}
		l.gots = append(l.gots, got)
	}
	if l.list.Len() < askedTogether {
		return nil
	}
	return l.flush()
}

// flush checks what was collected.
func (l *several) flush() (err error) {
	if len(l.list.At) == 0 {
		return nil
	}
	if l.s.Answers != nil {
		if l.gots, err = l.s.Answers(&l.list); err != nil {
			return err
		}
	}
	wants, err := l.s.wants(&l.list)
	if err != nil {
		return err
	}
	in := make([]protocol.Word, len(l.in))
	for k, got := range l.gots {
		l.list.get(k, in)
		l.each(in, got, wants[k])
	}
	for who := range l.here {
		clear(l.here[who])
		l.list.Words[who], l.list.Toks[who] = l.list.Words[who][:0], l.list.Toks[who][:0]
	}
	l.list.At, l.gots = l.list.At[:0], l.gots[:0]
	return nil
}

// wants is wanted for many inputs.
func (s *Subject) wants(list *Inputs) ([]protocol.Value, error) {
	if s.Wants != nil {
		return s.Wants(list)
	}
	all, in := make([]protocol.Value, list.Len()), make([]protocol.Word, len(list.Words))
	for k := range all {
		var err error
		list.get(k, in)
		if all[k], err = s.wanted(in); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// wanted is Want in one value: None outside the promise, which accepts everything.
func (s *Subject) wanted(in []protocol.Word) (protocol.Value, error) {
	want, inside, err := s.Want(in...)
	if !inside {
		want = protocol.Value{}
	}
	return want, err
}
