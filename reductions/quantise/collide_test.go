package quantise

import (
	"testing"

	"crosscut/models/trained"
)

// The first collision is where the counts of the curve fall below 2^n, and not before; the two inputs that are
// shown share a message.
func TestCollide(t *testing.T) {
	m := load(t, "gru-n8-h16-s1")
	var all []trained.Precision
	for p := trained.Precision(1); p <= 8; p++ {
		all = append(all, p)
	}
	all = append(all, trained.Formats()...)
	c, err := Collide(t.Context(), m, all, 1)
	if err != nil || c.First == "" || !c.Exact || c.found == nil || c.found.TwinAt == nil {
		t.Fatalf("%+v, %v", c, err)
	}
	for k, n := range c.Tried {
		if last := k == len(c.Tried)-1; (n.Messages < n.Of) != last || n.Of != 256 {
			t.Errorf("%+v", n)
		}
		if k > 0 && c.Tried[k-1].Bits < n.Bits {
			t.Errorf("%s after %s", n.P, c.Tried[k-1].P)
		}
	}
	none, err := Collide(t.Context(), m, []trained.Precision{32, trained.FP16}, 1)
	if err != nil || none.First != "" || len(none.Tried) != 2 {
		t.Errorf("%+v, %v", none, err)
	}
}
