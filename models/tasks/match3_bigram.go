package tasks

import "math/rand/v2"

// Match3Bigram is Match3 with two neighbours as the other terms. The pairs are
// (j, j+1) for j in 1..N-1, so that a sequence of one token never matches.
var Match3Bigram = register(match(Task{
	Name:   "match3-bigram",
	Doc:    "output i is 1 iff x_i + x_j + x_(j+1) = 0 mod M for some j < N",
	Cite:   []string{"SanfordHsuTelgarsky2023"},
	Params: []Param{modulus(squareN)},
	Rest: func(sh Shape, read int, prefix []Token) []int { // matched, or the asking token and the last
		m, x := sh.Int("M"), prefix[read-1].X
		for j := range len(prefix) - 1 {
			if (x+prefix[j].X+prefix[j+1].X)%m == 0 {
				return nil
			}
		}
		return []int{x, prefix[len(prefix)-1].X}
	},
	Eval: func(sh Shape, seq []Token, pos int) Value {
		m := sh.Int("M")
		for j := range len(seq) - 1 {
			if (seq[pos-1].X+seq[j].X+seq[j+1].X)%m == 0 {
				return Value{1}
			}
		}
		return Value{0}
	},
	Fast: func(sh Shape, seq []Token, read []int) []Value {
		m := sh.Int("M")
		pairs := make([]Token, len(seq)-1)
		for j := range pairs {
			pairs[j].X = (seq[j].X + seq[j+1].X) % m
		}
		return matchFast(m, 2, pairs, seq, read)
	},
	Generate: func(sh Shape, rng *rand.Rand) []Token {
		if sh.N == 1 {
			return generateMatch(sh, 3, 0, rng, func(i int) []int { return []int{i} })
		}
		return generateMatch(sh, 3, 2*float64(sh.N), rng, func(int) []int {
			j := 1 + rng.IntN(sh.N-1)
			return []int{j, j + 1}
		})
	},
}))
