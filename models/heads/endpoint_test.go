package heads

import "testing"

// Digraphs lists the arcs of digraph number g of n vertices.
func digraph(n, g int) []Arc {
	var arcs []Arc
	for u := range n {
		for v := range n {
			if u != v {
				if g&1 == 1 {
					arcs = append(arcs, Arc{u, v})
				}
				g >>= 1
			}
		}
	}
	return arcs
}

func TestEndpoints(t *testing.T) {
	const n = 3
	for g := range 1 << 6 {
		arcs := digraph(n, g)
		least, position := FeedbackArcs(n, arcs)
		// The slow way: all orders.
		slow := len(arcs)
		for _, p := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			back := 0
			for _, a := range arcs {
				if p[a.U] > p[a.V] {
					back++
				}
			}
			slow = min(slow, back)
		}
		if least != slow {
			t.Errorf("%v: %d feedback arcs, want %d", arcs, least, slow)
		}
		if got := Errors([]Score{OneHead(n, arcs, position)}, n, arcs); got != least {
			t.Errorf("%v: one head errs %d times, want %d", arcs, got, least)
		}
		if got := Errors(TwoHeads(n, 4*n), n, arcs); got != 0 {
			t.Errorf("%v: two heads err %d times", arcs, got)
		}
		if got := Errors(TwoHeads(n, 1), n, arcs); len(arcs) > 0 && got == 0 {
			t.Errorf("%v: two heads that do not fade are right", arcs)
		}
	}
	if err := CycleCertificate([]Arc{{0, 1}, {1, 2}, {2, 0}}); err != nil {
		t.Error(err)
	}
	first := CycleCertificate([]Arc{{0, 1}, {1, 2}})
	for range 30 { // equal runs say equal things
		if again := CycleCertificate([]Arc{{0, 1}, {1, 2}}); first == nil || again.Error() != first.Error() {
			t.Fatalf("%v, then %v", first, again)
		}
	}
	if CycleCertificate(nil) == nil {
		t.Error("a path was refuted")
	}
}
