package reductions

import (
	"fmt"
	"math/big"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// QSASets is what the asking token costs (derived here; docs/qsa.md). Alice owns
// the read token, whatever else she owns; Bob owns b positions. Her other tokens and
// all her z are -1 along one axis. Two sets whose traces on Bob's positions differ
// at j are told apart where Bob plays z_j = +1 and -1 elsewhere: the means are 2/q
// apart, more than 2 eps. So each trace needs a message of its own; with one token
// of Alice's there are C(N, q) of them.
var QSASets = owns.Add(&Own{
	Name: "qsa-sets",
	Doc:  "the sets that the asking token can hold, told apart at distance more than 2 eps",
	Cite: []string{"derived here: docs/qsa.md"},
	Of:   tasks.QSA,
	Need: func(sh tasks.Shape, at tasks.Split, read []int, setting protocol.Setting, speaker protocol.Player) (Need, bool) {
		q, b := sh.Int("q"), at.Count(1-speaker)
		if setting != protocol.OneWay || len(read) != 1 || at.Of(read[0]) != speaker || !near(sh) || q >= sh.N {
			return Need{}, false
		}
		traces := new(big.Int)
		for k := max(0, q-(sh.N-b)); k <= min(q, b); k++ {
			traces.Add(traces, new(big.Int).Binomial(int64(b), int64(k)))
		}
		formula := fmt.Sprintf("ceil(log2 C(%d, %d))", sh.N, q)
		if b != sh.N-1 {
			formula = fmt.Sprintf("ceil(log2 of the %v traces of a set on %d positions)", traces, b)
			if traces.BitLen() > 32 {
				formula = fmt.Sprintf("ceil(log2 of the traces of a set on %d positions)", b)
			}
		}
		return Need{Bits: protocol.Bits(widthOf(traces)), Formula: formula, Why: "sets that one of the other player's tokens tells apart"}, true
	},
})

// QSAMemory is what the tokens that are asked for cost (derived here;
// docs/recurrent.md). Bob owns the read token, Alice a positions. His set holds one
// position of hers and q - 1 others that stay fixed at z = 0: his own, public ones,
// and where these are too few some of hers. So he reads any of n = min(a, N - q + 1)
// bits, +1 or -1, from means 2/q apart: INDEX on n bits.
var QSAMemory = owns.Add(&Own{
	Name: "qsa-memory",
	Doc:  "the tokens that the asking player can look up, one at a time",
	Cite: []string{"derived here: docs/recurrent.md"},
	Of:   tasks.QSA,
	Need: func(sh tasks.Shape, at tasks.Split, read []int, setting protocol.Setting, speaker protocol.Player) (Need, bool) {
		if len(read) != 1 || at.Of(read[0]) != 1-speaker || !near(sh) {
			return Need{}, false
		}
		n := min(at.Count(speaker), sh.N-sh.Int("q")+1)
		switch {
		case n < 1:
			return Need{}, false
		case setting == protocol.OneWay:
			return Need{Bits: protocol.Bits(n), Formula: "min(a, N - q + 1)", Why: "INDEX on the tokens that can be asked for"}, true
		case setting == protocol.TwoWay:
			return Need{Bits: protocol.Bits(protocol.Width(uint64(n))), Formula: "ceil(log2 min(a, N - q + 1))", Why: "INDEX on the tokens that can be asked for"}, true
		}
		return Need{}, false
	},
})

// near says whether means that are 2/q apart are more than 2 eps apart.
func near(sh tasks.Shape) bool { return tasks.Allowed(sh)*float64(sh.Int("q")) < 1 }
