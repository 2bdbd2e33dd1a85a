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
		need, ok := handsNeed(sh, at, read, setting, speaker, 1, sh.N)
		hers, his := at.Count(speaker), at.Count(1-speaker)
		if setting == protocol.TwoWay {
			hers = min(hers, his)
		}
		switch {
		case !ok:
			return Need{}, false
		case his < 1 || sh.N < 3 || sh.Int("M") != sh.N*sh.N:
		case 4*hers >= sh.N:
			need.Least = protocol.Growth{Power: 1, Logs: 1} // C(P, a) 2^a >= (2P/a)^a
		default:
			need.Least = protocol.Growth{Logs: 1} // 1 + 2P >= M - 2
		}
		return need, ok
	},
})

// Match3Window is the same of the window of the public position.
var Match3Window = owns.Add(&Own{
	Name: "match3-window",
	Doc:  "match3-hands of the tokens within the window; 1 bit where Bob has none of these",
	Cite: []string{"derived here: docs/sanford2023.md"},
	Of:   tasks.Match3Local,
	Need: func(sh tasks.Shape, at tasks.Split, read []int, setting protocol.Setting, speaker protocol.Player) (Need, bool) {
		if len(read) != 1 {
			return Need{}, false
		}
		k := sh.Int("K")
		return handsNeed(sh, at, read, setting, speaker, max(1, read[0]-k), min(sh.N, read[0]+k))
	},
})

// Match2Partner is one bit: whether a hand holds the value that the public token 1 asks for.
var Match2Partner = owns.Add(&Own{
	Name: "match2-partner",
	Doc:  "whether Alice holds the value that the public token asks for",
	Cite: []string{"derived here: docs/sanford2023.md"},
	Of:   tasks.Match2,
	Need: func(sh tasks.Shape, at tasks.Split, read []int, setting protocol.Setting, speaker protocol.Player) (Need, bool) {
		ok := len(read) == 1 && at.Of(read[0]) == tasks.Public && sh.Int("M") > 2 && at.Count(speaker) > 0 && (setting == protocol.OneWay || setting == protocol.TwoWay)
		return Need{Bits: 1, Formula: "1", Why: "a hand with M - 1 and one without, the public token being 1"}, ok
	},
})

// handsNeed is the need of the hands that the players hold from lo to hi.
func handsNeed(sh tasks.Shape, at tasks.Split, read []int, setting protocol.Setting, speaker protocol.Player, lo, hi int) (Need, bool) {
	m := sh.Int("M")
	if len(read) != 1 || at.Of(read[0]) != tasks.Public || m < 4 && m != 2 {
		return Need{}, false
	}
	var held [2]int
	for i := lo; i <= hi; i++ {
		if p := at.Of(i); p != tasks.Public {
			held[p]++
		}
	}
	hers, his := held[speaker], held[1-speaker]
	need := Need{Why: "the hands that the other player's one token tells apart"}
	switch {
	case setting != protocol.OneWay && setting != protocol.TwoWay || hers < 1:
		return Need{}, false
	case his < 1:
		return Need{Bits: 1, Formula: "1", Why: "a hand with M - 2 and one without, all others being 1"}, true
	case setting == protocol.TwoWay:
		hers = min(hers, his) // of the smaller hand
		need.Why = "the rational rank of the matrix"
	}
	need.Bits = protocol.Bits(handBits(Match3Pairs(m), hers, 2, 1))
	need.Formula = fmt.Sprintf("ceil(log2(1 + sum_k<=%d C(%d, k) 2^k))", min(hers, Match3Pairs(m)), Match3Pairs(m))
	return need, true
}

// Match3Pairs is P, the pairs of values w, M - 1 - w that neither match with the
// public 1 nor with themselves.
func Match3Pairs(m int) int { return (m - 2 - m%2) / 2 }

// Match3Rows is the number of different rows, and the rank, of Match3 at a public
// position where Alice has a >= 1 tokens, and M = 2 or M >= 4.
func Match3Rows(a, m int) *big.Int {
	return new(big.Int).Add(handsOf(Match3Pairs(m), a, 2), big.NewInt(1))
}

// handsOf is sum_{k <= min(a, P)} C(P, k) kinds^k: what a tokens can hold of P things, each of them once at most
// and in one of so many kinds.
func handsOf(pairs, a, kinds int) *big.Int {
	sum, term := new(big.Int), big.NewInt(1) // term = C(P, k) kinds^k
	if a > pairs/2 {                         // all (kinds + 1)^P hands but those of more tokens
		sum.Exp(big.NewInt(int64(kinds+1)), big.NewInt(int64(pairs)), nil)
		term.Exp(big.NewInt(int64(kinds)), big.NewInt(int64(pairs)), nil)
		for k := pairs; k > a; k-- {
			sum.Sub(sum, term)
			term.Mul(term, big.NewInt(int64(k)))
			term.Quo(term, big.NewInt(int64(kinds)*int64(pairs-k+1)))
		}
		return sum
	}
	for k := 0; ; k++ {
		sum.Add(sum, term)
		if k == a {
			return sum
		}
		term.Mul(term, big.NewInt(int64(kinds)*int64(pairs-k)))
		term.Quo(term, big.NewInt(int64(k+1)))
	}
}

// handBits is ceil(log2(handsOf + more)), more 0 or 1. The sum of many terms has millions of digits; in
// numbers of 256 bits its relative error is below 3a 2^-255, and only where that leaves the
// logarithm open is it taken exactly.
func handBits(pairs, a, kinds int, more int64) int {
	exactly := func() int {
		sum := handsOf(pairs, a, kinds)
		return widthOf(sum.Add(sum, big.NewInt(more)))
	}
	if a > pairs-1000 || a < 1000 {
		return exactly()
	}
	float := func(x float64) *big.Float { return new(big.Float).SetPrec(256).SetFloat64(x) }
	sum, term, factor := float(1), float(1), float(0) // of C(P, k) kinds^k, without what is more
	for k := range a {
		term.Mul(term, factor.SetInt64(int64(kinds)*int64(pairs-k)))
		term.Quo(term, factor.SetInt64(int64(k+1)))
		sum.Add(sum, term)
	}
	low, high := float(1-0x1p-50), float(1+0x1p-50) // far more than the error and the 1
	if l, h := low.Mul(low, sum).MantExp(nil), high.Mul(high, sum).MantExp(nil); l == h {
		return l // 2^(l-1) < sum + more < 2^l
	}
	return exactly()
}

// widthOf is ceil(log2 v).
func widthOf(v *big.Int) int { return new(big.Int).Sub(v, big.NewInt(1)).BitLen() }
