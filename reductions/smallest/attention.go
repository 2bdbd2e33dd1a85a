package smallest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"

	"crosscut/models/tasks"
	"crosscut/reductions/smallest/proof"
)

// Attention is one head of one layer. On qsa its size is the width of the keys: a set
// is averaged where a query's scores inside it are equal and larger than all others.
// On other tasks the read token is public, the weights are equal and d_v = 1: the
// output is read off the sum of one value for each token, of p bits, which may depend
// on the position; its size is p. The first tokens' sum is a message, so at every cut
// it takes as many values as the matrix has rows.
var Attention = kinds.Add(&Kind{
	Name: "attention",
	Doc:  "one layer, one head: the width of its keys on qsa; elsewhere, with equal weights and a public query, the bits of a value",
	Unit: func(sh tasks.Shape) string {
		if sh.Task == tasks.QSA {
			return proof.KeyWidth
		}
		return proof.ValueBits
	},
	Find: func(ctx context.Context, sh tasks.Shape, r *Result) error {
		if sh.Task == tasks.QSA {
			return keys(sh, r)
		}
		if sh.Task.Asks != nil || sh.Task.Vector {
			return fmt.Errorf("smallest: attention on %s: %w", sh.Task.Name, errors.ErrUnsupported)
		}
		full, err := proof.NewWorld(sh, r.Read, r.Read, 0)
		if err != nil {
			return err
		}
		r.World = describe(full)
		values := digits(full)
		r.Upper, r.By = width(values), "values that hold all tokens as digits"
		r.Witness = map[string]any{"values": "digits"}
		if len(full.Alphabet[0]) <= 1<<12 {
			if err := r.shrink(r.Upper, proof.Values{Kind: "values", Values: values}); err != nil {
				return err
			}
		}
		bits := func(t, apart int) int { // of a value, if the sum of the first t tokens tells so many prefixes apart
			if sh.DefaultRead() <= t {
				t--
			}
			return proof.SumBits(t, apart)
		}
		lower := func(w *proof.World, rows *rows) error {
			for t := 1; t < sh.N; t++ {
				apart := rows.alone(ctx, t)
				p := bits(t, len(apart))
				if p <= r.Lower && r.File.Lower != nil {
					continue
				}
				e, err := rows.evidence(ctx, t, apart)
				if err != nil {
					return err
				}
				if err := r.raise(p, e); err != nil {
					return err
				}
			}
			return nil
		}
		whole, low := false, "sums at every cut"
		err = beyond(ctx, sh, r.Read, func(rows *rows) error {
			for t := 1; t < sh.N; t++ {
				e, p := rows.promised(ctx, t, func(apart int) int { return bits(t, apart) })
				if e == nil || p <= r.Lower && r.File.Lower != nil {
					continue
				}
				if err := r.raise(p, e); err != nil {
					return err
				}
			}
			return cooled(ctx, rows.w, addUp(ctx, rows.w, rows), r, deepest)
		})
		if err != nil {
			return err
		}
		_, err = growing(ctx, sh, r.Read, func(w *proof.World, rows *rows) error {
			err := lower(w, rows)
			whole = w.Whole && err == nil
			if err != nil || !w.Whole {
				return err
			}
			before := r.Lower
			if err := counted(ctx, w, r); err != nil {
				return err
			}
			if r.Lower > before {
				low = "the sums that rows take"
			}
			if sh.Task.Unordered && sh.Task.CheckSeq == nil {
				if err := spread(ctx, w, rows, r); err != nil {
					return err
				}
			}
			return tables(ctx, w, rows, r, &low)
		})
		if err != nil {
			return err
		}
		r.By = low + ", and " + r.By
		if !whole {
			r.Notes = append(r.Notes, "the lower end speaks of a part of the alphabet, which every model must serve")
		}
		if r.Lower < r.Upper {
			r.Notes = append(r.Notes, fmt.Sprintf("the search for values is not exhaustive from %d bits on", r.Lower))
		}
		return nil
	},
})

// counted raises the lower end by the positions whose tokens take most sums, where they
// are few enough to count.
func counted(ctx context.Context, w *proof.World, r *Result) error {
	all := (1<<w.Shape.N - 1) &^ (1 << (w.Read - 1))
	kinds, err := proof.SumKinds(ctx, w, all)
	if err != nil {
		return nil // the ends stay true
	}
	for of := 1; of <= all; of++ {
		var at []int
		for pos := 1; pos <= w.Shape.N; pos++ {
			if of>>(pos-1)&1 == 1 {
				at = append(at, pos)
			}
		}
		if p := proof.SumBits(len(at), kinds[of]); p > r.Lower {
			if err := r.raise(p, proof.Counted{Kind: "counted", At: at}); err != nil {
				return err
			}
		}
	}
	return nil
}

// digits writes choice c at position j as a digit of one number.
func digits(w *proof.World) [][]int {
	values, weight := make([][]int, w.Shape.N), 1
	for j, choices := range w.Choices {
		own := make([]int, len(choices))
		for c := range own {
			own[c] = c * weight
		}
		values[j] = spelled(w, j, own)
		if j+1 < w.Shape.N {
			weight = min(weight*len(choices), 1<<40)
		}
	}
	return values
}

// spelled gives every token at a position what the choice that stands for it has.
func spelled[T any](w *proof.World, pos int, of []T) []T {
	all := make([]T, len(w.Stand[pos]))
	for a, b := range w.Stand[pos] {
		if c, ok := slices.BinarySearch(w.Choices[pos], b); ok {
			all[a] = of[c]
		}
	}
	return all
}

func width(values [][]int) int {
	bits := 0
	for _, vs := range values {
		bits = max(bits, big.NewInt(int64(slices.Max(vs))).BitLen())
	}
	return bits
}

// orders is how many orders of the tokens are tried.
const orders = 24

// spread looks for one table of values for all positions, where the order of tokens
// does not matter: token by token, in several orders, each gets the least value with
// which no two prefixes of the tokens so far have one length, one sum and different rows.
// Tokens that lead to one row at the first cut are worth the same.
func spread(ctx context.Context, w *proof.World, r *rows, res *Result) error {
	n, private := w.Shape.N, w.Shape.N-1
	if private == 0 {
		return nil
	}
	first := 0
	if w.Fixed == 1 {
		first = 1
	}
	start := int32(0)
	if first == 1 {
		start = r.next[0][0][0]
	}
	kindOf := r.next[first][start] // of a token: the row that it leads to
	var kinds []int32
	token := map[int32]int{}
	for a, k := range kindOf {
		if _, seen := token[k]; !seen {
			token[k] = a
			kinds = append(kinds, k)
		}
	}
	most := 1
	for k := 1; k <= private; k++ { // multisets of that many kinds
		if most = most * (len(kinds) + k - 1) / k; most > 1<<17 {
			res.Notes = append(res.Notes, "too many kinds of tokens for a search for values")
			return nil
		}
	}
	for try := range orders {
		order := slices.Clone(kinds)
		if try > 0 {
			rand.New(rand.NewPCG(1, uint64(try))).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		value := map[int32]int{}
		said := make([]map[int]int32, n+1) // after t tokens: sum -> row, at last the output
		for t := range said {
			said[t] = map[int]int32{}
		}
		limit := 1<<res.Upper - 1
		for k, kind := range order {
			v, found := 0, false
			for v = 0; v <= limit && ctx.Err() == nil; v++ {
				own := make([]map[int]int32, n+1)
				for t := range own {
					own[t] = map[int]int32{}
				}
				clash := false
				// All multisets of the kinds so far that hold the new one.
				var fill func(left, from int, row int32, t, sum int)
				fill = func(left, from int, row int32, t, sum int) {
					if clash {
						return
					}
					for _, before := range []map[int]int32{said[t], own[t]} {
						if other, ok := before[sum]; ok && other != row {
							clash = true
							return
						}
					}
					own[t][sum] = row
					if left == 0 {
						return
					}
					for i := from; i <= k; i++ {
						worth := v
						if i < k {
							worth = value[order[i]]
						}
						fill(left-1, i, r.next[t][row][token[order[i]]], t+1, sum+worth)
					}
				}
				fill(private-1, 0, r.next[first][start][token[kind]], first+1, v)
				if !clash {
					for t := range own {
						maps.Copy(said[t], own[t])
					}
					found = true
					break
				}
			}
			if !found {
				value = nil
				break
			}
			value[kind] = v
		}
		if ctx.Err() != nil {
			return nil
		}
		if value == nil {
			continue
		}
		values := make([][]int, n)
		for j := range values {
			for a := range w.Alphabet[j] {
				if j+1 == w.Fixed {
					values[j] = append(values[j], 0)
				} else {
					values[j] = append(values[j], value[kindOf[a]])
				}
			}
		}
		if bits := width(values); bits < res.Upper {
			res.By, res.Witness = "one value for each token, found greedily", map[string]any{"values": values[n-1]}
			if err := res.shrink(bits, proof.Values{Kind: "values", Values: values}); err != nil {
				return err
			}
		}
		if res.Lower == res.Upper {
			return nil
		}
	}
	return nil
}

// restarts is how many shuffled searches follow one that does not end.
const restarts = 4

// deepest is the most steps of a search; tests take fewer.
var deepest = proof.MostSteps

// tables looks for values of fewer bits, one table for each position, from the lower
// end on: all of them where that ends, else some of them, from many orders; in few
// steps, then in more. In between some are annealed.
func tables(ctx context.Context, w *proof.World, rows *rows, r *Result, low *string) error {
	if r.Lower == r.Upper {
		return nil
	}
	adds := addUp(ctx, w, rows)
	if err := weighed(ctx, w, adds, r); err != nil {
		return nil // what is known so far
	}
	s, err := proof.NewSums(ctx, w, nil)
	if err != nil {
		if err == proof.ErrLarge || ctx.Err() != nil {
			return cooled(ctx, w, adds, r, deepest)
		}
		return err
	}
	var others [][]int // orders of positions
	for k := range 3 {
		order := rand.New(rand.NewPCG(1, uint64(k))).Perm(w.Shape.N)
		for t := range order {
			if order[t]++; k == 0 { // backwards
				order[t] = w.Shape.N - t
			}
		}
		others = append(others, order)
	}
	for steps := 1 << 14; steps <= deepest; steps *= 8 {
		for p := r.Lower; p < r.Upper; p++ {
			var order []int
			values, err := s.Search(ctx, p, steps, nil)
			for k := 0; err == proof.ErrLarge && steps >= 1<<20 && p == r.Lower && k < len(others); k++ {
				turned, bad := proof.NewSums(ctx, w, others[k])
				if bad != nil {
					return nil // time is over
				}
				order = others[k]
				values, err = turned.Search(ctx, p, steps, nil)
			}
			for try := 0; err == proof.ErrLarge && try < restarts; try++ {
				order = nil
				values, err = s.Search(ctx, p, steps/restarts, rand.New(rand.NewPCG(uint64(steps), uint64(try))))
			}
			switch {
			case ctx.Err() != nil:
				return nil
			case err != nil: // nothing is known of p
			case values != nil:
				r.By, r.Witness = "a table of values for each position, found by search", map[string]any{"values": values}
				if err := r.shrink(p, proof.Values{Kind: "values", Values: values}); err != nil {
					return err
				}
			case p == r.Lower:
				*low = "all tables of fewer bits"
				if err := r.raise(p+1, proof.Exhausted{Kind: "exhausted", Bits: p, Order: order}); err != nil {
					return err
				}
			}
		}
		if err := cooled(ctx, w, adds, r, steps*(steps>>14)); err != nil {
			return err
		}
	}
	return nil
}

// mostSets bounds the queries that are written out.
const mostSets = 1 << 14

// keys is the case of qsa: min(2q, N - 1) by Radon's theorem below, and by a simplex or
// the moment curve above.
func keys(sh tasks.Shape, r *Result) error {
	n, q := sh.N, sh.Int("q")
	m := min(2*q, n-1)
	r.World = "all sets of q positions; keys depend on the position alone, scores inside a set are equal and above all others, and the softmax is sharp"
	if q == n {
		m = 0
	}
	e := proof.Keys{Kind: "keys", Keys: make([][]int64, n), Queries: [][]int64{}}
	simplex, family := m < 2*q, "moment curve"
	if m == 0 {
		family = "all equal"
	} else if simplex {
		family = "simplex"
	}
	r.Upper, r.Witness = m, map[string]any{"keys": family}
	for j := range e.Keys {
		e.Keys[j] = make([]int64, m)
		power := int64(1)
		for c := range m {
			power *= int64(j + 1)
			switch {
			case !simplex:
				e.Keys[j][c] = power
			case c == j:
				e.Keys[j][c] = 1
			}
		}
	}
	written := true
	if big.NewInt(0).Binomial(int64(n), int64(q)).Cmp(big.NewInt(mostSets)) > 0 || !simplex && new(big.Int).Exp(big.NewInt(int64(2*n)), big.NewInt(int64(2*q)), nil).BitLen() > 60 {
		written = false
	}
	if written {
		for set := range tasks.Sets(n, q) {
			e.Queries = append(e.Queries, query(set, n, m, simplex))
		}
		if err := r.shrink(m, e); err != nil {
			return err
		}
	} else {
		r.Notes = append(r.Notes, fmt.Sprintf("too many sets, or too large numbers, to write the queries down: the upper end rests on the proof for the %s (docs/smallest.md)", family))
	}
	r.By = "keys with a query for every set"
	if proof.OneTooMany(sh) {
		r.Notes = append(r.Notes, "at eps >= 2/(q + 1) one position too many is no error, and nothing is proved below")
		return nil
	}
	if m == 0 {
		return nil
	}
	r.By = "Radon's theorem, and " + r.By
	return r.raise(m, proof.Radon{Kind: "radon"})
}

// query singles a set out: on a simplex by signs, on the moment curve by
// -prod (x - i)^2 over the set, which is 0 in it and negative elsewhere.
func query(set []int, n, m int, simplex bool) []int64 {
	u := make([]int64, m)
	if simplex {
		inside := int64(1)
		if slices.Contains(set, n) { // the last key is 0
			inside = 0
		}
		for c := range u {
			u[c] = -1
			if slices.Contains(set, c+1) {
				u[c] = inside
			}
		}
		return u
	}
	poly := []int64{-1} // lowest degree first
	for _, i := range set {
		for range 2 {
			next := make([]int64, len(poly)+1)
			for d, c := range poly {
				next[d] -= c * int64(i)
				next[d+1] += c
			}
			poly = next
		}
	}
	copy(u, poly[1:])
	return u
}
