package check

import (
	"fmt"
	"math/big"
)

// Newman counts the coin strings that stand for all others. Of any protocol with public coins, two-way or
// one-way, take t independent strings: by Hoeffding's inequality an input on which it errs with probability p errs on more than
// a share p + e of them with probability at most exp(-2 e^2 t). If that is below 1 / N for N inputs,
// some t strings are good for all. Whoever speaks first draws one of them and names it: private coins cost at
// most ceil(log2 t) bits more, and err by e more. N counts defined entries of different rows and columns:
// the players may take equal lines for one.
var Newman = measure(&Measure{Name: "newman", Doc: "coin strings that stand for all where the error may grow by e: private coins cost at most ceil(log2) of it more than public ones", Error: true})

// Union is t, for which N exp(-2 e^2 t) < 1.
type Union struct {
	Kind    string `json:"kind"` // "union"
	Strings int64  `json:"strings"`
}

var _ = register("union", about(Upper, []string{Newman}, func(t *work, c Claim, u *Union) (*big.Rat, error) {
	if u.Strings < 1 || u.Strings > 1<<40 {
		return nil, fmt.Errorf("%d coin strings", u.Strings)
	}
	if err := t.spend(t.Rows, t.Cols, 4); err != nil {
		return nil, err
	}
	e, err := number(c.Error)
	if err != nil {
		return nil, err
	}
	n := t.different()
	x := new(big.Rat).Mul(e, e)
	x.Mul(x, new(big.Rat).SetInt64(2*u.Strings))
	// The first terms of exp x, until they exceed n or a term is 0: rounded down, or numbers would grow.
	sum, term := new(big.Rat), big.NewRat(1, 1)
	for k := int64(1); term.Sign() > 0; k++ {
		if sum.Add(sum, term); sum.Cmp(new(big.Rat).SetInt64(n)) > 0 {
			return new(big.Rat).SetInt64(u.Strings), nil
		}
		term = floor64(term.Mul(term, x).Quo(term, new(big.Rat).SetInt64(k)))
	}
	return nil, fmt.Errorf("%d coin strings are too few for %d inputs", u.Strings, n)
}))

// floor64 rounds down to 64 binary places.
func floor64(x *big.Rat) *big.Rat {
	v := new(big.Int).Lsh(x.Num(), 64)
	return new(big.Rat).SetFrac(v.Quo(v, x.Denom()), new(big.Int).Lsh(big.NewInt(1), 64))
}

// different counts the defined entries of the table without its repeated rows and columns.
func (t *Table) different() (n int64) {
	rows, cols := t.firsts(), t.transpose().firsts()
	for _, i := range rows {
		for _, j := range cols {
			if _, ok := t.At(i, j); ok {
				n++
			}
		}
	}
	return n
}

// firsts lists the first of every class of equal rows.
func (t *Table) firsts() (all []int) {
	seen := map[string]bool{}
	for i, line := range t.Lines() {
		if !seen[line] {
			seen[line] = true
			all = append(all, i)
		}
	}
	return all
}
