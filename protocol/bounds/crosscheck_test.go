package bounds

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// TestCrossChecksFail tampers with one result at a time: each theorem between
// measures must then be seen to fail.
func TestCrossChecksFail(t *testing.T) {
	value := func(a *analysis, v int) *PerValue { return &a.PerValue[a.m.Place(v)] }
	whole := newAnalysis(context.Background(), intersecting(3), Options{})
	for what, tamper := range map[string]func(a *analysis){
		"fooling above cover": func(a *analysis) { value(a, 1).Fooling = point(value(a, 1).Cover.Upper + 1) },
		"cover above partition": func(a *analysis) {
			value(a, 0).Cover.Lower = value(a, 0).Partition.Upper + 1
			value(a, 0).Cover.Upper = 99
		},
		"rank above partition":   func(a *analysis) { value(a, 1).Rank = &Range{99, 99} },
		"rectangle too small":    func(a *analysis) { value(a, 1).Rectangle = point(1) },
		"crossed ends":           func(a *analysis) { value(a, 1).Cover = Range{3, 2} },
		"leaves beyond D":        func(a *analysis) { a.Deterministic.Upper--; a.Deterministic.Lower--; a.Tree = nil },
		"D beyond one-way":       func(a *analysis) { a.Deterministic = Depth{9, 9, true, "search"}; a.Tree = nil },
		"tree too deep":          func(a *analysis) { a.Tree = &Tree{Zero: a.Tree, One: a.Tree} },
		"tree answers wrong":     func(a *analysis) { a.Tree.flipLeaves() },
		"gf2 above rational":     func(a *analysis) { a.Rank.GF2 = &Range{8, 8}; value(a, 1).Partition.Upper = 99 },
		"sign rank far away":     func(a *analysis) { a.Rank.Sign = &Range{2, 2} },
		"complement above zeros": func(a *analysis) { a.Rank.Complement = &Range{99, 99} },
		"gamma_2 above its rank": func(a *analysis) { a.Gamma2 = &Real{ratio(9, 1), ratio(9, 1)} },
		"gamma_2 crossed":        func(a *analysis) { a.Gamma2 = &Real{a.Gamma2.Upper, ratio(1, 1)} },
		"index above one-way":    func(a *analysis) { a.Shattered.Alice = point(7) },
		"discrepancy too large":  func(a *analysis) { a.Discrepancy.Uniform = Real{ratio(2, 1), ratio(2, 1)} },
		"discrepancy too small":  func(a *analysis) { a.Discrepancy.Uniform = Real{ratio(1, 999), ratio(1, 999)} },
		"best above uniform":     func(a *analysis) { a.Discrepancy.Best = &Span{ratio(1, 1), ratio(1, 1)} },
		"best below the leaves":  func(a *analysis) { a.Discrepancy.Best = &Span{ratio(1, 999), ratio(1, 999)} },
		"rank sum beyond the tree": func(a *analysis) {
			value(a, 0).Rank = &Range{8, 8}
			value(a, 1).Rank = &Range{9, 9}
			value(a, 1).Partition = Range{0, 99}
			a.Rank.GF2 = nil
			a.Rank.Sign = nil
		},
		"an embedding that needs too much": func(a *analysis) {
			short := *a.Embedded[0].Exact
			short.Needs, a.Embedded[0].Exact = 9, &short
		},
	} {
		a, report, rank, discrepancy, shattered := *whole, *whole.Report, *whole.Rank, *whole.Discrepancy, *whole.Shattered
		report.Rank, report.Discrepancy, report.Shattered, a.Report = &rank, &discrepancy, &shattered, &report
		report.PerValue, report.Embedded, report.Tree = slices.Clone(report.PerValue), slices.Clone(report.Embedded), report.Tree.copied()
		if err := a.crossCheck(); err != nil {
			t.Fatalf("before %s: %v", what, err)
		}
		tamper(&a)
		var c *Contradiction
		if err := a.crossCheck(); !errors.As(err, &c) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// copied is a tree of its own.
func (t *Tree) copied() *Tree {
	if t == nil {
		return nil
	}
	c := *t
	c.Zero, c.One = t.Zero.copied(), t.One.copied()
	return &c
}

func (t *Tree) flipLeaves() {
	if t.Leaf() {
		t.Value = 1 - t.Value
		return
	}
	t.Zero.flipLeaves()
	t.One.flipLeaves()
}
