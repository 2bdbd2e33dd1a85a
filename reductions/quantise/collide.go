package quantise

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"crosscut/models/trained"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/report"
)

// Collision is the finest of some precisions at which two of Alice's inputs share a message.
type Collision struct {
	N     int     `json:"n"`
	Tried []Count `json:"tried"` // from the finest on
	// First is the precision, as --quantise takes it; "": at none of them do two inputs share a message.
	First   string          `json:"first"`
	Exact   bool            `json:"exact"` // the messages of all 2^n inputs were counted at every precision tried
	Finding json.RawMessage `json:"finding"`
	Model   string          `json:"model"`

	found *falsify.Finding
}

// Count is how many messages there are at a precision.
type Count struct {
	P        string `json:"p"`
	Bits     int    `json:"bits"`
	Messages uint64 `json:"messages"`
	Of       uint64 `json:"of"`
}

// Collide counts messages from the finest precision to the coarsest until two inputs share one, and
// shows two. Inputs are those of index: any two that differ must be told apart.
func Collide(ctx context.Context, m *trained.Model, precisions []trained.Precision, seed uint64) (*Collision, error) {
	in, err := falsify.Weights(m, reductions.IndexQSAMemory, 0)
	if err != nil {
		return nil, err
	}
	calibration, err := m.Calibration(seed)
	if err != nil {
		return nil, err
	}
	order := slices.Clone(precisions)
	slices.SortStableFunc(order, func(a, b trained.Precision) int { return b.Bits() - a.Bits() })
	c := &Collision{N: in.Size, Tried: []Count{}, Exact: true, Model: m.Name()}
	for _, p := range order {
		machine, err := m.Calibrated(ctx, p, in.At, calibration)
		if err != nil {
			return nil, err
		}
		t, err := falsify.NewTarget(machine, in)
		if err != nil {
			return nil, err
		}
		if !t.OneWay() {
			return nil, fmt.Errorf("quantise: Bob's words reach Alice before her message ends, so she has no message of her own to count in a %s", m.Name())
		}
		n := Count{P: p.String(), Bits: int(t.BitsBy(protocol.Alice))}
		exact := false
		if n.Messages, n.Of, exact, err = t.Distinct(ctx, seed); err != nil {
			return c, err
		}
		c.Tried, c.Exact = append(c.Tried, n), c.Exact && exact
		if n.Messages == n.Of {
			continue
		}
		c.First = n.P
		if c.found, err = t.Find(ctx, falsify.Options{Seed: seed}); err != nil {
			return c, err
		}
		c.Finding, err = json.Marshal(c.found)
		return c, err
	}
	return c, nil
}

// Sheet lays the collision out for all formats.
func (c *Collision) Sheet() *report.Sheet {
	s := &report.Sheet{Title: fmt.Sprintf("%s: the finest precision at which two inputs share a message", c.Model), Value: c}
	add := func(name, value string) { s.Fields = append(s.Fields, report.Field{Name: name, Value: value}) }
	first := "none of these: all messages that were counted differ"
	if c.First != "" {
		first = c.First + " (finer ones of these keep all inputs apart)"
	}
	if !c.Exact {
		s.Warnings = append(s.Warnings, "messages were counted on a sample of the inputs: two others may collide earlier")
	}
	add("n", strconv.Itoa(c.N))
	add("first", first)
	if c.found != nil && c.found.TwinAt != nil {
		add("x", c.found.At.X.String())
		add("twin's x", c.found.TwinAt.X.String())
	}
	g := report.Grid{Columns: []report.Column{{Name: "p"}, {Name: "bits", Right: true}, {Name: "messages", Right: true}, {Name: "of", Right: true}}}
	for _, t := range c.Tried {
		g.Add(t.P, strconv.Itoa(t.Bits), strconv.FormatUint(t.Messages, 10), strconv.FormatUint(t.Of, 10))
	}
	s.Grids = append(s.Grids, g)
	return s
}
