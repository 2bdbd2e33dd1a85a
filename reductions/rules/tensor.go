package rules

import (
	"context"
	"errors"
	"fmt"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Tensor is third-order attention: scores are functions of triples, and a sum over pairs
// of keys of which one is Alice's and one is Bob's is no function of a few sums. So her
// embedded tokens cross: often as much as the raw ones, and then nothing is excluded.
var Tensor = register(&Rule{
	Name: "tensor", Title: "tensor attention",
	Doc:        "third-order attention: a query weighs pairs of tokens, the output averages products of their values",
	Crosses:    "Alice's embedded tokens: mixed tuples do not separate",
	Cite:       []string{"SanfordHsuTelgarsky2023"},
	Params:     []tasks.Param{size("e", "numbers of an embedded token", 1, 1<<12, 1), bitsParam},
	Examples:   []tasks.Params{{}},
	Inequality: "a e p >= needed, a tokens of Alice",
	Latex:      `a\,e\,p \ge n`,
	Width:      "e", WidthText: "e >= needed / (a p)", WidthLatex: `e \ge \frac{n}{a p}`,
	Arithmetic: "any: embedded tokens of e numbers of p bits, whatever the layer computes of them",
	Compile: func(c Cut, set models.Settings) (*Protocol, error) {
		if c.players() != 2 {
			return nil, fmt.Errorf("%w: the rule has two players, not %d", errors.ErrUnsupported, c.players())
		}
		e, p := set.Num.Int("e"), set.Num.Int("p")
		w := weights{set.Seed, mask(p)}
		mine := c.Split.Positions(protocol.Alice)
		bits := protocol.Bits(len(mine) * e * p)
		layer := func(at [][]uint64) []tasks.Value {
			out := make([]tasks.Value, len(c.Read))
			for k, i := range c.Read {
				sums := make([]uint64, e+1)
				for _, a := range at {
					for _, b := range at {
						weight := draw(w.seed, append(append(w.vector(1, e, at[i-1]), a...), b...)...) & 0xff
						sums[e] += weight
						for x := range e {
							sums[x] += weight * a[x] * b[x]
						}
					}
				}
				out[k] = output(c.Shape, draw(set.Seed, uint64(i)), sums)
			}
			return out
		}
		return &Protocol{
			Bits: []protocol.Bits{bits, 0}, Setting: protocol.OneWay, Formula: "a e p, a tokens of Alice",
			Whole: func(ctx context.Context, seq []tasks.Token) ([]tasks.Value, error) {
				return layer(embedAll(seq, set.Seed, e, p)), nil
			},
			Player: func(h tasks.Half) func(*protocol.Port) []tasks.Value {
				return func(port *protocol.Port) []tasks.Value {
					at := c.embedded(h, set.Seed, e, p)
					if h.Self == protocol.Alice {
						var list []uint64
						for _, i := range mine {
							list = append(list, at[i-1]...)
						}
						say(port, "embedded tokens", p, list)
						return nil
					}
					list := hear(port, protocol.Alice, p, e*len(mine))
					for k, i := range mine {
						at[i-1] = list[k*e : (k+1)*e]
					}
					return layer(at)
				}
			},
		}, nil
	},
})
