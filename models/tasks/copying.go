package tasks

// Copying reads a string and then, token by token, says it again: with h = ceil(N/2), output
// h + i is x_i, and the outputs before are 0. What stands at the later positions does not
// matter: a model that copies is given them as it goes.
var Copying = register(symbols(Task{
	Name:     "copying",
	Doc:      "output h + i is x_i, h = ceil(N/2); 0 up to h",
	Cite:     []string{"Copying2024"},
	ReadLast: true,
	Symbols:  func(sh Shape) int { return sh.Int("V") + 1 },
	Window:   causal,
	Params:   []Param{alphabet(2, 2)},
	Eval: func(sh Shape, seq []Token, pos int) Value {
		h := (sh.N + 1) / 2
		if pos <= h {
			return Value{0}
		}
		return Value{float64(seq[pos-h-1].X)}
	},
}, ofV))
