package tasks

import "math/rand/v2"

// Dyck asks at every position whether the brackets so far are balanced, of k types and depth at most
// D. Symbols 1..k open, k + 1..2k close. At an odd position the token is an end marker and left out.
var Dyck = register(symbols(Task{
	Name:     "dyck",
	Doc:      "output i is 1 iff x_1 .. x_2floor(i/2) is balanced, of k bracket types (t opens, k + t closes) and depth at most D",
	Cite:     []string{"BhattamishraEtAl2024"},
	ReadLast: true,
	Binary:   true,
	Window:   causal,
	Params: []Param{
		{Name: "k", Doc: "bracket types", Min: 1, Max: 1 << 20, Small: []float64{1, 2}, Default: func(int, Params) float64 { return 2 }},
		{Name: "D", Doc: "largest depth", Min: 1, Max: MaxN, Small: []float64{1, 2}, Default: func(int, Params) float64 { return 2 }},
	},
	Eval: func(sh Shape, seq []Token, pos int) Value {
		var open []int
		for _, t := range seq[:pos/2*2] {
			k := sh.Int("k")
			switch {
			case t.X <= k:
				open = append(open, t.X)
			case len(open) == 0 || open[len(open)-1] != t.X-k:
				return Value{0}
			default:
				open = open[:len(open)-1]
			}
			if len(open) > sh.Int("D") {
				return Value{0}
			}
		}
		return Truth(len(open) == 0)
	},
	// Pairs side by side, nested where D allows; one sequence in two has a closer of another type or a
	// bracket turned around.
	Generate: func(sh Shape, rng *rand.Rand) []Token {
		k := sh.Int("k")
		var seq []Token
		for len(seq) < sh.N {
			a, b := 1+rng.IntN(k), 1+rng.IntN(k)
			if sh.Int("D") > 1 && len(seq)+4 <= sh.N && rng.IntN(3) == 0 {
				seq = append(seq, Token{X: a}, Token{X: b}, Token{X: k + b}, Token{X: k + a})
			} else {
				seq = append(seq, Token{X: a}, Token{X: k + a})
			}
		}
		seq = seq[:sh.N]
		if rng.IntN(2) == 0 {
			i := rng.IntN(sh.N)
			seq[i].X = 1 + (seq[i].X-1+1+rng.IntN(2*k-1))%(2*k)
		}
		return seq
	},
}, func(sh Shape) int { return 2 * sh.Int("k") }))
