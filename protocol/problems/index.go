package problems

import "crosscut/protocol"

// Index is the look-up x_y: Alice holds n bits, Bob a position 1..n. As a word, y
// is the position less 1, in ceil(log2 n) bits.
var Index = register(&Problem{
	Name: "index",
	Doc:  "x_y: Alice holds n bits, Bob a position 1..n",
	Cite: []string{"KushilevitzNisan1997", "KremerNisanRon1999"},
	Inputs: func(n int) []protocol.Domain {
		return []protocol.Domain{protocol.BitStrings(n), protocol.Numbers(1, n)}
	},
	Words: func(n int, x, y protocol.Word) bool { return x.Bit(Position(n, y) - 1) },
	Costs: []Cost{
		{
			Setting: protocol.TwoWay, BothKnow: true, Exact: true,
			Bits: func(n int) protocol.Bits { return protocol.Bits(protocol.Width(uint64(n)) + 1) }, Formula: "ceil(log2 n) + 1",
			Basis: Proved, Why: "n fooling pairs (e_i, i) of value 1 and n fooling pairs (not e_i, i) of value 0",
			Evidence: &Evidence{Fooling: indexFooling},
		},
		{
			Setting: protocol.TwoWay,
			Bits:    func(n int) protocol.Bits { return protocol.Bits(protocol.Width(uint64(n))) }, Formula: "ceil(log2 n)",
			Basis: Proved, Why: "n fooling pairs (e_i, i) of value 1",
			Evidence: &Evidence{Fooling: indexFooling},
		},
		fromAlice(&Evidence{Shattered: positions}, "all 2^n strings answer differently: the n positions are shattered"),
		{
			Setting: protocol.OneWay, From: protocol.Bob, Exact: true,
			Bits: func(n int) protocol.Bits { return protocol.Bits(protocol.Width(uint64(n))) }, Formula: "ceil(log2 n)",
			Basis: Proved, Why: "all n columns differ",
			Evidence: &Evidence{DistinctColumns: true},
		},
		fano("1/3", 817, "Fano's inequality"),
		fano("1/10", 5310, "Fano's inequality"),
	},
})

// Position is Bob's position 1..n in a word of index.
func Position(n int, y protocol.Word) int {
	return int(y.Unpack().Uint(protocol.Width(uint64(n)))) + 1
}

// positions lists all words for Bob.
func positions(n int) []protocol.Word {
	ys := make([]protocol.Word, n)
	for i := range ys {
		ys[i] = protocol.UintWord(uint64(i), protocol.Width(uint64(n)))
	}
	return ys
}

func indexFooling(n int) [][2]protocol.Word {
	var set [][2]protocol.Word
	for i, y := range positions(n) {
		one := units(n)[i]
		set = with(set, one, y)
		set = with(set, protocol.UintWord(ones(n)-one.Unpack().Uint(n), n), y)
	}
	return set
}
