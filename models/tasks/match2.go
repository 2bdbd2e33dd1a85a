package tasks

import "math/rand/v2"

// Match2 asks at every position whether some token completes it to 0 mod M.
var Match2 = register(match(Task{
	Name:      "match2",
	Unordered: true,
	Terms:     func(Shape) int { return 2 },
	Doc:       "output i is 1 iff x_i + x_j = 0 mod M for some j",
	Cite:      []string{"SanfordHsuTelgarsky2023"},
	Params:    []Param{modulus(twiceN)},
	Eval: func(sh Shape, seq []Token, pos int) Value {
		m := sh.Int("M")
		for _, t := range seq {
			if (seq[pos-1].X+t.X)%m == 0 {
				return Value{1}
			}
		}
		return Value{0}
	},
	Fast: func(sh Shape, seq []Token, read []int) []Value {
		return matchFast(sh.Int("M"), 2, seq, seq, read)
	},
	Generate: func(sh Shape, rng *rand.Rand) []Token {
		return generateMatch(sh, 2, float64(sh.N), rng, anywhere(sh.N, 1, rng))
	},
}))
