package rules

import (
	"cmp"
	"context"

	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// causal is the frame of rule C1: a stack of equal causal layers between token-wise
// maps, each with a state of p-bit numbers. Layers differ in their weights. The engine
// of recurrent models cuts it: the states of all layers cross at each change of owner.
type causal struct {
	layers, p, width int             // width: numbers that pass between layers
	numbers          func(t int) int // of the state after t positions
	text             string          // the bits of all layers
	// step reads the input at a position and gives the new state, and what the layer
	// gives out there. It owns the state. w draws the layer's weights.
	step func(w weights, state []uint64, pos int, in []uint64) (next, out []uint64)
	// plain is the layer's forward pass over a whole sequence, ins[0] being position 1,
	// written without a state; nil: the fold itself is the definition.
	plain func(w weights, ins [][]uint64) [][]uint64
}

// carries is the rule of causal layers, which of gives at its sizes, each with a state of
// so many numbers. What stands as the rule's Inequality is added.
func carries(r Rule, state states, of func(v tasks.Params) causal) *Rule {
	r.Inequality = ", r ownership changes up to the read position; where that is Alice's, her output crosses too" + r.Inequality
	r.says("r layers", state)
	r.Causal = true
	r.Crosses = cmp.Or(r.Crosses, "the state of every layer, once for each ownership change up to the read position")
	r.Arithmetic = cmp.Or(r.Arithmetic, "any: the state is p-bit numbers, whatever computes and rounds them; simulated in the integers modulo 2^p")
	r.New = func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		c := of(set.Num)
		c.layers, c.p, c.numbers, c.text = set.Num.Int("layers"), set.Num.Int("p"), state.at(set.Num), "layers "+string(state)+" p"
		return c.machine(sh, set), nil
	}
	return register(&r)
}

// weights are arbitrary numbers, drawn for one layer.
type weights struct {
	seed uint64
	mask uint64
}

// at is weight number words of the layer, a p-bit number.
func (w weights) at(words ...uint64) uint64 { return draw(w.seed, words...) & w.mask }

// linear is one coordinate of a linear map: the kind-th map's row on x.
func (w weights) linear(kind, row int, x []uint64) uint64 {
	var sum uint64
	for c, v := range x {
		sum += w.at(uint64(kind), uint64(row), uint64(c)) * v
	}
	return sum & w.mask
}

// vector is n coordinates of a linear map.
func (w weights) vector(kind, n int, x []uint64) []uint64 {
	out := make([]uint64, n)
	for r := range out {
		out[r] = w.linear(kind, r, x)
	}
	return out
}

// local is an arbitrary token-wise map to n numbers.
func (w weights) local(n int, x ...uint64) []uint64 {
	h := draw(w.seed, x...)
	out := make([]uint64, n)
	for c := range out {
		out[c] = draw(h, uint64(c)) & w.mask
	}
	return out
}

func (c causal) weights(seed uint64, layer int) weights {
	return weights{draw(seed, uint64(layer)+1), mask(c.p)}
}

// held is a state beside what its layer last gave out, which need not cross: only a
// step makes it, and only then is it read.
type held struct{ state, out []uint64 }

// machine builds the stack for a shape.
func (c causal) machine(sh tasks.Shape, set models.Settings) models.Machine {
	embedded := func(pos int, t tasks.Token) []uint64 { return embed(set.Seed, c.width, c.p, pos, t) }
	given := func(pos int, f []uint64) tasks.Value { return output(sh, draw(set.Seed, uint64(pos)), f) }
	layers := make([]fold.Layer[[]uint64, held], c.layers)
	for k := range layers {
		w := c.weights(set.Seed, k)
		layers[k].Forward = fold.Fold[[]uint64, held]{
			Bits: func(t int) protocol.Bits { return protocol.Bits(c.numbers(t) * c.p) },
			Init: func() held { return held{state: make([]uint64, c.numbers(0))} },
			Step: func(s held, pos int, in []uint64) held {
				s.state, s.out = c.step(w, s.state, pos, in)
				return s
			},
			Emit: func(s held, _ int, _ []uint64) []uint64 { return s.out },
			Put:  func(to *protocol.Packer, _ int, s held) { putNumbers(to, c.p, s.state) },
			Get:  func(from *protocol.Unpacker, t int) held { return held{state: getNumbers(from, c.p, c.numbers(t))} },
		}
	}
	r := &fold.Recurrent[[]uint64, held]{
		Of: sh, Sizes: set.Num, State: c.text, Embed: embedded, Output: given, Layers: layers,
	}
	if n := sh.Outputs(); n > 0 && !sh.Task.Vector {
		r.Out = fold.SymbolCodec(n)
	}
	if c.plain == nil {
		return r
	}
	return plainly{r, func(seq []tasks.Token, read []int) ([]tasks.Value, error) {
		at := make([][]uint64, len(seq))
		for i, t := range seq {
			at[i] = embedded(i+1, t)
		}
		for k := range c.layers {
			at = c.plain(c.weights(set.Seed, k), at)
		}
		out := make([]tasks.Value, len(read))
		for k, i := range read {
			out[k] = given(i, at[i-1])
		}
		return out, nil
	}}
}

// plainly is a machine with a forward pass of its own.
type plainly struct {
	passing
	whole func(seq []tasks.Token, read []int) ([]tasks.Value, error)
}

func (m plainly) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	return m.whole(seq, read)
}
