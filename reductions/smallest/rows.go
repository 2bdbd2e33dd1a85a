package smallest

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"crosscut/internal/exact"
	"crosscut/internal/par"
	"crosscut/models/tasks"
	"crosscut/protocol/bounds"
	"crosscut/reductions/smallest/proof"
)

// rows are the different rows of the task's matrix at every cut into a prefix and a
// suffix, with the row that each token leads to: the task's minimal automaton, position
// by position. A row stands for all prefixes that no suffix tells apart.
type rows struct {
	w    *proof.World
	next [][][]int32   // next[t][row][token], -1: no input
	word [][][]int     // a prefix of each row
	outs []tasks.Value // rows after all tokens
	// apart[t][row] are the rows from which no answer could be right for both, where
	// rows may share a message: several answers are right, or there is a promise. nil:
	// any two rows are apart.
	apart []*relation
}

// mostPrefixes bounds the prefixes of one length that are kept.
const mostPrefixes = 1 << 22

// mostCompared bounds the rows of one cut that are compared pairwise.
const mostCompared = 7000

// tabulate finds the rows: forward to all prefixes, one of each key, then backward.
func tabulate(ctx context.Context, w *proof.World) (*rows, error) {
	n := w.Shape.N
	r := &rows{w: w, next: make([][][]int32, n), word: make([][][]int, n+1)}
	level, work := [][]int{{}}, 0
	succ := make([][][]int32, n) // by prefix
	for t := range n - 1 {
		r.word[t] = level
		index := map[string]int32{}
		var after [][]int
		var fine []bool // each is the beginning of an input
		succ[t] = make([][]int32, len(level))
		seq := make([]tasks.Token, t+1)
		for i, word := range level {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			for k, a := range word {
				seq[k] = w.Alphabet[k][a]
			}
			to := make([]int32, len(w.Choices[t]))
			for c, a := range w.Choices[t] {
				if work++; work > proof.MaxWork/2 {
					return nil, proof.ErrLarge
				}
				seq[t] = w.Alphabet[t][a]
				to[c] = -1
				if !w.Allowed(seq) {
					continue
				}
				longer := append(slices.Clone(word), a)
				key := w.Key(longer)
				k, ok := index[key]
				if !ok {
					k = int32(len(after))
					index[key] = k
					if after = append(after, longer); len(after) > mostPrefixes {
						return nil, proof.ErrLarge
					}
					fine = append(fine, !w.Beyond || proper(w, longer))
				} else if w.Beyond && !fine[k] && proper(w, longer) {
					after[k], fine[k] = longer, true
				}
				to[c] = k
			}
			succ[t][i] = to
		}
		level = after
	}
	r.word[n-1] = level
	if len(level)*len(w.Choices[n-1]) > proof.MaxWork/2 {
		return nil, proof.ErrLarge
	}
	outputs, err := r.outputs(ctx, level)
	if err != nil {
		return nil, err
	}
	var class []int32 // of the prefixes one token longer
	for t := n - 1; t >= 0; t-- {
		index, own := map[string]int32{}, make([]int32, len(r.word[t]))
		var words [][]int
		for i := range own {
			var to []int32
			if t == n-1 {
				to = outputs(i)
			} else {
				to = succ[t][i]
				for c, k := range to {
					if k >= 0 {
						to[c] = class[k]
					}
				}
			}
			key := make([]byte, 0, 4*len(to))
			for _, k := range to {
				key = binary.LittleEndian.AppendUint32(key, uint32(k))
			}
			k, ok := index[string(key)]
			if !ok {
				k = int32(len(words))
				index[string(key)] = k
				words = append(words, r.word[t][i])
				r.next[t] = append(r.next[t], to)
			} else if w.Beyond && proper(w, r.word[t][i]) && !proper(w, words[k]) {
				words[k] = r.word[t][i]
			}
			own[i] = k
		}
		r.word[t], class, succ[t] = words, own, nil
	}
	if w.Shape.Task.Correct != nil || w.Shape.Task.CheckSeq != nil && !w.Beyond {
		return r, r.compare(ctx)
	}
	return r, nil
}

// outputs evaluates the definition on all prefixes of n - 1 tokens with every last
// token, and gives for each prefix the numbers of the outputs, -1 for what is no input.
func (r *rows) outputs(ctx context.Context, level [][]int) (func(i int) []int32, error) {
	last := r.w.Choices[r.w.Shape.N-1]
	all := make([]int16, len(level)*len(last))
	var mu sync.Mutex
	number := map[string]int16{}
	type worker struct {
		seq   []tasks.Token
		known map[string]int16
		key   []byte
	}
	start := func() *worker {
		return &worker{seq: make([]tasks.Token, r.w.Shape.N), known: map[string]int16{}}
	}
	_, err := par.With(ctx, 0, len(level), start, func(w *worker, i int) error {
		for j, a := range level[i] {
			w.seq[j] = r.w.Alphabet[j][a]
		}
		for c, a := range last {
			w.seq[len(w.seq)-1] = r.w.Alphabet[len(w.seq)-1][a]
			out, inside := r.w.Output(w.seq)
			if !inside {
				all[i*len(last)+c] = -1
				continue
			}
			w.key = proof.Named(w.key[:0], out)
			v, ok := w.known[string(w.key)]
			if !ok {
				mu.Lock()
				if v, ok = number[string(w.key)]; !ok && len(r.outs) < math.MaxInt16 {
					v = int16(len(r.outs))
					number[string(w.key)] = v
					r.outs = append(r.outs, slices.Clone(out))
				}
				mu.Unlock()
				w.known[string(w.key)] = v
			}
			all[i*len(last)+c] = v
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(r.outs) == math.MaxInt16 {
		return nil, proof.ErrLarge
	}
	order := make([]int, len(r.outs)) // by value, not by who came first
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(r.outs[a], r.outs[b]) })
	rank, sorted := make([]int32, len(order)), make([]tasks.Value, len(order))
	for k, from := range order {
		rank[from], sorted[k] = int32(k), r.outs[from]
	}
	r.outs = sorted
	return func(i int) []int32 {
		to := make([]int32, len(last))
		for c := range to {
			if to[c] = -1; all[i*len(last)+c] >= 0 {
				to[c] = rank[all[i*len(last)+c]]
			}
		}
		return to
	}, nil
}

// relation is a symmetric relation on 0..n-1.
type relation struct {
	n    int
	bits []uint64
}

func newRelation(n int) *relation { return &relation{n, make([]uint64, (n*n+63)/64)} }

func (r *relation) set(i, j int) {
	for _, k := range []int{i*r.n + j, j*r.n + i} {
		r.bits[k/64] |= 1 << (k % 64)
	}
}

func (r *relation) has(i, j int) bool { k := i*r.n + j; return r.bits[k/64]>>(k%64)&1 == 1 }

// compare finds the rows that are apart, from the end to the front: some token must
// lead to rows that are.
func (r *rows) compare(ctx context.Context) error {
	n := r.w.Shape.N
	r.apart = make([]*relation, n+1)
	last := newRelation(len(r.outs))
	for i := range r.outs {
		for j := range i {
			if r.w.Clash(r.outs[i], r.outs[j]) {
				last.set(i, j)
			}
		}
	}
	r.apart[n] = last
	for t := n - 1; t >= 0; t-- {
		if len(r.next[t]) > mostCompared {
			return proof.ErrLarge
		}
		own := newRelation(len(r.next[t]))
		for i, to := range r.next[t] {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			for j := range i {
				for a, k := range to {
					if l := r.next[t][j][a]; k >= 0 && l >= 0 && k != l && r.apart[t+1].has(int(k), int(l)) {
						own.set(i, j)
						break
					}
				}
			}
		}
		r.apart[t] = own
	}
	return nil
}

// differ says whether rows i and j after t tokens need different messages.
func (r *rows) differ(t, i, j int) bool {
	if r.apart == nil {
		return i != j
	}
	return r.apart[t].has(i, j)
}

// alone lists rows after t tokens that need different messages pairwise: all, or as
// many as the colouring search finds.
func (r *rows) alone(ctx context.Context, t int) []int {
	if r.apart == nil {
		return exact.UpTo(len(r.next[t]))
	}
	clique, _, _ := colour(ctx, len(r.next[t]), r.apart[t].has)
	return clique
}

// colour is bounds.Colour with a share of the time: each of many calls may be hard.
func colour(ctx context.Context, n int, apart func(x, y int) bool) (clique, of []int, upper int) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return bounds.Colour(ctx, n, apart)
}

// spelled writes a suffix after t tokens in numbers of tokens.
func (r *rows) spelled(t int, suffix []int) []int {
	word := make([]int, len(suffix))
	for k, c := range suffix {
		word[k] = r.w.Choices[t+k][c]
	}
	return word
}

// suffix is a suffix after t tokens with which no answer is right for rows i and j.
func (r *rows) suffix(t, i, j int) []int {
	word := []int{} // numbers of choices
	for ; t < r.w.Shape.N; t++ {
		for a, k := range r.next[t][i] {
			if l := r.next[t][j][a]; k >= 0 && l >= 0 && k != l && r.differ(t+1, int(k), int(l)) {
				word, i, j = append(word, a), int(k), int(l)
				break
			}
		}
	}
	return word
}

// run is the output that a row after t tokens has with a suffix, -1: no input.
func (r *rows) run(t, i int, suffix []int) int32 {
	at := int32(i)
	for k, a := range suffix {
		if at < 0 {
			return -1
		}
		at = r.next[t+k][at][a]
	}
	return at
}

// evidence writes that rows after t tokens are apart: a prefix of each, and suffixes
// that tell any two of them apart.
func (r *rows) evidence(ctx context.Context, t int, of []int) (*proof.Apart, error) {
	e := &proof.Apart{Kind: "apart", Fixed: r.w.Fixed, After: t, Suffixes: [][]int{}}
	for _, i := range of {
		e.Prefixes = append(e.Prefixes, r.word[t][i])
	}
	if r.apart != nil {
		seen := map[string]bool{}
		for x, i := range of {
			for _, j := range of[:x] {
				s := r.suffix(t, i, j)
				if key := fmt.Sprint(s); !seen[key] {
					seen[key] = true
					e.Suffixes = append(e.Suffixes, r.spelled(t, s))
				}
			}
		}
		return e, nil
	}
	// Split groups of rows that look alike so far by a suffix that tells two of one
	// group apart, until every row is alone.
	groups := [][]int{of}
	for len(groups) > 0 {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if len(groups[0]) < 2 {
			groups = groups[1:]
			continue
		}
		s := r.suffix(t, groups[0][0], groups[0][1])
		e.Suffixes = append(e.Suffixes, r.spelled(t, s))
		groups = finer(groups, func(i int) int32 { return r.run(t, i, s) })
	}
	return e, nil
}

// finer splits groups by a value, in the order in which values come; single members go.
func finer[V comparable](groups [][]int, value func(member int) V) (split [][]int) {
	for _, g := range groups {
		parts := map[V][]int{}
		var order []V
		for _, i := range g {
			v := value(i)
			if parts[v] == nil {
				order = append(order, v)
			}
			parts[v] = append(parts[v], i)
		}
		for _, v := range order {
			if len(parts[v]) > 1 {
				split = append(split, parts[v])
			}
		}
	}
	return split
}

// raw is what storing all tokens of the longest proper prefix takes.
func raw(w *proof.World) (bits int) {
	states := 1.0
	for _, a := range w.Choices[:w.Shape.N-1] {
		states *= float64(len(a))
	}
	return int(math.Ceil(math.Log2(states) - 1e-9))
}

// growing calls f with worlds of more and more tokens, until the whole one was
// served, one is too large, or ctx ends: what a part needs, the whole needs. It
// reports whether the whole one was served.
func growing(ctx context.Context, sh tasks.Shape, fixed int, f func(w *proof.World, r *rows) error) (whole bool, err error) {
	all, err := proof.NewWorld(sh, sh.DefaultRead(), fixed, 0)
	if err != nil {
		return false, err
	}
	wide := 0
	for _, choices := range all.Choices {
		wide = max(wide, len(choices))
	}
	for most := 2; ; {
		w, err := proof.NewWorld(sh, sh.DefaultRead(), fixed, most)
		if err != nil {
			return false, err
		}
		r, err := tabulate(ctx, w)
		switch {
		case err == proof.ErrLarge || err != nil && ctx.Err() != nil:
			return false, nil
		case err != nil:
			return false, err
		}
		if err := f(w, r); err != nil && ctx.Err() == nil {
			return false, err
		}
		if w.Whole || ctx.Err() != nil {
			return w.Whole && ctx.Err() == nil, nil
		}
		if most *= 3; wide < 4*most/3 {
			most = wide // little would be left out
		}
	}
}
