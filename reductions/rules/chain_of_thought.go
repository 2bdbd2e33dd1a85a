package rules

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// ChainOfThought is rule C3: one causal attention layer that writes T tokens behind the
// prompt and answers at the last one. In each step every owner of a part of the prompt
// writes its sums for the query, which is public: the new token follows from all of them.
// The query of the first step is the prompt's last token, which crosses unless it is public.
var ChainOfThought = register(&Rule{
	Name: "chain-of-thought", Title: "attention, one layer, with a chain of thought",
	Doc:     "one causal attention layer that appends T tokens of its own, any function of the sums at the token before, and answers at the last",
	Crosses: "in each of T + 1 rounds, of every player, per head a normaliser and m numerators over its tokens; first the last token of the prompt, where it is private",
	Cite:    []string{"SanfordHsuTelgarsky2024b"},
	Params: []tasks.Param{small(size("H", "heads", 1, 1<<12, 1), 1, 2), small(size("m", "width of values", 1, 1<<14, 3), 1, 2), small(size("p", "bits of a number", 2, 62, 8), 3, 5),
		small(size("f", "bits of a weight", 1, 30, 8), 2, 4), small(size("d", "numbers of an embedded token", 1, 1<<20, 3), 1, 2), small(size("T", "tokens of thought", 0, 1<<16, 1), 0, 1, 3)},
	InRounds:   func(r int) tasks.Params { return tasks.Params{"T": float64(r - 1)} },
	Inequality: "(T + 1) H (B_Z + m B_N) >= needed of each player, B_Z = ceil(log2(a 2^f + 1)), B_N = ceil(log2(a 2^f (2^p - 1) + 1)), a tokens of that player; plus d p for a private query",
	Latex:      `(T + 1)\,H\,(B_Z + m B_N) \ge n`,
	Width:      "T", WidthText: "T >= needed / (H (B_Z + m B_N)) - 1", WidthLatex: `T \ge \frac{n}{H (B_Z + m B_N)} - 1`,
	Arithmetic: "exact integers: weights of at most 2^f, values of p bits, sums in their exact width",
	Compile: func(c Cut, set models.Settings) (*Protocol, error) {
		v := set.Num
		if len(c.Read) != 1 || c.Read[0] != c.Shape.N {
			return nil, fmt.Errorf("%w: it answers behind position N, which must be the one that is read", errors.ErrUnsupported)
		}
		t := thinker{c: c, w: weights{set.Seed, mask(v.Int("p"))}, heads: v.Int("H"), m: v.Int("m"), p: v.Int("p"), f: v.Int("f"), d: v.Int("d"), steps: v.Int("T")}
		bits := make([]protocol.Bits, c.players())
		rounds := t.steps + 1
		asker := c.Split.Of(c.Shape.N)
		if asker != tasks.Public {
			bits[asker] += protocol.Bits(t.d * t.p)
			if rounds++; c.players() == 2 && asker == protocol.Alice && t.steps == 0 {
				rounds-- // with her own sums, in one round
			}
		}
		for who := range bits {
			says := t.steps + 1
			if protocol.Player(who) == c.last() {
				says--
			}
			bits[who] += protocol.Bits(says * t.word(protocol.Player(who)))
		}
		return &Protocol{Bits: bits, Setting: c.inRounds(rounds, bits), Formula: "(T + 1) H (B_Z + m B_N) of each player, T of the last; d p for a private query",
			Whole: t.whole, Player: t.player}, nil
	},
})

// thinker is a model with its cut.
type thinker struct {
	c                        Cut
	w                        weights
	heads, m, p, f, d, steps int
}

// word is the length of one word of sums of a player.
func (t thinker) word(who protocol.Player) int {
	z, n := t.sumBits(who)
	return t.heads * (z + t.m*n)
}

// sumBits are the widths of a normaliser and of a numerator over a player's tokens; 0 of none.
func (t thinker) sumBits(who protocol.Player) (z, n int) {
	a := t.c.Split.Count(who)
	return attention.NormaliserBits(a, t.f), attention.NumeratorBits(a, t.f, t.p)
}

// sums adds the terms of a token to sums for a query: per head the normaliser and m
// numerators.
func (t thinker) sums(into []*big.Int, query, key []uint64, pos int) {
	for h := range t.heads {
		at := draw(t.w.seed, append(append([]uint64{uint64(h)}, query...), key...)...)
		weight := new(big.Int).SetUint64(at%(1<<t.f) + 1)
		own := into[h*(t.m+1):]
		own[0].Add(own[0], weight)
		for c := range t.m {
			value := new(big.Int).SetUint64(draw(t.w.seed, append([]uint64{uint64(h), uint64(c), uint64(pos)}, key...)...) & t.w.mask)
			own[c+1].Add(own[c+1], value.Mul(value, weight))
		}
	}
}

func (t thinker) zero() []*big.Int {
	list := make([]*big.Int, t.heads*(t.m+1))
	for i := range list {
		list[i] = new(big.Int)
	}
	return list
}

// next is the token that follows from the sums at a token, a function of quotients as
// attention has: numerators over their normaliser, rounded down to p bits.
func (t thinker) next(token []uint64, sums []*big.Int) []uint64 {
	words := append([]uint64{}, token...)
	for h := range t.heads {
		own := sums[h*(t.m+1):]
		for c := range t.m {
			words = append(words, new(big.Int).Quo(own[c+1], own[0]).Uint64())
		}
	}
	return t.w.local(t.d, words...)
}

func (t thinker) whole(_ context.Context, seq []tasks.Token) ([]tasks.Value, error) {
	at := embedAll(seq, t.w.seed, t.d, t.p)
	for {
		query, sums := at[len(at)-1], t.zero()
		for i, key := range at {
			t.sums(sums, query, key, i+1)
		}
		at = append(at, t.next(query, sums))
		if len(at) == len(seq)+t.steps+1 {
			return []tasks.Value{output(t.c.Shape, t.w.seed, at[len(at)-1])}, nil
		}
	}
}

func (t thinker) player(h tasks.Half) func(*protocol.Port) []tasks.Value {
	return func(port *protocol.Port) []tasks.Value {
		at := t.c.embedded(h, t.w.seed, t.d, t.p)
		query := at[t.c.Shape.N-1]
		if asker := t.c.Split.Of(t.c.Shape.N); asker == h.Self {
			say(port, "the prompt's last token", t.p, query)
		} else if asker != tasks.Public {
			query = hear(port, asker, t.p, t.d)
		}
		var thought [][]uint64
		for step := range t.steps + 1 {
			own, public := t.zero(), t.zero()
			for i, key := range at {
				switch {
				case key == nil:
				case t.c.public(i):
					t.sums(public, query, key, i+1)
				default:
					t.sums(own, query, key, i+1)
				}
			}
			for i, key := range thought {
				t.sums(public, query, key, t.c.Shape.N+i+1)
			}
			if step < t.steps || h.Self != t.c.last() {
				t.write(port, step, own)
			}
			if step == t.steps && h.Self != t.c.last() {
				return nil
			}
			for c := range public {
				public[c].Add(public[c], own[c])
			}
			for who := range protocol.Player(t.c.players()) {
				if who != h.Self {
					t.read(port, who, public)
				}
			}
			query = t.next(query, public)
			thought = append(thought, query)
		}
		return []tasks.Value{output(t.c.Shape, t.w.seed, query)}
	}
}

func (t thinker) write(port *protocol.Port, step int, sums []*big.Int) {
	if t.word(port.Self()) == 0 {
		return
	}
	z, n := t.sumBits(port.Self())
	var to protocol.Packer
	for i, x := range sums {
		to.Big(x, z+(n-z)*min(1, i%(t.m+1)))
	}
	port.Send(fmt.Sprintf("step %d: sums", step+1), to.Word())
}

func (t thinker) read(port *protocol.Port, who protocol.Player, into []*big.Int) {
	bits := t.word(who)
	if bits == 0 {
		return
	}
	z, n := t.sumBits(who)
	from := port.Recv(who, protocol.Bits(bits)).Unpack()
	for i := range into {
		into[i].Add(into[i], from.Big(z+(n-z)*min(1, i%(t.m+1))))
	}
}
