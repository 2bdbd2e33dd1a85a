package proof

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"crosscut/models/tasks"
)

// Scattered is Apart for a head with equal weights and any positions At, the read one not
// among them: a sum does not know their order, so that the sum over these positions is a
// message as well. No two of the heads, tokens at these positions, have one right answer with all
// of the rests, tokens at the other positions but the read one, which is public.
type Scattered struct {
	Kind  string  `json:"kind"` // "scattered"
	At    []int   `json:"at"`   // ascending
	Heads [][]int `json:"heads"`
	Rests [][]int `json:"rests"`
}

// SumBits is the least p for which the sums of so many values of p bits are so many kinds.
func SumBits(values, kinds int) (p int) {
	for (1<<p-1)*values+1 < kinds {
		p++
	}
	return p
}

var _ = register("scattered", kind{model: "attention", unit: ValueBits, end: "lower", verify: func(ctx context.Context, f *File, sh tasks.Shape, raw json.RawMessage) (int, error) {
	var e Scattered
	if err := decode(raw, &e); err != nil {
		return 0, err
	}
	w, err := NewWorld(sh, sh.DefaultRead(), sh.DefaultRead(), 0)
	if err != nil {
		return 0, err
	}
	if len(e.At) == 0 {
		return 0, errors.New("no positions")
	}
	var others []int
	for pos := 1; pos <= sh.N; pos++ {
		if pos != w.Read && !slices.Contains(e.At, pos) {
			others = append(others, pos)
		}
	}
	for k, pos := range e.At {
		if pos < 1 || pos > sh.N || pos == w.Read || k > 0 && pos <= e.At[k-1] {
			return 0, fmt.Errorf("positions %v are not ascending ones that are not read", e.At)
		}
	}
	for what, side := range map[string]struct {
		at    []int
		words [][]int
	}{"head": {e.At, e.Heads}, "rest": {others, e.Rests}} {
		for k, word := range side.words {
			fits := len(word) == len(side.at)
			for i := 0; fits && i < len(word); i++ {
				fits = word[i] >= 0 && word[i] < len(w.Alphabet[side.at[i]-1])
			}
			if !fits {
				return 0, fmt.Errorf("%s %d is none of the world", what, k+1)
			}
		}
	}
	if len(e.Heads) > MaxWork/(len(e.Rests)+1) {
		return 0, ErrLarge
	}
	seq := make([]tasks.Token, sh.N)
	seq[w.Read-1] = w.Alphabet[w.Read-1][0]
	err = apart(ctx, w, len(e.Heads), len(e.Rests), func(k, s int) []tasks.Token {
		for i, pos := range e.At {
			seq[pos-1] = w.Alphabet[pos-1][e.Heads[k][i]]
		}
		for i, pos := range others {
			seq[pos-1] = w.Alphabet[pos-1][e.Rests[s][i]]
		}
		return seq
	})
	return SumBits(len(e.At), len(e.Heads)), err
}})
