package rules

import (
	"context"
	"fmt"
	"slices"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Shown begins the labels of words that are free in the model of arXiv 2412.02975, where
// a player shows all it has to those before it; on the blackboard they are metered like
// every other word, so that the run is honest in both countings.
const Shown = "shown: "

// Decoder is rule C7: causal layers, cut into blocks. In each layer a player shows the
// queries of its positions to the owners of earlier ones, and each of these answers with
// its sums, a normaliser and m numerators for each position and head.
var Decoder = register(&Rule{
	Name: "decoder", Title: "decoder, blocks of the prompt",
	Doc:     "layers of causal attention over a prompt that k players hold in blocks",
	Crosses: "in each layer, to every player, for each of its positions and heads, the sums of every owner of earlier positions; before, its queries, which are free in the model of the paper",
	Cite:    []string{"ChenPengWu2024"},
	Params: []tasks.Param{layersParam, small(size("H", "heads", 1, 1<<12, 1), 1, 2), small(size("m", "width of queries and values", 1, 1<<14, 16), 1, 2),
		bitsParam},
	InRounds:   func(r int) tasks.Params { return tasks.Params{"layers": float64(max(1, r/2))} },
	Inequality: "H (m + 1) p for each layer, position and earlier player, at most 2 H m p; besides H m p for each query shown",
	Latex:      `\sum_{\ell, i} H (m + 1) p \ge n`,
	Width:      "m", WidthText: "m >= needed / (layers H p positions) - 1", WidthLatex: `m \ge \frac{n}{L H p N} - 1`,
	Arithmetic: "exact, in the integers modulo 2^p",
	Causal:     true,
	Compile: func(c Cut, set models.Settings) (*Protocol, error) {
		v := set.Num
		g := decoding{c: c, layers: v.Int("layers"), heads: v.Int("H"), m: v.Int("m"), p: v.Int("p"), seed: set.Seed, held: c.holders()}
		if err := c.answered(); err != nil {
			return nil, err
		}
		g.first = make([]int, c.players())
		for i := c.Shape.N; i > 0; i-- {
			g.first[g.held[i-1]] = i
		}
		bits := make([]protocol.Bits, c.players())
		for l := range g.layers {
			for who := range bits {
				me := protocol.Player(who)
				if len(g.asked(l, me, me)) > 0 { // shown once, to all
					bits[who] += protocol.Bits(len(g.asked(l, me, me)) * g.heads * g.m * g.p)
				}
				for other := range bits {
					if other != who {
						bits[who] += protocol.Bits(len(g.asked(l, protocol.Player(other), me)) * g.heads * (g.m + 1) * g.p)
					}
				}
			}
		}
		return &Protocol{Bits: bits, Setting: c.inRounds(2*g.layers, bits), Formula: "H m p for each query shown, H (m + 1) p for each answer",
			Whole: g.whole, Player: g.player}, nil
	},
})

// decoding is a decoder with its cut.
type decoding struct {
	c                   Cut
	layers, heads, m, p int
	seed                uint64
	held                []protocol.Player
	first               []int // position that each player holds; 0: none
}

func (g decoding) weights(l int) weights { return weights{draw(g.seed, uint64(l)+1), mask(g.p)} }

// needed says whether layer l is needed at position i (from 1).
func (g decoding) needed(l, i int) bool {
	return l < g.layers-1 || slices.Contains(g.c.Read, i)
}

// asked lists the positions of one player for which from must answer: from holds an
// earlier one. Of a player itself, those for which anybody must.
func (g decoding) asked(l int, who, from protocol.Player) (list []int) {
	for i := 1; i <= g.c.Shape.N; i++ {
		if g.held[i-1] != who || !g.needed(l, i) {
			continue
		}
		for o, first := range g.first {
			if o := protocol.Player(o); first > 0 && first < i && (o == from && from != who || from == who && o != who) {
				list = append(list, i)
				break
			}
		}
	}
	return list
}

// queries are the queries of a layer input, all heads.
func (g decoding) queries(l int, x []uint64) (list []uint64) {
	for h := range g.heads {
		list = append(list, g.weights(l).vector(3*h, g.m, x)...)
	}
	return list
}

// sums are the sums over some inputs for the queries of one position.
func (g decoding) sums(l int, query []uint64, xs [][]uint64) []uint64 {
	w, out := g.weights(l), make([]uint64, g.heads*(g.m+1))
	for _, x := range xs {
		for h := range g.heads {
			score := draw(w.seed, append(append([]uint64{uint64(h)}, query[h*g.m:(h+1)*g.m]...), w.vector(3*h+1, g.m, x)...)...)
			for c, value := range append(w.vector(3*h+2, g.m, x), 1) {
				out[h*(g.m+1)+c] = (out[h*(g.m+1)+c] + score*value) & w.mask
			}
		}
	}
	return out
}

func (g decoding) next(l int, x, sums []uint64) []uint64 {
	return g.weights(l).local(g.heads*g.m, append(append([]uint64{}, x...), sums...)...)
}

func (g decoding) whole(_ context.Context, seq []tasks.Token) ([]tasks.Value, error) {
	at := embedAll(seq, g.seed, g.heads*g.m, g.p)
	for l := range g.layers {
		next := make([][]uint64, len(at))
		for i, x := range at {
			next[i] = g.next(l, x, g.sums(l, g.queries(l, x), at[:i+1]))
		}
		at = next
	}
	return g.c.outputs(g.seed, at), nil
}

func (g decoding) player(h tasks.Half) func(*protocol.Port) []tasks.Value {
	return func(port *protocol.Port) []tasks.Value {
		at := g.c.embedded(h, g.seed, g.heads*g.m, g.p)
		// before are this player's inputs up to position i.
		before := func(i int) (xs [][]uint64) {
			for j := 1; j <= i; j++ {
				if g.held[j-1] == h.Self {
					xs = append(xs, at[j-1])
				}
			}
			return xs
		}
		query, answer := g.heads*g.m, g.heads*(g.m+1)
		players := protocol.Player(g.c.players())
		for l := range g.layers {
			var shown []uint64
			for _, i := range g.asked(l, h.Self, h.Self) {
				shown = append(shown, g.queries(l, at[i-1])...)
			}
			say(port, fmt.Sprintf("%slayer %d: queries", Shown, l+1), g.p, shown)
			for who := range players {
				all := g.asked(l, who, who)
				if who == h.Self || len(all) == 0 {
					continue
				}
				theirs := hear(port, who, g.p, query*len(all))
				var said []uint64
				mine := g.asked(l, who, h.Self)
				for k, i := range all {
					for _, j := range mine {
						if i == j {
							said = append(said, g.sums(l, theirs[k*query:(k+1)*query], before(i))...)
						}
					}
				}
				say(port, fmt.Sprintf("layer %d: sums for player %d", l+1, who+1), g.p, said)
			}
			total := map[int][]uint64{}
			for i := 1; i <= g.c.Shape.N; i++ {
				if g.held[i-1] == h.Self && g.needed(l, i) {
					total[i] = g.sums(l, g.queries(l, at[i-1]), before(i))
				}
			}
			for who := range players {
				if who == h.Self {
					continue
				}
				for other := range players { // each answer is a word; those for others are read past
					if other == who || len(g.asked(l, other, who)) == 0 {
						continue
					}
					list := hear(port, who, g.p, answer*len(g.asked(l, other, who)))
					if other != h.Self {
						continue
					}
					for k, i := range g.asked(l, other, who) {
						for c := range answer {
							total[i][c] = (total[i][c] + list[k*answer+c]) & mask(g.p)
						}
					}
				}
			}
			next := make([][]uint64, g.c.Shape.N)
			for i, sums := range total {
				next[i-1] = g.next(l, at[i-1], sums)
			}
			at = next
		}
		if h.Self != g.c.last() {
			return nil
		}
		return g.c.outputs(g.seed, at)
	}
}
