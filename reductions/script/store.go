package script

import (
	"bytes"
	"encoding/json"
	"sync"
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

// unsent are the values that the process has not been sent yet; now it is.
func (s *store) unsent() []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.values[s.sent:len(s.values):len(s.values)]
	s.sent = len(s.values)
	return list
}
