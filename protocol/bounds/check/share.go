package check

import (
	"encoding/json"
	"fmt"
	"math/big"
)

// Share bounds covers and partitions of v by area: its entries, divided by the most
// that one rectangle holds. Evidence is for that size, as for an upper end of "rectangle".
type Share struct {
	Kind     string          `json:"kind"` // "share"
	Size     int             `json:"size"`
	Evidence json.RawMessage `json:"evidence"`
}

var _ = register("share", about(Lower, []string{Cover, Partition}, proveShare))

func proveShare(t *work, c Claim, e *Share) (*big.Rat, error) {
	if e.Size < 1 {
		return nil, fmt.Errorf("rectangles of %d entries", e.Size)
	}
	_, size, err := t.prove(Claim{Measure: LargestRect, Value: c.Value, End: Upper, Evidence: e.Evidence})
	if err != nil {
		return nil, err
	}
	if size.Cmp(big.NewRat(int64(e.Size), 1)) > 0 {
		return nil, fmt.Errorf("the evidence allows rectangles of %s entries", size.RatString())
	}
	if err := t.spend(t.Rows, t.Cols); err != nil {
		return nil, err
	}
	n := 0
	for i := range t.Rows {
		for j := range t.Cols {
			if t.Is(i, j, *c.Value) {
				n++
			}
		}
	}
	return big.NewRat(int64((n+e.Size-1)/e.Size), 1), nil
}
