package validate

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
)

// A need with an error rests on the best distribution where the matrix is small: under the
// uniform one equality needs nothing.
func TestNeedUnderBestDistribution(t *testing.T) {
	const n = 3
	s := &Subject{Size: n, Problem: &problems.Problem{Name: "mine", Inputs: func(n int) []protocol.Domain {
		return []protocol.Domain{protocol.BitStrings(n), protocol.BitStrings(n)}
	}}, Want: func(in ...protocol.Word) (protocol.Value, bool, error) {
		return protocol.BoolValue(in[0] == in[1]), true, nil
	}}
	list, err := s.Needs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	setting := protocol.TwoWay.Randomised("1/10")
	for _, need := range list {
		if need.Setting == setting && need.Bits == 2 && strings.Contains(need.By, "best distribution") {
			return
		}
	}
	t.Errorf("no need under the best distribution: %+v", list)
}

// On random tables with and without blanks, no need of two-way protocols is above the
// search through all of them; the ranks and fooling sets reach it somewhere, and a table
// with one more transcript than there are would be noticed.
func TestTwoWayNeedsAreBelowTheSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	tight := map[string]int{}
	for trial := range 60 {
		rows, cols, values := 2+r.IntN(4), 2+r.IntN(4), 2+r.IntN(3)
		ids := make([]int, rows*cols)
		for k := range ids {
			if ids[k] = r.IntN(values); trial%3 == 0 && r.IntN(4) == 0 {
				ids[k] = -1
			}
		}
		s := &Subject{Size: 1, Problem: &problems.Problem{Name: "mine", Inputs: func(int) []protocol.Domain {
			return []protocol.Domain{protocol.Numbers(0, rows-1), protocol.Numbers(0, cols-1)}
		}}, Want: func(in ...protocol.Word) (protocol.Value, bool, error) {
			x, _ := strconv.Atoi(protocol.Numbers(0, rows-1).Show(in[0]))
			y, _ := strconv.Atoi(protocol.Numbers(0, cols-1).Show(in[1]))
			id := ids[x*cols+y]
			return protocol.IntValue(id), id >= 0, nil
		}}
		table, err := s.small(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		least, ok, _ := table.box().least(t.Context())
		if !ok {
			t.Fatal("the search did not end")
		}
		list, err := s.Needs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, need := range list {
			if need.Setting != protocol.TwoWay {
				continue
			}
			if need.Bits > least {
				t.Fatalf("trial %d: %d bits by %s, and %d are enough: %v", trial, need.Bits, need.By, least, ids)
			}
			if kind, _, _ := strings.Cut(need.By, " "); need.Bits == least && least > 1 {
				tight[kind]++
			}
		}
	}
	if tight["rank"] < 10 || tight["no"] < 10 {
		t.Errorf("needs that equal the search: %v", tight)
	}
}

// TestNeedsOfTables: the settings in which a table shows a need, in words, and those in which it shows none.
func TestNeedsOfTables(t *testing.T) {
	needs := func(counts []int, value func(at []int) protocol.Value) []Need {
		list, err := tabled(counts, value).Needs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	by := func(list []Need, text string) (settings []string) {
		for _, n := range list {
			if strings.Contains(n.By, text) {
				settings = append(settings, n.Setting.String()+" "+strconv.Itoa(n.Bits))
			}
		}
		return settings
	}
	if list, err := instance(t, reductions.DisjMatch3, 3).Needs(t.Context()); list != nil || err != nil {
		t.Errorf("of an entry: %+v, %v", list, err)
	}
	bit := func(v, k int) int { return v >> k & 1 }
	product := func(at []int) protocol.Value { // of the first two players' bits with the third's
		return protocol.BoolValue(at[0]&bit(at[2], 0)^at[1]&bit(at[2], 1) == 1)
	}
	three := needs([]int{2, 2, 4}, product)
	index := needs([]int{3, 8, 2}, func(at []int) protocol.Value { return protocol.BoolValue(bit(at[1], at[0]) == 1) })
	two := needs([]int{4, 4}, equal)
	for _, list := range [][]Need{three, index, two} {
		seen := map[protocol.Setting]bool{}
		for k, n := range list {
			if n.Bits <= 0 && k > 0 {
				t.Errorf("a need of nothing: %+v", n)
			}
			if len(list) > 0 && seen[n.Setting] && n.Setting.Players > 2 {
				t.Errorf("a second need in one setting: %+v", n)
			}
			seen[n.Setting] = true
		}
	}
	for what, c := range map[string][2]any{
		"two at once":   {by(two, "each player's own"), ""},
		"two in rounds": {by(two, "rounds in turn"), ""},
		"more in one round": {by(needs([]int{3, 4}, func(at []int) protocol.Value {
			return protocol.IntValue([]int{2, 0, 0, 1, 1, 1, 0, 2, 2, 0, 0, 0}[4*at[0]+at[1]])
		}), "rounds in turn"), "1 rounds deterministic 2"},
		"three at once":             {by(three, "each player's own"), "1 rounds deterministic, 3 players 2"},
		"two groups":                {by(three, "players 1, 2 against the others: public coins"), "two-way randomised, error 1/10, 3 players 2, one-way randomised, error 1/10, 3 players 2"},
		"the second of three alone": {by(index, "player 2 against the others: public coins, embedded"), ""},
		"one of three, or two":      {by(index, "against the others"), "one-way randomised, error 1/3, 3 players 1, two-way randomised, error 1/10, 3 players 2, one-way randomised, error 1/10, 3 players 1"},
	} {
		if got := strings.Join(c[0].([]string), ", "); got != c[1] {
			t.Errorf("%s: %s, want %s", what, got, c[1])
		}
	}
	// D(f) and fooling sets of few lines.
	for _, c := range []struct {
		rows, cols int
		want       bool
	}{{16, 4, true}, {17, 5, false}, {5, 17, false}} {
		list := needs([]int{c.rows, c.cols}, func(at []int) protocol.Value {
			if c.rows > c.cols {
				return protocol.BoolValue(bit(at[0], at[1]) == 1)
			}
			return protocol.BoolValue(bit(at[1], at[0]) == 1)
		})
		if got := by(list, "fooling"); (got != nil) != c.want {
			t.Errorf("%d lines and %d: %v", c.rows, c.cols, got)
		}
	}
	for cols, want := range map[int]int{256: 256, 257: 0} {
		u := tableOf([]int{256, cols}, equal)
		if got, _ := u.ranks(u.matrix()); got != want {
			t.Errorf("256 rows and %d columns have rank %d", cols, got)
		}
	}
	u := shown(t, tabled([]int{2, 2}, equal))
	if most, by := u.ranks(u.matrix()); most != 2 || by != "rank 2 of the entries that are True" {
		t.Errorf("%d by %s", most, by)
	}
}

// TestAddNeeds: needs are added to a result, and none where the time was over first.
func TestAddNeeds(t *testing.T) {
	over, stop := context.WithCancel(t.Context())
	stop()
	late := tabled([]int{4, 4}, equal)
	late.Want = func(...protocol.Word) (protocol.Value, bool, error) {
		return protocol.Value{}, false, context.DeadlineExceeded
	}
	for name, c := range map[string]struct {
		ctx   context.Context
		s     *Subject
		added bool
	}{"in time": {t.Context(), tabled([]int{4, 4}, equal), true}, "late": {over, tabled([]int{4, 4}, equal), false}, "a file is late": {t.Context(), late, false}} {
		r := &Result{}
		if err := r.AddNeeds(c.ctx, c.s); err != nil || (len(r.Needs) > 0) != c.added {
			t.Errorf("%s: %+v, %v", name, r.Needs, err)
		}
	}
}
