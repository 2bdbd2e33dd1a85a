package check

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// Factors are integer vectors x_i per row and y_j per column, each coordinate
// divided by 2^Scale. If <x_i, y_j> is within e of the sign in entry (i, j)
// everywhere (of what may stand for it, see near), then gamma_2 is at most max|x| max|y| + e min(rows, columns): the
// second term bounds gamma_2 of the difference, by its longest row or column.
type Factors struct {
	Kind  string    `json:"kind"` // "factors"
	Scale uint      `json:"scale"`
	X     [][]int64 `json:"x"`
	Y     [][]int64 `json:"y"`
}

// Witness is a matrix O and vectors a, b, all divided by 2^Scale. For any
// factorisation <x_i, y_j> of the signs A,
//
//	sum a_i A_ij O_ij b_j = sum O_ij <a_i x_i, b_j y_j> <= |O| |a| |b| max|x| max|y|,
//
// |O| the spectral norm, so gamma_2 is at least the left side by |O| |a| |b|.
// |O|^2 is at most the largest absolute row sum of O O^T (or O^T O); columns (rows)
// that Pad adds to O make it no less, and can make O O^T nearly a multiple of 1.
// Of the approximations of A that are allowed the one with the least left side counts.
type Witness struct {
	Kind  string    `json:"kind"` // "witness"
	Scale uint      `json:"scale"`
	O     [][]int64 `json:"o"`
	A     []int64   `json:"a"`
	B     []int64   `json:"b"`
	Pad   [][]int64 `json:"pad,omitempty"` // a vector per line of the shorter side
}

// near is what a claim lets stand for the signs: B with 1 <= sign B <= most, and
// |B| <= most outside the promise; nil is without limit.
func (t *work) near(c Claim) (signs [][]int64, most *big.Rat, err error) {
	switch c.Measure {
	case Gamma2:
		most = big.NewRat(1, 1)
	case Gamma2Near:
		if most, err = c.Right(); err != nil {
			return nil, nil, err
		}
		most.Inv(most)
	case Gamma2Infinity:
	default:
		return nil, nil, errOther
	}
	signs, err = t.signs()
	return signs, most, err
}

func dot(x, y []int64) *big.Int {
	sum, p := new(big.Int), new(big.Int)
	for k := range x {
		sum.Add(sum, p.Mul(big.NewInt(x[k]), big.NewInt(y[k])))
	}
	return sum
}

// shape says whether m has so many rows of so many columns.
func shape(m [][]int64, rows, cols int) error {
	if len(m) != rows {
		return fmt.Errorf("%d vectors, want %d", len(m), rows)
	}
	for _, r := range m {
		if len(r) != cols {
			return fmt.Errorf("a vector of %d coordinates, want %d", len(r), cols)
		}
	}
	return nil
}

const maxScale = 62

var _ = register("factors", func(t *work, c Claim, e *Factors) (*big.Rat, error) {
	a, most, err := t.near(c)
	if err != nil {
		return nil, err
	}
	if c.End != Upper {
		return nil, errOther
	}
	if len(e.X) == 0 || e.Scale > maxScale {
		return nil, errors.New("no vectors, or the scale is out of range")
	}
	if err := errors.Join(shape(e.X, t.Rows, len(e.X[0])), shape(e.Y, t.Cols, len(e.X[0]))); err != nil {
		return nil, err
	}
	if err := t.spend(8, t.Rows+1, t.Cols+1, len(e.X[0])); err != nil {
		return nil, err
	}
	one := new(big.Int).Lsh(big.NewInt(1), 2*e.Scale)
	top, unit := new(big.Int), big.NewInt(1) // the limit, as a fraction in units of one
	if most != nil {
		top.Mul(most.Num(), one)
		unit = most.Denom()
	}
	off := new(big.Int)
	for i, x := range e.X {
		if err := t.ctx.Err(); err != nil {
			return nil, err
		}
		for j, y := range e.Y {
			d := dot(x, y)
			low := new(big.Int).Mul(one, unit)
			if a[i][j] == 0 {
				d.Abs(d)
				low.SetInt64(0)
			} else {
				d.Mul(d, big.NewInt(a[i][j]))
			}
			d.Mul(d, unit)
			if off = largest(off, low.Sub(low, d)); most != nil {
				off = largest(off, d.Sub(d, top))
			}
		}
	}
	longest := func(v [][]int64) *big.Int {
		most := new(big.Int)
		for _, x := range v {
			most = largest(most, dot(x, x))
		}
		return most
	}
	// max|x| max|y| is at most the mean of the squares.
	sum := longest(e.X)
	sum.Add(sum, longest(e.Y))
	sum.Mul(sum, unit)
	sum.Add(sum, off.Mul(off, big.NewInt(2*int64(min(t.Rows, t.Cols)))))
	return new(big.Rat).SetFrac(sum, one.Lsh(one.Mul(one, unit), 1)), nil
})

var _ = register("witness", func(t *work, c Claim, e *Witness) (*big.Rat, error) {
	a, most, err := t.near(c)
	if err != nil {
		return nil, err
	}
	if c.End != Lower {
		return nil, errOther
	}
	if err := shape(e.O, t.Rows, t.Cols); err != nil || len(e.A) != t.Rows || len(e.B) != t.Cols || e.Scale > maxScale {
		return nil, errors.Join(err, errors.New("the shapes do not fit the matrix"))
	}
	width := 0
	if len(e.Pad) > 0 {
		width = len(e.Pad[0])
		if err := shape(e.Pad, min(t.Rows, t.Cols), width); err != nil {
			return nil, err
		}
	}
	if err := t.spend(8, min(t.Rows, t.Cols), min(t.Rows, t.Cols)+1, max(t.Rows, t.Cols)+width); err != nil {
		return nil, err
	}
	with, against := new(big.Int), new(big.Int)
	for i := range t.Rows {
		for j := range t.Cols {
			p := new(big.Int).Mul(big.NewInt(e.O[i][j]), big.NewInt(e.B[j]))
			p.Mul(p, big.NewInt(e.A[i]))
			switch {
			case p.Sign()*int(a[i][j]) > 0:
				with.Add(with, p.Abs(p))
			case p.Sign() != 0 && most == nil:
				return nil, fmt.Errorf("entry %v weighs against its sign, and has no limit", Entry{i, j})
			default:
				against.Add(against, p.Abs(p))
			}
		}
	}
	unit := big.NewInt(1) // the least sum, as a fraction
	if most != nil {
		unit = most.Denom()
		with.Mul(with, unit)
		against.Mul(against, most.Num())
	}
	value := with.Sub(with, against)
	lines := e.O
	if t.Rows > t.Cols {
		lines = turn(e.O)
	}
	for k, more := range e.Pad {
		lines = slices.Clone(lines)
		lines[k] = slices.Concat(lines[k], more)
	}
	norm := new(big.Int) // of O, squared, times 4^Scale
	for _, x := range lines {
		if err := t.ctx.Err(); err != nil {
			return nil, err
		}
		sum := new(big.Int)
		for _, y := range lines {
			sum.Add(sum, new(big.Int).Abs(dot(x, y)))
		}
		norm = largest(norm, sum)
	}
	weights := dot(e.A, e.A)
	weights.Add(weights, dot(e.B, e.B)) // at least 2 |a| |b|
	if value.Sign() <= 0 {
		return new(big.Rat), nil
	}
	// |O| <= (1 + |O|^2)/2. In units of 2^-Scale: value has three factors, norm
	// and weights two each.
	one := new(big.Int).Lsh(big.NewInt(1), 2*e.Scale)
	below := norm.Add(norm, one)
	below.Mul(below, weights) // (norm + 1) (weights): 4 |O| |a| |b|, in units 2^-4Scale
	value.Lsh(value, e.Scale+2)
	return new(big.Rat).SetFrac(value, below.Mul(below, unit)), nil
})
