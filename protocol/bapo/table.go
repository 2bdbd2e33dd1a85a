package bapo

import (
	"context"
	"fmt"
)

// Entry is a(n, b) of a function with all its evidence: a scheme at every cut, and a core at one
// of those that need most.
type Entry struct {
	B, Bits int
	Cuts    []*Cut
	Schemes []*Scheme
	Core    *Core // nil where no bit is needed
	Worst   int   // the cut of the core, as an index of Cuts
}

// Solve finds a(n, b), and checks nothing: see [Entry.Check].
func Solve(ctx context.Context, f Function, b int) (*Entry, error) {
	e := &Entry{B: b}
	for k := 1; k < len(f.Sizes); k++ {
		c, err := f.Cut(k, b)
		if err != nil {
			return nil, err
		}
		a, s, core, err := c.Bits(ctx)
		if err != nil {
			return nil, err
		}
		e.Cuts, e.Schemes = append(e.Cuts, c), append(e.Schemes, s)
		if a > e.Bits {
			e.Bits, e.Core, e.Worst = a, core, k-1
		}
	}
	return e, nil
}

// Check verifies the evidence, cut by cut: at most Bits bits at every cut, and no fewer at the worst.
func (e *Entry) Check(f Function) error {
	if len(e.Cuts) != len(f.Sizes)-1 || len(e.Schemes) != len(e.Cuts) {
		return fmt.Errorf("bapo: %d cuts of a word of %d tokens", len(e.Cuts), len(f.Sizes))
	}
	for k, s := range e.Schemes {
		if e.Cuts[k].K != k+1 || e.Cuts[k].B != e.B || s.Colours > 1<<e.Bits || !s.Check(f, e.Cuts[k]) {
			return fmt.Errorf("bapo: the scheme of cut %d does not serve with %d bits and %d tokens", k+1, e.Bits, e.B)
		}
	}
	if e.Bits == 0 {
		return nil
	}
	if e.Core == nil || e.Core.Colours != 1<<(e.Bits-1) || !e.Core.Check(f, e.Cuts[e.Worst]) {
		return fmt.Errorf("bapo: nothing shows that %d bits do not do", e.Bits-1)
	}
	return nil
}
