package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// texts numbers texts, in the order in which they are met. The process keeps those that were
// sent by the same numbers.
type texts[T ~[]byte] struct {
	all     []T
	numbers map[string]int
	sent    int
}

// number is the number of a text.
func (t *texts[T]) number(text T) int {
	k, ok := t.numbers[string(text)]
	if !ok {
		if t.numbers == nil {
			t.numbers = map[string]int{}
		}
		k = len(t.all)
		t.numbers[string(text)], t.all = k, append(t.all, text)
	}
	return k
}

// unsent are those that the process has not been sent yet; now it is.
func (t *texts[T]) unsent() []T {
	list := t.all[t.sent:len(t.all):len(t.all)]
	t.sent = len(t.all)
	return list
}

// store numbers encoded values of a file: tokens and outputs of its own task.
type store struct {
	mu     sync.Mutex
	values texts[json.RawMessage]
	tokens map[string]int // those that are tokens, by their text
}

// number is the number of a value.
func (s *store) number(raw json.RawMessage) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values.number(raw)
}

// unsent are the values that the process has not been sent yet; now it is.
func (s *store) unsent() []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values.unsent()
}

// token is the number of a token. Its text does not tell a tuple from a list, and stands
// for both where a token comes from elsewhere (read from a file, or sent); same says that
// it is the very token that was seen under that text.
func (s *store) token(raw json.RawMessage) (k int, same bool) {
	text := string(untupled(raw))
	s.mu.Lock()
	k, known := s.tokens[text]
	s.mu.Unlock()
	if !known {
		k = s.number(raw)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.tokens == nil {
			s.tokens = map[string]int{}
		}
		if other, raced := s.tokens[text]; raced {
			return other, bytes.Equal(s.values.all[other], raw)
		}
		s.tokens[text] = k
		return k, true
	}
	return k, bytes.Equal(s.at(k), raw)
}

// holds says whether a number is that of a token.
func (s *store) holds(k int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k < 0 || k >= len(s.values.all) {
		return false
	}
	of, known := s.tokens[string(untupled(s.values.all[k]))]
	return known && of == k
}

// text is the text of a token.
func (s *store) text(k int) string { return string(untupled(s.at(k))) }

// at is the value of a number.
func (s *store) at(k int) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values.all[k]
}

// members numbers what players hold, the rows of tokens that it is written as, and lists of
// positions, for batches; a file's process keeps those that were sent by the same numbers
// until it is told to forget them.
type members struct {
	numbers map[member]int
	values  texts[json.RawMessage]
	rows    texts[varints]
	bytes   int
}

// member is what a player holds at size n, or, of nobody, what read gives for that.
type member struct {
	n, who int
	in     protocol.Word
	row    bool // as it is written
}

const nobody = -1

func (h *members) number(m member, of func() int) int {
	k, ok := h.numbers[m]
	if !ok {
		k = of()
		h.numbers[m] = k
	}
	return k
}

// value is the number of a member, which is written where it is new.
func (h *members) value(m member, write func() json.RawMessage) int {
	return h.number(m, func() int {
		raw := write()
		h.bytes += len(raw)
		return h.values.number(raw)
	})
}

// row is the number of the row of tokens that a member is written as.
func (h *members) row(m member, toks []tasks.Token) int {
	m.row = true
	return h.number(m, func() int {
		row := varints{}
		for _, t := range toks {
			row.add(t.X)
		}
		h.bytes += len(row)
		return h.rows.number(row)
	})
}

// heldBytes bounds the text of the members that are kept.
const heldBytes = 1 << 22

// many asks for one value for each of many inputs, which at lists by number; nil: of all that
// there are of the members that fill writes. fill writes the rest of the batch, and read reads
// the value of input k, one for all that have the same. looked are the positions that answer
// read.
func many[T any](f *File, req request, at []int32, counts []int, fill func(b *batch, h *members), read func(k int, raw json.RawMessage) (T, error)) (got values[T], looked []int, err error) {
	f.proc.mu.Lock()
	defer f.proc.mu.Unlock()
	b, h := req.Batch, &f.held
	if h.bytes > heldBytes || h.numbers == nil {
		*h = members{numbers: map[member]int{}}
		b.Forget = true
	}
	b.Held, b.Count = make([]varints, len(counts)), 1
	for _, n := range counts {
		b.Count *= n
	}
	if at != nil {
		b.Count, b.At = len(at)/len(counts), make(varints, 0, len(at))
		for _, k := range at {
			b.At.add(int(k))
		}
	}
	fill(b, h)
	b.Members, b.Written, b.Tokens = h.values.unsent(), h.rows.unsent(), f.kept.unsent()
	r, err := f.proc.send(req)
	if err != nil {
		return got, nil, err
	}
	got.of, err = r.Values.all(len(r.Results))
	if err != nil || len(got.of) != b.Count {
		return got, nil, errors.Join(fmt.Errorf("script: internal: %d values for %d inputs", len(got.of), b.Count), err)
	}
	got.all = make([]T, len(r.Results))
	known := make([]bool, len(r.Results))
	for k, id := range got.of {
		if !known[id] {
			if got.all[id], err = read(k, r.Results[id]); err != nil {
				return got, nil, err
			}
			known[id] = true
		}
	}
	return got, r.Looked, nil
}

// values are those of many inputs, each once, and which of them each input has.
type values[T any] struct {
	all []T
	of  []uint32
}
