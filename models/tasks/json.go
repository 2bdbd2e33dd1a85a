package tasks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"crosscut/internal/catalog"
	"crosscut/internal/strict"
)

// Strict reading of JSON: encoding/json forgives repeated and misspelt field
// names, null for a number, and text after the end. Input files may not.

// object holds the fields of one JSON object, unread.
type object map[string]json.RawMessage

// parseObject reads an object that has each field at most once, and none that is
// not known; without known, any.
func parseObject(raw []byte, known ...string) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	open, err := dec.Token()
	if err != nil {
		return nil, syntax(raw, err)
	}
	if open != json.Delim('{') {
		return nil, fmt.Errorf("%s: want an object {...}", clip(raw))
	}
	o := object{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, syntax(raw, err)
		}
		name := key.(string) // the decoder allows nothing else here
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, syntax(raw, err)
		}
		if _, twice := o[name]; twice {
			return nil, fmt.Errorf("field %q stands twice", shorten(name))
		}
		if len(known) > 0 && !slices.Contains(known, name) {
			return nil, catalog.Unknown("field", shorten(name), known)
		}
		o[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, syntax(raw, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("text after the end of the JSON object")
	}
	return o, nil
}

// syntax words a decoder's error, with its line.
func syntax(raw []byte, err error) error {
	var at *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends too early")
	case errors.As(err, &at):
		line := 1 + bytes.Count(raw[:min(int(at.Offset), len(raw))], []byte("\n"))
		return fmt.Errorf("line %d: bad JSON: %s", line, at)
	}
	return fmt.Errorf("bad JSON: %w", err)
}

// int reads a field that must be there and be a whole number.
func (o object) int(name string) (int, error) {
	raw, ok := o[name]
	if !ok {
		return 0, fmt.Errorf("field %q is missing", name)
	}
	v, err := parseInt(raw)
	if err != nil {
		return 0, fmt.Errorf("field %q: %w", name, err)
	}
	return v, nil
}

// list reads a field that must be there and be a list.
func (o object) list(name string) ([]json.RawMessage, error) {
	raw, ok := o[name]
	if !ok {
		return nil, fmt.Errorf("field %q is missing", name)
	}
	items, err := parseList(raw)
	if err != nil {
		return nil, fmt.Errorf("field %q: %w", name, err)
	}
	return items, nil
}

// parseInt reads a whole number in plain digits, with magnitude at most 2^53.
func parseInt(raw json.RawMessage) (int, error) {
	v, err := strconv.ParseInt(string(raw), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && (v > 1<<53 || v < -1<<53):
		return 0, fmt.Errorf("%s is beyond 2^53", clip(raw))
	case err != nil || raw[0] == '+':
		return 0, fmt.Errorf("%s: want a whole number", clip(raw))
	}
	return int(v), nil
}

// parseReal reads a finite number.
func parseReal(raw json.RawMessage) (float64, error) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, fmt.Errorf("%s: want a number", clip(raw))
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%s is no number in range", clip(raw))
	}
	return v, nil
}

// parseList reads a list.
func parseList(raw json.RawMessage) ([]json.RawMessage, error) {
	if len(raw) == 0 || raw[0] != '[' {
		return nil, fmt.Errorf("%s: want a list [...]", clip(raw))
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, syntax(raw, err)
	}
	return items, nil
}

// clip prints JSON text in an error: its beginning, on one line, in plain ASCII.
func clip(raw []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, shorten(string(bytes.TrimSpace(raw))))
}

// shorten keeps the beginning of a text that may be of any length.
func shorten(s string) string { return strict.Clip(s, 40) }
