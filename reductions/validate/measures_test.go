package validate

import (
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
