package problems

import (
	"errors"
	"slices"

	"crosscut/protocol"
)

// SDisj is signed sparse disjointness: each player marks a few of n coordinates with
// a sign, and they ask for a coordinate that both mark alike.
var SDisj = family([]Size{{"a", "the most coordinates that Alice marks", 1}, {"b", "the most coordinates that Bob marks", 1}},
	func(set map[string]int) (*Problem, error) {
		a, b := set["a"], set["b"]
		if a < 1 || b < 1 {
			return nil, errors.New("a and b must be at least 1")
		}
		inputs := func(n int) []protocol.Domain {
			return []protocol.Domain{protocol.Signed(n, a), protocol.Signed(n, b)}
		}
		fewest := func(n int) protocol.Bits { return protocol.Bits(protocol.Signed(n, min(a, b)).Bits()) }
		rank := &Evidence{Factors: func(n int, one bool) Factors { return signedFactors(inputs(n), protocol.Signed(n, min(a, b)), one) }}
		return &Problem{
			Name:   "sdisj",
			Doc:    "1 iff some x_i = y_i is not 0: signs over n coordinates, at most a of Alice's and b of Bob's are not 0",
			Cite:   []string{"KushilevitzNisan1997"},
			Inputs: inputs,
			Words: onValues(inputs, func(_ int, x, y protocol.Value) bool {
				for i := range x.Len() {
					if s := x.At(i).Int(); s != 0 && s == y.At(i).Int() {
						return true
					}
				}
				return false
			}),
			Costs: []Cost{
				apart(protocol.Alice, inputs, "ceil(log2 of the sum over k <= a of C(n, k) 2^k)", "all rows differ: y = +e_i and y = -e_i tell x_i"),
				{Setting: protocol.TwoWay, BothKnow: true, Exact: true, Bits: func(n int) protocol.Bits { return fewest(n) + 1 },
					Formula: "ceil(log2 of the sum over k <= min(a, b) of C(n, k) 2^k) + 1", Basis: Proved, Evidence: rank, Why: "the ranks of f and of 1 - f: signed sets in each other"},
				{Setting: protocol.TwoWay, Exact: true, Bits: fewest,
					Formula: "ceil(log2 of the sum over k <= min(a, b) of C(n, k) 2^k)", Basis: Proved, Evidence: rank, Why: "the rank of 1 - f: signed sets in each other"},
				apart(protocol.Bob, inputs, "ceil(log2 of the sum over k <= b of C(n, k) 2^k)", "all columns differ: x = +e_i and x = -e_i tell y_i"),
			},
		}, nil
	})

// signedFactors are those of docs/problems.md: 1 - f at (x, y) is the sum of (-1)^|s| over the signed sets s in both, and f,
// where neither is empty, less the sum over those that are not. Of all sets that both may hold, the smaller come first.
func signedFactors(of []protocol.Domain, both protocol.Domain, one bool) (e Factors) {
	sets := make([]protocol.Value, both.Len())
	size := func(s protocol.Value) int { w, _ := both.Word(s); return both.Weight(w) }
	for k := range sets {
		sets[k] = both.Value(both.Nth(k))
	}
	slices.SortStableFunc(sets, func(s, t protocol.Value) int { return size(s) - size(t) })
	sign := 1
	if one {
		sets, sign = sets[1:], -1
	}
	for i, s := range sets {
		line, d := [][2]int{}, sign
		for k, t := range sets[:i] {
			if within(t, s) {
				line = append(line, [2]int{k, 1})
			}
		}
		for range size(s) {
			d = -d
		}
		e.Rows, e.Cols = append(e.Rows, place(of[protocol.Alice], s)), append(e.Cols, place(of[protocol.Bob], s))
		e.Lower, e.Diagonal = append(e.Lower, line), append(e.Diagonal, d)
	}
	e.Upper = e.Lower
	return e
}

// within says that all signs of s stand in t.
func within(s, t protocol.Value) bool {
	for i := range s.Len() {
		if v := s.At(i).Int(); v != 0 && v != t.At(i).Int() {
			return false
		}
	}
	return true
}
