// Package proof verifies certificates of crosscut smallest: that no model of a kind is
// smaller than one number, and that one of another size exists. It imports no finder:
// from the evidence alone it computes what that evidence proves, and accepts an end
// when that is at least as strong as the number claimed.
package proof

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"crosscut/internal/strict"
	"crosscut/models/tasks"
)

// Format is the first field of every file.
const Format = "crosscut smallest 1"

// File is a certificate: the task at its sizes, the kind of model, the two ends.
type File struct {
	Format string       `json:"format"`
	Task   string       `json:"task"`
	N      int          `json:"n"`
	Params tasks.Params `json:"params"`
	Model  string       `json:"model"`
	Unit   string       `json:"unit"`
	Lower  *End         `json:"lower,omitempty"`
	Upper  *End         `json:"upper,omitempty"`
}

// End is one end of the interval, with what proves it.
type End struct {
	Number   int             `json:"number"`
	Evidence json.RawMessage `json:"evidence"`
}

// NewEnd writes evidence.
func NewEnd(number int, evidence any) (*End, error) {
	raw, err := json.Marshal(evidence)
	return &End{number, raw}, err
}

// Read decodes a file strictly.
func Read(r io.Reader) (*File, error) {
	const most = 1 << 28
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("smallest: reading: %w", err)
	}
	f := &File{}
	if err := decode(raw, f); err != nil {
		return nil, fmt.Errorf("smallest: reading: %w", err)
	}
	return f, nil
}

func decode(raw []byte, into any) error {
	return strict.Decode(raw, into, strict.Limits{Bytes: 1 << 28, Depth: 64})
}

// Finding is what was made of one end.
type Finding struct {
	End     string // "lower" or "upper"
	Kind    string // of evidence
	Claimed int
	Proved  int
	Err     error // nil: accepted
}

// verifier computes the number that evidence proves.
type verifier func(ctx context.Context, f *File, sh tasks.Shape, raw json.RawMessage) (int, error)

// evidence decodes evidence of one kind for what verifies it.
func evidence[E any](verify func(ctx context.Context, f *File, sh tasks.Shape, e *E) (int, error)) verifier {
	return func(ctx context.Context, f *File, sh tasks.Shape, raw json.RawMessage) (int, error) {
		e := new(E)
		if err := decode(raw, e); err != nil {
			return 0, err
		}
		return verify(ctx, f, sh, e)
	}
}

// kind is one kind of evidence: for which models, units and end it speaks.
type kind struct {
	model, unit, end string
	verify           verifier
}

var kinds = map[string]kind{}

func register(name string, k kind) kind {
	if kinds[name].verify != nil {
		panic("smallest: two kinds of evidence " + name)
	}
	kinds[name] = k
	return k
}

// Units of the sizes.
const (
	StateBits = "state bits"
	ValueBits = "bits of a value"
	KeyWidth  = "key width"
	FirstRank = "first-layer rank"
)

// Check verifies each end that the file has; one without ends proves nothing and is
// an error.
func (f *File) Check(ctx context.Context) ([]Finding, error) {
	if f.Format != Format {
		return nil, fmt.Errorf("smallest: format %q, want %q", f.Format, Format)
	}
	task, err := Task(f.Task)
	if err != nil {
		return nil, err
	}
	sh, err := task.Shape(f.N, f.Params)
	if err != nil {
		return nil, err
	}
	if f.Lower == nil && f.Upper == nil {
		return nil, errors.New("smallest: the file has neither end")
	}
	var all []Finding
	for _, e := range []struct {
		name string
		end  *End
	}{{"lower", f.Lower}, {"upper", f.Upper}} {
		if e.end == nil {
			continue
		}
		g := Finding{End: e.name, Claimed: e.end.Number}
		g.Kind, g.Proved, g.Err = f.end(ctx, sh, e.name, e.end.Evidence)
		switch {
		case g.Err != nil:
		case e.name == "lower" && g.Proved < g.Claimed, e.name == "upper" && g.Proved > g.Claimed:
			g.Err = fmt.Errorf("the evidence proves %d, not %d", g.Proved, g.Claimed)
		case g.Claimed < 0:
			g.Err = errors.New("a size is not negative")
		}
		all = append(all, g)
	}
	return all, nil
}

func (f *File) end(ctx context.Context, sh tasks.Shape, name string, raw json.RawMessage) (string, int, error) {
	var head map[string]json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&head); err != nil {
		return "", 0, fmt.Errorf("evidence: %w", err)
	}
	var named string
	_ = json.Unmarshal(head["kind"], &named) // anything but a string is no kind
	k := kinds[named]
	switch {
	case k.verify == nil:
		return named, 0, fmt.Errorf("unknown kind of evidence %q", named)
	case k.end != name:
		return named, 0, fmt.Errorf("evidence of kind %q speaks for the other end", named)
	case k.model != "" && k.model != f.Model || k.unit != "" && k.unit != f.Unit:
		return named, 0, fmt.Errorf("evidence of kind %q says nothing about %s of %s", named, f.Unit, f.Model)
	}
	n, err := k.verify(ctx, f, sh, raw)
	return named, n, err
}
