package problems

import "crosscut/protocol"

// UDisj is unique disjointness: disj under the promise that the sets have at most one
// element in common.
var UDisj = register(&Problem{
	Name:   "udisj",
	Doc:    "1 iff some i has x_i = y_i = 1, under the promise that at most one has",
	Cite:   []string{"KushilevitzNisan1997"},
	Inputs: bitStrings,
	F: func(_ int, in []protocol.Value) (protocol.Value, bool) {
		common := 0
		for i := range in[0].Len() {
			common += in[0].At(i).Int() * in[1].At(i).Int()
		}
		return protocol.BoolValue(common > 0), common <= 1
	},
	Costs: []Cost{
		fromAlice(&Evidence{Shattered: units}, "the sets {1}, ..., {n} keep the promise with every x and are shattered: INDEX_n embeds"),
		fano("1/3", 817, "INDEX_n embeds (y = e_i), and Fano's inequality"),
	},
})
