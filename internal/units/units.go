// Package units cuts long work into units and puts their results together again.
//
// A unit is a pure function of (kind, parameters, i/k) to a record: exact counts,
// the hash of what they depend on, and the version that counted. Any scheduler may
// run units, in any order, on any machines, more than once. Records of one work
// form a commutative monoid: merging adds counts, an identical duplicate counts
// once, and what is missing, in conflict or foreign is named, never guessed.
//
// A kind of work is one declaration beside the code that counts:
//
//	var Kind = units.Register(&units.Kind[Counts]{Name: "validate", Doc: "...", Add: add})
//
// and a function that makes a *Work of it. Nothing here knows any kind.
package units

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"crosscut/internal/strict"
)

// MaxUnits is the largest k of a shard i/k.
const MaxUnits = 1 << 20

// Shard is unit number I of K, counted from 1.
type Shard struct{ I, K int }

// Whole is all the work in one unit.
var Whole = Shard{1, 1}

// ParseShard reads "3/10", in this very spelling.
func ParseShard(s string) (Shard, error) {
	left, right, _ := strings.Cut(s, "/")
	i, err1 := strconv.Atoi(left)
	k, err2 := strconv.Atoi(right)
	u := Shard{i, k}
	if err1 != nil || err2 != nil || u.String() != s || i < 1 || i > k || k > MaxUnits {
		return Shard{}, fmt.Errorf("%q is no part I/K: want 1/K to K/K, K at most %d", s, MaxUnits)
	}
	return u, nil
}

func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.I, s.K) }

// Range is the unit's share of items 0..n-1: from..to-1. The shares of all units
// are disjoint, cover everything, and differ by at most one item.
func (s Shard) Range(n int) (from, to int) {
	cut := func(i int) int { return n/s.K*i + n%s.K*i/s.K }
	return cut(s.I - 1), cut(s.I)
}

// Kind is a kind of long work whose counts have type C, a plain JSON object. The
// zero C is neutral for Add, which is commutative and associative and changes
// neither argument.
type Kind[C any] struct {
	Name, Doc string
	Add       func(a, b C) C
	Say       func(c C) string // what the counts of a part say, in a line; nil: nothing
}

var kinds = map[string]bool{}

// Register lists a kind; an incomplete or repeated one is a programming error.
func Register[C any](k *Kind[C]) *Kind[C] {
	if k.Name == "" || k.Doc == "" || k.Add == nil || kinds[k.Name] {
		panic(fmt.Sprintf("kind of work %q is incomplete or repeated", k.Name))
	}
	kinds[k.Name] = true
	return k
}

// Work is long work of one kind at given parameters: items 0..Items-1, of about
// the same cost each (a kind whose items are uneven numbers them in mixed order).
type Work[C any] struct {
	Kind   *Kind[C]
	Params map[string]any
	Input  []byte // what the counts depend on besides kind and parameters; may be empty
	Items  int
	Step   int // items between two places where the work may stop; at least 1
	// Do counts items from..to-1, on as many cores as it likes. Its error is ctx's
	// when ctx ended, and then its counts are thrown away.
	Do func(ctx context.Context, from, to int) (C, error)
	// Sane refuses counts that items from..to-1 cannot have, and completes in c what
	// a record does not hold.
	Sane func(from, to int, c *C) error
	// Total compares the counts of the whole with a number got by other means.
	Total func(c C) error
	// Enough says whether the first items, whose counts are c, decide the whole, so that
	// no others are asked for. May be nil: all items are needed.
	Enough func(c C) (bool, error)

	// Version is that of the program, Command what to type for the whole.
	Version string
	Command []string
}

// Record is the result of one unit, or of the first items of one.
type Record struct {
	Kind    string          `json:"kind"`
	Params  json.RawMessage `json:"params"`
	Shard   string          `json:"shard"`
	Version string          `json:"version"`
	// Input is the SHA-256 of kind, parameters and what else the counts depend on.
	Input   string          `json:"input"`
	Command []string        `json:"command"`
	Counts  json.RawMessage `json:"counts"`
	// Complete says that every item of the unit is counted. If not, Partial says
	// which are.
	Complete bool     `json:"complete"`
	Partial  *Partial `json:"partial,omitempty"`
}

// Partial is how far a unit got: of its items From..To-1, those below Done.
type Partial struct {
	From int `json:"from"`
	Done int `json:"done"`
	To   int `json:"to"`
}

// Read reads a record, strictly: a truncated, foreign or padded file is refused.
func Read(data []byte) (*Record, error) {
	r := new(Record)
	if err := strict.Decode(data, r, strict.Limits{}); err != nil {
		return nil, fmt.Errorf("not the record of a unit: %w", err)
	}
	if _, err := ParseShard(r.Shard); err != nil {
		return nil, fmt.Errorf("not the record of a unit: %w", err)
	}
	if r.Kind == "" || r.Params == nil || r.Counts == nil || r.Input == "" || len(r.Command) == 0 {
		return nil, fmt.Errorf("not the record of a unit: kind, params, input, command or counts is missing")
	}
	if r.Complete != (r.Partial == nil) {
		return nil, fmt.Errorf("not the record of a unit: a complete one has no partial range, an incomplete one has")
	}
	return r, nil
}

// Bytes writes a record; equal records are equal bytes.
func (r *Record) Bytes() []byte {
	data, err := json.Marshal(r)
	if err != nil {
		panic(err) // its parts are JSON already
	}
	return append(data, '\n')
}

func raw(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // parameters and counts are plain JSON values
	}
	return data
}

// hash names what the counts depend on.
func (w *Work[C]) hash() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n", w.Kind.Name, raw(w.Params))
	h.Write(w.Input)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// record makes the record of a unit of which items below done are counted.
func (w *Work[C]) record(s Shard, done int, c C) *Record {
	from, to := s.Range(w.Items)
	r := &Record{Kind: w.Kind.Name, Params: raw(w.Params), Shard: s.String(), Version: w.Version, Input: w.hash(),
		Command: w.Command, Counts: raw(c), Complete: done == to}
	if !r.Complete {
		r.Partial = &Partial{from, done, to}
	}
	return r
}

// Open checks that a record belongs to this work and can be true, and returns its
// counts and the first item that is not counted.
func (w *Work[C]) Open(r *Record) (s Shard, c C, done int, err error) {
	s, err = ParseShard(r.Shard)
	if err != nil {
		return s, c, 0, err
	}
	switch {
	case r.Kind != w.Kind.Name:
		return s, c, 0, fmt.Errorf("unit %s counts for %s, not for %s", r.Shard, r.Kind, w.Kind.Name)
	case !sameJSON(r.Params, raw(w.Params)):
		return s, c, 0, fmt.Errorf("unit %s is one of other parameters: %s, not %s", r.Shard, r.Params, raw(w.Params))
	case r.Version != w.Version:
		return s, c, 0, fmt.Errorf("unit %s was counted by version %q, this is %q", r.Shard, r.Version, w.Version)
	case r.Input != w.hash():
		return s, c, 0, fmt.Errorf("unit %s was counted from another input (%s, here %s)", r.Shard, short(r.Input), short(w.hash()))
	}
	if err := strict.Decode(r.Counts, &c, strict.Limits{}); err != nil {
		return s, c, 0, fmt.Errorf("unit %s: counts: %w", r.Shard, err)
	}
	from, to := s.Range(w.Items)
	done = to
	if p := r.Partial; p != nil {
		if p.From != from || p.To != to || p.Done < from || p.Done >= to {
			return s, c, 0, fmt.Errorf("unit %s: the partial range %d..%d..%d is none of %d..%d", r.Shard, p.From, p.Done, p.To, from, to)
		}
		done = p.Done
	}
	if err := w.Sane(from, done, &c); err != nil {
		return s, c, 0, fmt.Errorf("unit %s: %w", r.Shard, err)
	}
	return s, c, done, nil
}

func short(hash string) string { return hash[:min(len(hash), len("sha256:")+12)] }

func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

// Run counts one unit. It goes on from resume, the record of the same unit, if that
// is not nil. At every place where it may stop it hands save, if not nil, what is
// counted so far. When ctx ends, the record so far comes with ctx's error.
func (w *Work[C]) Run(ctx context.Context, s Shard, resume *Record, save func(*Record) error) (*Record, error) {
	from, to := s.Range(w.Items)
	done, c := from, *new(C)
	if resume != nil {
		unit, counts, at, err := w.Open(resume)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrForeign, err)
		}
		if unit != s {
			return nil, fmt.Errorf("%w: it is the state of unit %s, this is unit %s", ErrForeign, unit, s)
		}
		done, c = at, counts
	}
	for done < to {
		next := min(to, done+max(1, w.Step))
		more, err := w.Do(ctx, done, next)
		if err == nil && ctx.Err() == nil {
			err = w.Sane(done, next, &more)
		}
		if ctx.Err() != nil {
			return w.record(s, done, c), ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		done, c = next, w.Kind.Add(c, more)
		if save != nil {
			if err := save(w.record(s, done, c)); err != nil {
				return nil, err
			}
		}
	}
	return w.record(s, done, c), nil
}
