package proof

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"crosscut/models/tasks"
)

// Exhausted says that no values of Bits bits make one head with equal weights right,
// the read token being public. There is nothing to look at: the checker searches all
// tables of values itself, and proves Bits + 1.
type Exhausted struct {
	Kind  string `json:"kind"` // "exhausted"
	Bits  int    `json:"bits"`
	Order []int  `json:"order,omitempty"` // the positions, in the order in which values are given to them; absent: as they come
}

// MostSteps is how long one search for values may be.
const MostSteps = 1 << 26

var _ = register("exhausted", kind{model: "attention", unit: ValueBits, end: "lower", verify: evidence(func(ctx context.Context, f *File, sh tasks.Shape, e *Exhausted) (int, error) {
	w, err := NewWorld(sh, sh.DefaultRead(), sh.DefaultRead(), 0)
	if err != nil {
		return 0, err
	}
	if e.Bits < 0 || e.Bits > 16 {
		return 0, fmt.Errorf("values of %d bits", e.Bits)
	}
	if e.Order != nil {
		if at := slices.Sorted(slices.Values(e.Order)); len(at) != sh.N || at[0] != 1 || at[sh.N-1] != sh.N || len(slices.Compact(at)) != sh.N {
			return 0, fmt.Errorf("the order %v has not each of %d positions once", e.Order, sh.N)
		}
	}
	t, err := NewSums(ctx, w, e.Order)
	if err != nil {
		return 0, err
	}
	values, err := t.Search(ctx, e.Bits, MostSteps, nil)
	switch {
	case err != nil:
		return 0, err
	case values != nil:
		return 0, fmt.Errorf("there are values of %d bits: %v", e.Bits, values)
	}
	return e.Bits + 1, nil
})})

// Sums is the search for values, of each token at each position, whose sum decides the
// output. Where two prefixes have one sum, no suffix may tell them apart. Tokens that
// lead every prefix of a position to the same rest may as well have one value, and
// neither a number that is added to all values of a position nor a change of all signs
// matters.
type Sums struct {
	w     *World
	at    []int     // the positions, from 0, in the order in which prefixes take them
	next  [][][]int // next[t][rest][group]: the rest of a prefix, one token later; -1: no input
	group [][]int   // of each choice at each position: those that may have one value
	apart []func(a, b int) bool
}

// mostInputs bounds the inputs of a search.
const mostInputs = 1 << 20

// outputs numbers the outputs on all inputs from 1, in the order of choices at the positions of order, from 0; 0: no input.
func outputs(ctx context.Context, w *World, order []int) ([]uint16, error) {
	n := w.Shape.N
	inputs := 1
	for _, c := range w.Choices {
		if inputs *= len(c); inputs > mostInputs {
			return nil, ErrLarge
		}
	}
	out, number := make([]uint16, inputs), map[string]uint16{}
	word := make([]int, n)
	for i := range out {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for t, left := n-1, i; t >= 0; t-- {
			c := w.Choices[order[t]]
			word[order[t]], left = c[left%len(c)], left/len(c)
		}
		seq, _ := w.Tokens(0, word)
		value, inside := w.Output(seq)
		if !inside {
			continue // 0
		}
		name := string(Named(nil, value))
		if number[name] == 0 {
			if len(number) == math.MaxUint16-1 {
				return nil, ErrLarge
			}
			number[name] = uint16(len(number) + 1)
		}
		out[i] = number[name]
	}
	return out, nil
}

// inOrder counts positions from 0.
func inOrder(n int, order []int) []int {
	at := make([]int, n)
	for t := range at {
		if at[t] = t; order != nil {
			at[t] = order[t] - 1
		}
	}
	return at
}

// NewSums tabulates the outputs, so that those of all that begin with one prefix stand side by
// side: two prefixes with equal stretches have one rest. A sum knows no order, so a prefix is of the positions in any order,
// from 1; nil: as they come.
func NewSums(ctx context.Context, w *World, order []int) (*Sums, error) {
	at := inOrder(w.Shape.N, order)
	out, err := outputs(ctx, w, at)
	if err != nil {
		return nil, err
	}
	n, inputs := w.Shape.N, len(out)
	s := &Sums{w: w, at: at, next: make([][][]int, n), group: make([][]int, n), apart: make([]func(a, b int) bool, n+1)}
	var rests []int // of the prefixes one token longer
	for t, width := n, 1; t >= 0; t-- {
		own := make([]int, inputs/width)
		index, first := map[string]int{}, [][]uint16{}
		for i := range own {
			stretch := out[i*width : (i+1)*width]
			if own[i] = -1; !slices.ContainsFunc(stretch, func(v uint16) bool { return v != 0 }) {
				continue
			}
			key := make([]byte, 0, 2*width)
			for _, v := range stretch {
				key = binary.LittleEndian.AppendUint16(key, v)
			}
			k, ok := index[string(key)]
			if !ok {
				k = len(first)
				index[string(key)], first = k, append(first, stretch)
				if t < n {
					choices := len(w.Choices[at[t]])
					s.next[t] = append(s.next[t], slices.Clone(rests[i*choices:(i+1)*choices]))
				}
			}
			own[i] = k
		}
		s.apart[t] = func(a, b int) bool {
			for k, v := range first[a] {
				if u := first[b][k]; u != 0 && v != 0 && u != v {
					return true
				}
			}
			return false
		}
		if t < n {
			s.join(t)
		}
		if rests = own; t > 0 {
			width *= len(w.Choices[at[t-1]])
		}
	}
	return s, nil
}

// join groups the choices at position t + 1.
func (s *Sums) join(t int) {
	index := map[string]int{}
	s.group[t] = make([]int, len(s.w.Choices[s.at[t]]))
	kept := make([][]int, len(s.next[t]))
	for c := range s.group[t] {
		var key []byte
		for _, to := range s.next[t] {
			key = binary.LittleEndian.AppendUint32(key, uint32(to[c]))
		}
		g, ok := index[string(key)]
		if !ok {
			g = len(index)
			index[string(key)] = g
			for rest, to := range s.next[t] {
				kept[rest] = append(kept[rest], to[c])
			}
		}
		s.group[t][c] = g
	}
	s.next[t] = kept
}

// place is a rest with a sum that leads to it.
type place struct{ rest, sum int }

// Search goes through the values of p bits, group by group, in an order that rng
// shuffles (nil: as they come). It gives the values of the first table that is right,
// nil when there is none, and ErrLarge after so many steps.
func (s *Sums) Search(ctx context.Context, p, steps int, rng *rand.Rand) (values [][]int, err error) {
	n, most := s.w.Shape.N, 1<<p-1
	order, worth := make([][]int, n), make([][]int, n)
	for t := range order {
		groups := slices.Max(s.group[t]) + 1
		worth[t] = make([]int, groups)
		for g := range groups {
			order[t] = append(order[t], g)
		}
		if rng != nil {
			rng.Shuffle(groups, func(i, j int) { order[t][i], order[t][j] = order[t][j], order[t][i] })
		}
	}
	type result int
	const none, found, stopped result = 0, 1, 2
	var fill func(t, k int, before []place, after map[int][]int, low, high int, turned bool) result
	fill = func(t, k int, before []place, after map[int][]int, low, high int, turned bool) result {
		if k == len(order[t]) { // on to the next position
			if t+1 == n {
				return found
			}
			var places []place
			for sum, rests := range after {
				for _, rest := range rests {
					places = append(places, place{rest, sum})
				}
			}
			slices.SortFunc(places, func(a, b place) int {
				if a.sum != b.sum {
					return a.sum - b.sum
				}
				return a.rest - b.rest
			})
			return fill(t+1, 0, places, map[int][]int{}, 0, 0, turned)
		}
		g := order[t][k]
		try := func(d int) result {
			var added []int // sums
			defer func() {
				for _, sum := range added {
					after[sum] = after[sum][:len(after[sum])-1]
				}
			}()
			for _, at := range before {
				rest, sum := s.next[t][at.rest][g], at.sum+d
				if steps--; steps < 0 || steps%4096 == 0 && ctx.Err() != nil {
					return stopped
				}
				there := after[sum]
				if rest < 0 || slices.Contains(there, rest) {
					continue
				}
				for _, other := range there {
					if s.apart[t+1](rest, other) {
						return none
					}
				}
				after[sum], added = append(there, rest), append(added, sum)
			}
			worth[t][g] = d
			return fill(t, k+1, before, after, min(low, d), max(high, d), turned || d != 0)
		}
		if k == 0 {
			return try(0)
		}
		for d := range most + 1 {
			for _, v := range []int{d, -d} {
				if v < 0 && !turned || max(high, v)-min(low, v) > most {
					continue
				}
				if r := try(v); r != none {
					return r
				}
				if d == 0 {
					break // 0 and -0
				}
			}
		}
		return none
	}
	switch fill(0, 0, []place{{0, 0}}, map[int][]int{}, 0, 0, false) {
	case stopped:
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, ErrLarge
	case none:
		return nil, nil
	}
	values = make([][]int, n)
	for t, pos := range s.at {
		stand, low := s.w.Stand[pos], slices.Min(worth[t])
		own := make([]int, len(stand))
		for a, b := range stand {
			c, _ := slices.BinarySearch(s.w.Choices[pos], b)
			own[a] = worth[t][s.group[t][c]] - low
		}
		values[pos] = own
	}
	return values, nil
}
