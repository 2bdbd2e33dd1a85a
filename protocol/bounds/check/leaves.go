package check

import (
	"encoding/json"
	"fmt"
	"math/big"
)

// Leaves bounds D(f) from below by the leaves of a protocol tree: those of value
// v are disjoint rectangles that cover v, at least as many as the partition
// number of v, and 2^D must reach the sum over different values. Each part holds
// evidence, of any kind, for a lower end of the partition number of its value.
type Leaves struct {
	Kind  string       `json:"kind"` // "leaves"
	Parts []LeavesPart `json:"parts"`
}

// LeavesPart is the part of one value.
type LeavesPart struct {
	Value    int             `json:"value"`
	Evidence json.RawMessage `json:"evidence"`
}

var _ = register("leaves", about(Lower, []string{Deterministic}, func(t *work, c Claim, e *Leaves) (*big.Rat, error) {
	seen := map[int]bool{}
	sum := new(big.Rat)
	for _, p := range e.Parts {
		if seen[p.Value] {
			return nil, fmt.Errorf("value %d occurs twice", p.Value)
		}
		seen[p.Value] = true
		_, n, err := t.prove(Claim{Measure: Partition, Value: &p.Value, End: Lower, Evidence: p.Evidence})
		if err != nil {
			return nil, fmt.Errorf("value %d: %w", p.Value, err)
		}
		sum.Add(sum, n)
	}
	return big.NewRat(int64(exponent(sum)), 1), nil
}))
