package models

import (
	"fmt"
	"math"
	"math/big"

	"crosscut/internal/exact"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// TensorAttention is attention of order s (Sanford, Hsu, Telgarsky 2023, the
// definition of higher-order tensor attention): a query scores tuples of s - 1
// tokens, sum_c q_c K1_c(j_1) ... K(s-1)_c(j_(s-1)), the weights run over all tuples,
// and the value of a tuple is the coordinate-wise product of its tokens' values.
// Order 2 is plain attention. Time N^s per layer.
//
// A tuple that mixes Alice's tokens with Bob's does not separate into a sum, so
// the keys and values themselves must cross: the whole embedded tokens. The
// protocol costs more than the trivial one that sends the raw tokens.
var TensorAttention = register(&Model{
	Name: "tensor-attention",
	Doc:  "attention over tuples of s-1 tokens; mixed tuples do not separate, so all embedded tokens of the other player must cross",
	Cite: []string{"SanfordHsuTelgarsky2023"},
})

// tensor is a tensor-attention layer with integer weights, arithmetic X3: a
// tuple's weight is T[floor((top - score) 2^(g - scale))], T[k] = round(2^f exp(-k 2^-g)).
//
// An embedded token is e integers of p bits that depend on the token, then two
// that are public: (unit, 0) for a real token, (0, unit) for the blank one. Queries
// and keys are linear in it; values too, with 1 for the unit.
type tensor struct {
	sh     tasks.Shape
	order  int // s
	e, p   int
	f, g   int
	scale  int // fractional bits of scores
	top    *big.Int
	unit   *big.Int
	heads  []tensorHead
	embed  func(x int) []*big.Int // e numbers of p bits
	blank  bool                   // a public token N+1 takes part in every tuple position
	out    func(heads [][]*big.Rat) tasks.Value
	params tasks.Params // further sizes to print
	doubt  string       // what is not guaranteed, if anything

	table []int64
}

// linear is a matrix with e + 2 columns, applied to embedded tokens.
type linear [][]*big.Int

type tensorHead struct {
	query  linear   // m rows
	keys   []linear // s - 1 of m rows
	values []linear // s - 1 of d_v rows
}

// tensorSteps bounds the multiplications of one layer, some minutes' work.
const tensorSteps = 1 << 38

// affords refuses outputs at so many positions that time N^s is out of reach.
func (t *tensor) affords(reads int) error {
	steps := float64(reads) * math.Pow(float64(t.sh.N+1), float64(t.order-1)) * float64(t.m()*len(t.heads))
	if steps > tensorSteps {
		return unsupportedf("%d outputs of order %d at N = %d need %.2g multiplications, more than 2^38", reads, t.order, t.sh.N, steps)
	}
	return nil
}

// ready checks sizes and makes the table.
func (t *tensor) ready() (*tensor, error) {
	if err := t.affords(1); err != nil {
		return nil, err
	}
	for _, h := range t.heads {
		for _, l := range append(append([]linear{h.query}, h.keys...), h.values...) {
			for _, row := range l {
				if len(row) != t.e+2 {
					panic(fmt.Sprintf("models: a row of %d weights for %d numbers a token", len(row), t.e+2))
				}
				for _, w := range row {
					if bigSignedBits(w) > t.p {
						return nil, fmt.Errorf("p = %d bits cannot hold the weight %v", t.p, w)
					}
				}
			}
		}
	}
	return t.tabled()
}

// tabled makes the table of weights.
func (t *tensor) tabled() (*tensor, error) {
	var err error
	if t.table, err = exact.ExpTable(t.f, t.g); err != nil {
		return nil, err
	}
	if tuples := math.Pow(float64(t.sh.N+1), float64(t.order-1)); tuples*float64(t.table[0]) >= 1<<52 {
		return nil, fmt.Errorf("f = %d: sums over %g tuples leave 52 bits", t.f, tuples)
	}
	return t, nil
}

func (t *tensor) Shape() tasks.Shape { return t.sh }

// Steps is the number of tuples that one output looks at, in all heads.
func (t *tensor) Steps() float64 {
	return float64(len(t.heads)) * math.Pow(float64(t.sh.N+1), float64(t.order-1))
}

func (t *tensor) m() int  { return len(t.heads[0].query) }
func (t *tensor) dv() int { return len(t.heads[0].values[0]) }

func (t *tensor) Params() tasks.Params {
	return t.params.With(tasks.Params{
		"m": float64(t.m()), "p": float64(t.p), "f": float64(t.f), "g": float64(t.g),
		"H": float64(len(t.heads)), "d_v": float64(t.dv()), "e": float64(t.e),
	})
}

func (t *tensor) Size() (protocol.Bits, string) {
	return protocol.Bits(len(t.heads) * t.m() * t.p), "H m p"
}

// Warnings says what holds on no input for certain, when sizes were set too small.
func (t *tensor) Warnings([]tasks.Token, []int) []string {
	if t.doubt == "" {
		return nil
	}
	return []string{t.doubt}
}

func (t *tensor) Whole(seq []tasks.Token, read []int) ([]tasks.Value, error) {
	if err := t.affords(len(read)); err != nil {
		return nil, err
	}
	tokens := make([][]*big.Int, len(seq))
	for i, x := range seq {
		tokens[i] = t.embed(x.X)
	}
	outs := t.layer(tokens, read)
	values := make([]tasks.Value, len(read))
	for k := range read {
		values[k] = outs[k]
	}
	return values, nil
}

// Compile sends the embedded tokens of each player to the other if that one
// answers anything: e p bits a token, whatever is read.
func (t *tensor) Compile(job Job) (*Program, error) {
	if err := t.affords(len(job.Read)); err != nil {
		return nil, err
	}
	mine := map[protocol.Player][]int{}
	for _, i := range job.Read {
		a := job.Answerer(i)
		mine[a] = append(mine[a], i)
	}
	prog := &Program{Formula: "e p (Alice's tokens if Bob answers, Bob's if Alice does)"}
	word := func(p protocol.Player) protocol.Bits {
		if len(mine[1-p]) == 0 {
			return 0
		}
		return protocol.Bits(job.Split.Count(p) * t.e * t.p)
	}
	prog.Bits = [2]protocol.Bits{word(protocol.Alice), word(protocol.Bob)}
	prog.Player = func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
		return func(port *protocol.Port) map[int]tasks.Value {
			tokens := make([][]*big.Int, t.sh.N)
			h.Each(func(i int, x tasks.Token) { tokens[i-1] = t.embed(x.X) })
			self, other := port.Self(), 1-port.Self()
			if word(self) > 0 {
				var w protocol.Packer
				for _, i := range job.Split.Positions(self) {
					for _, v := range tokens[i-1] {
						w.Big(new(big.Int).Add(v, t.offset()), t.p)
					}
				}
				port.Send(fmt.Sprintf("embedded tokens of %v: %d x %d numbers", self, job.Split.Count(self), t.e), w.Word())
			}
			if word(other) > 0 {
				r := port.Recv(other, word(other)).Unpack()
				for _, i := range job.Split.Positions(other) {
					for range t.e {
						v := r.Big(t.p)
						tokens[i-1] = append(tokens[i-1], v.Sub(v, t.offset()))
					}
				}
			}
			answers := map[int]tasks.Value{}
			for k, v := range t.layer(tokens, mine[self]) {
				answers[mine[self][k]] = v
			}
			return answers
		}
	}
	return prog, nil
}

// offset makes signed p-bit numbers unsigned.
func (t *tensor) offset() *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(t.p-1)) }

// layer evaluates the read positions from embedded tokens.
func (t *tensor) layer(tokens [][]*big.Int, read []int) []tasks.Value {
	if len(read) == 0 {
		return nil
	}
	scaled := t.complete(tokens, t.unit)
	plain := t.complete(tokens, big.NewInt(1))
	sums := make([][][]*big.Rat, len(read))
	for _, h := range t.heads {
		keys := make([][][]*big.Int, t.order-1)
		values := make([][][]int64, t.order-1)
		for a := range keys {
			for j := range scaled {
				keys[a] = append(keys[a], exact.MulVec(h.keys[a], scaled[j]))
				var vs []int64
				for _, x := range exact.MulVec(h.values[a], plain[j]) {
					vs = append(vs, x.Int64())
				}
				values[a] = append(values[a], vs)
			}
		}
		s := newTupleSums(t, keys, values)
		for k, i := range read {
			sums[k] = append(sums[k], s.average(exact.MulVec(h.query, scaled[i-1])))
		}
	}
	outs := make([]tasks.Value, len(read))
	for k := range read {
		outs[k] = t.out(sums[k])
	}
	return outs
}

// complete appends the public numbers to every token, and the blank token.
func (t *tensor) complete(tokens [][]*big.Int, unit *big.Int) [][]*big.Int {
	zero := new(big.Int)
	all := make([][]*big.Int, 0, len(tokens)+1)
	for _, v := range tokens {
		all = append(all, append(append(make([]*big.Int, 0, t.e+2), v...), unit, zero))
	}
	if t.blank {
		b := make([]*big.Int, t.e, t.e+2)
		for c := range b {
			b[c] = zero
		}
		all = append(all, append(b, zero, unit))
	}
	return all
}
