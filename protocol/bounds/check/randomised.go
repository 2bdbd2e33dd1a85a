package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// Right is 1 - 2e, e the claim's error: how much more often a protocol is right than
// wrong. It is positive and at most 1.
func (c *Claim) Right() (*big.Rat, error) {
	e, err := number(c.Error)
	if err != nil {
		return nil, err
	}
	edge := big.NewRat(1, 1)
	if edge.Sub(edge, e).Sub(edge, e); edge.Sign() <= 0 || e.Sign() < 0 {
		return nil, fmt.Errorf("error %s: want 0 or more, below 1/2", c.Error)
	}
	return edge, nil
}

// A protocol with public coins, c bits and error e is a mixture of trees of at most 2^c
// leaves. Weigh each rectangle by the probability that it is a leaf labelled v: all weigh
// at most 2^c together, those that hold an entry of v at least 1 - e and at most 1, those
// that hold an entry of another value at most e. The least total weight with these
// properties is the smooth rectangle bound of v, without "at most 1" the corruption bound.

// Fractions weighs rectangles, in units of 1/Unit, so that all that holds: an upper end.
type Fractions struct {
	Kind       string     `json:"kind"` // "fractions"
	Unit       int64      `json:"unit"`
	Rectangles []Weighted `json:"rectangles"`
}

// Weighted is a rectangle of Fractions.
type Weighted struct {
	Weight int64 `json:"weight"`
	Rectangle
}

// Weighing is the dual: Weights of entries, those of other values at most 0, those of v
// at least 0 unless the bound is smooth. If no rectangle has a sum above T, a feasible
// weight of rectangles is in all at least the sum of (1 - e) w or, for negative w, of w
// over v, plus the sum of e w over other values, divided by T.
type Weighing struct {
	Kind    string    `json:"kind"` // "weighing"
	Weights [][]int64 `json:"weights"`
}

// ofRectangles refuses claims about other measures, and gives 1 - e.
func ofRectangles(c Claim, end string) (*big.Rat, error) {
	if c.Measure != Corruption && c.Measure != SmoothRectangle || c.End != end {
		return nil, errOther
	}
	edge, err := c.Right()
	if err != nil {
		return nil, err
	}
	return edge.Add(edge, big.NewRat(1, 1)).Mul(edge, big.NewRat(1, 2)), nil
}

var _ = register("fractions", func(t *work, c Claim, e *Fractions) (*big.Rat, error) {
	right, err := ofRectangles(c, Upper)
	if err != nil {
		return nil, err
	}
	if e.Unit < 1 || e.Unit > 1<<40 {
		return nil, fmt.Errorf("unit %d", e.Unit)
	}
	ones := make([][]int64, t.Rows)
	for i := range ones {
		ones[i] = slices.Repeat([]int64{1}, t.Cols)
	}
	signed := make([]Signed, len(e.Rectangles))
	for k, r := range e.Rectangles {
		signed[k] = Signed{Weight: r.Weight, Sign: 1, Rectangle: r.Rectangle}
	}
	got, total, err := t.mixed(ones, signed)
	if err != nil {
		return nil, err
	}
	unit := new(big.Rat).SetInt64(e.Unit)
	least := new(big.Rat).Mul(right, unit)
	most := new(big.Rat).Sub(unit, least)
	for k, n := range got {
		v, ok := t.At(k/t.Cols, k%t.Cols)
		if !ok {
			continue
		}
		w, own := new(big.Rat).SetInt64(n), v == *c.Value
		if own && (w.Cmp(least) < 0 || c.Measure == SmoothRectangle && n > e.Unit) || !own && w.Cmp(most) > 0 {
			return nil, fmt.Errorf("entry %v is in rectangles of weight %d", Entry{k / t.Cols, k % t.Cols}, n)
		}
	}
	return new(big.Rat).SetFrac64(total, e.Unit), nil
})

var _ = register("weighing", func(t *work, c Claim, e *Weighing) (*big.Rat, error) {
	right, err := ofRectangles(c, Lower)
	if err != nil {
		return nil, err
	}
	if err := shape(e.Weights, t.Rows, t.Cols); err != nil {
		return nil, err
	}
	if int64(t.Rows)*int64(t.Cols) > 1<<20 { // so that sums of weights fit
		return nil, ErrLimit
	}
	own, below, other := int64(0), int64(0), int64(0)
	for i, row := range e.Weights {
		for j, w := range row {
			is := t.Is(i, j, *c.Value)
			switch {
			case w > 1<<40 || w < -1<<40, !is && w > 0, !is && w < 0 && !t.Differs(i, j, *c.Value), is && w < 0 && c.Measure == Corruption:
				return nil, fmt.Errorf("entry %v has weight %d", Entry{i, j}, w)
			case !is:
				other += w
			default:
				own += max(w, 0)
				below += min(w, 0)
			}
		}
	}
	rows := make([][]int64, t.Rows)
	for i := range rows {
		rows[i] = slices.Clone(e.Weights[i])
	}
	most, _, err := t.heaviest(rows)
	if err != nil || most == 0 {
		return new(big.Rat), err
	}
	sum := new(big.Rat).Mul(right, new(big.Rat).SetInt64(own-other)) // e w = w - (1 - e) w
	sum.Add(sum, new(big.Rat).SetInt64(below+other))
	sum = largest(sum, new(big.Rat))
	return sum.Quo(sum, new(big.Rat).SetInt64(most)), nil
})

// Follows bounds public-coin protocols of c bits and error e by other measures: by one of
// gamma2.approx or gamma2.infinity, 2^(c/2) >= (1 - 2e) gamma, as a tree of 2^c leaves has
// signs of rank, and so of squared gamma_2, at most 2^c; by a discrepancy, 2^c >= (1 - 2e) / discrepancy; or by
// corruption and smooth rectangles of different values, 2^c >= their sum, as every
// leaf has one label.
type Follows struct {
	Kind  string `json:"kind"` // "follows"
	Parts []From `json:"parts"`
}

// From is a part: evidence for the lower end (of a discrepancy the upper) of a measure.
type From struct {
	Measure  string          `json:"measure"`
	Value    *int            `json:"value,omitempty"`
	Evidence json.RawMessage `json:"evidence"`
}

var _ = register("follows", about(Lower, []string{Randomised}, func(t *work, c Claim, e *Follows) (*big.Rat, error) {
	edge, err := c.Right()
	if err != nil {
		return nil, err
	}
	if len(e.Parts) == 0 {
		return nil, errors.New("no part: nothing follows")
	}
	leaves, seen := new(big.Rat), map[int]bool{}
	for _, p := range e.Parts {
		of := Claim{Measure: p.Measure, Value: p.Value, End: Lower, Evidence: p.Evidence}
		sum := p.Measure == Corruption || p.Measure == SmoothRectangle
		if !sum && len(e.Parts) > 1 {
			return nil, errors.New("only corruption and smooth rectangles of values add up")
		}
		gamma := p.Measure == Gamma2Near || p.Measure == Gamma2Infinity
		if p.Measure == DiscUniform || p.Measure == DiscBest {
			of.End = Upper
		}
		if !sum && !gamma && of.End == Lower { // also what follows: nothing is nested
			return nil, errOther
		}
		if measures[p.Measure] != nil && measures[p.Measure].Error {
			of.Error = c.Error
		}
		_, v, err := t.prove(of)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", of.Of(), err)
		}
		switch {
		case sum && seen[*p.Value]:
			return nil, fmt.Errorf("value %d occurs twice", *p.Value)
		case sum:
			seen[*p.Value] = true
			leaves.Add(leaves, v)
		case gamma:
			leaves.Mul(edge, v)
			leaves.Mul(leaves, leaves)
		default:
			leaves.Quo(edge, v) // a discrepancy is positive: some entry has weight
		}
	}
	return new(big.Rat).SetInt64(int64(exponent(leaves))), nil
}))

// exponent is the least c >= 0 with 2^c >= v.
func exponent(v *big.Rat) int {
	whole := new(big.Int).Add(v.Num(), v.Denom())
	whole.Quo(whole.Sub(whole, big.NewInt(1)), v.Denom()) // rounded up
	whole = largest(whole, big.NewInt(1))
	return whole.Sub(whole, big.NewInt(1)).BitLen()
}
