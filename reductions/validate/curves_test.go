package validate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"crosscut/models/tasks"
	"crosscut/reductions"
)

// TestCurves: at every n the curves are what Consequences says there, and they
// cross the need where it says that the bound bites.
func TestCurves(t *testing.T) {
	r, err := reductions.Catalog().Get("disj-match3")
	if err != nil {
		t.Fatal(err)
	}
	family := func(n int) (*Subject, error) {
		in, err := r.Instance(n, 0, tasks.Params{})
		if err != nil {
			return nil, err
		}
		return FromInstance(in), nil
	}
	table, err := Curves(context.Background(), r.Name, family)
	if err != nil {
		t.Fatal(err)
	}
	models := map[string]int{}
	bite := map[string]int{}
	for _, row := range table.Rows {
		models[row.Model]++
		if want := fmt.Sprintf("disj at n = %d: ", *row.N0); !strings.HasPrefix(row.NeededBy, want) || len(row.NeededBy) == len(want) || row.Basis == "" {
			t.Errorf("%s at n = %d needs %v by %q, basis %q", row.Model, *row.N0, *row.Needed, row.NeededBy, row.Basis)
		}
		if *row.Bits < *row.Needed && bite[row.Model] == 0 {
			bite[row.Model] = *row.N0
		}
	}
	s, err := family(4)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Consequences(t.Context(), s, family)
	if err != nil {
		t.Fatal(err)
	}
	matched := 0
	sampled := *s
	sampled.sampled = true // a run did not try all pairs: no row speaks of them as checked
	some, err := Consequences(t.Context(), &sampled, family)
	if err != nil {
		t.Fatal(err)
	}
	for k, c := range all {
		if c.BitesFrom != nil && (strings.Contains(c.Note, "sampled") || !strings.Contains(some[k].Note, "sampled: n = 4") || strings.Contains(some[k].Note, "checked")) {
			t.Errorf("%q; of a sample %q", c.Note, some[k].Note)
		}
		for _, row := range table.Rows {
			if *row.N0 != 4 || c.BitesFrom == nil || float64(*c.Bits) != *row.Bits || *c.Needed != int(*row.Needed) {
				continue
			}
			matched++
			if from := *c.BitesFrom; bite[row.Model] < from || bite[row.Model] >= 2*from {
				t.Errorf("%s: the curve is below the need from n = %d, the bound bites from %d", row.Model, bite[row.Model], from)
			}
		}
	}
	if matched != 4 || len(models) != 5 {
		t.Errorf("%d of %d curves were recognised", matched, len(models))
	}
	for model, n := range models {
		if n != 12 { // n = 2, 4, ..., 4096
			t.Errorf("%s has %d points", model, n)
		}
	}
}

// TestCurvesEnd: a map that is defined for small n only gives a short curve, one
// that is defined nowhere an error, and a cancelled context is obeyed.
func TestCurvesEnd(t *testing.T) {
	r, err := reductions.Catalog().Get("disj-match3")
	if err != nil {
		t.Fatal(err)
	}
	upto := func(most int) func(n int) (*Subject, error) {
		return func(n int) (*Subject, error) {
			if n > most {
				return nil, errors.New("too large")
			}
			in, err := r.Instance(n, 0, tasks.Params{})
			if err != nil {
				return nil, err
			}
			return FromInstance(in), nil
		}
	}
	if table, err := Curves(context.Background(), "", upto(8)); err != nil || *table.Rows[len(table.Rows)-1].N0 != 8 {
		t.Errorf("%v", err)
	}
	if _, err := Curves(context.Background(), "", upto(1)); err == nil {
		t.Error("a map that is defined nowhere has curves")
	}
	unread := func(most int) func(n int) (*Subject, error) { // declared up to some n
		return func(n int) (*Subject, error) {
			s, err := upto(8)(n)
			if s != nil && n > most {
				s.Declared, s.Unread = false, "not declared"
			}
			return s, err
		}
	}
	if table, err := Curves(context.Background(), "", unread(4)); err != nil || *table.Rows[len(table.Rows)-1].N0 != 4 {
		t.Errorf("%v", err)
	}
	if _, err := Curves(context.Background(), "", unread(1)); err == nil || err.Error() != "not declared" {
		t.Errorf("a map that says nowhere what it reads: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Curves(ctx, "", upto(8)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
