package tasks

import "math/rand/v2"

// Match3Local is Match3 with both other terms within distance K.
var Match3Local = register(match(Task{
	Name: "match3-local",
	Doc:  "output i is 1 iff x_i + x_j + x_k = 0 mod M for some j, k with |i-j| <= K and |i-k| <= K",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	Params: []Param{modulus(squareN), {Name: "K", Doc: "how far the other terms may stand", Min: 0, Max: MaxN, Lab: 16, Small: []float64{0, 1, 2}, Fixed: true,
		Default: func(int, Params) float64 { return 2 }}},
	Window: func(sh Shape) (back, ahead int) { return sh.Int("K"), sh.Int("K") },
	Eval: func(sh Shape, seq []Token, pos int) Value {
		m := sh.Int("M")
		window := near(sh, seq, pos)
		for _, t := range window {
			for _, u := range window {
				if (seq[pos-1].X+t.X+u.X)%m == 0 {
					return Value{1}
				}
			}
		}
		return Value{0}
	},
	Fast: func(sh Shape, seq []Token, read []int) []Value {
		out := make([]Value, len(read))
		for k, i := range read {
			if sh.Int("K") < 16 { // a few pairs: a set costs more than it saves
				out[k] = sh.Task.Eval(sh, seq, i)
			} else {
				out[k] = matchFast(sh.Int("M"), 3, near(sh, seq, i), seq, []int{i})[0]
			}
		}
		return out
	},
	Generate: func(sh Shape, rng *rand.Rand) []Token {
		return generateMatch(sh, 3, squareN(min(sh.N, 2*sh.Int("K")+1)), rng, func(i int) []int {
			lo, hi := max(1, i-sh.Int("K")), min(sh.N, i+sh.Int("K"))
			return []int{lo + rng.IntN(hi-lo+1), lo + rng.IntN(hi-lo+1)}
		})
	},
}))

// near is the part of seq within distance K of pos.
func near(sh Shape, seq []Token, pos int) []Token {
	k := sh.Int("K")
	return seq[max(0, pos-1-k):min(len(seq), pos+k)]
}
