package bounds

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"crosscut/protocol"
)

// Tree is a protocol tree: at an inner node one player writes one bit that
// follows from its own input; a leaf is labelled with the value, which both
// players then know. Inputs are the row and column numbers of a matrix, from 0.
type Tree struct {
	// Speaker writes the bit at an inner node.
	Speaker protocol.Player
	// Ones lists the inputs of the speaker on which the bit is 1, ascending; on
	// all others it is 0.
	Ones []int
	// Zero and One are the subtrees after that bit; both nil at a leaf.
	Zero, One *Tree
	// Value is the label of a leaf: an entry of the matrix.
	Value int
}

// Leaf says whether t is a leaf.
func (t *Tree) Leaf() bool { return t.Zero == nil }

// bit is what the speaker writes on its input.
func (t *Tree) bit(input int) bool {
	_, one := slices.BinarySearch(t.Ones, input)
	return one
}

// Depth is the largest number of bits on a path: the cost of the protocol.
func (t *Tree) Depth() int {
	if t.Leaf() {
		return 0
	}
	return 1 + max(t.Zero.Depth(), t.One.Depth())
}

// Leaves counts the leaves: the rectangles into which t divides the matrix.
func (t *Tree) Leaves() int {
	if t.Leaf() {
		return 1
	}
	return t.Zero.Leaves() + t.One.Leaves()
}

// Rounds is the largest number of rounds on a path: maximal runs of bits by one
// player.
func (t *Tree) Rounds() int { return t.rounds(-1) }

func (t *Tree) rounds(last protocol.Player) int {
	if t.Leaf() {
		return 0
	}
	n := max(t.Zero.rounds(t.Speaker), t.One.rounds(t.Speaker))
	if t.Speaker != last {
		n++
	}
	return n
}

// At is the label of the leaf that row i and column j reach.
func (t *Tree) At(i, j int) int {
	for !t.Leaf() {
		own := i
		if t.Speaker == protocol.Bob {
			own = j
		}
		if t.bit(own) {
			t = t.One
		} else {
			t = t.Zero
		}
	}
	return t.Value
}

// Player is the program of one player who holds the given row or column: it
// writes its bits, reads the other's, and outputs the label of the leaf.
func (t *Tree) Player(self protocol.Player, input int) func(*protocol.Port) int {
	return func(p *protocol.Port) int {
		path := ""
		for t := t; ; {
			if t.Leaf() {
				return t.Value
			}
			var bit bool
			if t.Speaker == self {
				bit = t.bit(input)
				p.Send("node "+node(path), protocol.UintWord(b2u(bit), 1))
			} else {
				bit = p.Recv(t.Speaker, 1).Bit(0)
			}
			if bit {
				t, path = t.One, path+"1"
			} else {
				t, path = t.Zero, path+"0"
			}
		}
	}
}

// node names a node by the bits that lead to it.
func node(path string) string {
	return cmp.Or(path, "root")
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// Run plays the protocol on every defined entry of m with two real players,
// audits all runs together and returns the largest metered cost and number of
// rounds. It fails on the first wrong output.
func (t *Tree) Run(ctx context.Context, m *Matrix) (protocol.Bits, int, error) {
	var audit protocol.Audit
	var cost protocol.Bits
	rounds := 0
	for i := range m.Rows() {
		for j := range m.Cols() {
			want, defined := m.At(i, j)
			if !defined {
				continue
			}
			out, tr, err := protocol.Run(ctx, nil, t.Player(protocol.Alice, i), t.Player(protocol.Bob, j))
			if err != nil {
				return 0, 0, fmt.Errorf("bounds: protocol tree on row %d, column %d: %w", i+1, j+1, err)
			}
			for who, got := range out {
				if got != want {
					return 0, 0, fmt.Errorf("bounds: protocol tree on row %d, column %d: %v outputs %d, the entry is %d",
						i+1, j+1, protocol.Player(who), got, want)
				}
			}
			err = audit.Add([]string{strconv.Itoa(i), strconv.Itoa(j)}, tr, []string{strconv.Itoa(out[0]), strconv.Itoa(out[1])})
			if err != nil {
				return 0, 0, fmt.Errorf("bounds: protocol tree on row %d, column %d: %w", i+1, j+1, err)
			}
			cost, rounds = max(cost, tr.Cost()), max(rounds, tr.Rounds())
		}
	}
	return cost, rounds, nil
}
