package proof

import (
	"context"
	"encoding/binary"
	"encoding/json"
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
	total := sh.Task.CheckSeq == nil && sh.Task.Correct == nil
	rows := make([][]tasks.Value, len(e.Prefixes)) // nil entries: no input
	seen := map[string]int{}
	for k, p := range e.Prefixes {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		head, ok := w.Tokens(0, p)
		if !ok || len(p) != e.After {
			return 0, fmt.Errorf("prefix %d is none of the world", k+1)
		}
		rows[k] = make([]tasks.Value, len(e.Suffixes))
		var name []byte
		for j, s := range e.Suffixes {
			tail, ok := w.Tokens(e.After, s)
			if !ok || e.After+len(s) != sh.N {
				return 0, fmt.Errorf("suffix %d is none of the world", j+1)
			}
			if out, inside := w.Output(append(head[:e.After:e.After], tail...)); inside {
				rows[k][j] = out
				for _, x := range out {
					name = binary.LittleEndian.AppendUint64(name, math.Float64bits(x))
				}
			}
		}
		if total { // then two rows are apart iff they differ
			if first, twice := seen[string(name)]; twice {
				return 0, fmt.Errorf("no suffix tells prefixes %d and %d apart", first+1, k+1)
			}
			seen[string(name)] = k
		}
	}
	if total {
		return len(rows), nil
	}
	if len(rows) > 0 && len(rows) > MaxWork/len(rows)/(len(e.Suffixes)+1) {
		return 0, ErrLarge
	}
	for k := range rows {
		for l := range k {
			apart := false
			for j, v := range rows[k] {
				apart = apart || v != nil && rows[l][j] != nil && w.Clash(v, rows[l][j])
			}
			if !apart {
				return 0, fmt.Errorf("no suffix tells prefixes %d and %d apart", l+1, k+1)
			}
		}
	}
	return len(rows), nil
}

var _ = register("apart", kind{end: "lower", verify: func(ctx context.Context, f *File, sh tasks.Shape, raw json.RawMessage) (int, error) {
	var e Apart
	if err := decode(raw, &e); err != nil {
		return 0, err
	}
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
		p := 0
		for (1<<p-1)*sums+1 < rows {
			p++
		}
		return p, nil
	}
	return 0, fmt.Errorf("prefixes say nothing about %s", f.Unit)
}})

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

var _ = register("automaton", kind{model: "rnn", unit: StateBits, end: "upper", verify: func(ctx context.Context, f *File, sh tasks.Shape, raw json.RawMessage) (int, error) {
	var e Automaton
	if err := decode(raw, &e); err != nil {
		return 0, err
	}
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
	err = w.Walk(ctx, func(pos, state, token int) (int, error) {
		at := e.Next[pos-1]
		after := len(e.Out)
		if pos < sh.N {
			after = len(e.Next[pos])
		}
		if token >= len(at[state]) || at[state][token] < 0 || at[state][token] >= after {
			return 0, fmt.Errorf("no transition at position %d", pos)
		}
		return at[state][token], nil
	}, func(state int, want tasks.Value) error {
		if got := e.Out[state]; len(got) != len(want) || !sh.Correct(got, want) {
			return fmt.Errorf("the automaton answers %v, the definition says %v", got, want)
		}
		return nil
	})
	bits := 0
	for _, states := range e.Next[1:] {
		bits = max(bits, protocol.Width(uint64(len(states))))
	}
	return bits, err
}})
