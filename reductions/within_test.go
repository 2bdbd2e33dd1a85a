package reductions

import (
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// A split of the user's own is pressed by the bits that survive it: the restricted
// map is still a reduction from DISJ, for every way of taking tokens away from the
// players, by enumeration.
func TestSurvivorsStillReduce(t *testing.T) {
	seen := 0
	for r := range Catalog().All() {
		if r.From != problems.Disj {
			continue
		}
		const n = 3
		in, err := r.Instance(n, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		for mask := range 1 << min(in.Shape.N, 9) {
			at := tasks.Split{Owner: append([]protocol.Player(nil), in.At.Owner...)}
			for i := range at.Owner {
				if mask>>i&1 == 1 {
					at.Owner[i] = 1 - max(at.Owner[i], 0)
				}
			}
			alive := make([]bool, n)
			for _, i := range in.survivors(at) {
				alive[i] = true
			}
			// Alice's positions must not move with y, nor Bob's with x, on surviving bits.
			base := in.Encode(problems.Disj.X(n, 0), problems.Disj.Y(n, 0))
			for k := range 1 << (2 * n) {
				x, y := problems.Disj.X(n, k>>n), problems.Disj.Y(n, k&(1<<n-1))
				dead := false
				for i := range n {
					dead = dead || !alive[i] && (x.Bit(i) || y.Bit(i))
				}
				if dead {
					continue
				}
				alice, bob := in.Encode(x, problems.Disj.Y(n, 0)), in.Encode(problems.Disj.X(n, 0), y)
				for p, o := range at.Owner {
					if !equalTokens(alice[p], base[p]) && o != protocol.Alice || !equalTokens(bob[p], base[p]) && o != protocol.Bob {
						t.Fatalf("%s: mask %b: position %d moves with the other player's bits", r.Name, mask, p+1)
					}
				}
				seq := in.Encode(x, y)
				if in.Got(in.Shape.Eval(seq, in.Reads)) != in.Want(x, y) {
					t.Fatalf("%s: mask %b: wrong answer", r.Name, mask)
				}
				seen++
			}
		}
	}
	if seen < 1000 {
		t.Fatalf("only %d inputs", seen)
	}
}

func TestNeededAt(t *testing.T) {
	in, err := DisjMatch3.Instance(6, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	need, ok := NeededAt(in.Shape, in.At, 1, protocol.OneWay, protocol.Alice)
	if !ok || need.Bits != 6 || need.Reduction != "disj-match3" {
		t.Errorf("the reduction's own split: %+v, %v", need, ok)
	}
	at := tasks.Split{Owner: append([]protocol.Player(nil), in.At.Owner...)}
	at.Owner[1] = protocol.Bob // x_1 is gone
	if need, ok = NeededAt(in.Shape, at, 1, protocol.OneWay, protocol.Alice); !ok || need.Bits != 5 {
		t.Errorf("one token less: %+v, %v", need, ok)
	}
	for i := range at.Owner {
		at.Owner[i] = protocol.Bob
	}
	if need, ok = NeededAt(in.Shape, at, 1, protocol.OneWay, protocol.Alice); ok {
		t.Errorf("Bob holds everything: %+v", need)
	}
	if need, ok = NeededAt(in.Shape, in.At, 2, protocol.OneWay, protocol.Alice); ok {
		t.Errorf("another position is read: %+v", need)
	}
}
