package validate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"slices"

	"crosscut/internal/par"
	"crosscut/internal/units"
	"crosscut/protocol"
)

// Counts is what a unit of an exhaustive validation counts: the pairs of its x with
// all y.
type Counts struct {
	Pairs    int64 `json:"pairs"`
	Inside   int64 `json:"inside"` // of these, the pairs that keep the promise
	Failures int64 `json:"failures"`
	// Worst is the smallest failing pair, by the numbers of x and y from 0; null
	// where none fails.
	Worst *Place `json:"worst,omitempty"`
	// Gots and Wants have bit k where an answer, a value of the problem, is of
	// protocol.Kind k.
	Gots  uint `json:"gots,omitempty"`
	Wants uint `json:"wants,omitempty"`
	// Reads are the positions that the answer read, increasing, where they are not declared.
	Reads []int `json:"reads,omitempty"`

	rank *pair
}

// Place is a pair of inputs by number, in the order of enumeration.
type Place struct {
	X int `json:"x"`
	Y int `json:"y"`
}

// UnitKind is exhaustive validation as work that can be cut into units.
var UnitKind = units.Register(&units.Kind[Counts]{
	Name: "validate",
	Doc:  "every pair of inputs of a reduction: an item is one x with all y",
	Add: func(a, b Counts) Counts {
		c := Counts{Pairs: a.Pairs + b.Pairs, Inside: a.Inside + b.Inside, Failures: a.Failures + b.Failures,
			Worst: a.Worst, Gots: a.Gots | b.Gots, Wants: a.Wants | b.Wants, rank: a.rank}
		if b.rank.better(a.rank) {
			c.Worst, c.rank = b.Worst, b.rank
		}
		c.Reads = slices.Concat(a.Reads, b.Reads)
		slices.Sort(c.Reads)
		c.Reads = slices.Compact(c.Reads)
		return c
	},
})

// stepPairs is about how many pairs lie between two places where a unit may stop: a
// second's work or less.
const (
	fastStep  = 1 << 33
	plainStep = 1 << 20
)

// Work is the exhaustive validation of a subject. The input is the text of a user's
// file, or empty.
func (s *Subject) Work(opt Options, input []byte) (*units.Work[Counts], error) {
	fast, err := s.covers(opt)
	if err != nil {
		return nil, err
	}
	opt.Progress = nil // a unit reports items, not jobs
	ys := s.ys()
	if d := s.Inputs(); d.BitLen() > 62 {
		return nil, fmt.Errorf("validate: %s pairs are more than can be counted one by one", domainText(d))
	}
	params := map[string]any{"reduction": s.Name, "n": s.Size, "N": s.Shape.N, "path": fast.path()}
	for name, v := range maps.All(s.Shape.Params) {
		params[name] = v
	}
	step := max(1, plainStep/ys)
	if fast != nil {
		step = max(batch*8*cmp.Or(opt.Workers, par.Workers()), fastStep/ys)
	}
	return &units.Work[Counts]{
		Kind: UnitKind, Params: params, Input: input, Items: s.xs(), Step: step,
		Do: func(ctx context.Context, from, to int) (Counts, error) {
			var t tally
			var err error
			if fast != nil {
				t, err = fast.part(ctx, opt, from, to)
			} else {
				t, err = s.plain(ctx, opt, from, to)
			}
			c := Counts{Pairs: t.checked, Inside: t.inside, Failures: t.failures, Gots: t.gots.types(), Wants: t.wants.types(), rank: t.worst}
			if t.worst != nil {
				c.Worst = &Place{t.worst.at[0], t.worst.at[1]}
			}
			if !s.Declared && s.Found != nil {
				c.Reads = s.Found()
			}
			return c, err
		},
		Sane: func(from, to int, c *Counts) error {
			if want := int64(to-from) * int64(ys); c.Pairs != want {
				return fmt.Errorf("%d pairs, where these x have %d", c.Pairs, want)
			}
			if c.Failures < 0 || c.Failures > c.Inside || c.Inside > c.Pairs || (c.Failures > 0) != (c.Worst != nil) {
				return errors.New("the number of failures does not go with the rest")
			}
			if w := c.Worst; w != nil && (w.X < from || w.X >= to || w.Y < 0 || w.Y >= ys) {
				return errors.New("the failing pair is not of this unit")
			}
			if k := len(c.Reads); k > 0 && (c.Reads[0] < 1 || c.Reads[k-1] > s.Shape.N || !slices.IsSorted(c.Reads)) {
				return fmt.Errorf("the positions %v are read, of 1..%d", c.Reads, s.Shape.N)
			}
			c.rank = s.tally(c).worst
			return nil
		},
		Total: func(c Counts) error {
			if d := s.Inputs(); d.Int64() != c.Pairs {
				return fmt.Errorf("%d pairs were checked, there are %v", c.Pairs, d)
			}
			return nil
		},
	}, nil
}

// tally reads counts back.
func (s *Subject) tally(c *Counts) tally {
	t := tally{checked: c.Pairs, inside: c.Inside, failures: c.Failures}
	if c.Worst != nil {
		in := make([]protocol.Word, s.Players())
		in[0] = s.domainOf(0).Nth(c.Worst.X)
		s.others(in, c.Worst.Y)
		t.worst = &pair{ones: s.ones(in), in: in, at: [2]int{c.Worst.X, c.Worst.Y}}
	}
	return t
}

// types are the types seen, as bits.
func (k *kinds) types() (set uint) {
	for at, v := range k {
		if v.Kind() != protocol.None {
			set |= 1 << at
		}
	}
	return set
}

// strange is tally.strange for counts of units.
func (c *Counts) strange(place string) error {
	if odd := c.Gots &^ c.Wants; odd != 0 && c.Wants != 0 {
		return unfit{fmt.Errorf("%s: answer gives values of type %v, which the problem never has",
			cmp.Or(place, "validate"), protocol.Kind(bits.TrailingZeros(odd)))}
	}
	return nil
}
