package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
)

// errOther says that evidence is sound but speaks of other measures or ends.
var errOther = errors.New("this kind of evidence proves nothing about this measure and end")

// foolingEvidence lists entries of v no two of which fit one rectangle of v: of
// the two crossed entries at least one is defined and differs from v. Every
// rectangle without another value holds at most one of them.
type foolingEvidence struct {
	Kind    string  `json:"kind"`
	Entries []Entry `json:"entries"`
}

var _ = register("fooling", func(t *Table, c Claim, raw json.RawMessage) (*big.Rat, error) {
	var e foolingEvidence
	if err := strict(raw, &e); err != nil {
		return nil, err
	}
	if c.Value == nil || c.End != Lower || c.Measure != Fooling && c.Measure != Cover && c.Measure != Partition {
		return nil, errOther
	}
	n, err := foolingSet(t, *c.Value, e.Entries)
	return big.NewRat(int64(n), 1), err
})

// foolingSet returns the size of a fooling set of v, or why it is none.
func foolingSet(t *Table, v int, set []Entry) (int, error) {
	for k, a := range set {
		if a[0] < 0 || a[0] >= t.Rows || a[1] < 0 || a[1] >= t.Cols || !t.Is(a[0], a[1], v) {
			return 0, fmt.Errorf("entry %v is no entry of %d", a, v)
		}
		for _, b := range set[:k] {
			if !t.Differs(a[0], b[1], v) && !t.Differs(b[0], a[1], v) {
				return 0, fmt.Errorf("entries %v and %v fit one rectangle", a, b)
			}
		}
	}
	return len(set), nil
}

// rectanglesEvidence lists rectangles without another value than v that cover
// all entries of v. They bound the cover number, and the size of a fooling set;
// when no entry of v is covered twice, the partition number too.
type rectanglesEvidence struct {
	Kind       string      `json:"kind"`
	Rectangles []Rectangle `json:"rectangles"`
}

var _ = register("rectangles", func(t *Table, c Claim, raw json.RawMessage) (*big.Rat, error) {
	var e rectanglesEvidence
	if err := strict(raw, &e); err != nil {
		return nil, err
	}
	if c.Value == nil || c.End != Upper || c.Measure != Fooling && c.Measure != Cover && c.Measure != Partition {
		return nil, errOther
	}
	times := make([]int, t.Rows*t.Cols)
	for k, r := range e.Rectangles {
		if err := pure(t, *c.Value, r); err != nil {
			return nil, fmt.Errorf("rectangle %d: %w", k, err)
		}
		for _, i := range r.Rows {
			for _, j := range r.Cols {
				times[i*t.Cols+j]++
			}
		}
	}
	for k, n := range times {
		i, j := k/t.Cols, k%t.Cols
		if t.Is(i, j, *c.Value) && (n == 0 || n > 1 && c.Measure == Partition) {
			return nil, fmt.Errorf("entry %v is covered %d times", Entry{i, j}, n)
		}
	}
	return big.NewRat(int64(len(e.Rectangles)), 1), nil
})

// pure says whether r is a rectangle without another value than v.
func pure(t *Table, v int, r Rectangle) error {
	if err := indices(r.Rows, t.Rows); err != nil {
		return err
	}
	if err := indices(r.Cols, t.Cols); err != nil {
		return err
	}
	for _, i := range r.Rows {
		for _, j := range r.Cols {
			if t.Differs(i, j, v) {
				return fmt.Errorf("entry %v is not %d", Entry{i, j}, v)
			}
		}
	}
	return nil
}
