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
	// Stand is, of each position and token, the token that stands for it: the task says
	// that the output stays when it is put in its place. Models that treat both alike are
	// right on all inputs where they are right on those of tokens that stand for themselves.
	Stand [][]int
	// Choices numbers the tokens that occur, of each position: all that stand for
	// themselves, or a part.
	Choices [][]int
	Whole   bool // none of these is left out
	// Beyond: every sequence counts as an input, also those that the task does not allow,
	// so that prefixes are alike where the output depends on the same rest of them. What is
	// right there is right on all inputs.
	Beyond bool

	all []int // 1..N
}

// ErrLarge marks worlds that are too large to walk through.
var ErrLarge = errors.New("too many inputs to walk through")

// MaxWork is the most steps of one walk, and the most inputs of one evaluation.
const MaxWork = 1 << 27

// NewWorld lists the tokens, of each position at most most (0: all). fixed is the
// position whose token is public, or 0.
func NewWorld(sh tasks.Shape, read, fixed, most int) (*World, error) {
	w := &World{Shape: sh, Read: read, Fixed: fixed, Whole: true, all: sh.All()}
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
		asked := sh.Task.Asks == nil || pos == read
		for _, t := range sh.Task.Alphabet(sh, pos) {
			same := func(u tasks.Token) bool { return t.X == u.X && t.To == u.To && slices.Equal(t.Z, u.Z) }
			if asked || !slices.ContainsFunc(kept, same) {
				kept = append(kept, t)
			}
		}
		if len(kept) == 0 {
			return nil, fmt.Errorf("smallest: %s: no token can stand at position %d", sh.Task.Name, pos)
		}
		if pos == fixed {
			kept = kept[:1]
		}
		w.Alphabet = append(w.Alphabet, kept)
	}
	w.stand()
	for pos := range w.Alphabet {
		choices := w.telling(pos)
		if most > 0 && len(choices) > most {
			choices, w.Whole = choices[:most], false
		}
		slices.Sort(choices)
		w.Choices = append(w.Choices, choices)
	}
	return w, nil
}

// stand fills Stand. Where the read token is public, those that change nothing all have
// one stand-in, another one at each position, so that no two are alike.
func (w *World) stand() {
	idle := make([]int, w.Shape.N)
	same := w.Shape.Task.Same
	if w.Fixed != w.Read || w.Fixed == 0 {
		same = nil
	}
	if same != nil {
		read := w.Alphabet[w.Read-1][0]
		for pos, used := 0, []tasks.Token{read}; pos < w.Shape.N && same != nil; pos++ {
			if pos+1 == w.Fixed {
				continue
			}
			idle[pos] = slices.IndexFunc(w.Alphabet[pos], func(t tasks.Token) bool {
				return isZero(same(read, t)) && w.Allowed(append(used[:len(used):len(used)], t))
			})
			if idle[pos] >= 0 {
				used = append(used, w.Alphabet[pos][idle[pos]])
			} else if slices.ContainsFunc(w.Alphabet[pos], func(t tasks.Token) bool { return isZero(same(read, t)) && w.Allowed([]tasks.Token{read, t}) }) {
				same = nil // too few of them
			}
		}
	}
	for pos, tokens := range w.Alphabet {
		stand := make([]int, len(tokens))
		for a, t := range tokens {
			if stand[a] = a; same == nil || pos+1 == w.Fixed {
				continue
			}
			u := same(w.Alphabet[w.Read-1][0], t)
			if isZero(u) {
				if idle[pos] >= 0 {
					stand[a] = idle[pos]
				}
				continue
			}
			stand[a] = slices.IndexFunc(tokens, func(v tasks.Token) bool { return v.X == u.X && v.To == u.To })
		}
		w.Stand = append(w.Stand, stand)
	}
}

func isZero(t tasks.Token) bool { return t.X == 0 && t.To == 0 }

// telling numbers tokens that stand for themselves, those first that tell most when only a
// few are taken: edges between small labels; else the first and the last in turn.
func (w *World) telling(pos int) []int {
	tokens := w.Alphabet[pos]
	var own, order []int
	for a, b := range w.Stand[pos] {
		if a == b {
			own = append(own, a)
		}
	}
	for low, high := 0, len(own)-1; low <= high; low, high = low+1, high-1 {
		if order = append(order, own[low]); low < high {
			order = append(order, own[high])
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
	seq = make([]tasks.Token, 0, len(word))
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
	return w.Beyond || w.Shape.Task.CheckSeq == nil || w.Shape.Task.CheckSeq(w.Shape, w.all[:len(seq)], seq) == nil
}

// Within is the same world without what lies beyond the promise.
func (w *World) Within() *World {
	within := *w
	within.Beyond = false
	return &within
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

// Alike says whether two tokens with one stand-in are treated alike.
func (w *World) Alike(pos int, of []int) bool {
	for a, b := range w.Stand[pos] {
		if a >= len(of) || of[a] != of[b] {
			return false
		}
	}
	return true
}

// Key is a string that two prefixes of one length share only if all their continuations
// have the same outputs: the tokens of it that matter, or where their order does not
// matter the set of those that occurred.
func (w *World) Key(word []int) string {
	key := make([]byte, 0, 2*len(word)+2)
	if rest := w.Shape.Task.Rest; rest != nil && len(word) >= w.Read && (w.Beyond || w.Shape.Task.CheckSeq == nil) {
		seq, _ := w.Tokens(0, word)
		for _, v := range rest(w.Shape, w.Read, seq) {
			key = binary.LittleEndian.AppendUint64(key, uint64(v))
		}
		return string(key)
	}
	if !w.Shape.Task.Unordered {
		back, ahead := w.Shape.Window()
		word = word[:min(len(word), w.Read+ahead)]
		word = word[min(len(word), max(0, w.Read-1-back)):]
	}
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
