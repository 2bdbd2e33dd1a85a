package zoo

import (
	"context"
	"fmt"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Trivial is the protocol that every other one is measured against.
var Trivial = register(&models.Model{
	Name: "trivial",
	Doc:  "sends the raw tokens to whoever must answer; a model whose protocol costs more proves nothing",
	Cite: []string{"KushilevitzNisan1997"},
})

// TrivialTokens applies the task's definition to the raw tokens, real numbers
// rounded to p bits.
//
// Statement. It is right on every input of every task with the default p.
//
// Cost. The raw tokens of each player whose partner answers a position.
var TrivialTokens = construct(&models.Construction{
	Name: "trivial-tokens", Model: "trivial", Tasks: []string{"*"},
	Doc:    "every token in its raw size, real numbers in p bits; the receiver applies the task's definition",
	Cite:   []string{"KushilevitzNisan1997"},
	Params: []tasks.Param{rawParam},
	New: with(rawBits, func(sh tasks.Shape, set models.Settings, p int) (models.Machine, error) {
		return &trivial{sh, p}, nil
	}),
})

type trivial struct {
	sh tasks.Shape
	p  int
}

func (m *trivial) Shape() tasks.Shape { return m.sh }

func (m *trivial) Params() tasks.Params {
	if !m.sh.Real() {
		return tasks.Params{}
	}
	return tasks.Params{"p": float64(m.p)}
}

func (m *trivial) tokenBits() int { return m.sh.Task.TokenBits(m.sh, m.p) }

// Size is the raw size of the whole input.
func (m *trivial) Size() (protocol.Bits, string) {
	return protocol.Bits(m.sh.N * m.tokenBits()), fmt.Sprintf("N b, b = %d bits a token", m.tokenBits())
}

// Whole is the definition, on tokens rounded to p bits a number.
func (m *trivial) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	kept := make([]tasks.Token, len(seq))
	for i, t := range seq {
		kept[i] = m.sh.Rounded(m.p, t)
	}
	return m.sh.Eval(kept, read), nil
}

// Compile sends all raw tokens of the partner to each player who answers.
func (m *trivial) Compile(job models.Job) (*models.Program, error) {
	swap := models.Swap{
		Bits:  func(p protocol.Player) protocol.Bits { return protocol.Bits(job.Split.Count(p) * m.tokenBits()) },
		Label: func(protocol.Player) string { return "raw tokens" },
		Put: func(w *protocol.Packer, h tasks.Half) {
			for _, i := range job.Split.Positions(h.Self) {
				m.sh.Task.PutToken(m.sh, m.p, w, h.Token(i))
			}
		},
		Eval: func(_ context.Context, h tasks.Half, other *protocol.Unpacker, read []int) ([]tasks.Value, error) {
			seq := make([]tasks.Token, m.sh.N)
			h.Each(func(i int, t tasks.Token) { seq[i-1] = m.sh.Rounded(m.p, t) })
			for _, i := range job.Split.Positions(1 - h.Self) {
				seq[i-1] = m.sh.Task.GetToken(m.sh, m.p, other)
			}
			return m.sh.Eval(seq, read), nil
		},
	}
	return swap.Program(job, fmt.Sprintf("%d bits for each private token of a player whose partner answers", m.tokenBits())), nil
}
