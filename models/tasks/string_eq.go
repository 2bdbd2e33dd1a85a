package tasks

import "math/rand/v2"

// StringEq asks at every position whether the tokens so far are a string said twice; at an odd
// position the token is an end marker and left out.
var StringEq = register(symbols(Task{
	Name:     "string-eq",
	Doc:      "output i is 1 iff the first floor(i/2) tokens equal the next floor(i/2)",
	Cite:     []string{"BhattamishraEtAl2024"},
	ReadLast: true,
	Binary:   true,
	Window:   causal,
	Params:   []Param{alphabet(2, 2)},
	Eval: func(_ Shape, seq []Token, pos int) Value {
		h := pos / 2
		for i := range h {
			if seq[i].X != seq[h+i].X {
				return Value{0}
			}
		}
		return Value{1}
	},
	// One symbol throughout, a string said twice, or that with one token changed.
	Generate: func(sh Shape, rng *rand.Rand) []Token {
		seq, kind := make([]Token, sh.N), rng.IntN(3)
		for i := range seq {
			seq[i].X = 1 + rng.IntN(sh.Int("V"))
			switch h := sh.N / 2; {
			case kind == 0 && i > 0:
				seq[i] = seq[0]
			case i >= h && i < 2*h:
				seq[i] = seq[i-h]
			}
		}
		if i := rng.IntN(sh.N); kind == 2 {
			seq[i].X = 1 + seq[i].X%sh.Int("V")
		}
		return seq
	},
}, ofV))
