package reductions

import (
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// TestInOrder: what a model that reads in order must carry is the task's own need, or that of a map whose players stand in
// order, whose public tokens begin with just those that are known, and which reads just the token that is read.
func TestInOrder(t *testing.T) {
	for _, c := range []struct {
		task  *tasks.Task
		n     int
		first []tasks.Token
		bits  protocol.Bits // 0: nothing is known
		by    string        // the map, or the task's own
	}{
		{tasks.Match3, 1, nil, 0, ""},
		{tasks.QSA, 2, nil, 1, "qsa-memory"}, {tasks.QSA, 9, nil, 8, "qsa-memory"},
		{tasks.Match3, 9, nil, 21, "sdisj-match3"}, {tasks.Match3, 3, []tasks.Token{{X: 1}}, 3, "match3-hands"},
		{tasks.Cycle5, 9, []tasks.Token{{X: 1, To: 2}}, 2, "disj-cycle5"}, {tasks.Cycle5, 9, []tasks.Token{{X: 2, To: 1}}, 0, ""},
		{tasks.StringEq, 9, nil, 4, "eq-string-eq"}, {tasks.StringEq, 10, nil, 0, ""}, {tasks.StringEq, 9, []tasks.Token{{X: 1}}, 0, ""},
		{tasks.Dyck, 3, nil, 1, "eq-dyck"}, {tasks.Dyck, 5, nil, 0, ""},
		{tasks.Copying, 3, nil, 1, "index-copying"}, {tasks.Copying, 4, nil, 0, ""},
	} {
		sh, err := c.task.Shape(c.n, nil)
		if err != nil {
			t.Fatal(err)
		}
		need, ok := InOrder(sh, sh.DefaultRead(), c.first)
		by := need.Reduction
		if by == "" {
			by = need.Of
		}
		if ok != (c.bits > 0) || ok && (need.Bits != c.bits || by != c.by) {
			t.Errorf("%s, N = %d, %v first: %v %d bits by %q, want %d by %q", c.task.Name, c.n, c.first, ok, need.Bits, by, c.bits, c.by)
		}
	}
}

// TestNeedsGrow: of what order a need is follows from how many of the tokens a player has, who counts for it.
func TestNeedsGrow(t *testing.T) {
	linear, hands, few := protocol.Growth{Power: 1}, protocol.Growth{Power: 1, Logs: 1}, protocol.Growth{Logs: 1}
	for _, c := range []struct {
		task    *tasks.Task
		n       int
		set     tasks.Params
		alice   int
		setting protocol.Setting
		want    protocol.Growth
	}{
		{tasks.Cycle3, 9, tasks.Params{"nodes": 10}, 4, protocol.OneWay, linear}, {tasks.Cycle3, 9, tasks.Params{"nodes": 10}, 2, protocol.OneWay, protocol.Growth{}},
		{tasks.Cycle3, 8, tasks.Params{"nodes": 10}, 2, protocol.OneWay, linear}, {tasks.Cycle3, 10, tasks.Params{"nodes": 10}, 8, protocol.OneWay, linear},
		{tasks.Cycle3, 11, tasks.Params{"nodes": 10}, 9, protocol.OneWay, protocol.Growth{}},
		{tasks.Match3, 14, tasks.Params{"M": 196}, 10, protocol.OneWay, hands}, {tasks.Match3, 14, tasks.Params{"M": 196}, 10, protocol.TwoWay, few},
	} {
		sh, err := c.task.Shape(c.n, c.set)
		if err != nil {
			t.Fatal(err)
		}
		split := owners(c.n, [2]int{2, 1 + c.alice}, [2]int{2 + c.alice, c.n})
		if need, ok := OwnNeed(sh, split, []int{1}, c.setting, protocol.Alice); !ok || need.Least != c.want {
			t.Errorf("%s, N = %d, %d of Alice's, %v: %v %v, want %v", c.task.Name, c.n, c.alice, c.setting, ok, need.Least, c.want)
		}
	}
	sh, err := tasks.Match2.Shape(4, nil)
	if err != nil {
		t.Fatal(err)
	}
	split := owners(4, [2]int{2, 2}, [2]int{3, 4})
	for _, read := range [][]int{{2}, {1, 2}, {1, 1}} {
		if need, ok := OwnNeed(sh, split, read, protocol.OneWay, protocol.Alice); ok {
			t.Errorf("match2 read at %v: %+v", read, need)
		}
	}
}
