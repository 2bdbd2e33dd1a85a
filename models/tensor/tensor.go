// Package tensor is attention over tuples of tokens: mixed tuples do not separate
// into sums, so embedded tokens cross.
package tensor

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Layer is a tensor-attention layer with integer weights, arithmetic X3: a
// tuple's weight is T[floor((top - score) 2^(g - scale))], T[k] = round(2^f exp(-k 2^-g)).
//
// An embedded token is e integers of p bits that depend on the token, then two
// that are public: (unit, 0) for a real token, (0, unit) for the blank one. Queries
// and keys are linear in it; values too, with 1 for the unit.
type Layer struct {
	Of    tasks.Shape
	Order int // s
	E, P  int
	F, G  int
	Scale int // fractional bits of scores
	Top   *big.Int
	Unit  *big.Int
	Heads []Head
	Embed func(x int) []*big.Int // e numbers of p bits
	Blank bool                   // a public token N+1 takes part in every tuple position
	Out   func(heads [][]*big.Rat) tasks.Value
	Sizes tasks.Params // further sizes to print
	Doubt string       // what is not guaranteed, if anything
	// Log says that e p is at most H m p, and of order log N at most, by docs/tensor.md.
	Log bool

	table []int64
}

// Linear is a matrix with e + 2 columns, applied to embedded tokens.
type Linear [][]*big.Int

type Head struct {
	Query  Linear   // m rows
	Keys   []Linear // s - 1 of m rows
	Values []Linear // s - 1 of d_v rows
}

// Ready checks sizes and makes the table.
func (t *Layer) Ready() (*Layer, error) {
	for _, h := range t.Heads {
		for _, l := range append(append([]Linear{h.Query}, h.Keys...), h.Values...) {
			for _, row := range l {
				if len(row) != t.E+2 {
					panic(fmt.Sprintf("models: a row of %d weights for %d numbers a token", len(row), t.E+2))
				}
				for _, w := range row {
					if exact.BigSignedBits(w) > t.P {
						return nil, fmt.Errorf("p = %d bits cannot hold the weight %v", t.P, w)
					}
				}
			}
		}
	}
	return t.tabled()
}

// tabled makes the table of weights.
func (t *Layer) tabled() (*Layer, error) {
	var err error
	if t.table, err = exact.ExpTable(t.F, t.G); err != nil {
		return nil, err
	}
	if tuples := math.Pow(float64(t.Of.N+1), float64(t.Order-1)); tuples*float64(t.table[0]) >= 1<<52 {
		return nil, fmt.Errorf("f = %d: sums over %g tuples leave 52 bits", t.F, tuples)
	}
	return t, nil
}

func (t *Layer) Shape() tasks.Shape { return t.Of }

// Steps is the number of tuples that one output looks at, in all heads.
func (t *Layer) Steps() float64 {
	return float64(len(t.Heads)) * math.Pow(float64(t.Of.N+1), float64(t.Order-1))
}

// Effort counts the multiplications of all scores, and the long integers of tokens, keys and values.
func (t *Layer) Effort(job models.Job) models.Effort {
	const long = 64 // bytes
	return models.Effort{
		Steps: float64(len(job.Read)) * t.Steps() * float64(t.m()),
		Bytes: long * float64(t.Of.N) * float64(2*(t.E+2)+(t.Order-1)*(t.m()+t.dv())),
	}
}

func (t *Layer) m() int  { return len(t.Heads[0].Query) }
func (t *Layer) dv() int { return len(t.Heads[0].Values[0]) }

func (t *Layer) Params() tasks.Params {
	return t.Sizes.With(tasks.Params{
		"m": float64(t.m()), "p": float64(t.P), "f": float64(t.F), "g": float64(t.G),
		"H": float64(len(t.Heads)), "d_v": float64(t.dv()), "e": float64(t.E),
	})
}

func (t *Layer) Size() (protocol.Bits, string) {
	return protocol.Bits(len(t.Heads) * t.m() * t.P), "H m p"
}

// Orders: N tokens of e p bits cross, and one token's are at most the size. So the size is
// held against what one of Alice's tokens needs.
func (t *Layer) Orders(job models.Job) models.Orders {
	hers := job.Split.Positions(protocol.Alice)
	if !t.Log || job.Answer != models.ByBob || len(hers) == 0 {
		return models.Orders{}
	}
	one := tasks.Split{Owner: slices.Clone(job.Split.Owner)}
	for _, i := range hers[1:] {
		one.Owner[i-1] = protocol.Bob
	}
	return models.Orders{Size: protocol.Growth{Logs: 1}, Bits: protocol.Growth{Power: 1, Logs: 1}, At: one, Times: 1}
}

// Warnings says what holds on no input for certain, when sizes were set too small.
func (t *Layer) Warnings([]tasks.Token, []int) []string {
	if t.Doubt == "" {
		return nil
	}
	return []string{t.Doubt}
}

func (t *Layer) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	tokens := make([][]*big.Int, len(seq))
	for i, x := range seq {
		tokens[i] = t.Embed(x.X)
	}
	return t.layer(ctx, tokens, read)
}

// Compile sends the embedded tokens of each player to the other if that one
// answers anything: e p bits a token, whatever is read.
func (t *Layer) Compile(job models.Job) (*models.Program, error) {
	swap := models.Swap{
		Bits: func(p protocol.Player) protocol.Bits { return protocol.Bits(job.Split.Count(p) * t.E * t.P) },
		Label: func(p protocol.Player) string {
			return fmt.Sprintf("embedded tokens of %v: %d x %d numbers", p, job.Split.Count(p), t.E)
		},
		Put: func(w *protocol.Packer, h tasks.Half) {
			for _, i := range job.Split.Positions(h.Self) {
				for _, v := range t.Embed(h.Token(i).X) {
					w.Big(new(big.Int).Add(v, t.offset()), t.P)
				}
			}
		},
		Eval: func(ctx context.Context, h tasks.Half, other *protocol.Unpacker, read []int) ([]tasks.Value, error) {
			tokens := make([][]*big.Int, t.Of.N)
			h.Each(func(i int, x tasks.Token) { tokens[i-1] = t.Embed(x.X) })
			for _, i := range job.Split.Positions(1 - h.Self) {
				for range t.E {
					v := other.Big(t.P)
					tokens[i-1] = append(tokens[i-1], v.Sub(v, t.offset()))
				}
			}
			return t.layer(ctx, tokens, read)
		},
	}
	return swap.Program(job, "e p (Alice's tokens if Bob answers, Bob's if Alice does)"), nil
}

// offset makes signed p-bit numbers unsigned.
func (t *Layer) offset() *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(t.P-1)) }

// layer evaluates the read positions from embedded tokens.
func (t *Layer) layer(ctx context.Context, tokens [][]*big.Int, read []int) ([]tasks.Value, error) {
	if len(read) == 0 {
		return nil, nil
	}
	scaled := t.complete(tokens, t.Unit)
	plain := t.complete(tokens, big.NewInt(1))
	sums := make([][][]*big.Rat, len(read))
	for _, h := range t.Heads {
		keys := make([][][]*big.Int, t.Order-1)
		values := make([][][]int64, t.Order-1)
		for a := range keys {
			for j := range scaled {
				keys[a] = append(keys[a], exact.MulVec(h.Keys[a], scaled[j]))
				var vs []int64
				for _, x := range exact.MulVec(h.Values[a], plain[j]) {
					vs = append(vs, x.Int64())
				}
				values[a] = append(values[a], vs)
			}
		}
		s := newTupleSums(t, keys, values)
		for k, i := range read {
			average, err := s.average(ctx, exact.MulVec(h.Query, scaled[i-1]))
			if err != nil {
				return nil, err
			}
			sums[k] = append(sums[k], average)
		}
	}
	outs := make([]tasks.Value, len(read))
	for k := range read {
		outs[k] = t.Out(sums[k])
	}
	return outs, nil
}

// complete appends the public numbers to every token, and the blank token.
func (t *Layer) complete(tokens [][]*big.Int, unit *big.Int) [][]*big.Int {
	zero := new(big.Int)
	all := make([][]*big.Int, 0, len(tokens)+1)
	for _, v := range tokens {
		all = append(all, append(append(make([]*big.Int, 0, t.E+2), v...), unit, zero))
	}
	if t.Blank {
		b := make([]*big.Int, t.E, t.E+2)
		for c := range b {
			b[c] = zero
		}
		all = append(all, append(b, zero, unit))
	}
	return all
}
