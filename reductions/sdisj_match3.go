package reductions

import (
	"cmp"
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// SDisjMatch3 is what one output of Match3 costs, as a map (derived here;
// docs/sanford2023.md). Token 1 is 1, so output 1 asks for u + v = M - 1 mod M.
// Coordinate i is the pair of values w_i, M - 1 - w_i with w_1 = M (0 mod M) and
// w_i = i for i > 1, which leaves out 1 and M - 2, and for odd M the value (M - 1)/2. Alice writes
// w_i for x_i = + and M - 1 - w_i for -, Bob the partners: M - 1 - w_i for y_i = +
// and w_i for -. All other tokens are 1. A value matches its partner alone, and
// nobody holds both of a pair, so output 1 is 1 iff some x_i = y_i is not 0. Alice
// has a tokens (set a=; else (N - 1)/2, and n where N is not given either), Bob the rest.
var SDisjMatch3 = family(func(n, N int, set tasks.Params) (*Reduction, tasks.Params, error) {
	a, ok := n, true
	if N > 0 {
		a = (N - 1) / 2
	}
	if a, ok = whole(set, "a", a); !ok {
		return nil, nil, fmt.Errorf("a = %v: want a number of tokens of Alice's, at least 1", set["a"])
	}
	b := a
	if N > 0 {
		b = N - 1 - a
	}
	if b < a {
		return nil, nil, fmt.Errorf("a = %d tokens of Alice's, as many of Bob's and token 1 need N >= %d, not %d", a, 2*a+1, N)
	}
	from, err := problems.SDisj.With(map[string]int{"a": min(a, n), "b": min(b, n)})
	if err != nil {
		return nil, nil, err
	}
	pair := func(sh tasks.Shape, i, sign int) tasks.Token {
		m, w := sh.Int("M"), i+1
		if i == 0 {
			w = 0
		}
		if sign < 0 {
			w = m - 1 - w
		}
		w = cmp.Or(w, m)
		return tasks.Token{X: w}
	}
	write := func(sh tasks.Shape, tokens int, signs protocol.Value, turn int) []tasks.Token {
		ts := repeat(tokens, tasks.Token{X: 1})
		k := 0
		for i := range signs.Len() {
			if s := signs.At(i).Int(); s != 0 {
				ts[k] = pair(sh, i, s*turn)
				k++
			}
		}
		return ts
	}
	r := &Reduction{
		Name: "sdisj-match3",
		Doc:  "sign + of coordinate i writes a value of Alice's and its partner of Bob's, - the other way round; token 1 completes partners to 0 mod M",
		Cite: []string{"SanfordHsuTelgarsky2023"},
		From: from,
		To:   tasks.Match3,
		MinN: func(n int) int { return 2*n + 1 },
		Fits: func(N int) int { return max(0, (N-1)/2) },
		Params: func(n, _ int, set tasks.Params) (tasks.Params, error) {
			m := unless(set, "M", float64(2*n+2))
			if least := 2*n + 2; m < float64(least) {
				return nil, fmt.Errorf("M = %v is too small: %d pairs of values need M >= 2n + 2 = %d", m, n, least)
			}
			return set.With(tasks.Params{"M": m}), nil
		},
		Split: func(_ int, sh tasks.Shape) tasks.Split {
			return owners(sh.N, [2]int{2, a + 1}, [2]int{a + 2, sh.N})
		},
		Read:   first,
		Public: func(int, tasks.Shape) []tasks.Token { return []tasks.Token{{X: 1}} },
		Alice: func(n int, sh tasks.Shape, x protocol.Word) []tasks.Token {
			return write(sh, a, from.Domain(n, protocol.Alice).Value(x), 1)
		},
		Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
			return write(sh, sh.N-1-a, from.Domain(n, protocol.Bob).Value(y), -1)
		},
		Answer: one,
	}
	if _, set := set["a"]; set || N > 0 {
		r.MinN = func(int) int { return 2*a + 1 } // as many coordinates as M has
	}
	return r, set.Without("a"), nil
})
