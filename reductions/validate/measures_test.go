package validate

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"crosscut/protocol"
	"crosscut/protocol/problems"
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
	for trial := range 120 {
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
