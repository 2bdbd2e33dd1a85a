package tasks

// MQAR is multi-query associative recall: triples of a key, a value and a query. At
// each query the output is the value of the last earlier triple whose key it is, 0 if there
// is none; at the other positions it is 0. A symbol that stands for # is no key.
var MQAR = register(symbols(Task{
	Name:     "mqar",
	Doc:      "triples key, value, query: at a query, the value of the last earlier triple with that key, or 0",
	Cite:     []string{"Zoology2023", "Based2024"},
	ReadLast: true,
	Symbols:  func(sh Shape) int { return sh.Int("V") + 1 },
	Window:   causal,
	Params:   []Param{alphabet(2, 4)},
	Eval: func(_ Shape, seq []Token, pos int) Value {
		if pos%3 != 0 {
			return Value{0}
		}
		for key := pos - 5; key >= 1; key -= 3 {
			if seq[key-1].X == seq[pos-1].X {
				return Value{float64(seq[key].X)}
			}
		}
		return Value{0}
	},
}, ofV))
