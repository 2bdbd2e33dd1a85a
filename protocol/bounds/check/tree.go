package check

import (
	"errors"
	"fmt"
	"math/big"
)

// Tree is a protocol tree, for those who write certificates: Tree is anything
// whose JSON is a treeNode.
type Tree struct {
	Kind string `json:"kind"` // "tree"
	Tree any    `json:"tree"`
}

// treeEvidence is a protocol tree. At an inner node the speaker writes 1 on the
// inputs listed (rows for alice, columns for bob, from 0) and 0 on all others; a
// leaf is labelled with a value. If every defined entry of the rectangle that
// reaches a leaf has its label, the tree computes the function and both players
// know the value: D(f) is at most the depth. The leaves of value v are disjoint
// rectangles that cover v, so their number bounds its partition number too.
type treeEvidence struct {
	Kind string    `json:"kind"`
	Tree *treeNode `json:"tree"`
}

type treeNode struct {
	Speaker string    `json:"speaker"`
	Ones    []int     `json:"ones"`
	Zero    *treeNode `json:"zero"`
	One     *treeNode `json:"one"`
	Value   *int      `json:"value"`
}

// maxTreeDepth keeps the recursion within bounds; no useful tree is deeper.
const maxTreeDepth = 64

var _ = register("tree", func(t *work, c Claim, e *treeEvidence) (*big.Rat, error) {
	leaves := map[int]int{}
	depth, err := e.Tree.walk(t, upTo(t.Rows), upTo(t.Cols), maxTreeDepth, leaves)
	if err != nil {
		return nil, err
	}
	switch {
	case c.End == Upper && c.Measure == Deterministic:
		return big.NewRat(int64(depth), 1), nil
	case c.End == Upper && c.Measure == Partition:
		return big.NewRat(int64(leaves[*c.Value]), 1), nil
	}
	return nil, errOther
})

// walk checks the subtree that the rectangle rows x cols reaches, counts its
// leaves by label and returns its depth, at most left.
func (n *treeNode) walk(t *work, rows, cols []int, left int, leaves map[int]int) (int, error) {
	switch {
	case n == nil:
		return 0, errors.New("a node is missing")
	case left < 0:
		return 0, fmt.Errorf("the tree is deeper than %d", maxTreeDepth)
	case n.Value != nil && n.Speaker == "" && n.Ones == nil && n.Zero == nil && n.One == nil:
		leaves[*n.Value]++
		if err := t.spend(len(rows)+1, len(cols)+1); err != nil {
			return 0, err
		}
		for _, i := range rows {
			for _, j := range cols {
				if t.Differs(i, j, *n.Value) {
					return 0, fmt.Errorf("entry %v reaches a leaf of value %d", Entry{i, j}, *n.Value)
				}
			}
		}
		return 0, nil
	case n.Value != nil:
		return 0, errors.New("a leaf has only a value")
	}
	zero, one := [2][]int{rows, cols}, [2][]int{rows, cols}
	side, size := 0, t.Rows
	switch n.Speaker {
	case "alice":
	case "bob":
		side, size = 1, t.Cols
	default:
		return 0, fmt.Errorf("a speaker is alice or bob, not %q", n.Speaker)
	}
	if err := indices(n.Ones, size); err != nil {
		return 0, err
	}
	if err := t.spend(size); err != nil {
		return 0, err
	}
	zero[side], one[side] = divide(zero[side], n.Ones, size)
	a, err := n.Zero.walk(t, zero[0], zero[1], left-1, leaves)
	if err != nil {
		return 0, err
	}
	b, err := n.One.walk(t, one[0], one[1], left-1, leaves)
	return 1 + max(a, b), err
}

// divide splits set into what is not in ones and what is; all are below size.
func divide(set, ones []int, size int) (out, in []int) {
	is := make([]bool, size)
	for _, i := range ones {
		is[i] = true
	}
	for _, i := range set {
		if is[i] {
			in = append(in, i)
		} else {
			out = append(out, i)
		}
	}
	return out, in
}

// upTo lists 0..n-1.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
