package rules

import (
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"slices"
)

// AffineBlocks is rule C9: linear recurrences whose gates depend on inputs only. A run of
// positions of one owner is then one affine map of the state, which its owner knows
// without the state: in each layer all players write theirs at once.
var AffineBlocks = register(&Rule{
	Name: "affine-blocks", Title: "linear recurrence, all blocks at once",
	Doc:        "layers h_t = A(x_t) h_(t-1) + b(x_t), y_t = C(x_t) h_t with gates that see inputs only (S4, Mamba, linear attention)",
	Crosses:    "in each of the rounds, one a layer, of every player, for each of its runs of positions the affine map that the run is",
	Cite:       []string{"derived here: docs/rules.md"},
	Params:     []tasks.Param{layersParam, small(size("s", "numbers of a layer's state", 1, 1<<12, 16), 1, 2), bitsParam},
	Choices:    []models.Choice{{Name: "gates", Doc: "matrices A with all entries, or diagonal ones", Of: []string{"full", "diagonal"}}},
	InRounds:   func(r int) tasks.Params { return tasks.Params{"layers": float64(r)} },
	Inequality: "layers (s^2 + s) p >= needed of each player with one run; layers 2 s p where gates are diagonal",
	Latex:      `L\,(s^2 + s)\,p \ge n`,
	Width:      "s", WidthText: "s (s + 1) >= needed / (layers p)", WidthLatex: `s (s + 1) \ge \frac{n}{L p}`,
	Arithmetic: "exact only (integers, rationals, a finite ring; here the integers modulo 2^p): with rounding after each step a run is no affine map",
	Causal:     true,
	Compile: func(c Cut, set models.Settings) (*Protocol, error) {
		v := set.Num
		r := recurrence{s: v.Int("s"), p: v.Int("p"), seed: set.Seed, diagonal: set.Pick("gates", "full") == "diagonal"}
		layers := v.Int("layers")
		held := c.holders()
		until := 0 // the last position read: what comes after its run matters to nobody
		for _, i := range c.Read {
			until = max(until, i)
		}
		var runs [][2]int // first and last position, counted from 1
		for i := 1; i <= c.Shape.N; i++ {
			if k := len(runs) - 1; k >= 0 && held[i-1] == held[i-2] {
				runs[k][1] = i
			} else {
				runs = append(runs, [2]int{i, i})
			}
		}
		owner := func(k int) protocol.Player { return held[runs[k][0]-1] }
		// written says whether run k's map is written in layer l: a later run must need it.
		written := func(l, k int) bool {
			for later := k + 1; later < len(runs); later++ {
				if owner(later) == owner(k) {
					continue
				}
				if l < layers-1 || owner(later) == c.last() && runs[later][0] <= until {
					return true
				}
			}
			return false
		}
		return layered{
			layers: layers, width: r.s, p: r.p, what: "affine maps",
			says: func(l int, who protocol.Player) (n int) {
				for k := range runs {
					if owner(k) == who && written(l, k) {
						n += r.size()
					}
				}
				return n
			},
			word: func(l int, who protocol.Player, at [][]uint64) (mine []uint64) {
				for k, run := range runs {
					if owner(k) == who && written(l, k) {
						mine = append(mine, r.block(l, at[run[0]-1:run[1]])...)
					}
				}
				return mine
			},
			next: func(l int, who protocol.Player, at, said [][]uint64) [][]uint64 {
				state := make([]uint64, r.s)
				for k, run := range runs {
					switch own := owner(k); {
					case own == who:
						for i := run[0]; i <= run[1]; i++ {
							state, at[i-1] = r.step(l, state, at[i-1])
						}
					case !written(l, k):
						return at // nothing of this player's depends on what follows
					default:
						state = r.apply(said[own][:r.size()], state)
						said[own] = said[own][r.size():]
					}
				}
				return at
			},
			plain: func(l int, at [][]uint64) [][]uint64 {
				h := make([]uint64, r.s)
				for i, x := range at {
					h, at[i] = r.step(l, h, x)
				}
				return at
			},
		}.at(c, set.Seed, "(s^2 + s) p, or 2 s p where diagonal, for each layer and run of positions before another player's")
	},
})

// recurrence is h' = A(x) h + b(x) modulo 2^p, with an output map on (C(x) h', x).
type recurrence struct {
	s, p     int
	seed     uint64
	diagonal bool
}

// size is how many numbers an affine map has: the matrix, or its diagonal, and the shift.
func (r recurrence) size() int {
	if r.diagonal {
		return 2 * r.s
	}
	return r.s*r.s + r.s
}

func (r recurrence) weights(layer int) weights {
	return weights{draw(r.seed, uint64(layer)+1), mask(r.p)}
}

// gates is the affine map of one input.
func (r recurrence) gates(layer int, x []uint64) []uint64 {
	return weights{r.weights(layer).seed + 1, mask(r.p)}.local(r.size(), x...)
}

// apply maps a state.
func (r recurrence) apply(f, h []uint64) []uint64 {
	out := make([]uint64, r.s)
	for i := range out {
		if r.diagonal {
			out[i] = (f[i]*h[i] + f[r.s+i]) & mask(r.p)
			continue
		}
		sum := f[r.s*r.s+i]
		for j := range h {
			sum += f[i*r.s+j] * h[j]
		}
		out[i] = sum & mask(r.p)
	}
	return out
}

// step is one position: the next state and what the layer gives out.
func (r recurrence) step(layer int, h, x []uint64) (next, out []uint64) {
	next = r.apply(r.gates(layer, x), h)
	return next, r.weights(layer).local(r.s, append(append([]uint64{}, next...), x...)...)
}

// block is the affine map of a run: its image of 0, and of the unit vectors.
func (r recurrence) block(layer int, xs [][]uint64) []uint64 {
	through := func(h []uint64) []uint64 {
		for _, x := range xs {
			h = r.apply(r.gates(layer, x), h)
		}
		return h
	}
	shift := through(make([]uint64, r.s))
	f := make([]uint64, r.size())
	if r.diagonal {
		for i, y := range through(slices.Repeat([]uint64{1}, r.s)) {
			f[i], f[r.s+i] = (y-shift[i])&mask(r.p), shift[i]
		}
		return f
	}
	for j := range r.s {
		unit := make([]uint64, r.s)
		unit[j] = 1
		for i, y := range through(unit) {
			f[i*r.s+j] = (y - shift[i]) & mask(r.p)
		}
	}
	copy(f[r.s*r.s:], shift)
	return f
}
