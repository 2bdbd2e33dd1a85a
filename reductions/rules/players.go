package rules

import (
	"errors"
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// This file is what rules of k players share. All of them cut models whose sums are
// numbers modulo 2^p, so that a cut sum is the whole sum, in p bits.

// holders says who steps each position: its owner; a public one the owner of the last
// private position before it, or of the first there is. Player 0 where all are public.
func (c Cut) holders() []protocol.Player {
	held := make([]protocol.Player, c.Shape.N)
	last := protocol.Player(0)
	for _, o := range c.Split.Owner {
		if o != tasks.Public {
			last = o
			break
		}
	}
	for i, o := range c.Split.Owner {
		if o != tasks.Public {
			last = o
		}
		held[i] = last
	}
	return held
}

// public says whether position i (from 0) is public.
func (c Cut) public(i int) bool { return c.Split.Owner[i] == tasks.Public }

// last is the player who answers.
func (c Cut) last() protocol.Player { return protocol.Player(c.players() - 1) }

// inRounds is the setting of r rounds among the cut's players; a single word of Alice's
// between two is one-way.
func (c Cut) inRounds(r int, bits []protocol.Bits) protocol.Setting {
	if c.players() == 2 && bits[protocol.Bob] == 0 && r <= 1 {
		return protocol.OneWay
	}
	return protocol.Setting{Order: protocol.InRounds, Rounds: max(1, r)}.Among(c.players())
}

// answered refuses reads that are not the last player's to give.
func (c Cut) answered() error {
	held := c.holders()
	for _, i := range c.Read {
		if held[i-1] != c.last() {
			return fmt.Errorf("%w: position %d is read, which the last player does not hold", errors.ErrUnsupported, i)
		}
	}
	return nil
}

// embedded are a player's embedded tokens, nil where it does not see them.
func (c Cut) embedded(h tasks.Half, seed uint64, width, p int) [][]uint64 {
	at := make([][]uint64, c.Shape.N)
	h.Each(func(i int, t tasks.Token) { at[i-1] = embed(seed, width, p, i, t) })
	return at
}

// embedAll are the embedded tokens of a whole sequence.
func embedAll(seq []tasks.Token, seed uint64, width, p int) [][]uint64 {
	at := make([][]uint64, len(seq))
	for i, t := range seq {
		at[i] = embed(seed, width, p, i+1, t)
	}
	return at
}

// outputs are the outputs at the read positions.
func (c Cut) outputs(seed uint64, at [][]uint64) []tasks.Value {
	out := make([]tasks.Value, len(c.Read))
	for k, i := range c.Read {
		out[k] = output(c.Shape, draw(seed, uint64(i)), at[i-1])
	}
	return out
}

// say writes numbers of p bits, if there are any.
func say(port *protocol.Port, label string, p int, list []uint64) {
	if len(list) == 0 {
		return
	}
	var to protocol.Packer
	putNumbers(&to, p, list)
	port.Send(label, to.Word())
}

// hear reads n numbers of p bits of a player.
func hear(port *protocol.Port, from protocol.Player, p, n int) []uint64 {
	if n == 0 {
		return nil
	}
	return getNumbers(port.Recv(from, protocol.Bits(n*p)).Unpack(), p, n)
}

// putNumbers writes numbers of p bits; getNumbers reads n of them.
func putNumbers(to *protocol.Packer, p int, list []uint64) {
	for _, x := range list {
		to.Uint(x, p)
	}
}

func getNumbers(from *protocol.Unpacker, p, n int) []uint64 {
	list := make([]uint64, n)
	for i := range list {
		list[i] = from.Uint(p)
	}
	return list
}
