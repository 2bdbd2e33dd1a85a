package check

import (
	"context"
	"encoding/json"
	"math/bits"
	"strings"
	"testing"
)

func product(n int) *Table {
	return NewTable(1<<n, 1<<n, func(i, j int) (int, bool) { return bits.OnesCount(uint(i&j)) & 1, true })
}

// The bounds on a largest rectangle, at values known from the literature, and what
// each refuses.
func TestLargestRectangleBounds(t *testing.T) {
	unequal := NewTable(32, 32, func(i, j int) (int, bool) {
		if i == j {
			return 0, true
		}
		return 1, true
	})
	partial := NewTable(2, 2, func(i, j int) (int, bool) { return 1 - i&j, i != j })
	diagonal := `{"kind":"matching","entries":[`
	for i := range 32 {
		if i > 0 {
			diagonal += ","
		}
		raw, _ := json.Marshal([2]int{i, i})
		diagonal += string(raw)
	}
	diagonal += "]}"
	for _, c := range []struct {
		name     string
		table    *Table
		measure  string
		value    int
		evidence string
		want     string // proved, or "" and the refusal's words
		err      string
	}{
		{"IP_7 ones", product(7), LargestRect, 1, `{"kind":"span","rank":7,"other":8}`, "64", ""},
		{"IP_7 zeros", product(7), LargestRect, 0, `{"kind":"span","rank":8,"other":7}`, "128", ""},
		{"IP_7 cover", product(7), Cover, 1, `{"kind":"share","size":64,"evidence":{"kind":"span","rank":7,"other":8}}`, "127", ""},
		{"IP_4 by norm", product(4), LargestRect, 0, `{"kind":"lindsey","size":16}`, "16", ""},
		{"NEQ", unequal, LargestRect, 1, diagonal, "256", ""},
		{"wrong rank", product(4), LargestRect, 1, `{"kind":"span","rank":3,"other":5}`, "", "the ranks"},
		{"no rank", product(4), LargestRect, 1, `{"kind":"span"}`, "", "the ranks"},
		{"absent value", product(4), LargestRect, 7, `{"kind":"span","rank":1,"other":1}`, "", "no value of the matrix"},
		{"partial", partial, LargestRect, 1, `{"kind":"span","rank":1,"other":1}`, "", "outside the promise"},
		{"partial norm", partial, LargestRect, 1, `{"kind":"lindsey","size":4}`, "", "outside the promise"},
		{"norm too strong", product(4), LargestRect, 0, `{"kind":"lindsey","size":15}`, "", "the norm gives 16"},
		{"other measure", product(4), Cover, 1, `{"kind":"span","rank":4,"other":5}`, "", "proves nothing"},
		{"own entries", unequal, LargestRect, 0, diagonal, "", "not of another value"},
		{"a line twice", unequal, LargestRect, 1, `{"kind":"matching","entries":[[0,0],[0,0]]}`, "", "shares a line"},
		{"outside", unequal, LargestRect, 1, `{"kind":"matching","entries":[[32,0]]}`, "", "not of another value"},
		{"no entries", unequal, LargestRect, 1, `{"kind":"matching","entries":[]}`, "", "no entries"},
		{"share too small", product(4), Cover, 1, `{"kind":"share","size":7,"evidence":{"kind":"span","rank":4,"other":5}}`, "", "allows rectangles of 8"},
		{"share of nothing", product(4), Cover, 1, `{"kind":"share","size":0,"evidence":{}}`, "", "rectangles of 0"},
		{"share in itself", product(4), Cover, 1, `{"kind":"share","size":8,"evidence":{"kind":"share","size":8,"evidence":{"kind":"span","rank":4,"other":5}}}`, "", "proves nothing"},
		{"extra field", product(4), LargestRect, 1, `{"kind":"span","rank":4,"other":5,"x":1}`, "", "x"},
	} {
		end := Upper
		if c.measure == Cover && c.name != "other measure" {
			end = Lower
		}
		v, err := Prove(c.table, Claim{Measure: c.measure, Value: &c.value, End: end, Evidence: json.RawMessage(c.evidence)})
		switch {
		case c.err == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.err == "" && v.RatString() != c.want:
			t.Errorf("%s: %s, want %s", c.name, v.RatString(), c.want)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: %v, want a refusal with %q", c.name, err, c.err)
		}
	}
}

// Both bounds hold on all 4 x 4 matrices of two values.
func TestLargestRectangleBoundsAreBounds(t *testing.T) {
	one := 1
	for code := range 1 << 16 {
		at := func(i, j int) (int, bool) { return code >> (4*i + j) & 1, true }
		m := NewTable(4, 4, at)
		best := 0
		for rows := 1; rows < 16; rows++ {
			cols := 15
			for i := range 4 {
				if rows>>i&1 == 1 {
					cols &= code >> (4 * i) & 15
				}
			}
			best = max(best, bits.OnesCount(uint(rows))*bits.OnesCount(uint(cols)))
		}
		own, times := m.indicator(1, true)
		other, _ := m.indicator(1, false)
		_, colTimes := m.transpose().indicator(1, true)
		r, o := rank2(own), rank2(other)
		if r > 0 && times*colTimes<<min(r-1, o) < best {
			t.Fatalf("matrix %04x: span gives %d, there is a rectangle of %d", code, times*colTimes<<min(r-1, o), best)
		}
		if l, err := m.LindseyBound(context.Background()); err != nil || int(l) < best {
			t.Fatalf("matrix %04x: the norm gives %d, %v; there is a rectangle of %d", code, l, err, best)
		}
	}
	if _, err := Prove(product(2), Claim{Measure: LargestRect, Value: &one, End: Upper, Evidence: json.RawMessage(`{"kind":"lindsey"}`)}); err == nil {
		t.Error("an empty norm was accepted")
	}
}
