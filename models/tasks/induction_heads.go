package tasks

// InductionHeads asks at every position what followed the last earlier occurrence
// of its own token, the first of the in-context learning tasks: ... a b ... a -> b.
// Tokens are symbols 1..V; where the token has not occurred, the output is 0, the
// blank.
var InductionHeads = register(symbols(Task{
	Name:     "induction-heads",
	Doc:      "output i is the token that followed the last earlier occurrence of x_i, or 0 if there is none",
	Cite:     []string{"SanfordHsuTelgarsky2024"},
	ReadLast: true,
	Symbols:  func(sh Shape) int { return sh.Int("V") + 1 },
	Window:   causal,
	Params: []Param{{Name: "V", Doc: "symbols of the alphabet", Min: 1, Max: 1 << 24, Small: []float64{1, 2, 3},
		Default: func(int, Params) float64 { return 3 }}},
	Eval: induced,
	Fast: func(_ Shape, seq []Token, read []int) []Value {
		if len(read) == 1 {
			return []Value{induced(Shape{}, seq, read[0])}
		}
		last := map[int]int{} // symbol -> its last position so far
		all := make([]Value, len(seq)+1)
		for i, t := range seq {
			all[i+1] = Value{0}
			if j := last[t.X]; j > 0 {
				all[i+1] = Value{float64(seq[j].X)}
			}
			last[t.X] = i + 1
		}
		out := make([]Value, len(read))
		for k, i := range read {
			out[k] = all[i]
		}
		return out
	},
}, ofV))

// induced is the definition, read backwards.
func induced(_ Shape, seq []Token, pos int) Value {
	for j := pos - 1; j >= 1; j-- {
		if seq[j-1].X == seq[pos-1].X {
			return Value{float64(seq[j].X)}
		}
	}
	return Value{0}
}
