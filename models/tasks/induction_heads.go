package tasks

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"crosscut/protocol"
)

// InductionHeads asks at every position what followed the last earlier occurrence
// of its own token, the first of the in-context learning tasks: ... a b ... a -> b.
// Tokens are symbols 1..V; where the token has not occurred, the output is 0, the
// blank.
var InductionHeads = register(&Task{
	Name:     "induction-heads",
	Doc:      "output i is the token that followed the last earlier occurrence of x_i, or 0 if there is none",
	Cite:     []string{"SanfordHsuTelgarsky2024"},
	ReadLast: true,
	Symbols:  func(sh Shape) int { return sh.Int("V") + 1 },
	Window:   func(sh Shape) (back, ahead int) { return sh.N - 1, 0 },
	Params: []Param{{Name: "V", Doc: "symbols of the alphabet", Min: 1, Max: 1 << 24, Small: []float64{1, 2, 3},
		Default: func(int, Params) float64 { return 3 }}},
	CheckToken: func(sh Shape, _ int, t Token) error {
		if v := sh.Int("V"); t.X < 1 || t.X > v {
			return fmt.Errorf("%d is outside 1..%d", t.X, v)
		}
		if t.To != 0 || t.Z != nil || t.Y != nil {
			return fmt.Errorf("a token of %s is one symbol", sh.Task.Name)
		}
		return nil
	},
	Eval: induced,
	Fast: func(_ Shape, seq []Token, read []int) []Value {
		if len(read) == 1 {
			return []Value{induced(Shape{}, seq, read[0])}
		}
		last := map[int]int{} // symbol -> its last position so far
		all := make([]Value, len(seq)+1)
		for i, t := range seq {
			all[i+1] = Value{0}
			if j := last[t.X]; j > 0 {
				all[i+1] = Value{float64(seq[j].X)}
			}
			last[t.X] = i + 1
		}
		out := make([]Value, len(read))
		for k, i := range read {
			out[k] = all[i]
		}
		return out
	},
	TokenBits: func(sh Shape, _ int) int { return protocol.Width(uint64(sh.Int("V"))) },
	PutToken: func(sh Shape, p int, w *protocol.Packer, t Token) {
		w.Uint(uint64(t.X-1), sh.Task.TokenBits(sh, p))
	},
	GetToken: func(sh Shape, p int, r *protocol.Unpacker) Token {
		return Token{X: int(r.Uint(sh.Task.TokenBits(sh, p))) + 1}
	},
	ParseToken: func(_ Shape, raw json.RawMessage) (Token, error) {
		x, err := parseInt(raw)
		return Token{X: x}, err
	},
	FormatToken: func(_ Shape, t Token) any { return t.X },
	Generate: func(sh Shape, rng *rand.Rand) []Token {
		seq := make([]Token, sh.N)
		for i := range seq {
			seq[i].X = 1 + rng.IntN(sh.Int("V"))
		}
		return seq
	},
	AlphabetSize: func(sh Shape) float64 { return sh.Params["V"] },
	Alphabet: func(sh Shape, _ int) []Token {
		ts := make([]Token, sh.Int("V"))
		for k := range ts {
			ts[k].X = k + 1
		}
		return ts
	},
})

// induced is the definition, read backwards.
func induced(_ Shape, seq []Token, pos int) Value {
	for j := pos - 1; j >= 1; j-- {
		if seq[j-1].X == seq[pos-1].X {
			return Value{float64(seq[j].X)}
		}
	}
	return Value{0}
}
