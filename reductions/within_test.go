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
		if r.From != problems.Disj && r.From != problems.Index {
			continue
		}
		const n = 3
		in, err := r.Instance(n, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		p := r.From
		for mask := range 1 << min(in.Shape.N, 9) {
			at := tasks.Split{Owner: append([]protocol.Player(nil), in.At.Owner...)}
			for i := range at.Owner {
				if mask>>i&1 == 1 {
					at.Owner[i] = 1 - max(at.Owner[i], 0)
				}
			}
			alive := make([]bool, n)
			first := -1
			for _, i := range in.survivors(at) {
				alive[i] = true
				if first < 0 {
					first = i
				}
			}
			if first < 0 {
				continue
			}
			y0 := p.Y(n, 0)
			if p == problems.Index {
				y0 = p.Y(n, first)
			}
			base := in.Encode(p.X(n, 0), y0)
			for k := range 1 << n * p.Ys(n) {
				x, y := p.X(n, k/p.Ys(n)), p.Y(n, k%p.Ys(n))
				dead := p == problems.Index && !alive[k%p.Ys(n)]
				for i := range n {
					dead = dead || !alive[i] && (x.Bit(i) || p == problems.Disj && y.Bit(i))
				}
				if dead {
					continue
				}
				// Alice's positions must not move with y, nor Bob's with x, on what is left.
				alice, bob := in.Encode(x, y0), in.Encode(p.X(n, 0), y)
				for pos, o := range at.Owner {
					if !alice[pos].Equal(base[pos]) && o != protocol.Alice || !bob[pos].Equal(base[pos]) && o != protocol.Bob {
						t.Fatalf("%s: mask %b: position %d moves with the other player's bits", r.Name, mask, pos+1)
					}
				}
				seq := in.Encode(x, y)
				if in.Got(y, in.Shape.Eval(seq, in.Reads)) != in.Want(x, y) {
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
	memory, err := IndexQSAMemory.Instance(5, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if need, ok = NeededAt(memory.Shape, memory.At, memory.Shape.N, protocol.OneWay, protocol.Alice); !ok || need.Bits != 5 {
		t.Errorf("what a reader must remember: %+v, %v", need, ok)
	}
	if need, ok = NeededAt(in.Shape, in.At, 2, protocol.OneWay, protocol.Alice); ok {
		t.Errorf("another position is read: %+v", need)
	}
}
