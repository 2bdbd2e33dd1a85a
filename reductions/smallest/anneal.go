package smallest

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"crosscut/models/tasks"
	"crosscut/reductions/smallest/proof"
)

// sums is what values must tell apart: each input is the cells whose values it adds up,
// and a yes or no. A cell is a token, where order does not matter, or a token at a
// position.
type sums struct {
	cell  [][]int // of each position and choice; nil where the token is public
	cells int
	width int     // cells of an input
	of    []int32 // width cells of each input
	yes   []bool
	in    [][]int32 // the inputs of each cell, once for each time that it occurs there
	with  [][]bool  // of two cells, or one twice: whether they stand in an input of answer no
	twin  []int     // of a cell the only other one with which it stands in no input of answer no; -1: none
}

// mostMoves bounds the sums that change in a search.
const mostMoves = 1 << 30

// mostSums bounds the inputs.
const mostSums = 1 << 19

// addUp lists what the values of a yes-or-no task must tell apart; nil: too much, or
// another kind of task.
func addUp(ctx context.Context, w *proof.World, r *rows) *sums {
	n, ordered := w.Shape.N, !w.Shape.Task.Unordered
	if len(r.outs) != 2 || n < 2 {
		return nil
	}
	s := &sums{cell: make([][]int, n), width: n}
	if w.Fixed > 0 {
		s.width--
	}
	index := map[string]int{}
	for t, choices := range w.Choices {
		if t+1 == w.Fixed {
			continue
		}
		if !ordered && s.cells > 0 {
			s.cell[t] = s.cell[t-1]
			continue
		}
		s.cell[t] = make([]int, len(choices))
		clear(index)
		for a := range choices { // what leads every row to one has one value
			key := make([]byte, 0, 4*len(r.next[t]))
			for _, to := range r.next[t] {
				key = append(key, byte(to[a]), byte(to[a]>>8), byte(to[a]>>16), byte(to[a]>>24))
			}
			k, ok := index[string(key)]
			if !ok {
				k = s.cells
				index[string(key)] = k
				s.cells++
			}
			s.cell[t][a] = k
		}
	}
	within := w.Within()
	promise, seen := w.Shape.Task.CheckSeq != nil, make([]bool, s.cells*n)
	var list func(t int, row int32, cells []int32, seq []tasks.Token) bool
	list = func(t int, row int32, cells []int32, seq []tasks.Token) bool {
		if row < 0 || promise && !within.Allowed(seq) {
			return true
		}
		if t == n {
			s.of, s.yes = append(s.of, cells...), append(s.yes, row == 1)
			return len(s.yes) <= mostSums && ctx.Err() == nil
		}
		var mine []int
		for a := range w.Choices[t] {
			if next := append(seq[:t:t], w.Alphabet[t][w.Choices[t][a]]); s.cell[t] == nil {
				if !list(t+1, r.next[t][row][a], cells, next) {
					return false
				}
			} else if k := s.cell[t][a]; !seen[t*s.cells+k] && (ordered || len(cells) == 0 || int32(k) >= cells[len(cells)-1]) {
				seen[t*s.cells+k], mine = true, append(mine, t*s.cells+k)
				if !list(t+1, r.next[t][row][a], append(cells[:len(cells):len(cells)], int32(k)), next) {
					return false
				}
			}
		}
		for _, k := range mine {
			seen[k] = false
		}
		return true
	}
	if !list(0, 0, nil, nil) {
		return nil
	}
	s.in = make([][]int32, s.cells)
	for k, c := range s.of {
		s.in[c] = append(s.in[c], int32(k/s.width))
	}
	s.pair()
	return s
}

// pair finds the twins. Cells that are in no input of answer no have none.
func (s *sums) pair() {
	with := make([][]bool, s.cells)
	s.with = with
	for c := range with {
		with[c] = make([]bool, s.cells)
	}
	for k, yes := range s.yes {
		for _, c := range s.of[k*s.width : (k+1)*s.width] {
			for _, d := range s.of[k*s.width : (k+1)*s.width] {
				with[c][d] = with[c][d] || !yes
			}
		}
	}
	only := func(c int) int {
		found := -1
		for d := range with {
			if d != c && with[d][d] && !with[c][d] {
				if found >= 0 {
					return -1
				}
				found = d
			}
		}
		return found
	}
	s.twin = make([]int, s.cells)
	for c := range s.twin {
		s.twin[c] = -1
		if d := only(c); with[c][c] && d >= 0 && only(d) == c {
			s.twin[c] = d
		}
	}
}

// anneal looks for values of p bits by simulated annealing: a cell at random gets a value
// at random or near, and keeps it where fewer inputs collide, or sometimes. Where tied,
// the values of twins add up to one number, so that inputs that hold both differ by the others
// alone. The work is bounded by so many sums that change.
func (s *sums) anneal(ctx context.Context, p, work int, tied bool, rng *rand.Rand) []int {
	value := make([]int, s.cells)
	for c := range value {
		if value[c] = rng.IntN(1 << p); tied && s.twin[c] >= 0 && s.twin[c] < c {
			value[c] = 1<<p - 1 - value[s.twin[c]]
		}
	}
	place := make([]int32, len(s.yes)) // of each input: twice its sum, and its answer
	for k, c := range s.of {
		place[k/s.width] += 2 * int32(value[c])
	}
	count := make([]int32, 2*s.width<<p) // inputs at each place
	cost := 0                            // of every sum the answer that fewer inputs have
	for k, yes := range s.yes {
		if yes {
			place[k]++
		}
		at := place[k]
		if count[at] < count[at^1] {
			cost++
		}
		count[at]++
	}
	shift := func(c, to int) {
		d, fewer := 2*int32(to-value[c]), cost
		value[c] = to
		for _, k := range s.in[c] {
			at := place[k]
			if count[at] <= count[at^1] {
				fewer--
			}
			count[at]--
			at += d
			if count[at] < count[at^1] {
				fewer++
			}
			count[at]++
			place[k] = at
		}
		cost = fewer
	}
	move := func(c, to int) {
		shift(c, to)
		if d := s.twin[c]; tied && d >= 0 {
			shift(d, 1<<p-1-to)
		}
	}
	for left := work; cost > 0 && left > 0 && ctx.Err() == nil; {
		c := rng.IntN(s.cells)
		was, before, to := value[c], cost, rng.IntN(1<<p)
		if tied && rng.IntN(2) == 0 {
			to = min(max(was+rng.IntN(9)-4, 0), 1<<p-1)
		}
		move(c, to)
		left -= len(s.in[c]) + 1
		heat := 0.02 + 2*float64(left)/float64(work)
		if cost > before && rng.Float64() >= math.Exp(float64(before-cost)/heat) {
			move(c, was)
		}
	}
	if cost > 0 {
		return nil
	}
	return value
}

// cooled narrows the upper end by annealing, p downwards as long as some start succeeds.
// s is nil where there is nothing to anneal.
func cooled(ctx context.Context, w *proof.World, s *sums, r *Result, work int) error {
	if s == nil || s.cells == 0 {
		return nil
	}
	for p := min(r.Upper-1, 20); p >= r.Lower && p > 0; p-- {
		var value []int
		for try := 0; value == nil && try < restarts; try++ {
			tied := try%2 == 1 && slices.Max(s.twin) >= 0
			value = s.anneal(ctx, p, min(work, mostMoves)/restarts, tied, rand.New(rand.NewPCG(uint64(p), uint64(try))))
		}
		if value == nil {
			return nil
		}
		if err := s.found(w, r, value, "values found by annealing"); err != nil {
			return err
		}
		p = min(p, r.Upper)
	}
	return nil
}
