package zoo

import (
	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Attention is one layer of integer attention between two token-wise maps.
var Attention = register(&models.Model{
	Name: "attention",
	Doc: "One layer of H attention heads in exact integer arithmetic. At a cut, each head sends one normaliser " +
		"and d_v numerators over the sender's tokens; the query goes first if its owner is not public.",
	Cite: []string{"SanfordHsuTelgarsky2023"},
})

// arithmeticChoice is the setting by which constructions offer all four.
var arithmeticChoice = models.Choice{
	Name: "arithmetic",
	Doc:  "integer weights under a constant shift, under the maximum, as a left fold, or rounded probabilities",
	Of:   []string{string(attention.WithShift), string(attention.WithMax), string(attention.WithFold), string(attention.WithRounded)},
}

// arithmeticOf reads the choice of arithmetic.
func arithmeticOf(set models.Settings) attention.Arithmetic {
	return attention.Arithmetic(set.Pick(arithmeticChoice.Name, string(attention.WithShift)))
}

// precision lists the sizes that every construction takes: p, the bits of a number, and the
// fractional bits of a weight, from leastF to mostF, and of a score difference.
func precision(doc string, least, most, leastF, mostF float64) []tasks.Param {
	return []tasks.Param{
		{Name: "p", Doc: doc, Min: least, Max: most, Lab: 64},
		{Name: "f", Doc: "fractional bits of a weight", Min: leastF, Max: mostF},
		{Name: "g", Doc: "fractional bits of a score difference", Min: 0, Max: 16},
	}
}

// number embeds a token as its number.
func number(_ int, t tasks.Token, e attention.Ints) error {
	e.Set(0, int64(t.X))
	return nil
}

// residue embeds a token as its number modulo m.
func residue(m int) func(int, tasks.Token, attention.Ints) error {
	return func(_ int, t tasks.Token, e attention.Ints) error {
		e.Set(0, int64(t.X%m))
		return nil
	}
}

// oneForReal is the value 1 for each of n tokens and 0 for the blank.
func oneForReal(n int) func(h, pos int, e, v attention.Ints) (int, error) {
	return func(_, pos int, _, v attention.Ints) (int, error) {
		if pos <= n {
			v.Set(0, 1)
		}
		return 0, nil
	}
}

// sameForReal is the first numbers of what each of n tokens is embedded as, and 0s for the blank.
func sameForReal(n, numbers int) func(h, pos int, e, v attention.Ints) (int, error) {
	return func(_, pos int, e, v attention.Ints) (int, error) {
		if pos <= n {
			for c := range numbers {
				v.Set(c, e.At(c))
			}
		}
		return 0, nil
	}
}

// threshold is the output map that asks whether the single number is at least num/den.
func threshold(num, den int64) func(int, attention.Ints, []attention.Average) (tasks.Value, error) {
	return func(_ int, _ attention.Ints, heads []attention.Average) (tasks.Value, error) {
		return tasks.Truth(heads[0].Cmp(0, num, den) >= 0), nil
	}
}

// found is the output map that gives out number c of the one position that was found.
func found(c int) func(int, attention.Ints, []attention.Average) (tasks.Value, error) {
	return func(_ int, _ attention.Ints, heads []attention.Average) (tasks.Value, error) {
		return tasks.Value{float64(heads[0].Nearest(c, 1))}, nil
	}
}
