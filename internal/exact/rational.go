package exact

import (
	"fmt"
	"math/big"
)

// This file is exact linear algebra over the rationals by fraction-free
// elimination (Bareiss 1968): after step k every entry is a minor of order k + 1
// of the matrix, so all divisions are exact and numbers stay as small as
// determinants are. A matrix is a list of rows of integers; rows of rationals are
// scaled to integers first ([ClearDenominators]), which changes neither rank nor
// null space.

// Ints makes a matrix of big integers.
func Ints(rows [][]int64) [][]*big.Int {
	a := make([][]*big.Int, len(rows))
	for i, row := range rows {
		a[i] = make([]*big.Int, len(row))
		for j, v := range row {
			a[i][j] = big.NewInt(v)
		}
	}
	return a
}

// ClearDenominators multiplies every row by the least common multiple of its
// denominators.
func ClearDenominators(rows [][]*big.Rat) [][]*big.Int {
	a := make([][]*big.Int, len(rows))
	for i, row := range rows {
		lcm := big.NewInt(1)
		for _, v := range row {
			g := new(big.Int).GCD(nil, nil, lcm, v.Denom())
			lcm.Mul(lcm, new(big.Int).Quo(v.Denom(), g))
		}
		a[i] = make([]*big.Int, len(row))
		for j, v := range row {
			a[i][j] = new(big.Int).Mul(v.Num(), new(big.Int).Quo(lcm, v.Denom()))
		}
	}
	return a
}

// echelon is a matrix after fraction-free Gauss-Jordan elimination: in pivot
// column pivot[k], row k holds den and every other row 0; rows beyond the rank
// are 0.
type echelon struct {
	rows  [][]*big.Int
	pivot []int    // columns, increasing; the rank is its length
	den   *big.Int // not zero; the determinant of the pivot minor, up to sign
}

// reduce eliminates in the first cols columns of a copy of a.
func reduce(a [][]*big.Int, cols int) echelon {
	rows := make([][]*big.Int, len(a))
	for i, row := range a {
		if len(row) != len(a[0]) {
			panic(fmt.Sprintf("exact: row %d has %d entries, row 1 has %d", i+1, len(row), len(a[0])))
		}
		rows[i] = make([]*big.Int, len(row))
		for j, v := range row {
			rows[i][j] = new(big.Int).Set(v)
		}
	}
	e := echelon{rows: rows, den: big.NewInt(1)}
	var t big.Int
	for c := 0; c < cols && len(e.pivot) < len(rows); c++ {
		k := len(e.pivot)
		best := -1 // the shortest pivot keeps later numbers short
		for i := k; i < len(rows); i++ {
			if rows[i][c].Sign() != 0 && (best < 0 || rows[i][c].CmpAbs(rows[best][c]) < 0) {
				best = i
			}
		}
		if best < 0 {
			continue
		}
		rows[k], rows[best] = rows[best], rows[k]
		p := rows[k][c]
		for i, row := range rows {
			if i == k {
				continue
			}
			lead := new(big.Int).Set(row[c])
			for j := range row {
				row[j].Mul(row[j], p)
				if lead.Sign() != 0 && rows[k][j].Sign() != 0 {
					row[j].Sub(row[j], t.Mul(lead, rows[k][j]))
				}
				row[j].Quo(row[j], e.den)
			}
		}
		e.den = new(big.Int).Set(p)
		e.pivot = append(e.pivot, c)
	}
	return e
}

// Rank is the rank of a over the rationals.
func Rank(a [][]*big.Int) int {
	if len(a) == 0 {
		return 0
	}
	return len(reduce(a, len(a[0])).pivot)
}

// NullVector returns a non-zero integer vector v of cols entries with a v = 0,
// its entries without a common divisor and its last non-zero entry positive, or
// nil when the columns of a are independent. It is the dependence of the first
// column that depends on those before it. No rows: the first unit vector.
func NullVector(a [][]*big.Int, cols int) []*big.Int {
	if len(a) > 0 && len(a[0]) != cols {
		panic(fmt.Sprintf("exact: %d columns, want %d", len(a[0]), cols))
	}
	if cols == 0 {
		return nil
	}
	e := echelon{den: big.NewInt(1)}
	if len(a) > 0 {
		e = reduce(a, cols)
	}
	free := 0
	for free < len(e.pivot) && e.pivot[free] == free {
		free++
	}
	if free == cols {
		return nil
	}
	v := make([]*big.Int, cols)
	for j := range v {
		v[j] = new(big.Int)
	}
	v[free].Set(e.den)
	for k := range free {
		v[k].Neg(e.rows[k][free])
	}
	return primitive(v, free)
}

// primitive divides v by the greatest common divisor of its entries and makes
// entry lead positive.
func primitive(v []*big.Int, lead int) []*big.Int {
	g := new(big.Int)
	for _, x := range v {
		g.GCD(nil, nil, g, new(big.Int).Abs(x))
	}
	if v[lead].Sign() < 0 {
		g.Neg(g)
	}
	for _, x := range v {
		x.Quo(x, g)
	}
	return v
}

// Solve returns an x with a x = b as numerators over one positive denominator;
// the free unknowns are 0. ok is false when there is none.
func Solve(a [][]*big.Int, b []*big.Int) (num []*big.Int, den *big.Int, ok bool) {
	if len(a) != len(b) {
		panic(fmt.Sprintf("exact: %d rows and %d right-hand sides", len(a), len(b)))
	}
	if len(a) == 0 {
		return nil, big.NewInt(1), true
	}
	cols := len(a[0])
	full := make([][]*big.Int, len(a))
	for i, row := range a {
		full[i] = append(append(make([]*big.Int, 0, cols+1), row...), b[i])
	}
	e := reduce(full, cols)
	for _, row := range e.rows[len(e.pivot):] {
		if row[cols].Sign() != 0 {
			return nil, nil, false
		}
	}
	num = make([]*big.Int, cols)
	for j := range num {
		num[j] = new(big.Int)
	}
	den = e.den
	for k, c := range e.pivot {
		num[c].Set(e.rows[k][cols])
	}
	if den.Sign() < 0 {
		den.Neg(den)
		for _, x := range num {
			x.Neg(x)
		}
	}
	return num, den, true
}

// MulVec is a v.
func MulVec(a [][]*big.Int, v []*big.Int) []*big.Int {
	out := make([]*big.Int, len(a))
	var t big.Int
	for i, row := range a {
		out[i] = new(big.Int)
		for j, x := range row {
			if x.Sign() != 0 && v[j].Sign() != 0 {
				out[i].Add(out[i], t.Mul(x, v[j]))
			}
		}
	}
	return out
}
