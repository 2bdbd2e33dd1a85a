package smallest

import (
	"context"
	"math/rand/v2"
	"slices"

	"crosscut/reductions/smallest/proof"
)

// labels is tokens that decide in pairs: each at one position is the only one with which some token at
// another stands in no input of answer no. Such tokens have one label; an input
// without free cells is read off the differences of labels over the links.
type labels struct {
	of    []int    // of each cell; -1: free
	most  int      // the largest
	links [][2]int // positions, from 0
	diff  []int    // len(links) differences of each kind of input
	yes   []bool
}

// label finds labels and links; nil: there are none, or they do not decide.
func (s *sums) label() *labels {
	l := &labels{of: make([]int, s.cells)}
	at := slices.Repeat([]int{-1}, s.cells)
	for t, cell := range s.cell {
		for _, c := range cell {
			if at[c] >= 0 && at[c] != t {
				return nil // order does not matter: twins
			}
			at[c] = t
		}
	}
	for c := range l.of {
		if l.of[c] = -1; s.with[c][c] {
			l.of[c] = c
		}
	}
	only := func(c, t int) int {
		found := -1
		for d := range at {
			if at[d] == t && s.with[d][d] && !s.with[c][d] {
				if found >= 0 {
					return -1
				}
				found = d
			}
		}
		return found
	}
	for i := range s.cell {
		for j := i + 1; j < len(s.cell); j++ {
			linked := false
			for c := range at {
				if at[c] != i || !s.with[c][c] {
					continue
				}
				if d := only(c, j); d >= 0 && only(d, i) == c {
					linked = true
					from, to := max(l.of[c], l.of[d]), min(l.of[c], l.of[d])
					for e, of := range l.of {
						if of == from {
							l.of[e] = to
						}
					}
				}
			}
			if linked {
				l.links = append(l.links, [2]int{i, j})
			}
		}
	}
	number, taken := map[int]int{}, map[[2]int]bool{}
	for c, of := range l.of {
		if of < 0 {
			continue
		}
		k, ok := number[of]
		if !ok {
			k = len(number)
			number[of] = k
		}
		if l.of[c], l.most = k, max(l.most, k); taken[[2]int{k, at[c]}] {
			return nil
		}
		taken[[2]int{k, at[c]}] = true
	}
	if len(l.links) == 0 || len(l.links) > 6 || l.most == 0 {
		return nil
	}
	said, own := map[[6]int]bool{}, make([]int, len(s.cell))
	for k, yes := range s.yes {
		free := false
		for _, c := range s.of[k*s.width : (k+1)*s.width] {
			own[at[c]], free = l.of[c], free || l.of[c] < 0
		}
		if free {
			continue
		}
		var key [6]int
		for e, link := range l.links {
			key[e] = own[link[0]] - own[link[1]]
		}
		if before, ok := said[key]; !ok {
			said[key] = yes
			l.diff, l.yes = append(l.diff, key[:len(l.links)]...), append(l.yes, yes)
		} else if before != yes {
			return nil
		}
	}
	return l
}

// draws is how many weights are tried for one number of bits.
const draws = 1 << 17

// weighed looks for values that are labels times a weight of the position, one weight for
// each link, so that a sum is a weighted sum of differences: mixed radices that may overlap
// where both answers are one. Free cells get the least value that fits. Weights are drawn.
func weighed(ctx context.Context, w *proof.World, s *sums, r *Result) error {
	if s == nil || s.cells == 0 {
		return nil
	}
	l := s.label()
	if l == nil {
		return nil
	}
	for p := r.Lower; p < min(r.Upper, 20); p++ {
		rng, most := rand.New(rand.NewPCG(uint64(p), 0)), 1<<p-1
		said := make([]int32, s.width<<p) // by each sum: twice the draw, and 1 for yes
		claims := func(sum, draw int, yes bool) bool {
			v := int32(2 * draw)
			if yes {
				v++
			}
			if said[sum]^v == 1 {
				return false
			}
			said[sum] = v
			return true
		}
		link, weight := make([]int, len(l.links)), make([]int, len(s.cell))
		for draw := 1; draw <= draws && ctx.Err() == nil; draw++ {
			clear(weight)
			for e, at := range l.links {
				link[e] = rng.IntN(2*(most/l.most)+1) - most/l.most
				weight[at[0]] += link[e]
				weight[at[1]] -= link[e]
			}
			shift, fits := 0, true // every value is at least 0
			for _, v := range weight {
				shift += max(0, -v) * l.most
				fits = fits && max(v, -v)*l.most <= most
			}
			for k := 0; k < len(l.yes) && fits; k++ {
				sum := shift
				for e, d := range l.diff[k*len(link) : (k+1)*len(link)] {
					sum += link[e] * d
				}
				fits = claims(sum, draw, l.yes[k])
			}
			if !fits {
				continue
			}
			value := make([]int, s.cells)
			for t, cell := range s.cell {
				for _, c := range cell {
					value[c] = l.of[c]*weight[t] + max(0, -weight[t])*l.most
				}
			}
			if s.freed(l, value, most, func(sum int, yes bool) bool { return said[sum]>>1 != int32(draw) || (said[sum]&1 == 1) == yes }, func(sum int, yes bool) { claims(sum, draw, yes) }) {
				return s.found(w, r, value, "labels of linked tokens, with weights that were drawn")
			}
		}
	}
	return ctx.Err()
}

// freed gives each free cell the least value with which no sum that fits refuses occurs.
func (s *sums) freed(l *labels, value []int, most int, fits func(sum int, yes bool) bool, claim func(sum int, yes bool)) bool {
	for c := range value {
		if l.of[c] >= 0 {
			continue
		}
		var own []int // inputs in which c is the last free cell
		for _, k := range s.in[c] {
			if !slices.ContainsFunc(s.of[int(k)*s.width:(int(k)+1)*s.width], func(d int32) bool { return int(d) > c && l.of[d] < 0 }) {
				own = append(own, int(k))
			}
		}
		sum := func(k int) (sum int) {
			for _, d := range s.of[k*s.width : (k+1)*s.width] {
				sum += value[d]
			}
			return sum
		}
		for value[c] = 0; value[c] <= most && slices.ContainsFunc(own, func(k int) bool { return !fits(sum(k), s.yes[k]) }); value[c]++ {
		}
		if value[c] > most {
			return false
		}
		for _, k := range own {
			claim(sum(k), s.yes[k])
		}
	}
	return true
}

// found shrinks the upper end to the values of cells.
func (s *sums) found(w *proof.World, r *Result, value []int, by string) error {
	values := make([][]int, w.Shape.N)
	for t, cell := range s.cell {
		own := make([]int, len(w.Choices[t]))
		for a := range cell {
			own[a] = value[cell[a]]
		}
		values[t] = spelled(w, t, own)
	}
	p := width(values)
	if p >= r.Upper {
		return nil
	}
	r.By, r.Witness = by, map[string]any{"values": values}
	return r.shrink(p, proof.Values{Kind: "values", Values: values})
}
