package bounds

import "context"

// RoundsDepth is the cost of the best protocol of at most Rounds rounds.
type RoundsDepth struct {
	Rounds int `json:"rounds"`
	// Possible is false when no protocol has so few rounds: with one, neither
	// player may know the value alone. Then the other fields mean nothing.
	Possible bool `json:"possible"`
	Lower    int  `json:"lower"`
	Upper    int  `json:"upper"`
	Exact    bool `json:"exact"`
	// Tree is a protocol of depth Upper in so many rounds; nil if there is none,
	// or if it is too large to be written down.
	Tree *Tree `json:"-"`
}

// InRounds computes the cost of protocols of 1, 2, ... rounds, until it is that
// of an unlimited protocol, or up to most rounds. free is the result without a
// limit: more rounds never cost more, so it bounds all from below, and the
// result for r rounds bounds that for r + 1 from above.
func InRounds(ctx context.Context, m *Matrix, most int, free DeterministicResult, opts DeterministicOptions) []RoundsDepth {
	var all []RoundsDepth
	opts.Floor, opts.FloorBy = free.Lower, free.By
	for rounds := 1; rounds <= most; rounds++ {
		opts.Rounds = rounds
		r := Deterministic(ctx, m, opts)
		d := RoundsDepth{rounds, !r.Impossible, r.Lower, r.Upper, r.Exact, r.Tree}
		if n := len(all); n > 0 && d.Possible && all[n-1].Possible && all[n-1].Upper < d.Upper {
			d.Upper, d.Tree = all[n-1].Upper, all[n-1].Tree
			d.Exact = d.Lower == d.Upper
		}
		all = append(all, d)
		if d.Possible && d.Upper == free.Lower || free.Tree != nil && free.Tree.Rounds() <= rounds && free.Exact {
			break
		}
	}
	return all
}
