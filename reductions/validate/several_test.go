package validate

import (
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
