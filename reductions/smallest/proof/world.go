package proof

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"crosscut/models/tasks"
)

// World is a task at one read position with finitely many tokens. Where Fixed is not
// 0, the token there is public: it is the first of its alphabet. Tokens that the
// output cannot tell apart by the task's definition are listed once: the set of a
// token that is not read.
type World struct {
	Shape    tasks.Shape
	Read     int
	Fixed    int
	Alphabet [][]tasks.Token // of positions 1..N
	// Choices numbers the tokens that occur, of each position: all, or a part.
	Choices [][]int
	Whole   bool // no token is left out
}

// ErrLarge marks worlds that are too large to walk through.
var ErrLarge = errors.New("too many inputs to walk through")

// MaxWork is the most steps of one walk, and the most inputs of one evaluation.
const MaxWork = 1 << 27

// NewWorld lists the tokens, of each position at most most (0: all). fixed is the
// position whose token is public, or 0.
func NewWorld(sh tasks.Shape, read, fixed, most int) (*World, error) {
	w := &World{Shape: sh, Read: read, Fixed: fixed, Whole: true}
	if read < 1 || read > sh.N || fixed < 0 || fixed > sh.N {
		return nil, fmt.Errorf("smallest: position outside 1..%d", sh.N)
	}
	if sh.Task.AlphabetSize != nil {
		if k := sh.Task.AlphabetSize(sh); !(k <= 1<<16) {
			return nil, fmt.Errorf("smallest: %s has %.4g tokens: %w", sh.Task.Name, k, ErrLarge)
		}
	}
	for pos := 1; pos <= sh.N; pos++ {
		var kept []tasks.Token
		for _, t := range sh.Task.Alphabet(sh, pos) {
			same := func(u tasks.Token) bool {
				return sh.Task.Asks != nil && pos != read && t.X == u.X && t.To == u.To && slices.Equal(t.Z, u.Z)
			}
			if !slices.ContainsFunc(kept, same) {
				kept = append(kept, t)
			}
		}
		if len(kept) == 0 {
			return nil, fmt.Errorf("smallest: %s: no token can stand at position %d", sh.Task.Name, pos)
		}
		if pos == fixed {
			kept = kept[:1]
		}
		choices := telling(kept)
		if most > 0 && len(kept) > most {
			choices, w.Whole = choices[:most], false
		}
		slices.Sort(choices)
		w.Alphabet, w.Choices = append(w.Alphabet, kept), append(w.Choices, choices)
	}
	return w, nil
}

// telling numbers tokens, those first that tell most when only a few are taken: edges
// between small labels; else the first and the last in turn.
func telling(tokens []tasks.Token) []int {
	order := make([]int, 0, len(tokens))
	for low, high := 0, len(tokens)-1; low <= high; low, high = low+1, high-1 {
		if order = append(order, low); low < high {
			order = append(order, high)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		label := func(t tasks.Token) int {
			if t.To == 0 {
				return 0
			}
			return max(t.X, t.To)
		}
		return label(tokens[a]) - label(tokens[b])
	})
	return order
}

// Tokens writes a prefix, or with from > 0 a later stretch, given by numbers of
// tokens from 0. ok is false for numbers outside the alphabets.
func (w *World) Tokens(from int, word []int) (seq []tasks.Token, ok bool) {
	if from+len(word) > w.Shape.N {
		return nil, false
	}
	for k, a := range word {
		if a < 0 || a >= len(w.Alphabet[from+k]) {
			return nil, false
		}
		seq = append(seq, w.Alphabet[from+k][a])
	}
	return seq, true
}

// Allowed says whether a prefix can be the beginning of an input.
func (w *World) Allowed(seq []tasks.Token) bool {
	return w.Shape.Task.CheckSeq == nil || w.Shape.Task.CheckSeq(w.Shape, w.Shape.All()[:len(seq)], seq) == nil
}

// Output is the definition at the read position; inside is false for what is no input.
func (w *World) Output(seq []tasks.Token) (out tasks.Value, inside bool) {
	if !w.Allowed(seq) {
		return nil, false
	}
	return w.Shape.Task.Eval(w.Shape, seq, w.Read), true
}

// Clash says that no answer is right for both outputs: for two, the middle is best.
func (w *World) Clash(a, b tasks.Value) bool {
	if w.Shape.Task.Correct == nil {
		return !slices.Equal(a, b)
	}
	mid := make(tasks.Value, len(a))
	for c := range mid {
		mid[c] = (a[c] + b[c]) / 2
	}
	return !w.Shape.Correct(mid, a) || !w.Shape.Correct(mid, b)
}

// Key is a string that two prefixes share only if all their continuations have the
// same outputs: the prefix itself, or where the order of tokens does not matter the
// set of those that occurred.
func (w *World) Key(word []int) string {
	key := make([]byte, 0, 2*len(word)+2)
	if w.Shape.Task.Unordered {
		if len(word) >= w.Read {
			key = binary.LittleEndian.AppendUint16(key, uint16(word[w.Read-1]))
		}
		word = slices.Clone(word)
		slices.Sort(word)
		word = slices.Compact(word)
	}
	for _, a := range word {
		key = binary.LittleEndian.AppendUint16(key, uint16(a))
	}
	return string(key)
}

// Walk follows a machine over all inputs: step gives its next state, final sees each
// last state with an input that leads to it and what the definition says there.
// Prefixes of one key in one state are followed once.
func (w *World) Walk(ctx context.Context, step func(pos, state, token int) (int, error), final func(state int, want tasks.Value) error) error {
	type item struct {
		word  []int
		state int
	}
	level, work := []item{{nil, 0}}, 0
	for pos := 1; pos <= w.Shape.N; pos++ {
		seen := map[string]bool{}
		var next []item
		for _, it := range level {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			for _, a := range w.Choices[pos-1] {
				if work++; work > MaxWork {
					return ErrLarge
				}
				word := append(slices.Clone(it.word), a)
				seq, _ := w.Tokens(0, word)
				if !w.Allowed(seq) {
					continue
				}
				state, err := step(pos, it.state, a)
				if err != nil {
					return err
				}
				if pos == w.Shape.N {
					if out, inside := w.Output(seq); inside {
						if err := final(state, out); err != nil {
							return fmt.Errorf("on tokens %v: %w", word, err)
						}
					}
					continue
				}
				key := string(binary.LittleEndian.AppendUint64([]byte(w.Key(word)), uint64(state)))
				if !seen[key] {
					seen[key] = true
					next = append(next, item{word, state})
				}
			}
		}
		level = next
	}
	return nil
}
