package check

import (
	"errors"
	"fmt"
	"math/big"
)

// errOther says that evidence is sound but speaks of other measures or ends.
var errOther = errors.New("this kind of evidence proves nothing about this measure and end")

// FoolingSet lists entries of v no two of which fit one rectangle of v: of
// the two crossed entries at least one is defined and differs from v. Every
// rectangle without another value holds at most one of them.
type FoolingSet struct {
	Kind    string  `json:"kind"` // "fooling"
	Entries []Entry `json:"entries"`
}

var _ = register("fooling", about(Lower, []string{Fooling, Cover, Partition}, func(t *work, c Claim, e *FoolingSet) (*big.Rat, error) {
	if err := t.spend(len(e.Entries), len(e.Entries)); err != nil {
		return nil, err
	}
	n, err := foolingSet(t.Table, *c.Value, e.Entries)
	return big.NewRat(int64(n), 1), err
}))

// foolingSet returns the size of a fooling set of v, or why it is none.
func foolingSet(t *Table, v int, set []Entry) (int, error) {
	for k, a := range set {
		if !a.within(t.Rows, t.Cols) || !t.Is(a[0], a[1], v) {
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

// Rectangles lists rectangles without another value than v that cover
// all entries of v. They bound the cover number, and the size of a fooling set;
// when no entry of v is covered twice, the partition number too.
type Rectangles struct {
	Kind       string      `json:"kind"` // "rectangles"
	Rectangles []Rectangle `json:"rectangles"`
}

var _ = register("rectangles", about(Upper, []string{Fooling, Cover, Partition}, func(t *work, c Claim, e *Rectangles) (*big.Rat, error) {
	if err := t.spend(t.Rows, t.Cols); err != nil {
		return nil, err
	}
	times := make([]int, t.Rows*t.Cols)
	for k, r := range e.Rectangles {
		if err := t.pure(*c.Value, r); err != nil {
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
}))

// pure says whether r is a rectangle without another value than v.
func (t *work) pure(v int, r Rectangle) error {
	if err := t.spend(len(r.Rows)+1, len(r.Cols)+1); err != nil {
		return err
	}
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

// Antichain lists lines, no two of which are comparable: each holds v in a place
// where the other is defined and differs. The rectangles of a cover of v that
// meet a line form a set of labels; for two such lines neither set contains the
// other. By Sperner's theorem k labels allow at most C(k, k/2) such sets.
type Antichain struct {
	Kind  string `json:"kind"` // "antichain"
	Axis  string `json:"axis"` // "rows" or "columns"
	Lines []int  `json:"lines"`
}

var _ = register("antichain", about(Lower, []string{Cover, Partition}, func(t *work, c Claim, e *Antichain) (*big.Rat, error) {
	u := t.Table
	if e.Axis == "columns" {
		u = t.transpose()
	} else if e.Axis != "rows" {
		return nil, fmt.Errorf("axis %q", e.Axis)
	}
	if err := indices(e.Lines, u.Rows); err != nil {
		return nil, err
	}
	if err := t.spend(len(e.Lines), len(e.Lines), u.Cols); err != nil {
		return nil, err
	}
	beyond := func(i, k int) bool {
		for j := range u.Cols {
			if u.Is(i, j, *c.Value) && u.Differs(k, j, *c.Value) {
				return true
			}
		}
		return false
	}
	for n, i := range e.Lines {
		for _, k := range e.Lines[:n] {
			if !beyond(i, k) || !beyond(k, i) {
				return nil, fmt.Errorf("lines %d and %d are comparable", k, i)
			}
		}
	}
	if len(e.Lines) < 2 {
		return new(big.Rat), nil // one line may hold no v at all
	}
	k := int64(1)
	for new(big.Int).Binomial(k, k/2).Cmp(big.NewInt(int64(len(e.Lines)))) < 0 {
		k++
	}
	return big.NewRat(k, 1), nil
}))

// OneRectangle is a rectangle without another value than v. The entries of v in
// it bound the largest such number from below.
type OneRectangle struct {
	Kind string `json:"kind"` // "rectangle"
	Rectangle
}

var _ = register("rectangle", about(Lower, []string{LargestRect}, func(t *work, c Claim, e *OneRectangle) (*big.Rat, error) {
	if err := t.pure(*c.Value, e.Rectangle); err != nil {
		return nil, err
	}
	n := int64(0)
	for _, i := range e.Rows {
		for _, j := range e.Cols {
			if t.Is(i, j, *c.Value) {
				n++
			}
		}
	}
	return big.NewRat(n, 1), nil
}))
