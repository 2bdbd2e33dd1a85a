package proof

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"crosscut/models/tasks"
)

// Values is one head with equal weights and d_v = 1: token a at position j has the
// value Values[j-1][a], a number of p bits, and the output is read off the sum, which
// with equal weights is the mean times N.
type Values struct {
	Kind   string  `json:"kind"` // "values"
	Values [][]int `json:"values"`
}

var _ = register("values", kind{model: "attention", unit: ValueBits, end: "upper", verify: evidence(func(ctx context.Context, f *File, sh tasks.Shape, e *Values) (int, error) {
	w, err := NewWorld(sh, sh.DefaultRead(), sh.DefaultRead(), 0)
	if err != nil {
		return 0, err
	}
	if len(e.Values) != sh.N {
		return 0, fmt.Errorf("values at %d of %d positions", len(e.Values), sh.N)
	}
	bits := 0
	for j, vs := range e.Values {
		if len(vs) != len(w.Alphabet[j]) {
			return 0, fmt.Errorf("%d values for %d tokens at position %d", len(vs), len(w.Alphabet[j]), j+1)
		}
		if !w.Alike(j, vs) {
			return 0, fmt.Errorf("different values at position %d for tokens that stand for each other", j+1)
		}
		for _, v := range vs {
			if v < 0 || v >= 1<<40 {
				return 0, fmt.Errorf("value %d at position %d", v, j+1)
			}
			bits = max(bits, big.NewInt(int64(v)).BitLen())
		}
	}
	said := map[int]tasks.Value{}
	err = w.Walk(ctx, func(pos, sum, token int) (int, error) { return sum + e.Values[pos-1][token], nil }, func(sum int, want tasks.Value) error {
		if before, ok := said[sum]; ok && w.Clash(before, want) {
			return fmt.Errorf("the sum %d stands for %v and for %v", sum, before, want)
		}
		said[sum] = want
		return nil
	})
	return bits, err
})})

// Keys are keys of the tokens of qsa and, for each set of q positions in
// lexicographic order, a query: its scores inside the set are equal, and larger than
// all others, so that a sharp softmax averages over just this set.
type Keys struct {
	Kind    string    `json:"kind"` // "keys"
	Keys    [][]int64 `json:"keys"`
	Queries [][]int64 `json:"queries"`
}

var _ = register("keys", kind{model: "attention", unit: KeyWidth, end: "upper", verify: evidence(func(ctx context.Context, f *File, sh tasks.Shape, e *Keys) (int, error) {
	if sh.Task != tasks.QSA {
		return 0, errors.New("keys speak of qsa")
	}
	if len(e.Keys) != sh.N {
		return 0, fmt.Errorf("%d keys for N = %d", len(e.Keys), sh.N)
	}
	m := len(e.Keys[0])
	score := func(u, k []int64) *big.Int {
		sum := new(big.Int)
		for c := range u {
			sum.Add(sum, new(big.Int).Mul(big.NewInt(u[c]), big.NewInt(k[c])))
		}
		return sum
	}
	at := 0
	for set := range tasks.Sets(sh.N, sh.Int("q")) {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if at == len(e.Queries) || len(e.Queries[at]) != m {
			return 0, fmt.Errorf("no query for the set %v", set)
		}
		in := map[int]bool{}
		for _, j := range set {
			in[j] = true
		}
		if len(e.Keys[set[0]-1]) != m {
			return 0, errors.New("keys of different widths")
		}
		top := score(e.Queries[at], e.Keys[set[0]-1])
		for j, k := range e.Keys {
			if len(k) != m {
				return 0, errors.New("keys of different widths")
			}
			if c := score(e.Queries[at], k).Cmp(top); in[j+1] && c != 0 || !in[j+1] && c >= 0 {
				return 0, fmt.Errorf("the query for %v does not single it out at token %d", set, j+1)
			}
		}
		at++
	}
	if at != len(e.Queries) {
		return 0, fmt.Errorf("%d queries for %d sets", len(e.Queries), at)
	}
	return m, nil
})})

// Radon is Radon's theorem: of m + 2 keys in m dimensions some k <= (m + 2)/2 have a
// convex combination in common with others. A query that is equal on a set that holds
// these k, and smaller elsewhere, is equal on those others as well; so where
// q >= k a set that leaves one of them out is not singled out. This excludes every
// m < min(2q, N - 1), for q < N, while eps < 2/(q + 1): one more position of the largest score
// moves the mean by up to that, z = -1 beside q times 1, and more positions by more.
type Radon struct {
	Kind string `json:"kind"` // "radon"
}

// OneTooMany says that the mean of q + 1 values is within eps of that of q of them, whatever they are.
func OneTooMany(sh tasks.Shape) bool { return tasks.Allowed(sh)*float64(sh.Int("q")+1) >= 2 }

var _ = register("radon", kind{model: "attention", unit: KeyWidth, end: "lower", verify: evidence(func(_ context.Context, _ *File, sh tasks.Shape, e *Radon) (int, error) {
	q := sh.Int("q")
	if sh.Task != tasks.QSA || q >= sh.N {
		return 0, errors.New("Radon's theorem speaks of qsa with q < N")
	}
	if OneTooMany(sh) {
		return 0, errors.New("Radon's theorem speaks of eps < 2/(q + 1): beyond, one position too many is within eps")
	}
	m := 0
	for m+2 <= sh.N && (m+2)/2 <= q { // m is excluded: m + 2 keys, the smaller part of at most q
		m++
	}
	return m, nil
})})
