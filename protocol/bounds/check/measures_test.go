package check

import (
	"encoding/json"
	"testing"
)

// TestDerivedMeasures: a measure that is another one of other entries is proved by evidence about
// those entries, and by nothing about these.
func TestDerivedMeasures(t *testing.T) {
	square := measure(&Measure{Name: "test.square", Doc: "the rank of the squares", Total: true, Of: RankRational, Entry: func(v int) int { return v * v }})
	ones := measure(&Measure{Name: "test.fooling", Doc: "the fooling sets of the squares", PerValue: true, Of: Fooling, Entry: func(v int) int { return v * v }})
	defer delete(measures, square)
	defer delete(measures, ones)
	table := NewTable(2, 2, func(i, j int) (int, bool) { return [][]int{{1, -1}, {-1, -1}}[i][j], true }) // rank 2, squares rank 1
	four := NewTable(2, 2, func(i, j int) (int, bool) { return [][]int{{-2, 0}, {0, 2}}[i][j], true })
	value := func(v int) *int { return &v }
	minor := func(n int) json.RawMessage {
		raw, _ := json.Marshal(Minor{Kind: "minor", Prime: 7, Rows: []int{0, 1}[:n], Cols: []int{0, 1}[:n]})
		return raw
	}
	set, _ := json.Marshal(FoolingSet{Kind: "fooling", Entries: []Entry{{0, 0}, {1, 1}}})
	for _, c := range []struct {
		t      *Table
		claim  Claim
		proved int64 // 0: refused
	}{
		{table, Claim{Measure: RankRational, End: Lower, Evidence: minor(2)}, 2},
		{table, Claim{Measure: square, End: Lower, Evidence: minor(2)}, 0},
		{table, Claim{Measure: square, End: Lower, Evidence: minor(1)}, 1},
		{four, Claim{Measure: ones, Value: value(4), End: Lower, Evidence: set}, 2},
		{four, Claim{Measure: ones, Value: value(2), End: Lower, Evidence: set}, 0},
		{four, Claim{Measure: ones, End: Lower, Evidence: set}, 0},
		{four, Claim{Measure: square, Value: value(4), End: Lower, Evidence: minor(2)}, 0},
	} {
		got, err := Prove(c.t, c.claim)
		if c.proved == 0 != (err != nil) || err == nil && (!got.IsInt() || got.Num().Int64() != c.proved) {
			t.Errorf("%s %s: %v, %v; want %d", c.claim.Measure, c.claim.Evidence, got, err, c.proved)
		}
	}
}
