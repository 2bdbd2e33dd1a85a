package falsify

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"crosscut/internal/long"
	"crosscut/internal/units"
	"crosscut/reductions"
)

// TestBirthdayUnits: units of trails, walked apart and in any order, lead to the finding
// of one search; so do the first of them alone, and a unit that was interrupted.
func TestBirthdayUnits(t *testing.T) {
	in := instance(t, reductions.DisjQSAMemory, 64)
	target, err := NewTarget(scrambler(in.Shape, 26), in)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Only: []string{"birthday"}, Seed: 7}
	want, err := target.Find(t.Context(), o)
	if err != nil || want.Kind != Forced {
		t.Fatalf("%+v, %v", want, err)
	}
	w, err := target.Birthday(o, map[string]any{"model": "scrambler"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Command = []string{"falsify"}
	k := long.Of(16, 40)
	var records []*units.Record
	for i := range k {
		r, err := w.Run(t.Context(), units.Shard{I: i + 1, K: k}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r, err = units.Read(r.Bytes()); err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	first := 0
	for n := 1; n <= k; n++ {
		some := slices.Clone(records[:n])
		slices.Reverse(some)
		c, err := w.Merge(some)
		if err != nil {
			if first > 0 {
				t.Fatalf("%d units were enough, %d are not: %v", first, n, err)
			}
			continue
		}
		if first == 0 {
			first = n
		}
		with := o
		with.Counted = &c
		got, err := target.Find(t.Context(), with)
		if err != nil || fmt.Sprintf("%+v", *got.TwinAt) != fmt.Sprintf("%+v", *want.TwinAt) || got.Tried != want.Tried || got.Note != want.Note {
			t.Errorf("from %d units: %+v, %v; want %+v", n, got, err, want)
		}
	}
	if first <= 1 || first == k {
		t.Errorf("the first %d of %d units are enough: this tests nothing", first, k)
	}

	// A unit that is interrupted at every step goes on to the same bytes.
	w.Step = 7
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	state, err := w.Run(ctx, units.Shard{I: 3, K: k}, nil, func(*units.Record) error { cancel(); return nil })
	if err == nil || state.Complete {
		t.Fatalf("%v, %v", state, err)
	}
	whole, err := w.Run(t.Context(), units.Shard{I: 3, K: k}, state, nil)
	if err != nil || !bytes.Equal(whole.Bytes(), records[2].Bytes()) {
		t.Errorf("an interrupted unit, %v", err)
	}

	// Records of what cannot be, and of what is not so, are refused.
	for _, c := range []struct{ old, new, want string }{
		{`"from":0,`, `"from":1,`, "is not of this unit"},
		{`"trails":[{"length":`, `"trails":[{"length":0,"end":1},{"length":`, "cannot have length 0"},
		{`"trails":[{"length":`, `"trails":[{"length":1`, "trail 0 has length"},
	} {
		bad := *records[0]
		bad.Counts = bytes.Replace(bad.Counts, []byte(c.old), []byte(c.new), 1)
		if _, err := w.Merge(append([]*units.Record{&bad}, records[1:]...)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.new, err)
		}
	}
}
