package smallest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"crosscut/internal/exact"
	"crosscut/models/tasks"
	"crosscut/reductions/smallest/proof"
)

// beyond serves tasks with a promise whose rest is known: rows that count outputs also
// where the whole is no input are the states of an automaton that is right on all
// inputs, and few enough to find. Only those that inputs tell apart prove a lower end:
// lower is called for each cut, the widest first, with a proof from so many prefixes.
func beyond(ctx context.Context, sh tasks.Shape, fixed int, f func(rows *rows) error) error {
	if sh.Task.CheckSeq == nil || sh.Task.Rest == nil || sh.N == 1 {
		return nil
	}
	w, err := proof.NewWorld(sh, sh.DefaultRead(), fixed, 0)
	if err != nil {
		return err
	}
	w.Beyond = true
	rows, err := tabulate(ctx, w)
	if err == proof.ErrLarge || ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	return f(rows)
}

// proper says that a word is the beginning of an input.
func proper(w *proof.World, word []int) bool {
	within := w.Within()
	seq, ok := w.Tokens(0, word)
	return ok && within.Allowed(seq)
}

// mostSuffixes bounds the suffixes by which rows are told apart.
const mostSuffixes = 1 << 11

// promised proves that rows after t tokens are apart by inputs alone: suffixes are drawn,
// and of any two rows that none of them tells apart one is left out. size is what a
// number of rows proves; no more rows are written down than that needs. Nil: too many
// rows, or no time.
func (r *rows) promised(ctx context.Context, t int, size func(rows int) int) (*proof.Apart, int) {
	n, rng := r.w.Shape.N, rand.New(rand.NewPCG(1, uint64(t)))
	within := r.w.Within()
	var own []int // rows that an input begins with
	var heads [][]tasks.Token
	for i, word := range r.word[t] {
		if proper(r.w, word) {
			head, _ := r.w.Tokens(0, word)
			own, heads = append(own, i), append(heads, head[:t:t])
		}
	}
	if len(own) < 2 || len(own) > proof.MostPairs {
		return nil, 0
	}
	e := &proof.Apart{Kind: "apart", Fixed: r.w.Fixed, After: t, Suffixes: [][]int{}}
	pairs, of, seen := proof.NewPairs(len(own)), make([]int, len(own)), map[string]bool{}
	var kept []int                // places in own
	ahead := make([][][]int32, n) // by token, then row: rows that follow each other stand together
	for u := t; u < n; u++ {
		ahead[u] = make([][]int32, len(r.w.Choices[u]))
		for a := range ahead[u] {
			for _, to := range r.next[u] {
				ahead[u][a] = append(ahead[u][a], to[a])
			}
		}
	}
	first := 64
	for first < len(own)/32 {
		first *= 2
	}
	for most := first; most <= mostSuffixes && (kept == nil || size(len(kept)) < size(len(own))); most *= 2 {
		for range 8 * most {
			if len(e.Suffixes) == most || ctx.Err() != nil {
				break
			}
			suffix := r.drawn(rng, t, own[rng.IntN(len(own))], own[rng.IntN(len(own))])
			word := r.spelled(t, suffix)
			if r.w.Shape.Task.Unordered {
				slices.Sort(word)
			}
			key := fmt.Sprint(word)
			if len(suffix) < n-t || seen[key] {
				continue
			}
			seen[key] = true
			tail, _ := r.w.Tokens(t, word)
			var wg sync.WaitGroup
			done := 0
			for part := range slices.Chunk(own, 1<<12) {
				from := done
				done += len(part)
				wg.Go(func() {
					seq := append(make([]tasks.Token, t, n), tail...)
					for k, i := range part {
						copy(seq, heads[from+k])
						if of[from+k] = -1; within.Allowed(seq) {
							at := int32(i)
							for u, a := range suffix {
								at = ahead[t+u][a][at]
							}
							of[from+k] = int(at)
						}
					}
				})
			}
			wg.Wait()
			e.Suffixes = append(e.Suffixes, word)
			pairs.Saw(of, func(u, v int) bool { return r.w.Clash(r.outs[u], r.outs[v]) })
		}
		if like := alike(pairs, len(own)); like != nil {
			kept = alone(like)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if kept == nil {
		return nil, 0
	}
	proved := size(len(kept))
	for len(kept) > 1 && size(len(kept)-1) == proved {
		kept = kept[:len(kept)-1]
	}
	for _, k := range kept {
		e.Prefixes = append(e.Prefixes, r.word[t][own[k]])
	}
	return e, proved
}

// drawn is a suffix that tells rows i and j after t tokens apart; shorter when they are
// one row.
func (r *rows) drawn(rng *rand.Rand, t, i, j int) (word []int) {
	for ; t < r.w.Shape.N && i != j; t++ {
		var open []int
		for a, k := range r.next[t][i] {
			if k != r.next[t][j][a] {
				open = append(open, a)
			}
		}
		a := open[rng.IntN(len(open))]
		word, i, j = append(word, a), int(r.next[t][i][a]), int(r.next[t][j][a])
	}
	return word
}

// alike lists for each of n prefixes the others that no suffix tells from it; nil: too many.
func alike(pairs *proof.Pairs, n int) [][]int32 {
	all, found := make([][]int32, n), 0
	pairs.Alike(func(k, l int) bool {
		all[k], all[l] = append(all[k], int32(l)), append(all[l], int32(k))
		found++
		return found < 1<<24
	})
	if found == 1<<24 {
		return nil
	}
	return all
}

// byAlike orders prefixes by how many others are like them.
func byAlike(alike [][]int32) []int {
	order := exact.UpTo(len(alike))
	slices.SortStableFunc(order, func(a, b int) int { return len(alike[a]) - len(alike[b]) })
	return order
}

// alone leaves out one of any two that are alike, first those alike to most.
func alone(alike [][]int32) (kept []int) {
	out := make([]bool, len(alike))
	for _, k := range byAlike(alike) {
		if !out[k] {
			kept = append(kept, k)
			for _, l := range alike[k] {
				out[l] = true
			}
		}
	}
	return kept
}

// mostCells bounds the table of rows and suffixes of a joint automaton.
const mostCells = 1 << 24

// joint is an automaton with at most so many states whose states after t tokens are sets
// of rows that no input tells apart: what some row of a set says with a suffix, where one
// of its prefixes allows that, is what the set says. nil: none was found.
func (r *rows) joint(ctx context.Context, t, most int) *proof.Automaton {
	n, size, suffixes := r.w.Shape.N, len(r.next[t]), 1
	for _, c := range r.w.Choices[t:] {
		if suffixes *= len(c); size*suffixes > mostCells {
			return nil
		}
	}
	within := r.w.Within()
	said := make([][]int, size) // of each row and suffix the output, or -1: no input
	word := make([]int, n-t)
	spell := func(s int) []int {
		for k := n - 1; k >= t; k-- {
			word[k-t], s = s%len(r.w.Choices[k]), s/len(r.w.Choices[k])
		}
		return word
	}
	for i := range said {
		said[i] = slices.Repeat([]int{-1}, suffixes)
	}
	seen := map[string]bool{}
	var visit func(prefix []tasks.Token, word []int, row int32)
	visit = func(prefix []tasks.Token, word []int, row int32) {
		if key := within.Key(word); seen[key] || ctx.Err() != nil {
			return
		} else if seen[key] = true; len(word) < t {
			for c, a := range r.w.Choices[len(word)] {
				if next := append(prefix[:len(word):len(word)], r.w.Alphabet[len(word)][a]); within.Allowed(next) {
					visit(next, append(word[:len(word):len(word)], a), r.next[len(word)][row][c])
				}
			}
			return
		}
		for s := range suffixes {
			suffix := spell(s)
			tail, _ := r.w.Tokens(t, r.spelled(t, suffix))
			if said[row][s] < 0 && within.Allowed(append(prefix, tail...)) {
				said[row][s] = int(r.run(t, int(row), suffix))
			}
		}
	}
	visit(nil, nil, 0)
	pairs, of := proof.NewPairs(size), make([]int, size)
	for s := range suffixes {
		for i := range of {
			of[i] = said[i][s]
		}
		pairs.Saw(of, func(u, v int) bool { return r.w.Clash(r.outs[u], r.outs[v]) })
	}
	like := alike(pairs, size)
	if ctx.Err() != nil || like == nil {
		return nil
	}
	colour := slices.Repeat([]int{-1}, size)
	var sets [][]int32 // what each says
	var members []int
	for _, i := range slices.Backward(byAlike(like)) {
		count := map[int]int{}
		for _, l := range like[i] {
			if colour[l] >= 0 {
				count[colour[l]]++
			}
		}
		c := len(sets)
		for k, m := range count {
			if m == members[k] && (c == len(sets) || members[k] > members[c] || members[k] == members[c] && k < c) {
				c = k
			}
		}
		if c == len(sets) {
			sets, members = append(sets, slices.Repeat([]int32{-1}, suffixes)), append(members, 0)
		}
		members[c]++
		colour[i] = c
		for s, out := range said[i] {
			if out >= 0 {
				sets[c][s] = int32(out)
			}
		}
	}
	for _, set := range sets {
		for s, out := range set {
			if out < 0 {
				set[s] = 0 // no input: any output will do
			}
		}
	}
	e := &proof.Automaton{Kind: "automaton"}
	for u := range t {
		var next [][]int
		for _, to := range r.next[u] {
			own := make([]int, len(to))
			for a, k := range to {
				if own[a] = int(k); u == t-1 {
					own[a] = colour[k]
				}
			}
			next = append(next, spelled(r.w, u, own))
		}
		e.Next = append(e.Next, next)
	}
	for u := t; u < n; u++ {
		var next [][]int
		var after [][]int32
		index := map[string]int{}
		for _, set := range sets {
			own, width := make([]int, len(r.w.Choices[u])), len(set)/len(r.w.Choices[u])
			for a := range own {
				rest := set[a*width : (a+1)*width]
				key := fmt.Sprint(rest)
				k, ok := index[key]
				if !ok {
					k = len(after)
					index[key], after = k, append(after, rest)
				}
				own[a] = k
			}
			next = append(next, spelled(r.w, u, own))
		}
		if e.Next, sets = append(e.Next, next), after; len(next) > most {
			return nil
		}
	}
	for _, out := range sets {
		e.Out = append(e.Out, r.outs[out[0]])
	}
	return e
}
