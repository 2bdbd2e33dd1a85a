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
	New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		p, err := rawBits(sh, set)
		if err != nil {
			return nil, err
		}
		return &trivial{sh, p}, nil
	},
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
	var reads [2][]int
	for _, i := range job.Read {
		who := job.Answerer(i)
		reads[who] = append(reads[who], i)
	}
	var bits [2]protocol.Bits
	for self := range bits {
		if len(reads[1-self]) > 0 {
			bits[self] = protocol.Bits(job.Split.Count(protocol.Player(self)) * m.tokenBits())
		}
	}
	play := func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
		return func(port *protocol.Port) map[int]tasks.Value {
			self, other := h.Self, 1-h.Self
			if bits[self] > 0 {
				var w protocol.Packer
				for _, i := range h.Visible() {
					if job.Split.Of(i) == self {
						m.sh.Task.PutToken(m.sh, m.p, &w, h.Token(i))
					}
				}
				port.Send("raw tokens", w.Word())
			}
			if len(reads[self]) == 0 {
				return nil
			}
			seq := make([]tasks.Token, m.sh.N)
			h.Each(func(i int, t tasks.Token) { seq[i-1] = m.sh.Rounded(m.p, t) })
			var word protocol.Word // tokens of no bits need no word
			if bits[other] > 0 {
				word = port.Recv(other, bits[other])
			}
			raw := word.Unpack()
			for _, i := range job.Split.Positions(other) {
				seq[i-1] = m.sh.Task.GetToken(m.sh, m.p, raw)
			}
			out := map[int]tasks.Value{}
			for k, v := range m.sh.Eval(seq, reads[self]) {
				out[reads[self][k]] = v
			}
			return out
		}
	}
	return &models.Program{
		Player: play, Bits: bits,
		Formula: fmt.Sprintf("%d bits for each private token of a player whose partner answers", m.tokenBits()),
	}, nil
}
