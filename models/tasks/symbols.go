package tasks

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"crosscut/protocol"
)

// symbols completes a task whose tokens are one symbol of a finite alphabet, 1..size(sh):
// how a token is checked, written, read, drawn and listed. What the task says itself stays.
func symbols(t Task, size func(sh Shape) int) *Task {
	width := func(sh Shape) int { return protocol.Width(uint64(size(sh))) }
	t.CheckToken = func(sh Shape, _ int, x Token) error {
		if v := size(sh); x.X < 1 || x.X > v {
			return fmt.Errorf("%d is outside 1..%d", x.X, v)
		}
		if x.To != 0 || x.Z != nil || x.Y != nil {
			return fmt.Errorf("a token of %s is one number", sh.Task.Name)
		}
		return nil
	}
	t.TokenBits = func(sh Shape, _ int) int { return width(sh) }
	t.PutToken = func(sh Shape, _ int, w *protocol.Packer, x Token) { w.Uint(uint64(x.X-1), width(sh)) }
	t.GetToken = func(sh Shape, _ int, r *protocol.Unpacker) Token { return Token{X: int(r.Uint(width(sh))) + 1} }
	t.ParseToken = func(_ Shape, raw json.RawMessage) (Token, error) {
		x, err := parseInt(raw)
		return Token{X: x}, err
	}
	t.FormatToken = func(_ Shape, x Token) any { return x.X }
	if t.Generate == nil {
		t.Generate = func(sh Shape, rng *rand.Rand) []Token {
			seq := make([]Token, sh.N)
			for i := range seq {
				seq[i].X = 1 + rng.IntN(size(sh))
			}
			return seq
		}
	}
	t.AlphabetSize = func(sh Shape) float64 { return float64(size(sh)) }
	t.Alphabet = func(sh Shape, _ int) []Token {
		ts := make([]Token, size(sh))
		for k := range ts {
			ts[k].X = k + 1
		}
		return ts
	}
	return &t
}

// alphabet is the parameter V of such tasks.
func alphabet(least, usual float64) Param {
	return Param{Name: "V", Doc: "symbols of the alphabet", Min: least, Max: 1 << 24, Small: []float64{least, least + 1}, Default: func(int, Params) float64 { return usual }}
}

// ofV reads it.
func ofV(sh Shape) int { return sh.Int("V") }

// causal is the window of tasks whose outputs look back alone.
func causal(sh Shape) (back, ahead int) { return sh.N - 1, 0 }
