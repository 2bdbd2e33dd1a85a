package reductions

import (
	"math/big"
	"testing"

	"crosscut/internal/exact"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// TestCycle3Neighbours: among all hands of a tokens, by the definition of the task, those that some hand of the other
// player's tells apart fall into as many classes as the closed form says, neither more nor fewer, and sets that are
// disjoint make a matrix of full rank.
func TestCycle3Neighbours(t *testing.T) {
	for _, c := range []struct{ n, nodes, a, classes, sets int }{
		{3, 3, 1, 2, 2}, {3, 5, 1, 4, 4}, {4, 4, 1, 3, 3}, {4, 3, 2, 3, 2}, {4, 4, 2, 5, 3}, {5, 4, 2, 5, 4}, {5, 3, 2, 0, 0},
	} {
		sh, err := tasks.Cycle3.Shape(c.n, tasks.Params{"nodes": float64(c.nodes)})
		if err != nil {
			t.Fatal(err)
		}
		split := sh.Half()
		for i := range c.n - 1 {
			split.Owner[i+1] = protocol.Player(0)
			if i >= c.a {
				split.Owner[i+1] = protocol.Bob
			}
		}
		need, ok := OwnNeed(sh, split, []int{1}, protocol.OneWay, protocol.Alice)
		twoWay, ok2 := OwnNeed(sh, split, []int{1}, protocol.TwoWay, protocol.Alice)
		if ok != (c.classes > 0) || ok2 != ok || ok && (int(need.Bits) != widthOf(big.NewInt(int64(c.classes))) || int(twoWay.Bits) != widthOf(big.NewInt(int64(c.sets)))) {
			t.Errorf("%+v: %v %+v, %v %+v", c, ok, need, ok2, twoWay)
		}
		if !ok {
			continue
		}
		// One hand of each class is enough where every two are told apart and no third is apart from all.
		read := tasks.Token{X: 1, To: 2}
		alice, bob := edgeSets(sh, read, c.a), edgeSets(sh, read, c.n-1-c.a)
		apart := func(x, y []tasks.Token) bool {
			for _, z := range bob {
				one, two := append(append([]tasks.Token{read}, x...), z...), append(append([]tasks.Token{read}, y...), z...)
				if sh.Check(one) == nil && sh.Check(two) == nil && sh.Task.Eval(sh, one, 1)[0] != sh.Task.Eval(sh, two, 1)[0] {
					return true
				}
			}
			return false
		}
		var classes [][][]tasks.Token
	hands:
		for _, x := range alice {
			for k, class := range classes {
				if !apart(x, class[0]) {
					for _, y := range class {
						if apart(x, y) {
							t.Fatalf("%+v: %v is not apart from %v alone", c, x, class[0])
						}
					}
					classes[k] = append(class, x)
					continue hands
				}
			}
			classes = append(classes, [][]tasks.Token{x})
		}
		if len(classes) != c.classes {
			t.Errorf("%+v: %d classes of hands", c, len(classes))
		}
		var disjoint [][]int64
		for x := range 1 << (c.nodes - 2) {
			var row []int64
			for y := range 1 << (c.nodes - 2) {
				if small := min(c.a, c.n-1-c.a); ones(x) <= small && ones(y) <= small {
					row = append(row, int64(1-min(1, x&y)))
				}
			}
			if row != nil {
				disjoint = append(disjoint, row)
			}
		}
		if r := exact.Rank(exact.Ints(disjoint)); r != c.sets || len(disjoint) != c.sets {
			t.Errorf("%+v: rank %d of %d sets", c, r, len(disjoint))
		}
	}
}

func ones(x int) (n int) {
	for ; x > 0; x &= x - 1 {
		n++
	}
	return n
}

// edgeSets are all sets of k edges beside the public one.
func edgeSets(sh tasks.Shape, read tasks.Token, k int) [][]tasks.Token {
	all := [][]tasks.Token{nil}
	for _, e := range sh.Task.Alphabet(sh, 2) {
		for _, set := range all {
			if len(set) < k && (e.X != read.X || e.To != read.To) {
				all = append(all, append(append([]tasks.Token{}, set...), e))
			}
		}
	}
	var out [][]tasks.Token
	for _, set := range all {
		if len(set) == k {
			out = append(out, set)
		}
	}
	return out
}
