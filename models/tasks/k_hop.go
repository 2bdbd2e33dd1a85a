package tasks

// KHop composes induction heads: find^1(i) is the last position j <= i whose token before
// is x_i, 0 if there is none, find^k(i) = find^1(find^(k-1)(i)), and the output at i is
// the token at find^k(i), 0 at position 0.
var KHop = register(symbols(Task{
	Name:     "k-hop",
	Doc:      "output i is the token at find^k(i), find(i) the last position <= i whose token before is x_i; 0 if a hop finds none",
	Cite:     []string{"SanfordHsuTelgarsky2024b"},
	ReadLast: true,
	Symbols:  func(sh Shape) int { return sh.Int("V") + 1 },
	Window:   causal,
	Params: []Param{alphabet(1, 3), {Name: "k", Doc: "hops", Min: 1, Max: MaxN, Lab: 64, Small: []float64{1, 2, 3}, Fixed: true,
		Default: func(int, Params) float64 { return 2 }}},
	Eval: func(sh Shape, seq []Token, pos int) Value {
		for range sh.Int("k") {
			pos = hop(seq, pos)
			if pos == 0 {
				return Value{0}
			}
		}
		return Value{float64(seq[pos-1].X)}
	},
}, ofV))

// hop is find^1.
func hop(seq []Token, pos int) int {
	for j := pos; j >= 2; j-- {
		if seq[j-2].X == seq[pos-1].X {
			return j
		}
	}
	return 0
}
