package smallest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/smallest/proof"
)

// RNN is any model that reads the tokens once, from left to right, keeps a state
// between them, and answers after the last; the transition may depend on the position.
// Its size is the state in bits, at the cut where that is most. For a task with one
// right answer on all sequences the rows of the cuts are the states of the minimal
// automaton, so that both ends meet. Elsewhere rows may share a state: the lower end
// is a clique of rows that may not, the upper end an automaton whose states are sets
// of rows, joined by colouring one cut after the other.
var RNN = kinds.Add(&Kind{
	Name: "rnn",
	Doc:  "any state that is kept between tokens, read from left to right once",
	Unit: func(tasks.Shape) string { return proof.StateBits },
	Find: func(ctx context.Context, sh tasks.Shape, r *Result) error {
		public := proof.PublicToken(sh)
		full, err := proof.NewWorld(sh, r.Read, public, 0)
		if need, ok := known(sh); ok && errors.Is(err, proof.ErrLarge) && !math.IsInf(sh.Task.AlphabetSize(sh), 0) {
			r.World, r.By = describe(&proof.World{Shape: sh}), "all tokens kept"
			r.Upper = int(math.Ceil(float64(sh.N-1) * math.Log2(sh.Task.AlphabetSize(sh))))
			r.atLeast(need)
			return nil
		}
		if err != nil {
			return err
		}
		r.World = describe(full)
		r.Upper, r.By = raw(full), "all tokens kept"
		states := []int{}
		found := func(a *proof.Automaton) error {
			if a == nil {
				return nil
			}
			own, bits := []int{}, 0
			for _, next := range a.Next[1:] {
				own = append(own, len(next))
				bits = max(bits, protocol.Width(uint64(len(next))))
			}
			if len(states) == 0 || bits < r.Upper {
				states = own
			}
			return r.shrink(bits, a)
		}
		err = beyond(ctx, sh, public, func(rows *rows) error {
			if err := found(rows.automaton(ctx, 0)); err != nil {
				return err
			}
			cut := 1
			for t := 1; t < sh.N; t++ {
				if len(rows.next[t]) > len(rows.next[cut]) {
					cut = t
				}
			}
			if e, bits := rows.promised(ctx, cut, func(rows int) int { return protocol.Width(uint64(rows)) }); e != nil {
				if err := r.raise(bits, e); err != nil {
					return err
				}
			}
			if r.Lower < r.Upper && ctx.Err() == nil {
				return found(rows.joint(ctx, cut, 1<<r.Lower))
			}
			return nil
		})
		if err != nil {
			return err
		}
		whole := r.File.Lower != nil && r.Lower == r.Upper
		if !whole {
			whole, err = growing(ctx, sh, public, func(w *proof.World, rows *rows) error {
				cut, best := 1, []int(nil)
				for t := 1; t < sh.N; t++ {
					if apart := rows.alone(ctx, t); len(apart) > len(best) {
						cut, best = t, apart
					}
				}
				if sh.N == 1 {
					return nil
				}
				e, err := rows.evidence(ctx, cut, best)
				if err != nil {
					return err
				}
				if err := r.raise(protocol.Width(uint64(len(best))), e); err != nil || !w.Whole {
					return err
				}
				return found(rows.automaton(ctx, r.Lower))
			})
		}
		if err != nil {
			return err
		}
		if sh.N == 1 {
			r.Upper, r.By = 0, "one token, no cut"
			return nil
		}
		if len(states) > 0 {
			r.Witness = map[string]any{"states": states}
			r.By = "rows of the widest cut, and an automaton"
		}
		if need, ok := known(sh); ok && int(need.Bits) > r.Lower {
			r.atLeast(need)
		} else if !whole {
			r.Notes = append(r.Notes, "the lower end speaks of a part of the alphabet, which every model must serve; no automaton was made for all of it")
		}
		return nil
	},
})

// atLeast makes a proved need the lower end.
func (r *Result) atLeast(need reductions.NeedAt) {
	by := "where all tokens but the last are Alice's"
	if need.Reduction != "" {
		by = fmt.Sprintf("n = %d, by the map %s", need.Size, need.Reduction)
	}
	r.By = fmt.Sprintf("%s: %s bits, %s; %s", need.Of, need.Formula, by, r.By)
	r.Notes = append(r.Notes, fmt.Sprintf("the lower end, %d, is %s, and no certificate holds it; the search alone came to %d", need.Bits, need.Basis, r.Lower))
	r.Lower = int(need.Bits)
}

// known is the largest need of the catalogues that a state between tokens must serve.
func known(sh tasks.Shape) (reductions.NeedAt, bool) {
	var first []tasks.Token
	if public := proof.PublicToken(sh); public > 0 {
		if sh.Task.AlphabetSize != nil && sh.Task.AlphabetSize(sh) > 1<<18 { // only the first of them is asked for
			return reductions.NeedAt{}, false
		}
		first = sh.Task.Alphabet(sh, public)[:public]
	}
	return reductions.InOrder(sh, sh.DefaultRead(), first)
}

// describe says which inputs the ends speak of.
func describe(w *proof.World) string {
	s := fmt.Sprintf("all sequences of %d tokens", w.Shape.N)
	if w.Shape.Task.CheckSeq != nil {
		s = fmt.Sprintf("all inputs of %d tokens that the task allows", w.Shape.N)
	}
	if w.Fixed > 0 {
		s += fmt.Sprintf(", token %d public and %v", w.Fixed, show(w.Shape, w.Alphabet[w.Fixed-1][0]))
	}
	if w.Shape.Task.Vector {
		s += fmt.Sprintf("; each z is 0 or a signed unit vector, and outputs count as different more than 2 eps = %.4g apart", 2*w.Shape.Params["eps"])
	}
	return s
}

func show(sh tasks.Shape, t tasks.Token) any {
	if sh.Task.FormatToken == nil {
		return t.X
	}
	return fmt.Sprint(sh.Task.FormatToken(sh, t))
}

// automaton is the smallest found: the minimal one where rows may not be joined, else
// for the least number of bits, from least on, for which the colouring succeeds.
func (r *rows) automaton(ctx context.Context, least int) *proof.Automaton {
	if r.apart == nil {
		e := &proof.Automaton{Kind: "automaton", Out: r.outs}
		for t, rows := range r.next {
			next := make([][]int, len(rows))
			for i, to := range rows {
				for _, k := range spelled(r.w, t, to) {
					next[i] = append(next[i], int(k))
				}
			}
			e.Next = append(e.Next, next)
		}
		return e
	}
	for bits := least; bits < 30; bits++ {
		for try := range joins {
			if ctx.Err() != nil {
				return nil
			}
			if e := r.joined(ctx, 1<<bits, try); e != nil {
				return e
			}
		}
	}
	return nil
}

// joins is how many ways of joining are tried for each number of bits.
const joins = 100

// joined makes an automaton with at most so many states at every cut: a state is a set
// of rows, none apart. Where the sets after one more token are too many, those that
// may be joined are coloured; but in the first try, colours are then split at random
// until there are as many as may be, for what is joined early cannot be told apart
// later.
func (r *rows) joined(ctx context.Context, most, try int) *proof.Automaton {
	n := r.w.Shape.N
	rng := rand.New(rand.NewPCG(1, uint64(try)))
	e := &proof.Automaton{Kind: "automaton"}
	states := [][]int32{{0}}
	for t := range n {
		var after [][]int32
		index := map[string]int{}
		next := make([][]int, len(states))
		for s, set := range states {
			if ctx.Err() != nil {
				return nil
			}
			next[s] = make([]int, len(r.w.Choices[t]))
			for a := range next[s] {
				var to []int32
				for _, row := range set {
					if k := r.next[t][row][a]; k >= 0 {
						to = append(to, k)
					}
				}
				slices.Sort(to)
				to = slices.Compact(to)
				if next[s][a] = -1; len(to) == 0 {
					continue
				}
				key := fmt.Sprint(to)
				k, ok := index[key]
				if !ok {
					k = len(after)
					index[key] = k
					after = append(after, to)
				}
				next[s][a] = k
			}
		}
		if t+1 < n && len(after) > most {
			apart := func(x, y int) bool {
				return slices.ContainsFunc(after[x], func(i int32) bool {
					return slices.ContainsFunc(after[y], func(j int32) bool { return i != j && r.apart[t+1].has(int(i), int(j)) })
				})
			}
			_, of, colours := colour(ctx, len(after), apart)
			if colours > most {
				return nil
			}
			if try > 0 {
				left := make([]int, colours) // members of each colour
				for _, c := range of {
					left[c]++
				}
				for _, x := range rng.Perm(len(of)) {
					if colours < most && left[of[x]] > 1 {
						left[of[x]]--
						of[x] = colours
						left = append(left, 1)
						colours++
					}
				}
			}
			joint := make([][]int32, colours)
			for x, c := range of {
				joint[c] = append(joint[c], after[x]...)
			}
			for c := range joint {
				slices.Sort(joint[c])
				joint[c] = slices.Compact(joint[c])
			}
			for _, to := range next {
				for a, k := range to {
					if k >= 0 {
						to[a] = of[k]
					}
				}
			}
			after = joint
		}
		for s := range next {
			next[s] = spelled(r.w, t, next[s])
		}
		e.Next, states = append(e.Next, next), after
	}
	for _, set := range states {
		out := r.outs[set[0]]
		if r.w.Shape.Task.Correct != nil { // the middle of the outputs' box
			out = slices.Clone(out)
			for c := range out {
				low, high := out[c], out[c]
				for _, k := range set {
					low, high = min(low, r.outs[k][c]), max(high, r.outs[k][c])
				}
				out[c] = (low + high) / 2
			}
			for _, k := range set {
				if !r.w.Shape.Correct(out, r.outs[k]) {
					return nil // pairs have an answer, and all together have none
				}
			}
		}
		e.Out = append(e.Out, out)
	}
	return e
}
