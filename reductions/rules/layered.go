package rules

import (
	"context"
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// layered is the frame of rules in which all players write at once, once a layer. Inputs
// of a layer are numbers of p bits at each position, nil where a player does not have them.
type layered struct {
	layers, width, p int
	what             string // what is written
	// says is how many numbers a player writes in a layer: the cost, and how long a word
	// the others wait for. word are these numbers.
	says func(layer int, who protocol.Player) int
	word func(layer int, who protocol.Player, at [][]uint64) []uint64
	// next are the inputs of a player's positions to the layer after, from what all said.
	// Its own word is there also where it is not written.
	next func(layer int, who protocol.Player, at, said [][]uint64) [][]uint64
	// plain is a layer's forward pass.
	plain func(layer int, at [][]uint64) [][]uint64
}

// at cuts it.
func (f layered) at(c Cut, seed uint64, formula string) (*Protocol, error) {
	if err := c.answered(); err != nil {
		return nil, err
	}
	bits := make([]protocol.Bits, c.players())
	for who := range bits {
		for l := range f.layers {
			bits[who] += protocol.Bits(f.says(l, protocol.Player(who)) * f.p)
		}
	}
	return &Protocol{
		Bits: bits, Setting: c.inRounds(f.layers, bits), Formula: formula,
		Whole: func(_ context.Context, seq []tasks.Token) ([]tasks.Value, error) {
			at := embedAll(seq, seed, f.width, f.p)
			for l := range f.layers {
				at = f.plain(l, at)
			}
			return c.outputs(seed, at), nil
		},
		Player: func(h tasks.Half) func(*protocol.Port) []tasks.Value {
			return func(port *protocol.Port) []tasks.Value {
				at := c.embedded(h, seed, f.width, f.p)
				for l := range f.layers {
					said := make([][]uint64, c.players())
					said[h.Self] = f.word(l, h.Self, at)
					if f.says(l, h.Self) > 0 {
						say(port, fmt.Sprintf("layer %d: %s", l+1, f.what), f.p, said[h.Self])
					}
					if l == f.layers-1 && h.Self != c.last() {
						return nil
					}
					for who := range protocol.Player(c.players()) {
						if who != h.Self {
							said[who] = hear(port, who, f.p, f.says(l, who))
						}
					}
					at = f.next(l, h.Self, at, said)
				}
				return c.outputs(seed, at)
			}
		},
	}, nil
}
