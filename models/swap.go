package models

import (
	"context"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Swap is what crosses where a player's tokens reach the other's outputs in one word of public
// size: each player whose partner answers a position sends that word, and whoever answers
// evaluates with both at hand.
type Swap struct {
	Bits  func(p protocol.Player) protocol.Bits // of a player's word; a word of no bits is not sent
	Label func(p protocol.Player) string
	Put   func(w *protocol.Packer, h tasks.Half) // writes the word of the player who holds h
	// Eval gives the outputs at some positions from a half and the other player's word.
	Eval func(ctx context.Context, h tasks.Half, other *protocol.Unpacker, read []int) ([]tasks.Value, error)
}

// Program is the protocol for a job, with its formula in words.
func (s Swap) Program(job Job, formula string) *Program {
	var reads [2][]int
	for _, i := range job.Read {
		who := job.Answerer(i)
		reads[who] = append(reads[who], i)
	}
	var bits [2]protocol.Bits
	for self := range bits {
		if len(reads[1-self]) > 0 {
			bits[self] = s.Bits(protocol.Player(self))
		}
	}
	player := func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
		return func(port *protocol.Port) map[int]tasks.Value {
			self, other := h.Self, 1-h.Self
			if bits[self] > 0 {
				var w protocol.Packer
				s.Put(&w, h)
				port.Send(s.Label(self), w.Word())
			}
			if len(reads[self]) == 0 {
				return nil
			}
			var word protocol.Word
			if bits[other] > 0 {
				word = port.Recv(other, bits[other])
			}
			values, err := s.Eval(port.Context(), h, word.Unpack(), reads[self])
			if err != nil {
				port.Fail(err)
			}
			out := map[int]tasks.Value{}
			for k, v := range values {
				out[reads[self][k]] = v
			}
			return out
		}
	}
	return &Program{Player: player, Bits: bits, Formula: formula}
}
