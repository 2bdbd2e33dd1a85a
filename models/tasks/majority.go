package tasks

// Majority asks at every position whether more than half of the bits so far are 1; the symbols 1
// and 2 stand for the bits 0 and 1.
var Majority = register(symbols(Task{
	Name:     "majority",
	Doc:      "output i is 1 iff more than half of x_1 .. x_i are the symbol 2",
	Cite:     []string{"BAPO2025"},
	ReadLast: true,
	Binary:   true,
	Window:   causal,
	Eval: func(_ Shape, seq []Token, pos int) Value {
		twos := 0
		for _, t := range seq[:pos] {
			twos += t.X - 1
		}
		return Truth(2*twos > pos)
	},
}, func(Shape) int { return 2 }))
