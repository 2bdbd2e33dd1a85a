package rules

import (
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Longformer is rule C5: layers in which a position sees those at most w away and every
// g-th one. In each layer a player writes its embedded tokens that somebody else sees.
var Longformer = register(&Rule{
	Name: "longformer", Title: "window and global tokens",
	Doc:     "layers in which position i sees j where |i - j| <= w or g divides j (Longformer, BigBird without random pairs)",
	Crosses: "in each of the rounds, one a layer, of every player, its layer inputs that another player's positions see: those at its borders and its global ones",
	Cite:    []string{"SanfordHsuTelgarsky2024b", "BeltagyPetersCohan2020"},
	Params: []tasks.Param{layersParam, small(size("w", "how far a position sees", 0, tasks.MaxN, 2), 0, 1), small(size("g", "every g-th position is global", 1, tasks.MaxN, 64), 2, 3, 9),
		small(size("d", "numbers of a token (d_model)", 1, 1<<20, 16), 1, 2), bitsParam},
	InRounds:   func(r int) tasks.Params { return tasks.Params{"layers": float64(r)} },
	Inequality: "layers (2 w + globals) d p >= needed of each player that owns one block, globals its positions that g divides",
	Latex:      `L\,(2 w + \tfrac{N}{k g})\,d\,p \ge n`,
	Width:      "d", WidthText: "d >= needed / (layers (2 w + globals) p)", WidthLatex: `d \ge \frac{n}{L (2 w + N/(k g)) p}`,
	Arithmetic: "any: layer inputs of p-bit numbers, whatever the layer computes of them",
	Compile: func(c Cut, set models.Settings) (*Protocol, error) {
		v := set.Num
		layers, reach, g, d, p := v.Int("layers"), v.Int("w"), v.Int("g"), v.Int("d"), v.Int("p")
		sees := func(i, j int) bool { return max(i-j, j-i) <= reach || j%g == 0 }
		held, N := c.holders(), c.Shape.N
		asks := make([]bool, N+1) // the positions that the last layer is needed at
		for _, i := range c.Read {
			asks[i] = true
		}
		// told lists, for a layer, who must write which positions: those that a position
		// held by another needs.
		told := make([][][]int, layers)
		for l := range layers {
			told[l] = make([][]int, c.players())
			for j := 1; j <= N; j++ {
				if l == 0 && c.public(j-1) {
					continue
				}
				from, to := 1, N
				if j%g != 0 {
					from, to = max(1, j-reach), min(N, j+reach)
				}
				for i := from; i <= to; i++ {
					if held[i-1] != held[j-1] && (l < layers-1 || asks[i]) {
						told[l][held[j-1]] = append(told[l][held[j-1]], j)
						break
					}
				}
			}
		}
		step := func(l, i int, at [][]uint64) []uint64 {
			w := weights{draw(set.Seed, uint64(l)+1), mask(p)}
			seen := append([]uint64{}, at[i-1]...)
			for j := 1; j <= N; j++ {
				if sees(i, j) {
					seen = append(append(seen, uint64(j)), at[j-1]...)
				}
			}
			return w.local(d, seen...)
		}
		return layered{
			layers: layers, width: d, p: p, what: "borders and global tokens",
			says: func(l int, who protocol.Player) int { return d * len(told[l][who]) },
			word: func(l int, who protocol.Player, at [][]uint64) (mine []uint64) {
				for _, j := range told[l][who] {
					mine = append(mine, at[j-1]...)
				}
				return mine
			},
			next: func(l int, who protocol.Player, at, said [][]uint64) [][]uint64 {
				for other, list := range said {
					for k, j := range told[l][other] {
						at[j-1] = list[k*d : (k+1)*d]
					}
				}
				next := make([][]uint64, N)
				for i := range next {
					if held[i] == who && (l < layers-1 || asks[i+1]) {
						next[i] = step(l, i+1, at)
					}
				}
				return next
			},
			plain: func(l int, at [][]uint64) [][]uint64 {
				next := make([][]uint64, N)
				for i := range next {
					next[i] = step(l, i+1, at)
				}
				return next
			},
		}.at(c, set.Seed, "d p for each layer input that another player's position sees")
	},
})
