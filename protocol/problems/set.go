package problems

import (
	"errors"

	"crosscut/protocol"
)

// Set is membership: Alice holds a set of q of n labels, Bob one label.
var Set = family([]Size{{"q", "the size of Alice's set", 1}}, func(set map[string]int) (*Problem, error) {
	q := set["q"]
	if q < 1 {
		return nil, errors.New("q must be at least 1")
	}
	inputs := func(n int) []protocol.Domain {
		return []protocol.Domain{protocol.Subsets(n, q), protocol.Numbers(1, n)}
	}
	labels := func(n int, more protocol.Bits) protocol.Bits {
		if q >= n { // every set has every label
			return 0
		}
		return protocol.Bits(protocol.Numbers(1, n).Bits()) + more
	}
	rank := &Evidence{Factors: func(n int, one bool) Factors { return setFactors(n, q, one) }}
	return &Problem{
		Name:   "set",
		Aka:    []string{"membership"},
		Doc:    "1 iff y is in x: Alice holds a set of q of the labels 1..n, Bob a label",
		Cite:   []string{"KushilevitzNisan1997"},
		Inputs: inputs,
		Words: onValues(inputs, func(_ int, x, y protocol.Value) bool {
			for k := range x.Len() {
				if x.At(k).Int() == y.Int() {
					return true
				}
			}
			return false
		}),
		Costs: []Cost{
			apart(protocol.Alice, inputs, "ceil(log2 C(n, q))", "all rows differ: they are the sets"),
			{Setting: protocol.TwoWay, BothKnow: true, Bits: func(n int) protocol.Bits { return labels(n, 1) },
				Formula: "ceil(log2 n) + 1 for q < n", Basis: Proved, Evidence: rank, Why: "the ranks of f and of 1 - f are n"},
			{Setting: protocol.TwoWay, Bits: func(n int) protocol.Bits { return labels(n, 0) },
				Formula: "ceil(log2 n) for q < n", Basis: Proved, Evidence: rank, Why: "the rank of f is n"},
		},
	}, nil
})

// setFactors are those of docs/problems.md, of the sets of k labels for f, for 1 - f of their complements: first k neighbours
// from each label on, while k + 1 are left; then of these k + 1 all but the second, all but the third, ..., all but the first.
func setFactors(n, q int, one bool) (e Factors) {
	sets, k := protocol.Subsets(n, q), q
	if !one {
		k = n - q
	}
	switch {
	case q > n || k == 0: // no set, or no zero
		return e
	case k == n: // one set, of all ones
		return Factors{[]int{0}, []int{0}, [][][2]int{{}}, [][][2]int{{}}, []int{1}}
	}
	lead := n - k - 1
	for i := range n {
		var lower, upper [][2]int
		diagonal, from, but := 1, i, -1
		if i >= lead {
			from, but = lead, lead+(i-lead+1)%(k+1)
		}
		for j := lead; j < i; j++ { // of all but the first: 0, 1, 2, ..., k
			switch {
			case but != lead:
				lower = append(lower, [2]int{j, 1})
			case j > lead:
				lower = append(lower, [2]int{j, j - lead})
			}
		}
		if but == lead {
			diagonal = k
		}
		for j := max(0, i-k+1); j < min(i, lead); j++ {
			upper = append(upper, [2]int{j, 1})
		}
		if i > lead+1 { // the lines of the last labels: all but the second, then differences of neighbours
			upper = append(upper, [2]int{lead, 1}, [2]int{i - 1, -1})
		}
		var labels []int
		for y := range n {
			inside := y >= from && y < from+k
			if i >= lead {
				inside = y >= lead && y != but
			}
			if inside == one {
				labels = append(labels, y+1)
			}
		}
		e.Rows, e.Cols = append(e.Rows, place(sets, protocol.Ints(labels...))), append(e.Cols, i)
		e.Lower, e.Upper, e.Diagonal = append(e.Lower, lower), append(e.Upper, upper), append(e.Diagonal, diagonal)
	}
	return e
}
