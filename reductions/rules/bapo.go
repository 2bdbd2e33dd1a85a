package rules

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// BAPO is rule C11, a bounded-attention prefix oracle: the prefix gives a bits, any
// function of it; the suffix then attends to at most b tokens of the prefix, those that an
// attention function selects, and answers from the bits, the tokens and itself.
//
// Only a and b count in the model. Selection looks at the suffix and at each prefix token,
// which no player sees both of, so a protocol needs more: Bob sends the c bits of the
// suffix that the attention function looks at, and Alice answers with the first b tokens
// that it selects, each with its position. With b = 0 it is one word of a bits.
var BAPO = register(&Rule{
	Name: "bapo", Title: "bounded-attention prefix oracle",
	Doc:     "a prefix oracle of a bits and attention to b tokens of the prefix, selected by a function of the token, its position and c bits of the suffix",
	Crosses: "a bits of the prefix; then, where b > 0, c bits of the suffix, and b tokens of the prefix with their positions and how many there are",
	Cite:    []string{"BAPO2025"},
	Params: []tasks.Param{small(size("a", "bits of the prefix oracle", 0, 1<<20, 8), 0, 3), small(size("b", "tokens that are attended to", 0, tasks.MaxN, 1), 1, 2),
		small(size("c", "bits of the suffix that the attention function looks at", 0, 64, 16), 3, 4), small(size("t", "bits of a token", 1, 62, 16), 2)},
	Inequality: "a + c + b (ceil(log2 prefix) + t) + ceil(log2(b + 1)) >= needed; a alone where b = 0",
	Latex:      `a + c + b\,(\lceil\log_2 |P|\rceil + t) + \lceil\log_2 (b + 1)\rceil \ge n`,
	Width:      "a", WidthText: "a >= needed - c - b (ceil(log2 prefix) + t) - ceil(log2(b + 1))", WidthLatex: `a \ge n - c - b (\lceil\log_2 |P|\rceil + t) - \lceil\log_2 (b + 1)\rceil`,
	Arithmetic: "any: all functions are arbitrary",
	Compile: func(c Cut, set models.Settings) (*Protocol, error) {
		v := set.Num
		a, b, look, t := v.Int("a"), v.Int("b"), v.Int("c"), v.Int("t")
		if c.players() != 2 {
			return nil, unsupported("it has a prefix and a suffix, not %d players", c.players())
		}
		mine := c.Split.Positions(protocol.Alice)
		if others := c.Split.Positions(protocol.Bob); len(mine) == 0 || len(others) == 0 || mine[len(mine)-1] > others[0] {
			return nil, unsupported("Alice must hold a prefix and Bob a suffix")
		}
		if b == 0 {
			look = 0
		}
		place, count := protocol.Width(uint64(len(mine))), protocol.Width(uint64(min(b, len(mine))+1))
		content := func(i int, tok tasks.Token) uint64 { return embed(set.Seed, 1, t, i, tok)[0] }
		hash := func(list []uint64, bits int) []uint64 { // any function of many numbers, to some bits
			h, out := draw(set.Seed, append([]uint64{uint64(bits)}, list...)...), make([]uint64, bits)
			for k := range out {
				out[k] = draw(h, uint64(k)) & 1
			}
			return out
		}
		selected := func(looks []uint64, prefix []uint64) (list []uint64) {
			for k, x := range prefix {
				if len(list) < 2*b && draw(set.Seed, append([]uint64{uint64(k), x}, looks...)...)%3 == 0 {
					list = append(list, uint64(k), x)
				}
			}
			return list
		}
		answer := func(oracle, found, suffix []uint64) []tasks.Value {
			out := make([]tasks.Value, len(c.Read))
			for k, i := range c.Read {
				out[k] = output(c.Shape, draw(set.Seed, uint64(i)), slices.Concat(oracle, found, suffix))
			}
			return out
		}
		tokens := func(each func(f func(i int, tok tasks.Token))) (prefix, suffix []uint64) {
			each(func(i int, tok tasks.Token) {
				switch c.Split.Of(i) {
				case protocol.Alice:
					prefix = append(prefix, content(i, tok))
				default:
					suffix = append(suffix, content(i, tok))
				}
			})
			return prefix, suffix
		}
		most := min(b, len(mine))
		bits := []protocol.Bits{protocol.Bits(a), protocol.Bits(look)}
		if b > 0 {
			bits[0] += protocol.Bits(count + most*(place+t))
		}
		p := &Protocol{Bits: bits, Setting: protocol.OneWay, Formula: "a + b (ceil(log2 prefix) + t) + ceil(log2(b + 1)) of Alice, c of Bob"}
		if bits[1] > 0 {
			p.Setting = protocol.TwoWay
		}
		p.Whole = func(_ context.Context, seq []tasks.Token) ([]tasks.Value, error) {
			prefix, suffix := tokens(func(f func(int, tasks.Token)) {
				for i, tok := range seq {
					f(i+1, tok)
				}
			})
			return answer(hash(prefix, a), selected(hash(suffix, look), prefix)[:], suffix), nil
		}
		p.Player = func(h tasks.Half) func(*protocol.Port) []tasks.Value {
			return func(port *protocol.Port) []tasks.Value {
				prefix, suffix := tokens(h.Each)
				if h.Self == protocol.Alice {
					say(port, "prefix oracle", 1, hash(prefix, a))
					if b == 0 {
						return nil
					}
					list := selected(hear(port, protocol.Bob, 1, look), prefix)
					var to protocol.Packer
					to.Uint(uint64(len(list)/2), count)
					for k := range 2 * most { // always as long: its length must not speak
						var x uint64
						if k < len(list) {
							x = list[k]
						}
						to.Uint(x, place*(1-k%2)+t*(k%2))
					}
					port.Send("attended tokens", to.Word())
					return nil
				}
				oracle := hear(port, protocol.Alice, 1, a)
				if b == 0 {
					return answer(oracle, nil, suffix)
				}
				say(port, "what attention looks at", 1, hash(suffix, look))
				from := port.Recv(protocol.Alice, bits[0]-protocol.Bits(a)).Unpack()
				found := make([]uint64, 2*from.Uint(count))
				for k := range found {
					found[k] = from.Uint(place*(1-k%2) + t*(k%2))
				}
				return answer(oracle, found, suffix)
			}
		}
		return p, nil
	},
})

// unsupported says why a cut has no protocol of this rule.
func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errors.ErrUnsupported}, args...)...)
}
