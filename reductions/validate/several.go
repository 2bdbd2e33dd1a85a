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

// lay writes the tokens of input number k into m.
func (l *Inputs) lay(k int, m *merger) {
	for who, words := range slices.Backward(l.Words) {
		at, n := k, len(words)
		if l.At != nil {
			at = int(l.At[k*len(l.Words)+who])
		} else {
			at, k = k%n, k/n
		}
		m.put(protocol.Player(who), l.Toks[who][at])
	}
}

// Values are those of many inputs: that of input k is All[At[k]].
type Values struct {
	All []protocol.Value
	At  []uint32
	// keyed has their numbers by what add knows them by, once they are more than a few.
	keyed map[string]int
}

// Of is the value of input k.
func (v *Values) Of(k int) protocol.Value { return v.All[v.At[k]] }

// fewValues is how many are searched one by one.
const fewValues = 8

// add adds the value of a further input.
func (v *Values) add(is protocol.Value) {
	at := slices.IndexFunc(v.All[:min(len(v.All), fewValues)], func(w protocol.Value) bool { return w.Kind() == is.Kind() && w.Equal(is) })
	if at == -1 {
		if v.keyed == nil {
			v.keyed = map[string]int{}
		}
		key, known := string(byte(is.Kind()))+is.Key(), false
		if at, known = v.keyed[key]; !known {
			at = len(v.All)
			v.keyed[key], v.All = at, append(v.All, is)
		}
	}
	v.At = append(v.At, uint32(at))
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

// answers is what is answered to many inputs, whose tokens m merges.
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
			if list.At != nil {
				at[who] = int(list.At[k*len(at)+who])
			}
			in[who] = list.Words[who][at[who]]
			m.put(protocol.Player(who), list.Toks[who][at[who]])
		}
		got, err := s.answered(m, in)
		if err != nil {
			return all, err
		}
		all.add(got)
		if list.At == nil {
			changed = succeed(at, counts)
		}
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

// all counts all inputs of a list, of which ys share the first player's word; base is the number of the first one.
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
			list.lay(k, m)
			t.worst.seq = slices.Clone(m.seq)
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
