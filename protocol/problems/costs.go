package problems

import (
	"fmt"

	"crosscut/protocol"
)

// Shorthands for the costs that several problems share. The proofs are in
// docs/problems.md.

func size(n int) protocol.Bits        { return protocol.Bits(n) }
func sizePlusOne(n int) protocol.Bits { return protocol.Bits(n + 1) }

// labelled is the exact cost n + 1 when both players know the answer: Alice sends
// x, Bob sends the answer.
func labelled(e *Evidence, why string) Cost {
	return Cost{Setting: protocol.TwoWay, BothKnow: true, Exact: true, Bits: sizePlusOne, Formula: "n + 1",
		Basis: Proved, Why: why, Evidence: e}
}

// oneAnswers is the exact cost n when only one player outputs.
func oneAnswers(e *Evidence, why string) Cost {
	return Cost{Setting: protocol.TwoWay, Exact: true, Bits: size, Formula: "n", Basis: Proved, Why: why, Evidence: e}
}

// fromAlice is the exact cost n when Alice speaks once and Bob answers.
func fromAlice(e *Evidence, why string) Cost {
	return Cost{Setting: protocol.OneWay, From: protocol.Alice, Exact: true, Bits: size, Formula: "n",
		Basis: Proved, Why: why, Evidence: e}
}

// apart is the exact cost ceil(log2 of the speaker's domain) when that player speaks once
// and no two of its inputs have the same row, if it is Alice, or the same column.
func apart(speaker protocol.Player, inputs func(n int) []protocol.Domain, formula, why string) Cost {
	return Cost{Setting: protocol.OneWay, From: speaker, Exact: true, Formula: formula, Basis: Proved, Why: why,
		Bits:     func(n int) protocol.Bits { return protocol.Bits(inputs(n)[speaker].Bits()) },
		Evidence: &Evidence{DistinctRows: speaker == protocol.Alice, DistinctColumns: speaker == protocol.Bob}}
}

// fano is the cost of a one-way randomised protocol, public coins included, for a
// problem that contains INDEX_n with Alice holding the string: (1 - H2(err)) n.
// share10000 is 10,000 (1 - H2(err)), rounded down, so the bound is whole and safe.
func fano(err string, share10000 int, why string) Cost {
	return Cost{Setting: protocol.OneWay.Randomised(err), From: protocol.Alice,
		Bits:    func(n int) protocol.Bits { return protocol.Bits((share10000*n + 9999) / 10000) },
		Formula: fmt.Sprintf("(1 - H2(%s)) n = 0.%04d n", err, share10000),
		Basis:   Proved, Why: why}
}

// with adds one pair to a set of fooling pairs, for the leaf of the other value.
func with(pairs [][2]protocol.Word, x, y protocol.Word) [][2]protocol.Word {
	return append(pairs, [2]protocol.Word{x, y})
}

// pairs lists (x, partner of x) for every x of n bits, partner being a number.
func pairs(n int, partner func(x uint64) uint64) [][2]protocol.Word {
	set := make([][2]protocol.Word, 1<<n)
	for k := range set {
		set[k] = [2]protocol.Word{protocol.UintWord(uint64(k), n), protocol.UintWord(partner(uint64(k)), n)}
	}
	return set
}

// ones is the largest number of n bits.
func ones(n int) uint64 { return 1<<n - 1 }
