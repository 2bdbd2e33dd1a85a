package reductions

import (
	"fmt"
	"math/big"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Match3Hands is the exact cost of Match3 at one public position (derived here;
// docs/sanford2023.md has the proof). The read token and all other public ones are
// 1, so output 1 asks for two tokens that sum to M - 1 mod M. The map w -> M - 1 - w
// pairs the values; {1, M - 2} and, for odd M, the fixed point match by
// themselves or not at all, and P pairs remain. A hand of Alice's either matches
// whatever Bob holds, or is described by which values of the P pairs it holds: at
// most one of each pair, at most a in all. So with a tokens of Alice's there are
//
//	rows = 1 + sum_{k <= min(a, P)} C(P, k) 2^k
//
// different rows as soon as Bob has one token. Where Bob has at least as many
// tokens the rational rank is the same number, so that no protocol of any number
// of rounds costs less than ceil(log2 rows).
var Match3Hands = owns.Add(&Own{
	Name: "match3-hands",
	Doc:  "the hands of Alice that Bob can tell apart: at most one value of each pair w, M - 1 - w",
	Cite: []string{"derived here: docs/sanford2023.md"},
	Of:   tasks.Match3,
	Need: func(sh tasks.Shape, at tasks.Split, read []int, setting protocol.Setting, speaker protocol.Player) (Need, bool) {
		m := sh.Int("M")
		if len(read) != 1 || at.Of(read[0]) != tasks.Public || m < 4 {
			return Need{}, false
		}
		hers, his := at.Count(speaker), at.Count(1-speaker)
		why := "the hands that the other player's one token tells apart"
		switch setting {
		case protocol.OneWay:
		case protocol.TwoWay:
			hers = min(hers, his) // of the smaller hand
			why = "the rational rank of the matrix"
		default:
			return Need{}, false
		}
		if hers < 1 || his < 1 {
			return Need{}, false
		}
		return Need{
			Bits:    protocol.Bits(widthOf(Match3Rows(hers, m))),
			Formula: fmt.Sprintf("ceil(log2(1 + sum_k<=%d C(%d, k) 2^k))", min(hers, Match3Pairs(m)), Match3Pairs(m)),
			Why:     why,
		}, true
	},
})

// Match3Pairs is P, the pairs of values w, M - 1 - w that neither match with the
// public 1 nor with themselves.
func Match3Pairs(m int) int { return (m - 2 - m%2) / 2 }

// Match3Rows is the number of different rows, and the rank, of Match3 at a public
// position where Alice has a >= 1 tokens and M >= 4.
func Match3Rows(a, m int) *big.Int {
	pairs := Match3Pairs(m)
	sum, term := big.NewInt(1), big.NewInt(1) // term = C(P, k) 2^k
	for k := 0; ; k++ {
		sum.Add(sum, term)
		if k == min(a, pairs) {
			return sum
		}
		term.Mul(term, big.NewInt(2*int64(pairs-k)))
		term.Quo(term, big.NewInt(int64(k+1)))
	}
}

// widthOf is ceil(log2 v).
func widthOf(v *big.Int) int { return new(big.Int).Sub(v, big.NewInt(1)).BitLen() }
