package proof

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Apart lists prefixes of one length no two of which may share a message: for any two
// there is a suffix with which no answer is right for both. Tokens are numbers from
// 0 in the alphabets of the world. So a model that keeps a state between prefix and
// suffix has as many states, and one whose message is a sum of After values (token
// Fixed not counted) as many sums.
type Apart struct {
	Kind     string  `json:"kind"` // "apart"
	Fixed    int     `json:"fixed"`
	After    int     `json:"after"`
	Prefixes [][]int `json:"prefixes"`
	Suffixes [][]int `json:"suffixes"`
}

// count verifies the prefixes and is how many there are.
func (e *Apart) count(ctx context.Context, sh tasks.Shape) (int, error) {
	w, err := NewWorld(sh, sh.DefaultRead(), e.Fixed, 0)
	if err != nil {
		return 0, err
	}
	if e.After < 1 || e.After >= sh.N {
		return 0, fmt.Errorf("a cut after %d of %d tokens", e.After, sh.N)
	}
	if len(e.Prefixes) > MaxWork/(len(e.Suffixes)+1) {
		return 0, ErrLarge
	}
	var heads, tails [][]tasks.Token
	for k, p := range e.Prefixes {
		head, ok := w.Tokens(0, p)
		if !ok || len(p) != e.After {
			return 0, fmt.Errorf("prefix %d is none of the world", k+1)
		}
		heads = append(heads, head[:e.After:e.After])
	}
	for k, s := range e.Suffixes {
		tail, ok := w.Tokens(e.After, s)
		if !ok || e.After+len(s) != sh.N {
			return 0, fmt.Errorf("suffix %d is none of the world", k+1)
		}
		tails = append(tails, tail)
	}
	return len(heads), apart(ctx, w, len(heads), len(tails), func(k, s int) []tasks.Token { return append(heads[k], tails[s]...) })
}

// apart is an error where some two of so many heads are not told apart by any of so many
// tails. seq joins a head and a tail, numbers from 0.
func apart(ctx context.Context, w *World, heads, tails int, seq func(k, s int) []tasks.Token) (err error) {
	if task := w.Shape.Task; task.CheckSeq == nil && task.Correct == nil { // then two rows are apart iff they differ
		seen := map[string]int{}
		for k := range heads {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			var name []byte
			for s := range tails {
				out, _ := w.Output(seq(k, s))
				name = Named(name, out)
			}
			if first, twice := seen[string(name)]; twice {
				return notApart(first, k)
			}
			seen[string(name)] = k
		}
		return nil
	}
	if heads > MostPairs {
		return ErrLarge
	}
	pairs, of := NewPairs(heads), make([]int, heads)
	for s := range tails {
		var outs []tasks.Value
		number := map[string]int{}
		for k := range heads {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			out, inside := w.Output(seq(k, s))
			if of[k] = -1; !inside {
				continue
			}
			name := string(Named(nil, out))
			u, seen := number[name]
			if !seen {
				u = len(outs)
				number[name], outs = u, append(outs, out)
			}
			of[k] = u
		}
		pairs.Saw(of, func(u, v int) bool { return w.Clash(outs[u], outs[v]) })
	}
	pairs.Alike(func(k, l int) bool {
		err = notApart(l, k)
		return false
	})
	return err
}

// Named appends an output as bytes, of 0 and -0 the same.
func Named(name []byte, out tasks.Value) []byte {
	for _, x := range out {
		name = binary.LittleEndian.AppendUint64(name, math.Float64bits(x+0))
	}
	return name
}

func notApart(k, l int) error {
	return fmt.Errorf("no suffix tells prefixes %d and %d apart", k+1, l+1)
}

var _ = register("apart", kind{end: "lower", verify: evidence(func(ctx context.Context, f *File, sh tasks.Shape, e *Apart) (int, error) {
	switch public := PublicToken(sh); {
	case f.Unit == StateBits && e.Fixed != public:
		return 0, fmt.Errorf("token %d is public, not %d", public, e.Fixed)
	case f.Unit == ValueBits && e.Fixed != sh.DefaultRead():
		return 0, errors.New("the read token must be public, or a layer is no one-way protocol")
	}
	rows, err := e.count(ctx, sh)
	if err != nil {
		return 0, err
	}
	switch f.Unit {
	case StateBits:
		return protocol.Width(uint64(rows)), nil
	case ValueBits:
		sums := e.After
		if e.Fixed <= e.After {
			sums--
		}
		return SumBits(sums, rows), nil
	}
	return 0, fmt.Errorf("prefixes say nothing about %s", f.Unit)
})})

// PublicToken is the position that everybody knows: the first of match and cycle
// tasks, none (0) of others.
func PublicToken(sh tasks.Shape) int {
	if sh.Task.PublicFirst {
		return 1
	}
	return 0
}

// Automaton is a recurrent model, state by state: Next[t][s][a] is the state after
// token a at position t + 1 in state s, and Out is what it answers in each last state.
// The first state is 0 of one. -1 stands where no input leads.
type Automaton struct {
	Kind string        `json:"kind"` // "automaton"
	Next [][][]int     `json:"next"`
	Out  []tasks.Value `json:"out"`
}

var _ = register("automaton", kind{model: "rnn", unit: StateBits, end: "upper", verify: evidence(func(ctx context.Context, f *File, sh tasks.Shape, e *Automaton) (int, error) {
	w, err := NewWorld(sh, sh.DefaultRead(), PublicToken(sh), 0)
	if err != nil {
		return 0, err
	}
	if len(e.Next) != sh.N || len(e.Next[0]) != 1 {
		return 0, errors.New("an automaton has one first state, and transitions at every position")
	}
	for pos, states := range e.Next {
		for _, next := range states {
			if !w.Alike(pos, next) {
				return 0, fmt.Errorf("transitions at position %d for other tokens than there are, or different ones for tokens that stand for each other", pos+1)
			}
		}
	}
	step := func(pos, state, token int) (int, error) {
		at := e.Next[pos-1]
		after := len(e.Out)
		if pos < sh.N {
			after = len(e.Next[pos])
		}
		if token >= len(at[state]) || at[state][token] < 0 || at[state][token] >= after {
			return 0, fmt.Errorf("no transition at position %d", pos)
		}
		return at[state][token], nil
	}
	final := func(state int, want tasks.Value) error {
		if got := e.Out[state]; len(got) != len(want) || !sh.Correct(got, want) {
			return fmt.Errorf("the automaton answers %v, the definition says %v", got, want)
		}
		return nil
	}
	// Beyond the promise fewer prefixes are followed. Who errs there may be right within.
	if w.Beyond = sh.Task.CheckSeq != nil && sh.Task.Rest != nil; w.Beyond {
		if err = w.Walk(ctx, step, final); err != nil {
			w.Beyond = false
		}
	}
	if !w.Beyond {
		err = w.Walk(ctx, step, final)
	}
	bits := 0
	for _, states := range e.Next[1:] {
		bits = max(bits, protocol.Width(uint64(len(states))))
	}
	return bits, err
})})
