package tensor

import (
	"context"
	"math"
	"math/big"
	"slices"

	"golang.org/x/exp/constraints"

	"crosscut/internal/par"
)

// tupleSums adds weights and weighted values over all tuples of one head,
// exactly. Scores are exact integers in one of two forms, chosen by bounds:
//
//   - int64, when no partial sum can leave 62 bits;
//   - otherwise float64 with a proved error bound, as a filter: the floored
//     difference selects a table entry, and when all entries within the error bound
//     are the same number, that is the weight; else the score is computed with
//     math/big. The result is that of exact scores, on every platform.
type tupleSums struct {
	t      *Layer
	keys   [][][]*big.Int // [s-1][tokens][m]
	values [][]int64      // [s-1][tokens * d_v]
	small  [][]int64      // keys as int64, flat, nil if some key is too long
	float  [][]float64    // keys as float64, flat
	most   []*big.Int     // most[c]: product over levels of the largest |key_c|
	tokens int
	m, dv  int
}

func newTupleSums(t *Layer, keys [][][]*big.Int, values [][][]int64) *tupleSums {
	s := &tupleSums{t: t, keys: keys, tokens: len(keys[0]), m: t.m(), dv: t.dv()}
	s.most = make([]*big.Int, s.m)
	for c := range s.most {
		s.most[c] = big.NewInt(1)
	}
	fits := true
	spare := int64(1 << 10) // normalisers stay below 2^52, numerators below 2^62
	for a := range keys {
		small, float := make([]int64, 0, s.tokens*s.m), make([]float64, 0, s.tokens*s.m)
		most := make([]*big.Int, s.m)
		for c := range most {
			most[c] = new(big.Int)
		}
		for _, key := range keys[a] {
			for c, v := range key {
				if most[c].CmpAbs(v) < 0 {
					most[c].Abs(v)
				}
				fits = fits && v.IsInt64()
				f, _ := v.Float64()
				small, float = append(small, v.Int64()), append(float, f)
			}
		}
		for c := range most {
			s.most[c].Mul(s.most[c], most[c])
		}
		s.small, s.float = append(s.small, small), append(s.float, float)
		var flat []int64
		largest := int64(1)
		for _, v := range values[a] {
			flat = append(flat, v...)
			for _, x := range v {
				largest = max(largest, x, -x)
			}
		}
		if spare /= largest; spare == 0 {
			panic("models: products of tensor values leave 10 bits")
		}
		s.values = append(s.values, flat)
	}
	if !fits {
		s.small = nil
	}
	return s
}

// average gives the exact quotients of one query's d_v numerators and its
// normaliser, 0 where that is 0.
func (s *tupleSums) average(ctx context.Context, query []*big.Int) ([]*big.Rat, error) {
	bound := new(big.Int).Abs(s.t.Top) // of |top - score| and every part of it
	for c, q := range query {
		bound.Add(bound, new(big.Int).Mul(new(big.Int).Abs(q), s.most[c]))
	}
	var z int64
	var num []int64
	var err error
	if s.small != nil && bound.BitLen() <= 62 && !slices.ContainsFunc(query, func(x *big.Int) bool { return !x.IsInt64() }) {
		z, num, err = sumTuples(ctx, s, s.small, int64s(query), s.narrowWeight())
	} else {
		q := make([]float64, len(query))
		for c, v := range query {
			q[c], _ = new(big.Float).SetInt(v).Float64()
		}
		z, num, err = sumTuples(ctx, s, s.float, q, s.filteredWeight(query, bound))
	}
	if err != nil {
		return nil, err
	}
	out := make([]*big.Rat, s.dv)
	for c := range out {
		out[c] = new(big.Rat)
		if z != 0 {
			out[c].SetFrac64(num[c], z)
		}
	}
	return out, nil
}

func int64s(v []*big.Int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = x.Int64()
	}
	return out
}

// narrowWeight is the weight of an exact int64 score.
func (s *tupleSums) narrowWeight() func(int64, []int) int64 {
	top, table := s.t.Top.Int64(), s.t.table
	shift := s.t.Scale - s.t.G
	return func(score int64, _ []int) int64 {
		d := top - score
		switch {
		case d <= 0:
			return table[0]
		case shift >= 0:
			d >>= min(shift, 63)
		case d >= int64(len(table)):
			return 0 // the shift only makes it larger
		default:
			d <<= -shift
		}
		if d >= int64(len(table)) {
			return 0
		}
		return table[d]
	}
}

// filteredWeight is the weight of a score known to float precision. A product of
// s rounded factors and a sum of m of them, each operation off by a factor
// 1 + 2^-53, is within (2s + m + 4) 2^-53 bound of the truth, fused or not; twice that
// is allowed for.
func (s *tupleSums) filteredWeight(query []*big.Int, bound *big.Int) func(float64, []int) int64 {
	top, _ := new(big.Float).SetInt(s.t.Top).Float64()
	limit, _ := new(big.Float).SetInt(bound).Float64()
	unit := math.Ldexp(1, s.t.G-s.t.Scale)
	slack := limit * unit * math.Ldexp(float64(2*s.t.Order+s.m+4), -52)
	last := float64(len(s.t.table) - 1)
	entry := func(k float64) int64 { return s.t.table[int(min(max(k, 0), last))] } // the last entry is 0
	return func(score float64, tuple []int) int64 {
		k := (top - score) * unit
		lo, hi := math.Floor(k-slack), math.Floor(k+slack)
		if lo <= hi && limit < math.MaxFloat64 && unit > 0 { // false for NaN
			if a, b := entry(lo), entry(hi); a == b {
				return a
			}
		}
		return s.exactWeight(query, tuple)
	}
}

// exactWeight is the definition, in big integers.
func (s *tupleSums) exactWeight(query []*big.Int, tuple []int) int64 {
	d := new(big.Int).Set(s.t.Top)
	for c, q := range query {
		term := new(big.Int).Set(q)
		for a, j := range tuple {
			term.Mul(term, s.keys[a][j][c])
		}
		d.Sub(d, term)
	}
	if shift := s.t.Scale - s.t.G; shift >= 0 {
		d.Rsh(d, uint(shift))
	} else {
		d.Lsh(d, uint(-shift))
	}
	switch {
	case d.Sign() <= 0:
		return s.t.table[0]
	case d.Cmp(big.NewInt(int64(len(s.t.table)))) >= 0:
		return 0
	}
	return s.t.table[d.Int64()]
}

// sumTuples walks all tuples, the first index shared out among the processors;
// integer sums do not depend on how.
func sumTuples[T constraints.Signed | constraints.Float](ctx context.Context, s *tupleSums, keys [][]T, query []T, weight func(T, []int) int64) (z int64, num []int64, err error) {
	workers := 0
	if math.Pow(float64(s.tokens), float64(len(keys))) < 1<<14 {
		workers = 1
	}
	one := slices.Repeat([]int64{1}, s.dv)
	walkers, err := par.With(ctx, workers, s.tokens, func() *walker[T] {
		k := &walker[T]{s: s, keys: keys, weight: weight, num: make([]int64, s.dv), tuple: make([]int, len(keys))}
		for range keys {
			k.part = append(k.part, make([]T, s.m))
			k.value = append(k.value, make([]int64, s.dv))
		}
		return k
	}, func(k *walker[T], j int) error { k.walk(0, query, one, j, j+1); return nil })
	if err != nil {
		return 0, nil, err
	}
	num = make([]int64, s.dv)
	for _, k := range walkers {
		z += k.z
		for c, v := range k.num {
			num[c] += v
		}
	}
	return z, num, nil
}

// walker is one worker's state: for each level the query times the keys chosen so
// far, coordinate by coordinate, and the product of the values.
type walker[T constraints.Signed | constraints.Float] struct {
	s      *tupleSums
	keys   [][]T
	weight func(T, []int) int64
	part   [][]T
	value  [][]int64
	tuple  []int
	z      int64
	num    []int64
}

func (k *walker[T]) walk(level int, part []T, value []int64, from, to int) {
	s, keys := k.s, k.keys[level]
	if level < len(k.keys)-1 {
		for j := from; j < to; j++ {
			for c, v := range keys[j*s.m : (j+1)*s.m] {
				k.part[level][c] = part[c] * v
			}
			for c, v := range s.values[level][j*s.dv : (j+1)*s.dv] {
				k.value[level][c] = value[c] * v
			}
			k.tuple[level] = j
			k.walk(level+1, k.part[level], k.value[level], 0, s.tokens)
		}
		return
	}
	for j := from; j < to; j++ {
		var score T
		for c, v := range keys[j*s.m : (j+1)*s.m] {
			score += part[c] * v
		}
		k.tuple[level] = j
		w := k.weight(score, k.tuple)
		if w == 0 {
			continue
		}
		k.z += w
		for c, v := range s.values[level][j*s.dv : (j+1)*s.dv] {
			k.num[c] += w * value[c] * v
		}
	}
}
