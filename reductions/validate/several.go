package validate

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Inputs are many inputs of all players: input k has of player number who the word
// At[k*len(Words)+who] of Words[who], which is written as that one of Toks[who]. Where At is
// nil, they are all that there are of these words, the last player's changing fastest.
type Inputs struct {
	Words [][]protocol.Word
	Toks  [][][]tasks.Token // nil where nobody asks for them
	At    []int32
}

// Counts is how many words there are of each player.
func (l *Inputs) Counts() []int {
	counts := make([]int, len(l.Words))
	for who, words := range l.Words {
		counts[who] = len(words)
	}
	return counts
}

// Len is how many inputs there are.
func (l *Inputs) Len() int {
	if l.At != nil {
		return len(l.At) / len(l.Words)
	}
	n := 1
	for _, words := range l.Words {
		n *= len(words)
	}
	return n
}

// Get is input number k.
func (l *Inputs) Get(k int) []protocol.Word {
	in := make([]protocol.Word, len(l.Words))
	l.get(k, in)
	return in
}

func (l *Inputs) get(k int, in []protocol.Word) {
	if l.At == nil {
		for who := len(in) - 1; who >= 0; who-- {
			in[who] = l.Words[who][k%len(l.Words[who])]
			k /= len(l.Words[who])
		}
		return
	}
	for who, at := range l.At[k*len(in) : (k+1)*len(in)] {
		in[who] = l.Words[who][at]
	}
}

// Values are those of many inputs: that of input k is All[At[k]].
type Values struct {
	All []protocol.Value
	At  []uint32
	// keyed has the numbers of further values than the first few that add met.
	keyed map[string]int
}

// Of is the value of input k.
func (v *Values) Of(k int) protocol.Value { return v.All[v.At[k]] }

// fewValues is how many are searched one by one.
const fewValues = 8

// add adds the value of a further input.
func (v *Values) add(is protocol.Value) {
	at := slices.IndexFunc(v.All[:min(len(v.All), fewValues)], func(w protocol.Value) bool { return w.Kind() == is.Kind() && w.Equal(is) })
	if at < 0 && len(v.All) >= fewValues {
		key, known := string(byte(is.Kind()))+is.Key(), false
		if at, known = v.keyed[key]; !known {
			if at = -1; v.keyed == nil {
				v.keyed = map[string]int{}
			}
			v.keyed[key] = len(v.All)
		}
	}
	if at < 0 {
		at = len(v.All)
		v.All = append(v.All, is)
	}
	v.At = append(v.At, uint32(at))
}

// several collects inputs, checks them together and counts them.
type several struct {
	s    *Subject
	from *Inputs   // of which at takes members; its At is not used
	here [][]int32 // the number of each in list, plus 1
	list Inputs
	gots Values // where Answer gave them
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
		l.gots.add(got)
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
	for k := range l.gots.At {
		l.list.get(k, in)
		l.each(in, l.gots.Of(k), wants.Of(k))
	}
	for who := range l.here {
		clear(l.here[who])
		l.list.Words[who], l.list.Toks[who] = l.list.Words[who][:0], l.list.Toks[who][:0]
	}
	l.list.At, l.gots = l.list.At[:0], Values{}
	return nil
}

// wants is wanted for many inputs.
func (s *Subject) wants(list *Inputs) (all Values, err error) {
	if s.Wants != nil {
		return s.Wants(list)
	}
	in := make([]protocol.Word, len(list.Words))
	for k := range list.Len() {
		list.get(k, in)
		want, err := s.wanted(in)
		if err != nil {
			return all, err
		}
		all.add(want)
	}
	return all, nil
}

// answers is what is answered to all inputs of a box, whose tokens m merges.
func (s *Subject) answers(ctx context.Context, m *merger, list *Inputs) (all Values, err error) {
	if s.Answers != nil {
		return s.Answers(list)
	}
	in, at, counts := make([]protocol.Word, len(list.Words)), make([]int, len(list.Words)), list.Counts()
	changed := 0 // the first player whose word differs from that before
	for k := range list.Len() {
		if k&255 == 255 && ctx.Err() != nil {
			return all, ctx.Err()
		}
		for who := changed; who < len(at); who++ {
			in[who] = list.Words[who][at[who]]
			m.put(protocol.Player(who), list.Toks[who][at[who]])
		}
		got, err := s.answered(m, in)
		if err != nil {
			return all, err
		}
		all.add(got)
		changed = succeed(at, counts)
	}
	return all, nil
}

// succeed makes of numbers below counts the next ones, the last changing fastest, and of the last ones the first. It says
// which is the first that changed.
func succeed(at, counts []int) (changed int) {
	for changed = len(at) - 1; changed >= 0; changed-- {
		if at[changed]++; at[changed] < counts[changed] {
			return changed
		}
		at[changed] = 0
	}
	return 0
}

// all counts all inputs of a box, of which ys share the first player's word; base is the number of the first one.
func (s *Subject) all(ctx context.Context, t *tally, m *merger, list *Inputs, base, ys int, note *noted) error {
	var wants Values
	var failed error
	var wait sync.WaitGroup
	if s.Wants != nil {
		wait.Go(func() { wants, failed = s.Wants(list) }) // a file's process, while this one answers
	}
	gots, err := s.answers(ctx, m, list)
	if wait.Wait(); s.Wants == nil && err == nil {
		wants, failed = s.wants(list)
	}
	if err = cmp.Or(err, failed); err != nil {
		return err
	}
	if note.table != nil {
		ids := make([]int32, len(wants.All))
		for k, v := range wants.All {
			ids[k] = note.id(v)
		}
		for k, at := range wants.At {
			note.ids[base+k] = ids[at]
		}
	}
	in := make([]protocol.Word, len(list.Words))
	var fine []bool // pairs of an answer and what is wanted that agree
	if n := len(gots.All) * len(wants.All); n <= len(gots.At) {
		fine = make([]bool, n)
	}
	for k, got := range gots.At {
		met := int(got)*len(wants.All) + int(wants.At[k])
		if fine != nil && fine[met] {
			t.checked++
			t.inside++
			continue
		}
		before := *t
		list.get(k, in)
		if s.count(t, in, gots.Of(k), wants.Of(k)); t.worst != before.worst {
			t.worst.at = [2]int{(base + k) / ys, (base + k) % ys}
		}
		if fine != nil && t.failures == before.failures && t.inside > before.inside {
			fine[met] = true
		}
	}
	return nil
}

// wanted is Want in one value: None outside the promise, which accepts everything.
func (s *Subject) wanted(in []protocol.Word) (protocol.Value, error) {
	want, inside, err := s.Want(in...)
	if !inside {
		want = protocol.Value{}
	}
	return want, err
}
