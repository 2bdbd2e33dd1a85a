package tasks

import "math/rand/v2"

// Match3 asks at every position whether two tokens complete it to 0 mod M.
var Match3 = register(match(Task{
	Name:      "match3",
	Unordered: true,
	Terms:     func(Shape) int { return 3 },
	Doc:       "output i is 1 iff x_i + x_j + x_k = 0 mod M for some j, k",
	Cite:      []string{"SanfordHsuTelgarsky2023"},
	Params:    []Param{modulus(squareN)},
	Eval: func(sh Shape, seq []Token, pos int) Value {
		m := sh.Int("M")
		for _, t := range seq {
			for _, u := range seq {
				if (seq[pos-1].X+t.X+u.X)%m == 0 {
					return Value{1}
				}
			}
		}
		return Value{0}
	},
	Fast: func(sh Shape, seq []Token, read []int) []Value {
		return matchFast(sh.Int("M"), 3, seq, seq, read)
	},
	Cover: match3Cover,
	Generate: func(sh Shape, rng *rand.Rand) []Token {
		return generateMatch(sh, 3, squareN(sh.N), rng, anywhere(sh.N, 2, rng))
	},
}))
