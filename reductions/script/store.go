package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"crosscut/protocol"
)

// store numbers encoded values of a file: tokens and outputs of its own task, inputs.
// Its process keeps those that were sent by the same numbers.
type store struct {
	mu      sync.Mutex
	values  []json.RawMessage
	numbers map[string]int
	tokens  map[string]int // those that are tokens, by their text
	sent    int
}

// number is the number of a value.
func (s *store) number(raw json.RawMessage) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.numbers[string(raw)]
	if !ok {
		if s.numbers == nil {
			s.numbers = map[string]int{}
		}
		k = len(s.values)
		s.numbers[string(raw)] = k
		s.values = append(s.values, raw)
	}
	return k
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
			return other, bytes.Equal(s.values[other], raw)
		}
		s.tokens[text] = k
		return k, true
	}
	return k, bytes.Equal(s.at(k), raw)
}

// text is the text of a token.
func (s *store) text(k int) string { return string(untupled(s.at(k))) }

// at is the value of a number.
func (s *store) at(k int) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values[k]
}

// members numbers what players hold, and lists of positions, for batches; a file's process
// keeps those that were sent by the same numbers until it is told to forget them.
type members struct {
	numbers map[member]int
	bytes   int
	unsent  []json.RawMessage
}

// member is what a player holds at size n, or, of nobody, what read gives for that.
type member struct {
	n, who int
	in     protocol.Word
}

const nobody = -1

// numbering gives the number of a member, which it writes where it is new.
type numbering func(m member, write func() json.RawMessage) int

// heldBytes bounds the text of the members that are kept.
const heldBytes = 1 << 22

// batchMost is how many inputs of a problem are asked for at once.
const batchMost = 1 << 12

// many asks for n values at once: fill writes the numbers of the inputs into req.Batch, and
// read reads the value of input k, one for all that have the same. looked are the positions
// that answer read.
func many[T any](f *File, req request, n int, fill func(numbering), read func(k int, raw json.RawMessage) (T, error)) (got []T, looked []int, err error) {
	f.proc.mu.Lock()
	defer f.proc.mu.Unlock()
	b, h := req.Batch, &f.held
	if h.bytes > heldBytes || h.numbers == nil {
		*h = members{numbers: map[member]int{}}
		b.Forget = true
	}
	fill(func(m member, write func() json.RawMessage) int {
		k, ok := h.numbers[m]
		if !ok {
			raw := write()
			k = len(h.numbers)
			h.numbers[m], h.unsent = k, append(h.unsent, raw)
			h.bytes += len(raw)
		}
		return k
	})
	b.Count, b.Members, b.Tokens = n, h.unsent, f.kept.unsent()
	h.unsent = nil
	r, err := f.proc.send(req)
	if err != nil {
		return nil, nil, err
	}
	numbers, err := r.Values.all(n, len(r.Results))
	if err != nil || len(numbers) != n {
		return nil, nil, errors.Join(fmt.Errorf("script: internal: %d values for %d inputs", len(numbers), n), err)
	}
	got = make([]T, n)
	values, known := make([]T, len(r.Results)), make([]bool, len(r.Results))
	for k, id := range numbers {
		if !known[id] {
			if values[id], err = read(k, r.Results[id]); err != nil {
				return nil, nil, err
			}
			known[id] = true
		}
		got[k] = values[id]
	}
	return got, r.Looked, nil
}

// unsent are the values that the process has not been sent yet; now it is.
func (s *store) unsent() []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.values[s.sent:len(s.values):len(s.values)]
	s.sent = len(s.values)
	return list
}
