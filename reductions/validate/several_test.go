package validate

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"crosscut/protocol"
	"crosscut/reductions"
)

// Jobs that count many first inputs each put values and the failing pair where they belong.
func TestJobsKeepTheirPlaces(t *testing.T) {
	in, err := reductions.DisjMatch3.Instance(6, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := FromInstance(in)
	wrong := s.domainOf(0).Nth(41)
	right := s.Want
	s.Want = func(in ...protocol.Word) (protocol.Value, bool, error) {
		want, inside, err := right(in...)
		if in[0] == wrong && in[1] == wrong {
			want = protocol.BoolValue(!want.True())
		}
		return want, inside, err
	}
	table := s.newTable(tableMost)
	got, err := s.plain(t.Context(), Options{Plain: true, Workers: 2, table: table}, 0, s.xs())
	if err != nil || got.failures != 1 || got.worst.at != [2]int{41, 41} || got.checked != 1<<12 {
		t.Fatalf("%v, %+v", err, got)
	}
	if seq, err := s.Encode(wrong, wrong); err != nil || !reflect.DeepEqual(got.worst.seq, seq) {
		t.Errorf("the tokens are %v, want %v, %v", got.worst.seq, seq, err)
	}
	whole, err := s.tabulate(t.Context(), tableMost)
	if err != nil {
		t.Fatal(err)
	}
	for k, id := range table.ids {
		if want := whole.values[whole.ids[k]]; !table.values[id].Equal(want) {
			t.Fatalf("input %d has %v, not %v", k, table.values[id], want)
		}
	}
	if slices.Max(table.ids) != 1 {
		t.Error(table.values)
	}
}

// TestValuesAreKept: a value is kept once, however many there are, and those of another type apart.
func TestValuesAreKept(t *testing.T) {
	var all Values
	for range 2 {
		for k := range 20 {
			all.add(protocol.IntValue(k))
			all.add(protocol.TextValue(fmt.Sprint(k)))
		}
	}
	for k, at := range all.At {
		if want := k % 40; int(at) != want || all.All[at].Kind() != []protocol.Kind{protocol.Int, protocol.Text}[k%2] {
			t.Errorf("value %d is number %d", k, at)
		}
	}
	if len(all.All) != 40 {
		t.Errorf("%d values", len(all.All))
	}
}

// TestOutsideThePromise: what is outside is counted as such, however often the same answer meets it.
func TestOutsideThePromise(t *testing.T) {
	s := drawn(1, protocol.Numbers(0, 9), protocol.Numbers(0, 9))
	s.Wants = func(list *Inputs) (all Values, err error) {
		for k := range list.Len() {
			in := list.Get(k)
			if in[0] == in[1] {
				all.add(protocol.BoolValue(true))
			} else {
				all.add(protocol.Value{})
			}
		}
		return all, nil
	}
	got, err := s.plain(t.Context(), Options{Workers: 1}, 0, 10)
	if err != nil || got.checked != 100 || got.inside != 10 || got.failures != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	// The types that were met by several workers are all known.
	var one, other tally
	one.wants.see(protocol.IntValue(1))
	other.gots.see(protocol.TextValue("1"))
	one.add(other)
	if one.strange("") == nil {
		t.Error("text where numbers are wanted, by another worker")
	}
	one, other = tally{}, tally{}
	one.wants.see(protocol.IntValue(1))
	one.add(other)
	other.gots.see(protocol.TextValue("1"))
	if one.add(other); one.strange("") == nil {
		t.Error("text where numbers were wanted before")
	}
}
