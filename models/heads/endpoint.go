package heads

import (
	"fmt"
	"maps"
	"math/big"
	"math/bits"
	"slices"
)

// Endpoint selection. A digraph is fixed; the input is u, v, i, #, for one of its m arcs
// (u, v) and i in {1, 2}; the output, read at #, is u if i = 1, else v. One attention
// layer answers with the vertex t of largest score, where head h scores
//
//	(A_t(u) + B_t(v) + C_t(i) + E_t) / (a(u) + b(v) + c(i) + e):
//
// numerators are sums over the tokens, and so are the positive normalisers.

// Arc leads from U to V; vertices count from 0.
type Arc struct{ U, V int }

// String counts vertices from 1.
func (a Arc) String() string { return fmt.Sprintf("%d->%d", a.U+1, a.V+1) }

// Score is one head as its sums: Num[token][t] for the tokens u, v, i in this order,
// Den[token]. E and e are part of those of i.
type Score struct {
	Num [3]func(token, t int) int64
	Den [3]func(token int) int64
}

// Select gives the vertex that the heads choose for arc (u, v) and i; -1 for a tie.
func Select(heads []Score, n int, a Arc, i int) int {
	tokens := [3]int{a.U, a.V, i}
	best, at := (*big.Rat)(nil), -1
	for t := range n {
		sum := new(big.Rat)
		for _, h := range heads {
			num, den := int64(0), int64(0)
			for k, token := range tokens {
				num += h.Num[k](token, t)
				den += h.Den[k](token)
			}
			sum.Add(sum, big.NewRat(num, den))
		}
		switch {
		case best == nil || sum.Cmp(best) > 0:
			best, at = sum, t
		case sum.Cmp(best) == 0:
			at = -1
		}
	}
	return at
}

// Errors counts the inputs (of 2 m) that the heads get wrong.
func Errors(heads []Score, n int, arcs []Arc) int {
	wrong := 0
	for _, a := range arcs {
		for i, want := range []int{a.U, a.V} {
			if Select(heads, n, a, i+1) != want {
				wrong++
			}
		}
	}
	return wrong
}

// FeedbackArcs is the least number of arcs whose removal leaves no cycle, and an order of the
// vertices (position of each) that as many arcs go against: dynamic programming over sets
// of vertices that come first.
func FeedbackArcs(n int, arcs []Arc) (least int, position []int) {
	type step struct{ cost, last int }
	best := make([]step, 1<<n)
	for set := 1; set < 1<<n; set++ {
		best[set] = step{cost: len(arcs) + 1}
		for v := range n {
			if set>>v&1 == 0 {
				continue
			}
			cost := best[set&^(1<<v)].cost
			for _, a := range arcs {
				if a.U == v && set>>a.V&1 == 1 && a.V != v { // its head came before
					cost++
				}
			}
			if cost < best[set].cost {
				best[set] = step{cost, v}
			}
		}
	}
	position = make([]int, n)
	for set := 1<<n - 1; set > 0; set &^= 1 << best[set].last {
		position[best[set].last] = bits.OnesCount(uint(set)) - 1
	}
	return best[1<<n-1].cost, position
}

// OneHead is a head with uniform weights that errs once on each arc that goes against the
// order, and nowhere else: vertex t gains from i = 1 and loses from i = 2 the more the earlier
// it stands, and on arcs against the order u wins either way.
func OneHead(n int, arcs []Arc, position []int) Score {
	big := int64(8 * n)
	against := map[Arc]bool{}
	for _, a := range arcs {
		against[a] = position[a.U] > position[a.V]
	}
	one := func(int) int64 { return 1 }
	return Score{
		Num: [3]func(token, t int) int64{
			func(u, t int) int64 {
				switch {
				case t == u:
					return 4 * big
				case against[Arc{u, t}]: // t is v, or some other out-neighbour that does not compete
					return -2 * big
				}
				return 0
			},
			func(v, t int) int64 {
				if t == v {
					return 4 * big
				}
				return 0
			},
			func(i, t int) int64 {
				if i == 1 {
					return int64(n - position[t])
				}
				return int64(position[t])
			},
		},
		Den: [3]func(int) int64{one, one, one},
	}
}

// TwoHeads select the endpoint on every digraph of n vertices, at width 2: the first reads
// u and fades when i = 2, the second reads v and fades when i = 1. With c_1 and c_2 what
// is left of each, vertex t scores c_1 (2 t u - t^2) + c_2 (2 t v - t^2), largest at the
// vertex nearest to (c_1 u + c_2 v) / (c_1 + c_2). ratio is how much more the fading weight
// is; 4n suffices.
func TwoHeads(n int, ratio int64) []Score {
	head := func(reads, fades int) Score {
		zero := func(int, int) int64 { return 0 }
		none := func(int) int64 { return 0 }
		h := Score{Num: [3]func(token, t int) int64{zero, zero, zero}, Den: [3]func(int) int64{none, none, nil}}
		h.Num[reads] = func(token, t int) int64 { return int64(2*t*token - t*t) }
		h.Den[reads] = func(int) int64 { return 1 }
		h.Den[2] = func(i int) int64 {
			if i == fades {
				return ratio
			}
			return 1
		}
		return h
	}
	return []Score{head(0, 2), head(1, 1)}
}

// CycleCertificate shows that one head, whatever its weights, is wrong on some input of a
// directed cycle: each input that it gets right is a strict inequality between scores,
// linear in the numerators once the common positive normaliser is multiplied away, and
// the sum of all of them around the cycle is 0 > 0. The error names the first unknown whose
// coefficient is left over.
func CycleCertificate(cycle []Arc) error {
	left := map[[3]int]int{} // {token's place 0..2, its value, t} -> coefficient
	for _, a := range cycle {
		for i, want := range []int{a.U, a.V} {
			other := a.U + a.V - want
			for k, token := range [3]int{a.U, a.V, i + 1} {
				left[[3]int{k, token, want}]++
				left[[3]int{k, token, other}]--
			}
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(left), func(a, b [3]int) int { return slices.Compare(a[:], b[:]) }) {
		if c := left[k]; c != 0 {
			return fmt.Errorf("heads: the inequalities do not cancel: %+d at place %d, token %d, vertex %d", c, k[0], k[1], k[2]+1)
		}
	}
	if len(cycle) == 0 {
		return fmt.Errorf("heads: no arcs")
	}
	return nil
}
