package tasks

import (
	"math"
	"math/rand/v2"
	"slices"
)

// MatchS is Match2 and Match3 for any number of terms s.
var MatchS = register(match(Task{
	Name:      "match-s",
	Unordered: true,
	Terms:     func(sh Shape) int { return sh.Int("s") },
	Doc:       "output i is 1 iff x_i and some s - 1 tokens sum to 0 mod M",
	Cite:      []string{"SanfordHsuTelgarsky2023"},
	Params: []Param{modulus(squareN), {Name: "s", Doc: "number of terms of the sum, x_i included", Min: 2, Max: 64, Lab: 4, Small: []float64{2, 3, 4, 5}, Fixed: true,
		Default: func(int, Params) float64 { return 4 }}},
	Eval: func(sh Shape, seq []Token, pos int) Value {
		m := sh.Int("M")
		var completes func(terms, sum int) bool
		completes = func(terms, sum int) bool {
			if terms == 0 {
				return sum%m == 0
			}
			return slices.ContainsFunc(seq, func(t Token) bool { return completes(terms-1, (sum+t.X)%m) })
		}
		return Truth(completes(sh.Int("s")-1, seq[pos-1].X))
	},
	Fast: func(sh Shape, seq []Token, read []int) []Value {
		return matchFast(sh.Int("M"), sh.Int("s"), seq, seq, read)
	},
	Generate: func(sh Shape, rng *rand.Rand) []Token {
		s := sh.Int("s")
		return generateMatch(sh, s, math.Pow(float64(sh.N), float64(s-1)), rng, anywhere(sh.N, s-1, rng))
	},
}))
